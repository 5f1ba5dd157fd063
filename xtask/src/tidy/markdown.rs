//! The little of Markdown that the checks need: sections and fenced blocks.

/// The lines of a section with their numbers from 1: from below its heading to the next heading
/// of the same or a higher level. `None` where there is no such heading.
pub(super) fn section<'a>(page: &'a str, heading: &str) -> Option<Vec<(usize, &'a str)>> {
    let level = heading.bytes().take_while(|b| *b == b'#').count();
    let mut lines = with_fences(page).skip_while(|(_, line, is_code)| *is_code || *line != heading);
    lines.next()?;
    let ends = |line: &str| {
        let hashes = line.bytes().take_while(|b| *b == b'#').count();
        (1..=level).contains(&hashes) && line.as_bytes().get(hashes) == Some(&b' ')
    };
    let inside = lines.take_while(|(_, line, is_code)| *is_code || !ends(line));
    Some(inside.map(|(number, line, _)| (number, line)).collect())
}

/// The lines of the first fenced block among some lines.
pub(super) fn first_block<'a>(lines: &[(usize, &'a str)]) -> Option<Vec<(usize, &'a str)>> {
    let open = lines.iter().position(|(_, line)| line.starts_with("```"))?;
    let rest = &lines[open + 1..];
    let close = rest.iter().position(|(_, line)| line.starts_with("```"))?;
    Some(rest[..close].to_vec())
}

/// Every line with its number, and whether it belongs to a fenced block.
pub(super) fn with_fences(page: &str) -> impl Iterator<Item = (usize, &str, bool)> {
    let mut is_open = false;
    page.lines().enumerate().map(move |(index, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_open ^= is_fence;
        (index + 1, line, is_open || is_fence)
    })
}

#[cfg(test)]
mod tests {
    use super::{first_block, section};

    const PAGE: &str =
        "# A\n## B\nx\n```text\n# no heading\na -> b\n```\n### C\ny\n## D\nz\n```\nq\n```\n";

    #[test]
    fn a_section_ends_at_the_next_heading_of_its_level() {
        let lines = section(PAGE, "## B").unwrap();
        assert_eq!((lines.first(), lines.last()), (Some(&(3, "x")), Some(&(9, "y"))));
        assert_eq!(section(PAGE, "## E"), None);
        assert_eq!(section(PAGE, "# no heading"), None);
    }

    #[test]
    fn finds_the_first_block() {
        let lines = section(PAGE, "## B").unwrap();
        assert_eq!(first_block(&lines).unwrap(), [(5, "# no heading"), (6, "a -> b")]);
        assert_eq!(first_block(&[(1, "```"), (2, "open")]), None);
    }
}

//! The typeface of pictures: how wide a text is, where it breaks, how it is cut.
#![expect(clippy::float_arithmetic, reason = "places on a picture, not value")]

/// What pictures ask for; the first is the typeface that they are drawn with as PNG.
pub(super) const FAMILIES: &str =
    "Noto Sans, Segoe UI, Roboto, Helvetica Neue, Helvetica, Arial, sans-serif";

/// How a text is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// Normal.
    Regular,
    /// Bold.
    Bold,
}

/// Advance widths of Noto Sans from the space to `~`, in thousandths of the size.
const REGULAR: [u16; 95] = [
    260, 269, 408, 646, 572, 831, 732, 225, 300, 300, 551, 572, 268, 322, 268, 372, 572, 572, 572,
    572, 572, 572, 572, 572, 572, 572, 268, 268, 572, 572, 572, 434, 899, 639, 650, 632, 730, 556,
    519, 728, 741, 339, 273, 619, 524, 907, 760, 781, 605, 781, 622, 549, 556, 731, 600, 930, 586,
    566, 572, 329, 372, 329, 572, 444, 580, 561, 615, 480, 615, 564, 344, 615, 618, 258, 258, 534,
    258, 935, 618, 605, 615, 615, 413, 479, 361, 618, 508, 786, 529, 510, 470, 380, 551, 380, 572,
];

/// The same in bold.
const BOLD: [u16; 95] = [
    260, 286, 472, 646, 572, 901, 750, 266, 339, 339, 545, 572, 285, 322, 285, 413, 572, 572, 572,
    572, 572, 572, 572, 572, 572, 572, 285, 285, 572, 572, 572, 477, 897, 690, 672, 637, 740, 560,
    549, 724, 765, 389, 331, 664, 565, 943, 813, 796, 628, 796, 660, 551, 579, 756, 650, 967, 667,
    624, 579, 331, 413, 331, 572, 411, 607, 604, 633, 514, 633, 591, 387, 633, 657, 305, 305, 620,
    305, 982, 657, 619, 633, 633, 454, 497, 434, 657, 569, 856, 578, 569, 488, 394, 551, 394, 572,
];

/// The width taken for every other character: that of most capitals.
const OTHER: u16 = 730;

/// How wide a text is.
pub(super) fn width(text: &str, size: f64, weight: Weight) -> f64 {
    let table = match weight {
        Weight::Regular => &REGULAR,
        Weight::Bold => &BOLD,
    };
    let advance = |c: char| {
        let at = (c as usize).checked_sub(32).and_then(|at| table.get(at));
        f64::from(at.copied().unwrap_or(OTHER))
    };
    text.chars().map(advance).sum::<f64>() * size / 1_000.0
}

/// A text in lines that are no wider than `most`; a word that is wider stays whole.
pub(super) fn wrap(text: &str, size: f64, most: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if width(&format!("{line} {word}"), size, Weight::Regular) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A text of a stranger that is no wider than `most`, cut with `…` where it is.
pub(super) fn fit(text: &str, size: f64, most: f64) -> String {
    let text = crate::text::label(text);
    if width(&text, size, Weight::Regular) <= most {
        return text;
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if width(&format!("{kept}…"), size, Weight::Regular) > most {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::{Weight, fit, width, wrap};

    #[test]
    fn lines_fit_and_lose_no_word() {
        let text = "incidents of the kind theft, of cryptocurrency, attributed at least as likely";
        let lines = wrap(text, 12.0, 150.0);
        assert_eq!(lines.join(" "), text);
        assert!(lines.iter().all(|line| width(line, 12.0, Weight::Regular) <= 150.0), "{lines:?}");
    }

    #[test]
    fn what_is_too_wide_is_cut() {
        assert_eq!(fit("short", 12.0, 100.0), "short");
        let cut = fit(&"long ".repeat(50), 12.0, 100.0);
        assert!(cut.ends_with('…') && width(&cut, 12.0, Weight::Regular) <= 100.0, "{cut}");
    }
}

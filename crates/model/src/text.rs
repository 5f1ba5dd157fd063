//! Text from outside, made safe to show.

use std::fmt;

/// Shows outside text without its control characters, bidirectional controls and other
/// invisible characters, each replaced by `�`, and cuts it at 200 characters.
///
/// Labels come from strangers: a terminal escape could repaint a screen and a bidirectional
/// override could reverse an address (Trojan Source, CVE-2021-42574).
#[derive(Debug, Clone, Copy)]
pub struct Printable<'a>(pub &'a str);

/// Characters of a label that are shown.
const CHARACTERS_MAX: usize = 200;

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (count, c) in self.0.chars().enumerate() {
            if count == CHARACTERS_MAX {
                return f.write_str("…");
            }
            let shown = if is_invisible(c) { '\u{fffd}' } else { c };
            fmt::Write::write_char(f, shown)?;
        }
        Ok(())
    }
}

/// Whether a character would act on the screen instead of being shown on it.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{115f}' | '\u{1160}' | '\u{3164}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::Printable;

    #[test]
    fn escapes_and_bidirectional_controls_become_visible() {
        let label = "pay\u{1b}[2Jme \u{202e}cba\u{0007}";
        assert_eq!(Printable(label).to_string(), "pay\u{fffd}[2Jme \u{fffd}cba\u{fffd}");
    }

    #[test]
    fn a_huge_label_is_cut() {
        let label = "x".repeat(10_000_000);
        assert_eq!(Printable(&label).to_string().chars().count(), 201);
    }
}

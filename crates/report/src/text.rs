//! Text from outside and long identities, made fit to show.

use std::fmt::Write as _;

use hawkshaw_model::Printable;

/// Characters of a sentence or an address of a page that are shown.
const PROSE_CHARACTERS_MAX: usize = 4_000;
/// Characters that [`Printable`] shows at once.
const PIECE_CHARACTERS: usize = 200;

/// A label of a stranger, safe to show and cut where it is too long for a label.
pub(crate) fn label(text: &str) -> String {
    Printable(text).to_string()
}

/// A sentence, a story or a link, safe to show: white space becomes a space, other invisible
/// characters become `�`, and what is beyond 4,000 characters is cut.
pub(crate) fn prose(text: &str) -> String {
    let end = text.char_indices().nth(PROSE_CHARACTERS_MAX).map_or(text.len(), |(end, _)| end);
    let (mut rest, cut) = (&text[..end], &text[end..]);
    let mut shown = String::with_capacity(rest.len());
    while !rest.is_empty() {
        let end = rest.char_indices().nth(PIECE_CHARACTERS).map_or(rest.len(), |(end, _)| end);
        let piece = rest[..end].replace(['\n', '\r', '\t'], " ");
        let _ = write!(shown, "{}", Printable(&piece));
        rest = &rest[end..];
    }
    if !cut.is_empty() {
        shown.push('…');
    }
    shown
}

/// A long identity by its ends: `0x098B…2f96`. Short ones stay whole.
pub(crate) fn short(text: &str) -> String {
    let count = text.chars().count();
    if count <= 14 {
        return text.to_owned();
    }
    let front: String = text.chars().take(6).collect();
    let back: String = text.chars().skip(count - 4).collect();
    format!("{front}…{back}")
}

/// A text cut to a number of characters, the last one `…` where something is missing.
pub(crate) fn cut(text: &str, characters_max: usize) -> String {
    if text.chars().count() <= characters_max {
        return text.to_owned();
    }
    let front: String = text.chars().take(characters_max.saturating_sub(1)).collect();
    format!("{}…", front.trim_end())
}

/// `1 address`, `12 addresses`.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    let digits = crate::figures::grouped(&count.to_string());
    format!("{digits} {}", if count == 1 { one } else { many })
}

/// Whether a text is a link that a page may offer.
pub(crate) fn is_link(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        !rest.is_empty()
            && rest.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
    })
}

#[cfg(test)]
mod tests {
    use super::{cut, is_link, prose, short};

    #[test]
    fn prose_keeps_words_and_loses_controls() {
        assert_eq!(prose("a\nb\u{202e}c\0"), "a b\u{fffd}c\u{fffd}");
        assert_eq!(prose(&"é".repeat(10_000_000)).chars().count(), 4_001);
        let long = "x".repeat(250);
        assert_eq!(prose(&long), long);
    }

    #[test]
    fn only_web_pages_are_links() {
        assert!(is_link("https://example.org/a?b=c&d=%20#e"));
        assert!(is_link("https://example.org/it's"), "an apostrophe may stand in a link");
        for text in ["javascript:alert(1)", "https://", "data:x", "https://a b", "https://\"x"] {
            assert!(!is_link(text), "{text}");
        }
    }

    #[test]
    fn shortens_by_the_ends() {
        assert_eq!(short("0x098B716B8Aaf21512996dC57EB0615e2383E2f96"), "0x098B…2f96");
        assert_eq!(cut("a long name", 6), "a lon…");
    }
}

//! Text from outside as a string of TOML, whatever it holds.

use std::fmt::Write as _;

/// The text as a basic string of TOML, on one line. What could not be seen in an editor, or
/// would change how the rest of the line looks, is written as an escape.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if is_hidden(c) => _ = write!(quoted, "\\U{:08X}", u32::from(c)),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A list of texts as an array of TOML.
pub(super) fn quoted_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.into_iter().map(quoted).collect();
    format!("[{}]", texts.join(", "))
}

/// Controls, and signs that change the direction of a line or have no width.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c), 0x61c | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f)
        || matches!(u32::from(c), 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe007f)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{quoted, quoted_list};

    fn read_back(toml: &str) -> toml::Value {
        let table: toml::Table = format!("a = {toml}").parse().unwrap();
        table["a"].clone()
    }

    #[test]
    fn signs_that_mean_something_are_escaped() {
        for (text, toml) in [
            ("a \"b\" \\", r#""a \"b\" \\""#),
            ("\"\"\"\n[[amount]]\nusd = 1", r#""\"\"\"\n[[amount]]\nusd = 1""#),
            ("\u{202e}gpj\u{0}", r#""\U0000202Egpj\U00000000""#),
        ] {
            assert_eq!(quoted(text), toml);
            assert_eq!(read_back(toml).as_str(), Some(text));
        }
        assert_eq!(quoted_list(["a", "b\""]), r#"["a", "b\""]"#);
    }

    proptest! {
        #[test]
        fn every_text_is_read_back(text in any::<String>()) {
            let toml = quoted(&text);
            assert!(!toml.contains('\n'));
            let value = read_back(&toml);
            assert_eq!(value.as_str(), Some(text.as_str()));
        }

        #[test]
        fn every_text_of_hostile_signs_is_read_back(text in "[\"'\\\\\n\r\t\u{0}-\u{1f}\u{7f}-\u{9f}#\\[\\]=u\u{202e}\u{2028}]{0,60}") {
            assert_eq!(read_back(&quoted(&text)).as_str(), Some(text.as_str()));
        }
    }
}

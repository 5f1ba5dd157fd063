//! A line of the log.

use hawkshaw_model::{Digest, Timestamp};
use serde_json::{Map, Value};

use super::error::AuditError;
use crate::clock::UnixMillis;

/// Bytes that a line may have, its end included.
pub(crate) const LINE_MAX: usize = 1 << 20;

/// The members that the log writes itself.
const OWN: [&str; 4] = ["prev", "n", "at", "event"];

/// A line that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// Its number, from 1.
    pub number: u64,
    /// When it was written.
    pub at: Timestamp,
    /// What happened.
    pub event: String,
    /// The digest of the line before it.
    pub previous: Digest,
    /// What it says beside that.
    pub fields: Map<String, Value>,
}

/// The part of a line that does not depend on its place: from the time to the closing brace.
pub(crate) fn body(
    event: &str,
    fields: &Map<String, Value>,
    now: UnixMillis,
) -> Result<String, AuditError> {
    if let Some(name) = OWN.iter().find(|name| fields.contains_key(**name)) {
        return Err(AuditError::Refused(format!(
            "`{name}` is a member that the log writes itself"
        )));
    }
    let fields = serde_json::to_string(fields).map_err(|error| {
        AuditError::Refused(format!("an event that cannot be written as JSON: {error}"))
    })?;
    let (at, millis) = (now.to_timestamp().to_string(), now.0.rem_euclid(1000));
    let at = at.trim_end_matches('Z');
    let event = Value::from(event).to_string();
    // The members of the fields follow; `{}` has none.
    let rest = fields.strip_prefix('{').filter(|rest| *rest != "}");
    let text = match rest {
        Some(rest) => format!("\"at\":\"{at}.{millis:03}Z\",\"event\":{event},{rest}"),
        None => format!("\"at\":\"{at}.{millis:03}Z\",\"event\":{event}}}"),
    };
    if text.len() + 200 > LINE_MAX {
        let why = format!("an audit line of {} bytes; at most {LINE_MAX} are written", text.len());
        return Err(AuditError::Refused(why));
    }
    Ok(text)
}

/// The whole line, without its end.
pub(crate) fn whole(previous: Digest, number: u64, body: &str) -> String {
    format!("{{\"prev\":\"{previous}\",\"n\":{number},{body}")
}

/// Reads a line; the reason where it is none.
pub(crate) fn read(line: &[u8]) -> Result<AuditLine, String> {
    let value: Value = serde_json::from_slice(line).map_err(|error| format!("no JSON: {error}"))?;
    let Value::Object(mut fields) = value else { return Err("no JSON object".to_owned()) };
    let mut text = |name: &str| match fields.remove(name) {
        Some(Value::String(text)) => Ok(text),
        _ => Err(format!("no text `{name}`")),
    };
    let (previous, at, event) = (text("prev")?, text("at")?, text("event")?);
    let previous = previous.parse().map_err(|_| "`prev` is no digest".to_owned())?;
    let at = at.parse().map_err(|_| "`at` is no time".to_owned())?;
    let number = fields.remove("n").and_then(|n| n.as_u64()).ok_or("no number `n`")?;
    Ok(AuditLine { number, at, event, previous, fields })
}

#[cfg(test)]
mod tests {
    use super::{body, read, whole};
    use crate::clock::UnixMillis;
    use hawkshaw_model::Digest;
    use proptest::prelude::{prop_assert_eq, proptest};
    use serde_json::{Map, Value, json};

    #[test]
    fn a_line_says_what_it_was_given() {
        let Value::Object(fields) = json!({"key": "k", "status": 200}) else { unreachable!() };
        let text = body("screen", &fields, UnixMillis(1_648_042_149_007)).unwrap();
        let line = whole(Digest::of(b"x"), 7, &text);
        assert!(line.contains("\"at\":\"2022-03-23T13:29:09.007Z\""), "{line}");
        let line = read(line.as_bytes()).unwrap();
        assert_eq!((line.number, line.event.as_str()), (7, "screen"));
        assert_eq!(line.fields, fields);
    }

    #[test]
    fn members_of_the_chain_cannot_be_forged() {
        for name in super::OWN {
            let fields = Map::from_iter([(name.to_owned(), json!("x"))]);
            assert!(body("e", &fields, UnixMillis(0)).is_err(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_text_comes_back_in_one_line(event in "\\PC*", name in "x\\PC*", text in ".*") {
            let fields = Map::from_iter([(name, json!(text))]);
            let line = whole(Digest::of(b""), 1, &body(&event, &fields, UnixMillis(0)).unwrap());
            assert!(!line.contains('\n'));
            let line = read(line.as_bytes()).unwrap();
            prop_assert_eq!(line.event, event);
            prop_assert_eq!(line.fields, fields);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            let _ = read(&bytes);
        }
    }
}

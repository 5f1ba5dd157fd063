//! The ids of records.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

use crate::clock::UnixMillis;
use crate::error::RecordsError;

/// The id of a record: a UUID of version 7 (RFC 9562 §5.7), so that ids that are made one after
/// the other lie close to each other on disk and 74 bits of each cannot be guessed. To whoever
/// gets one it is an opaque text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId(pub(crate) [u8; 16]);

/// A text that is no id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no id of a record")]
pub struct RecordIdError(String);

impl RecordId {
    /// A new id.
    ///
    /// # Errors
    ///
    /// When the operating system has no random bytes.
    pub fn new() -> Result<Self, RecordsError> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|error| {
            RecordsError::Database(format!("the operating system gives no random bytes: {error}"))
        })?;
        let millis = UnixMillis::now().0.to_be_bytes();
        bytes[..6].copy_from_slice(&millis[2..]);
        bytes[6] = (bytes[6] & 0x0f) | 0x70;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Ok(Self(bytes))
    }

    /// An id that always is the same for the same text: version 8, from its BLAKE3 digest.
    pub(crate) fn of(text: &[u8]) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&blake3::hash(text).as_bytes()[..16]);
        bytes[6] = (bytes[6] & 0x0f) | 0x80;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        Self(bytes)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, byte) in self.0.iter().enumerate() {
            if matches!(position, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for RecordId {
    type Err = RecordIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || RecordIdError(text.chars().take(60).collect());
        let bytes = text.as_bytes();
        let dashes = [8, 13, 18, 23];
        if bytes.len() != 36 || dashes.iter().any(|&at| bytes[at] != b'-') {
            return Err(refused());
        }
        let digits = bytes.iter().enumerate().filter(|(at, _)| !dashes.contains(at));
        let mut id = [0u8; 16];
        for (place, (_, digit)) in digits.enumerate() {
            let value = char::from(*digit).to_digit(16).ok_or_else(refused)?;
            let value = u8::try_from(value).map_err(|_| refused())?;
            id[place / 2] = (id[place / 2] << 4) | value;
        }
        Ok(Self(id))
    }
}

impl Serialize for RecordId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::RecordId;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    #[test]
    fn new_ids_are_uuids_that_differ() {
        let (a, b) = (RecordId::new().unwrap(), RecordId::new().unwrap());
        assert_ne!(a, b);
        let text = a.to_string();
        assert_eq!(text.as_bytes()[14], b'7');
        assert!(matches!(text.as_bytes()[19], b'8' | b'9' | b'a' | b'b'));
    }

    proptest! {
        #[test]
        fn display_and_parse_are_inverse(bytes in any::<[u8; 16]>()) {
            let id = RecordId(bytes);
            prop_assert_eq!(id.to_string().parse::<RecordId>().unwrap(), id);
            prop_assert_eq!(id.to_string().to_uppercase().parse::<RecordId>().unwrap(), id);
        }

        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,40}") {
            let _ = text.parse::<RecordId>();
        }
    }
}

//! Messages of Protocol Buffers, as Celer's calls carry them.
//!
//! Source: <https://protobuf.dev/programming-guides/encoding>. Only the two kinds that these
//! messages have are read: numbers and bytes.

use super::abi::Fault;

/// How many fields of a message are read.
const FIELDS_MAX: usize = 32;

/// A field of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field<'a> {
    Number(u64),
    Bytes(&'a [u8]),
}

/// The fields of a message by number; of a field that comes again the last counts.
#[derive(Debug)]
pub(crate) struct Message<'a>(Vec<(u64, Field<'a>)>);

impl<'a> Message<'a> {
    /// Reads a message.
    pub(crate) fn read(mut bytes: &'a [u8]) -> Result<Self, Fault> {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            if fields.len() == FIELDS_MAX {
                return Err(Fault::Value);
            }
            let key = varint(&mut bytes)?;
            let field = match key & 7 {
                0 => Field::Number(varint(&mut bytes)?),
                2 => {
                    let length = usize::try_from(varint(&mut bytes)?).map_err(|_| Fault::Short)?;
                    let (field, rest) = bytes.split_at_checked(length).ok_or(Fault::Short)?;
                    bytes = rest;
                    Field::Bytes(field)
                }
                _ => return Err(Fault::Value),
            };
            fields.push((key >> 3, field));
        }
        Ok(Self(fields))
    }

    /// The bytes of a field; an absent one is empty.
    pub(crate) fn bytes(&self, number: u64) -> Result<&'a [u8], Fault> {
        match self.field(number) {
            None => Ok(&[]),
            Some(Field::Bytes(bytes)) => Ok(bytes),
            Some(Field::Number(_)) => Err(Fault::Value),
        }
    }

    /// The number of a field; an absent one is 0.
    pub(crate) fn number(&self, number: u64) -> Result<u64, Fault> {
        match self.field(number) {
            None => Ok(0),
            Some(Field::Number(value)) => Ok(value),
            Some(Field::Bytes(_)) => Err(Fault::Value),
        }
    }

    fn field(&self, number: u64) -> Option<Field<'a>> {
        self.0.iter().rev().find(|(known, _)| *known == number).map(|(_, field)| *field)
    }
}

/// A number of seven bits a byte, the lowest first.
fn varint(bytes: &mut &[u8]) -> Result<u64, Fault> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or(Fault::Short)?;
        *bytes = rest;
        let part = u64::from(byte & 0x7f);
        if shift == 63 && part > 1 {
            return Err(Fault::Value);
        }
        value |= part << shift;
        if byte & 0x80 == 0 {
            return Ok(value);
        }
    }
    Err(Fault::Value)
}

#[cfg(test)]
mod tests {
    use super::{Field, Message, varint};

    #[test]
    fn numbers_and_bytes_are_read_and_broken_ones_refused() {
        let message = Message::read(&[0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i']).unwrap();
        assert_eq!(message.number(1).unwrap(), 150);
        assert_eq!(message.bytes(2).unwrap(), b"hi");
        assert_eq!(message.field(2), Some(Field::Bytes(b"hi")));
        assert!(message.bytes(9).unwrap().is_empty());
        for broken in [&[0x08][..], &[0x12, 0x05, 1], &[0x0d, 0, 0, 0, 0], &[0xff; 11]] {
            assert!(Message::read(broken).is_err(), "{broken:?}");
        }
        let mut largest: &[u8] = &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
        assert_eq!(varint(&mut largest).unwrap(), u64::MAX);
    }
}

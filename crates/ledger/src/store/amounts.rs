//! Amounts and event indices in few bytes.
//!
//! A row is a byte that says what follows, the mantissa in 0 to 32 bytes with the low ones
//! first, a power of ten by which it is multiplied (a byte), and an event index:
//!
//! ```text
//! first byte  51 · event + length
//! length      0 to 32: a mantissa of so many bytes
//!             33 to 50: a mantissa of 1 to 18 bytes, then the power of ten
//! event       0: it is 0               1: the row is not placed
//!             2: one after the row before    3: two after the row before
//!             4: LEB128 of the difference to the last event that was coded as 2, 3 or 4 in the
//!                same 16 rows, else to 0; a negative difference d is -2·d − 1, another 2·d
//! ```
//!
//! Every 16 rows begin anew, at the place that a column of starts gives, so a row is found by
//! passing over at most 15 others. 1.5 ether take 3 bytes, a fee about 7, 20 digits at random 10.
//! Logs stand two apart where one follows the other, fees are not placed, and the movements of a
//! canonical file stand one apart: none of these takes a byte for its event.

use std::sync::Arc;

use alloy_primitives::U256;
use hawkshaw_model::rows::Transfer;
use hawkshaw_model::{Amount, ReadError};

use crate::store::container::{Container, Section};
use crate::store::varint;

/// Rows from one start to the next.
pub(crate) const STRIDE: usize = 16;

/// The most bytes of a mantissa that is followed by a power of ten.
pub(crate) const SCALED_BYTES_MAX: usize = 18;

const MANTISSA_BYTES_MAX: usize = 32;

/// How many lengths there are.
pub(crate) const LENGTHS: u8 = 51;

pub(crate) const EVENT_ZERO: u8 = 0;
pub(crate) const EVENT_UNPLACED: u8 = 1;
pub(crate) const EVENT_PLUS_ONE: u8 = 2;
pub(crate) const EVENT_PLUS_TWO: u8 = 3;
pub(crate) const EVENT_STATED: u8 = 4;

const _: () = assert!(LENGTHS as usize == MANTISSA_BYTES_MAX + 1 + SCALED_BYTES_MAX);

/// The amounts and events of the rows of a file, written by an
/// [`AmountPoolWriter`](crate::store::amount_writer::AmountPoolWriter).
#[derive(Debug, Clone)]
pub(crate) struct AmountPool {
    bytes: Section<u8>,
    starts: Section<u32>,
    len: usize,
}

/// The event of the last row, and the one that a stated event is counted from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Events {
    pub(crate) last: u32,
    pub(crate) base: u32,
}

/// Reads the rows of 16 one after the other.
#[derive(Debug, Clone, Copy)]
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
    events: Events,
    /// Whether an event was beyond 32 bits.
    is_wrong: bool,
}

/// What the first byte of a row says.
#[derive(Debug, Clone, Copy)]
struct Shape {
    mantissa: u8,
    is_scaled: bool,
    event: u8,
}

impl AmountPool {
    /// The rows that were written under a name.
    ///
    /// # Errors
    ///
    /// When the file has none, or they contradict one another.
    pub(crate) fn open(file: &Arc<Container>, name: &str) -> Result<Self, ReadError> {
        let count: Section<u64> = file.section(&format!("{name}_count"))?;
        let len = count.at(0)?;
        let pool = Self {
            bytes: file.section(&format!("{name}_bytes"))?,
            starts: file.section(&format!("{name}_starts"))?,
            len: usize::try_from(len).unwrap_or(usize::MAX),
        };
        if pool.starts.len() != pool.len.div_ceil(STRIDE) + 1 {
            return Err(count.error(0, format!("it has no starts of {len} amounts")));
        }
        Ok(pool)
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The amount and event of a row.
    ///
    /// # Errors
    ///
    /// When it is damaged, or there is none.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Result<(Amount, u32), ReadError> {
        if row >= self.len {
            return Err(self.starts.error(0, format!("there is no row {row} of {}", self.len)));
        }
        let mut cursor = self.cursor(row / STRIDE)?;
        let mut passed = Some(());
        for _ in 0..row % STRIDE {
            passed = passed.and_then(|()| cursor.pass());
        }
        passed.and_then(|()| cursor.read()).ok_or_else(|| self.wrong(row, cursor))
    }

    /// Calls a function with the amount and event of each row of a range, in order.
    ///
    /// # Errors
    ///
    /// When a row is damaged, or there are none so far.
    pub(crate) fn for_each(
        &self,
        rows: std::ops::Range<usize>,
        mut take: impl FnMut(Amount, u32),
    ) -> Result<(), ReadError> {
        if rows.end > self.len {
            return Err(self.starts.error(0, format!("there are no rows {rows:?}")));
        }
        let mut row = rows.start;
        while row < rows.end {
            let mut cursor = self.cursor(row / STRIDE)?;
            for _ in 0..row % STRIDE {
                cursor.pass().ok_or_else(|| self.wrong(row, cursor))?;
            }
            let end = rows.end.min((row / STRIDE + 1) * STRIDE);
            for row in row..end {
                let (amount, event) = cursor.read().ok_or_else(|| self.wrong(row, cursor))?;
                take(amount, event);
            }
            row = end;
        }
        Ok(())
    }

    /// Brings the bytes of a row near.
    pub(crate) fn warm(&self, row: usize) -> Result<u32, ReadError> {
        let start = self.starts.at(row / STRIDE)?;
        let first = usize::try_from(start).unwrap_or(usize::MAX);
        let byte = if first < self.bytes.len() { self.bytes.at(first)? } else { 0 };
        Ok(start ^ u32::from(byte))
    }

    #[inline]
    fn cursor(&self, stretch: usize) -> Result<Cursor<'_>, ReadError> {
        let ends = self.starts.get(stretch..stretch + 2)?;
        let bytes = self.bytes.get(ends[0] as usize..ends[1] as usize)?;
        Ok(Cursor { bytes, at: 0, events: Events::START, is_wrong: false })
    }

    #[cold]
    fn wrong(&self, row: usize, cursor: Cursor<'_>) -> ReadError {
        let start = self.starts.at(row / STRIDE).unwrap_or(0);
        let reason = format!("the amount of row {row} makes no sense");
        self.bytes.error(start as usize + cursor.at, reason)
    }
}

impl Events {
    pub(crate) const START: Self = Self { last: Transfer::UNPLACED, base: 0 };

    /// Goes on to the next row, whose event is coded in this way.
    #[inline]
    pub(crate) fn go_on(&mut self, code: u8, event: u32) {
        self.last = event;
        if code >= EVENT_PLUS_ONE {
            self.base = event;
        }
    }
}

impl Cursor<'_> {
    /// Reads a row; `None` if it makes no sense.
    #[inline]
    fn read(&mut self) -> Option<(Amount, u32)> {
        let shape = self.shape()?;
        let amount = self.amount(shape)?;
        let event = self.event(shape.event)?;
        (!self.is_wrong).then_some((amount, event))
    }

    /// Passes over a row.
    #[inline]
    fn pass(&mut self) -> Option<()> {
        let shape = self.shape()?;
        self.at += usize::from(shape.mantissa) + usize::from(shape.is_scaled);
        self.event(shape.event).map(|_| ())
    }

    #[inline]
    fn shape(&mut self) -> Option<Shape> {
        let code = *self.bytes.get(self.at)?;
        self.at += 1;
        let shape = SHAPES[usize::from(code)];
        (shape.event <= EVENT_STATED).then_some(shape)
    }

    #[inline]
    fn amount(&mut self, shape: Shape) -> Option<Amount> {
        let len = usize::from(shape.mantissa);
        let (start, end) = (self.at, self.at + len);
        if len <= 8 {
            let mantissa = match self.bytes.get(start..start + 8) {
                Some(eight) => u64::from_le_bytes(eight.try_into().ok()?) & MASKS[len],
                None => self.short(start, len)?,
            };
            self.at = end;
            if !shape.is_scaled {
                return Some(Amount::from(mantissa));
            }
            let power = self.power()?;
            if let Some(scale) = POWERS.get(usize::from(power)) {
                return Some(Amount::from(u128::from(mantissa) * u128::from(*scale)));
            }
            return scaled(U256::from(mantissa), power);
        }
        let mantissa = U256::try_from_le_slice(self.bytes.get(start..end)?)?;
        self.at = end;
        if shape.is_scaled {
            scaled(mantissa, self.power()?)
        } else {
            Some(Amount::from_u256(mantissa))
        }
    }

    /// A mantissa of up to eight bytes at the very end.
    fn short(&self, start: usize, len: usize) -> Option<u64> {
        let bytes = self.bytes.get(start..start + len)?;
        Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    #[inline]
    fn power(&mut self) -> Option<u8> {
        let power = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(power)
    }

    /// The event of a row. Which code comes is hard to foresee, so there is only one branch.
    #[inline]
    fn event(&mut self, code: u8) -> Option<u32> {
        let Events { last, base } = self.events;
        let mut event = match code {
            EVENT_ZERO => 0,
            EVENT_UNPLACED => Transfer::UNPLACED,
            _ => last.wrapping_add(u32::from(code) - 1),
        };
        if code == EVENT_STATED {
            let coded = varint::take(self.bytes, &mut self.at)?;
            let size = u32::try_from((coded >> 1) + (coded & 1)).ok()?;
            event = if coded & 1 == 0 { base.checked_add(size)? } else { base.checked_sub(size)? };
        }
        self.is_wrong |=
            code == EVENT_PLUS_ONE && event == 0 || code == EVENT_PLUS_TWO && event < 2;
        self.events.go_on(code, event);
        Some(event)
    }
}

fn scaled(mantissa: U256, power: u8) -> Option<Amount> {
    let scale = U256::from(10u64).checked_pow(U256::from(power))?;
    mantissa.checked_mul(scale).map(Amount::from_u256)
}

/// The powers of ten of 64 bits.
const POWERS: [u64; 20] = {
    let mut powers = [1; 20];
    let mut at = 1;
    while at < 20 {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

/// The lowest bytes of eight.
const MASKS: [u64; 9] = {
    let mut masks = [u64::MAX; 9];
    let mut at = 0;
    while at < 8 {
        masks[at] = (1 << (8 * at)) - 1;
        at += 1;
    }
    masks
};

const SHAPES: [Shape; 256] = {
    let mut shapes = [Shape { mantissa: 0, is_scaled: false, event: u8::MAX }; 256];
    let mut code: u8 = 0;
    while code < LENGTHS * (EVENT_STATED + 1) {
        let (length, event) = (code % LENGTHS, code / LENGTHS);
        let is_scaled = length > 32;
        let mantissa = if is_scaled { length - 32 } else { length };
        shapes[code as usize] = Shape { mantissa, is_scaled, event };
        code += 1;
    }
    shapes
};

#[cfg(test)]
mod tests;

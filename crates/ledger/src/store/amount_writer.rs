//! Writing amounts and event indices in few bytes: see [`amounts`](crate::store::amounts).

use alloy_primitives::U256;
use hawkshaw_model::Amount;
use hawkshaw_model::rows::Transfer;

use crate::store::amounts::{
    EVENT_PLUS_ONE, EVENT_PLUS_TWO, EVENT_STATED, EVENT_UNPLACED, EVENT_ZERO, Events, LENGTHS,
    SCALED_BYTES_MAX, STRIDE,
};
use crate::store::container_writer::ContainerWriter;
use crate::store::error::StoreError;
use crate::store::varint;

/// Rows on their way into a file.
#[derive(Debug)]
pub(crate) struct AmountPoolWriter {
    bytes: Vec<u8>,
    starts: Vec<usize>,
    len: usize,
    events: Events,
}

impl Default for AmountPoolWriter {
    fn default() -> Self {
        Self { bytes: Vec::new(), starts: Vec::new(), len: 0, events: Events::START }
    }
}

impl AmountPoolWriter {
    /// Adds a row.
    pub(crate) fn push(&mut self, amount: Amount, event: u32) {
        if self.len.is_multiple_of(STRIDE) {
            self.starts.push(self.bytes.len());
            self.events = Events::START;
        }
        self.len += 1;
        let code = self.event_code(event);
        let (bytes, len, power) = shortest(amount.to_u256());
        let extra = if power == 0 { 0 } else { 32 };
        let length = u8::try_from(len).expect("at most 32 bytes") + extra;
        self.bytes.push(code * LENGTHS + length);
        self.bytes.extend_from_slice(&bytes[..len]);
        if power > 0 {
            self.bytes.push(power);
        }
        if code == EVENT_STATED {
            let base = self.events.base;
            let size = u64::from(event.abs_diff(base));
            varint::put(if event < base { size * 2 - 1 } else { size * 2 }, &mut self.bytes);
        }
        self.events.go_on(code, event);
    }

    /// Writes the rows under a name: columns `…_count`, `…_starts` and `…_bytes`.
    ///
    /// # Errors
    ///
    /// When the file cannot be written, or they take more than 4 GiB.
    pub(crate) fn write(
        mut self,
        file: &mut ContainerWriter,
        name: &str,
    ) -> Result<(), StoreError> {
        self.starts.push(self.bytes.len());
        let starts: Result<Vec<u32>, _> = self.starts.iter().map(|at| u32::try_from(*at)).collect();
        let limit = StoreError::Limit { what: "bytes of amounts in a segment", max: 1 << 32 };
        file.column(&format!("{name}_count"), &[self.len as u64])?;
        file.column(&format!("{name}_starts"), &starts.map_err(|_| limit)?)?;
        Ok(file.column(&format!("{name}_bytes"), &self.bytes)?)
    }

    fn event_code(&self, event: u32) -> u8 {
        let after = |step| self.events.last.checked_add(step) == Some(event);
        match event {
            0 => EVENT_ZERO,
            Transfer::UNPLACED => EVENT_UNPLACED,
            _ if after(1) => EVENT_PLUS_ONE,
            _ if after(2) => EVENT_PLUS_TWO,
            _ => EVENT_STATED,
        }
    }
}

/// A number as mantissa and power of ten, in the fewest bytes: the bytes, how many of them count,
/// and the power.
fn shortest(number: U256) -> ([u8; 32], usize, u8) {
    let plain = number.to_le_bytes();
    let plain_len = number.byte_len();
    // 10^n is a multiple of 2^n, and below 10^3 nothing is won.
    if plain_len < 3 || number.trailing_zeros() < 3 {
        return (plain, plain_len, 0);
    }
    let (mantissa, power) = match u128::try_from(number) {
        Ok(number) => without_zeros(number),
        Err(_) => without_many_zeros(number),
    };
    let len = mantissa.byte_len();
    if power == 0 || len > SCALED_BYTES_MAX || len + 1 >= plain_len {
        return (plain, plain_len, 0);
    }
    (mantissa.to_le_bytes(), len, power)
}

/// A number without its decimal zeros, and how many these were.
fn without_zeros(mut number: u128) -> (U256, u8) {
    const STEPS: [(u128, u8); 6] = [
        (10_000_000_000_000_000, 16),
        (10_000_000_000_000_000, 16),
        (100_000_000, 8),
        (10_000, 4),
        (100, 2),
        (10, 1),
    ];
    let mut zeros = 0;
    for (scale, step) in STEPS {
        if let Ok(small) = u64::try_from(number)
            && let Ok(scale) = u64::try_from(scale)
        {
            if small.is_multiple_of(scale) {
                (number, zeros) = (u128::from(small / scale), zeros + step);
            }
        } else if number.is_multiple_of(scale) {
            (number, zeros) = (number / scale, zeros + step);
        }
    }
    (U256::from(number), zeros)
}

/// The same beyond 128 bits, where few amounts are.
fn without_many_zeros(mut number: U256) -> (U256, u8) {
    let ten = U256::from(10u64);
    let mut zeros = 0;
    loop {
        let (quotient, rest) = number.div_rem(ten);
        if !rest.is_zero() {
            return (number, zeros);
        }
        (number, zeros) = (quotient, zeros + 1);
    }
}

//! A column of exact amounts, eight bytes for those below 2^63.

use hawkshaw_model::Amount;

use crate::error::LedgerError;

/// A code below 2^63 is the amount itself, any other is the index of a wide amount with the
/// highest bit set.
#[derive(Debug, Default)]
pub(crate) struct AmountColumn {
    /// One code a row.
    codes: Vec<u64>,
    /// The amounts that do not fit.
    wide: Vec<Amount>,
}

/// The bit that marks an index into the wide amounts.
const WIDE: u64 = 1 << 63;

impl AmountColumn {
    /// Appends an amount.
    pub(crate) fn push(&mut self, amount: Amount) {
        let [low, high @ ..] = *amount.to_u256().as_limbs();
        let code = if high == [0; 3] && low & WIDE == 0 {
            low
        } else {
            self.wide.push(amount);
            WIDE | (self.wide.len() as u64 - 1)
        };
        self.codes.push(code);
    }

    /// Appends a row of another column.
    pub(crate) fn push_from(&mut self, other: &Self, row: usize) {
        match other.codes[row] {
            code if code & WIDE == 0 => self.codes.push(code),
            _ => self.push(other.get(row)),
        }
    }

    /// The amount of a row.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Amount {
        let code = self.codes[row];
        if code & WIDE == 0 {
            Amount::from(code)
        } else {
            self.wide[usize::try_from(code & !WIDE).unwrap_or(usize::MAX)]
        }
    }

    /// For each row, whether its amount is zero.
    pub(crate) fn zeros(&self) -> impl Iterator<Item = bool> {
        self.codes.iter().map(|code| *code == 0)
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> usize {
        self.codes.len()
    }

    /// The number of the next row, which must fit 31 bits so that two postings a row fit 32.
    pub(crate) fn next_row(&self) -> Result<u32, LedgerError> {
        match u32::try_from(self.codes.len()) {
            Ok(row) if row < ROWS_MAX => Ok(row),
            _ => Err(LedgerError::Limit { what: "rows of a chain", max: ROWS_MAX.into() }),
        }
    }

    /// An empty column with room for rows.
    pub(crate) fn with_capacity(rows: usize) -> Self {
        Self { codes: Vec::with_capacity(rows), wide: Vec::new() }
    }
}

/// The most rows of a chain, and of all account chains together.
pub(crate) const ROWS_MAX: u32 = u32::MAX >> 1;

#[cfg(test)]
mod tests {
    use super::AmountColumn;
    use hawkshaw_model::Amount;

    #[test]
    fn amounts_on_both_sides_of_the_border_survive() {
        let most = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
        let amounts: Vec<Amount> =
            ["0", "1", "9223372036854775807", "9223372036854775808", "18446744073709551616", most]
                .iter()
                .map(|text| text.parse().unwrap())
                .collect();
        let mut column = AmountColumn::default();
        amounts.iter().for_each(|amount| column.push(*amount));
        let mut copy = AmountColumn::default();
        (0..amounts.len()).for_each(|row| copy.push_from(&column, row));
        for (row, amount) in amounts.iter().enumerate() {
            assert_eq!((column.get(row), copy.get(row)), (*amount, *amount));
        }
        assert_eq!(column.wide.len(), 3);
        assert_eq!(column.zeros().collect::<Vec<_>>(), [true, false, false, false, false, false]);
    }
}

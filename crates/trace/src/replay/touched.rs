//! What taint has reached, as the scan of the ledger asks it.

/// Accounts up to which a list of them is kept: beyond, hardly a segment has none of them, and
/// asking each costs more than reading it.
const LISTED_MAX: usize = 1 << 16;

/// A bitmap over dense numbers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bitmap(Vec<u64>);

impl Bitmap {
    pub(crate) fn with_len(len: usize) -> Self {
        Self(vec![0; len.div_ceil(64)])
    }

    #[inline]
    pub(crate) fn get(&self, index: usize) -> bool {
        self.0.get(index >> 6).is_some_and(|word| word >> (index & 63) & 1 == 1)
    }

    /// Sets a bit, and makes room for it.
    pub(crate) fn put(&mut self, index: usize) {
        let word = index >> 6;
        if self.0.len() <= word {
            self.0.resize(word + 1, 0);
        }
        self.set(index);
    }

    /// The bits that are set, in order.
    pub(crate) fn ones(&self) -> impl Iterator<Item = usize> {
        let bits = |(at, word): (usize, &u64)| {
            let word = *word;
            (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit)
        };
        self.0.iter().enumerate().filter(|(_, word)| **word != 0).flat_map(bits)
    }

    pub(crate) fn set(&mut self, index: usize) {
        if let Some(word) = self.0.get_mut(index >> 6) {
            *word |= 1 << (index & 63);
        }
    }
}

/// The accounts that taint has reached: a bitmap for the rows of a segment, and a list, while
/// it is short, for segments as a whole.
#[derive(Debug)]
pub(crate) struct Touched {
    bits: Bitmap,
    listed: Vec<u32>,
    is_listed: bool,
}

impl Touched {
    /// None of so many accounts.
    pub(crate) fn with_len(accounts: usize) -> Self {
        Self { bits: Bitmap::with_len(accounts), listed: Vec::new(), is_listed: true }
    }

    /// Whether taint has reached an account.
    #[inline]
    pub(crate) fn has(&self, account: u32) -> bool {
        self.bits.get(account as usize)
    }

    /// Notes that taint has reached an account.
    pub(crate) fn add(&mut self, account: u32) {
        if self.has(account) {
            return;
        }
        self.bits.set(account as usize);
        if self.is_listed && self.listed.len() == LISTED_MAX {
            self.is_listed = false;
            self.listed = Vec::new();
        } else if self.is_listed {
            self.listed.push(account);
        }
    }

    /// The accounts, in order.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> {
        self.bits.ones().filter_map(|bit| u32::try_from(bit).ok())
    }

    /// The accounts in the order in which taint reached them; `None` where they are many.
    pub(crate) fn listed(&self) -> Option<&[u32]> {
        self.is_listed.then_some(&self.listed)
    }
}

#[cfg(test)]
mod tests {
    use super::{LISTED_MAX, Touched};

    #[test]
    fn accounts_are_listed_once_while_they_are_few() {
        let most = u32::try_from(LISTED_MAX).unwrap();
        let mut touched = Touched::with_len(LISTED_MAX + 1);
        touched.add(5);
        touched.add(3);
        touched.add(5);
        assert_eq!(touched.listed(), Some(&[5, 3][..]));
        assert!(touched.has(3) && !touched.has(4) && !touched.has(u32::MAX));
        (0..most).for_each(|account| touched.add(account));
        assert_eq!(touched.listed().map(<[u32]>::len), Some(LISTED_MAX));
        touched.add(most);
        assert_eq!(touched.listed(), None);
        assert!(touched.has(most) && touched.has(5));
    }
}

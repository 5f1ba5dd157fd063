//! What a log of a contract says was moved.

use std::collections::hash_map::Entry;

use alloy_primitives::{Address, U256, address};
use hawkshaw_model::{Amount, TransferKind};
use rustc_hash::FxHashMap;

use super::event::{event_of_log, event_of_move};
use super::facts::Facts;
use super::topics::Meaning;
use crate::defects::Defect;

/// A log of a contract.
#[derive(Debug, Clone, Copy)]
pub struct Log<'a> {
    /// Its number in the block.
    pub index: u32,
    /// The contract.
    pub emitter: [u8; 20],
    /// None to four words.
    pub topics: &'a [[u8; 32]],
    /// The rest.
    pub data: &'a [u8],
}

/// What a log moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token {
    /// The native asset of the chain.
    Native,
    /// A token of a contract, of which one unit is as good as another (ERC-20).
    Fungible([u8; 20]),
    /// One token of a contract by its number (ERC-721).
    Unique([u8; 20], U256),
    /// Units of one kind of token of a contract by its number (ERC-1155).
    Several([u8; 20], U256),
}

/// A movement that a log states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogMove {
    /// Where in its transaction.
    pub event: u32,
    /// How it moved.
    pub kind: TransferKind,
    /// What.
    pub token: Token,
    /// Who paid; `None` for nobody.
    pub from: Option<[u8; 20]>,
    /// Who was paid; `None` for nobody.
    pub to: Option<[u8; 20]>,
    /// How much.
    pub amount: Amount,
}

impl Token {
    /// The kind of a movement between two addresses, and who pays: from the zero address it is
    /// new value, to the zero address it is destroyed.
    pub fn sides(self, from: [u8; 20], to: [u8; 20]) -> (TransferKind, Option<[u8; 20]>) {
        match (from == [0; 20], to == [0; 20]) {
            (true, _) => (TransferKind::Mint, None),
            (false, true) => (TransferKind::Burn, Some(from)),
            (false, false) if self == Self::Native => (TransferKind::Internal, Some(from)),
            (false, false) => (TransferKind::Token, Some(from)),
        }
    }
}

/// An NFT from before ERC-721 whose logs have no indexed field and look like those of ERC-20:
/// `CryptoKitties` on Ethereum.
/// Source: the event `Transfer` of the verified contract `KittyCore`.
const KITTIES: Address = address!("06012c8cf97bead5deae237070f9587f8e7a266d");

impl Log<'_> {
    /// Hands over what the log moves, by what it is understood as, or says why that is nothing.
    ///
    /// - ERC-20: `Transfer(from, to, value)`, two of them indexed. Contracts from before the
    ///   standard index fewer: topics come first, then data.
    /// - ERC-721: the same with three indexed fields, the last being the number of the token.
    /// - ERC-1155: `TransferSingle(operator, from, to, id, value)` and `TransferBatch` with lists
    ///   of ids and values. Movements of the same token in one log count as one.
    /// - WETH9: `Deposit(user, value)` and `Withdrawal(user, value)`.
    ///
    /// # Errors
    ///
    /// Those of `each`.
    pub fn moves<E>(
        &self,
        facts: &Facts,
        meaning: Meaning,
        each: &mut dyn FnMut(LogMove) -> Result<(), E>,
    ) -> Result<Option<Defect>, E> {
        let found = match meaning {
            Meaning::Kept => return Ok(None),
            Meaning::Transfer => self.transfer(facts),
            Meaning::Single => self.single(),
            Meaning::Batch => return self.batch(each),
            Meaning::Wrap | Meaning::Unwrap => self.wrapped(facts, meaning == Meaning::Wrap),
            Meaning::NativeMint => self.minted(),
            Meaning::NativeBurn => self.burned(),
            Meaning::Destroyed => self.destroyed(facts),
            // Where calls are at hand they say it: see `native_in`.
            Meaning::NativeIn => Err(Defect::RepeatsNative),
        };
        match found {
            Ok(moved) => each(moved).map(|()| None),
            Err(defect) => Ok(Some(defect)),
        }
    }

    fn transfer(&self, facts: &Facts) -> Result<LogMove, Defect> {
        let fungible = facts.token(self.emitter).ok_or(Defect::RepeatsNative)?;
        let indexed = self.topics.get(1..).unwrap_or_default();
        if (indexed.len() + self.data.len() / 32) != 3 || !self.data.len().is_multiple_of(32) {
            return Err(Defect::NotATransfer);
        }
        let mut words = indexed.iter().copied().chain(self.words());
        let mut word = || words.next().ok_or(Defect::NotATransfer);
        let (from, to, value) = (address_in(&word()?)?, address_in(&word()?)?, word()?);
        let value = U256::from_be_bytes(value);
        let is_unique = indexed.len() == 3 || (indexed.is_empty() && KITTIES == self.emitter);
        if is_unique {
            let token = Token::Unique(self.emitter, value);
            return self.between(token, from, to, U256::from(1u64));
        }
        self.between(fungible, from, to, value)
    }

    fn single(&self) -> Result<LogMove, Defect> {
        let ([_, _, from, to], 64) = (self.topics, self.data.len()) else {
            return Err(Defect::NotATransfer);
        };
        let mut words = self.words().map(U256::from_be_bytes);
        let (Some(id), Some(value)) = (words.next(), words.next()) else {
            return Err(Defect::NotATransfer);
        };
        let token = Token::Several(self.emitter, id);
        self.between(token, address_in(from)?, address_in(to)?, value)
    }

    fn batch<E>(
        &self,
        each: &mut dyn FnMut(LogMove) -> Result<(), E>,
    ) -> Result<Option<Defect>, E> {
        let read = || {
            let [_, _, from, to] = self.topics else { return Err(Defect::NotATransfer) };
            let sums = self.sums().ok_or(Defect::NotATransfer)?;
            Ok((address_in(from)?, address_in(to)?, sums))
        };
        let (from, to, sums) = match read() {
            Ok(read) => read,
            Err(defect) => return Ok(Some(defect)),
        };
        for (number, (id, value)) in sums.into_iter().enumerate() {
            let Some(event) = event_of_move(self.index, number) else {
                return Ok(Some(Defect::LongBatch));
            };
            match self.between(Token::Several(self.emitter, id), from, to, value) {
                Ok(moved) => each(LogMove { event, ..moved })?,
                Err(defect) => return Ok(Some(defect)),
            }
        }
        Ok(None)
    }

    /// The ids of a batch in the order in which they first stand there, with what was moved of
    /// each; `None` where the data are no two lists of one length.
    fn sums(&self) -> Option<Vec<(U256, U256)>> {
        let (ids, values) = (self.list(0)?, self.list(1)?);
        if ids.len() != values.len() {
            return None;
        }
        let mut sums: Vec<(U256, U256)> = Vec::with_capacity(ids.len() / 32);
        let mut known: FxHashMap<U256, usize> = FxHashMap::default();
        for (id, value) in words(ids).zip(words(values)) {
            let (id, value) = (U256::from_be_bytes(id), U256::from_be_bytes(value));
            match known.entry(id) {
                Entry::Vacant(entry) => {
                    entry.insert(sums.len());
                    sums.push((id, value));
                }
                Entry::Occupied(entry) => {
                    let (_, sum) = sums.get_mut(*entry.get())?;
                    *sum = sum.checked_add(value)?;
                }
            }
        }
        Some(sums)
    }

    /// The words of a list whose offset stands in the data as a word.
    ///
    /// Source: the contract ABI, <https://docs.soliditylang.org/en/latest/abi-spec.html>.
    fn list(&self, field: usize) -> Option<&[u8]> {
        let offset = number_in(self.data.get(field * 32..field * 32 + 32)?)?;
        let list = self.data.get(offset..)?;
        let length = number_in(list.get(..32)?)?.checked_mul(32)?;
        list.get(32..length.checked_add(32)?)
    }

    fn wrapped(&self, facts: &Facts, is_in: bool) -> Result<LogMove, Defect> {
        if !facts.is_wrapper(&self.emitter) {
            return Err(Defect::UnknownWrapper);
        }
        let [_, user] = self.topics else { return Err(Defect::NotATransfer) };
        let user = Some(address_in(user)?);
        let (kind, from, to) = match is_in {
            true => (TransferKind::Wrap, None, user),
            false => (TransferKind::Unwrap, user, None),
        };
        let (token, amount) = (Token::Fungible(self.emitter), self.only_word()?);
        Ok(LogMove { event: self.event()?, kind, token, from, to, amount })
    }

    fn minted(&self) -> Result<LogMove, Defect> {
        let [_, to] = self.topics else { return Err(Defect::NotATransfer) };
        let value = self.only_word()?.to_u256();
        self.between(Token::Native, [0; 20], address_in(to)?, value)
    }

    /// What was sent to the contract of balances, which destroys it there. The message to the
    /// other chain, where there is one, stands behind the amount.
    fn burned(&self) -> Result<LogMove, Defect> {
        let value = self.words().next().ok_or(Defect::NotATransfer)?;
        self.between(Token::Native, self.emitter, [0; 20], U256::from_be_bytes(value))
    }

    /// What the issuer of a token destroyed of an account.
    ///
    /// Source: `destroyBlackFunds` of TetherToken, whose log has no indexed field.
    fn destroyed(&self, facts: &Facts) -> Result<LogMove, Defect> {
        let token = facts.token(self.emitter).ok_or(Defect::RepeatsNative)?;
        let indexed = self.topics.get(1..).unwrap_or_default();
        let mut words = indexed.iter().copied().chain(self.words());
        let (Some(holder), Some(value), None) = (words.next(), words.next(), words.next()) else {
            return Err(Defect::NotATransfer);
        };
        self.between(token, address_in(&holder)?, [0; 20], U256::from_be_bytes(value))
    }

    /// What came in from another chain by a transaction that has no calls to tell it: the
    /// contract pays out of what it was given at genesis.
    ///
    /// Source: `deposit` of MRC20, <https://github.com/maticnetwork/contracts>: `Deposit(address
    /// indexed token, address indexed from, uint256 amount, uint256 input1, uint256 output1)`.
    pub(super) fn native_in(&self) -> Result<LogMove, Defect> {
        let ([_, _, to], 96) = (self.topics, self.data.len()) else {
            return Err(Defect::NotATransfer);
        };
        let value = self.words().next().ok_or(Defect::NotATransfer)?;
        self.between(Token::Native, self.emitter, address_in(to)?, U256::from_be_bytes(value))
    }

    fn between(
        &self,
        token: Token,
        from: [u8; 20],
        to: [u8; 20],
        amount: U256,
    ) -> Result<LogMove, Defect> {
        let (kind, from) = token.sides(from, to);
        let amount = Amount::from_u256(amount);
        Ok(LogMove { event: self.event()?, kind, token, from, to: Some(to), amount })
    }

    fn event(&self) -> Result<u32, Defect> {
        event_of_log(self.index).ok_or(Defect::NotATransfer)
    }

    fn words(&self) -> impl Iterator<Item = [u8; 32]> + '_ {
        words(self.data)
    }

    fn only_word(&self) -> Result<Amount, Defect> {
        let word: [u8; 32] = self.data.try_into().map_err(|_| Defect::NotATransfer)?;
        Ok(Amount::from_u256(U256::from_be_bytes(word)))
    }
}

fn words(bytes: &[u8]) -> impl Iterator<Item = [u8; 32]> + '_ {
    bytes.as_chunks::<32>().0.iter().copied()
}

/// The address in a word: its last 20 bytes, behind zeros.
fn address_in(word: &[u8; 32]) -> Result<[u8; 20], Defect> {
    let (front, address) = word.split_at(12);
    if front != [0; 12] {
        return Err(Defect::NotATransfer);
    }
    address.try_into().map_err(|_| Defect::NotATransfer)
}

/// The number in a word, where it can be a length.
fn number_in(word: &[u8]) -> Option<usize> {
    let (front, low) = word.split_at_checked(24)?;
    let low: [u8; 8] = low.try_into().ok()?;
    if front.iter().any(|byte| *byte != 0) {
        return None;
    }
    usize::try_from(u64::from_be_bytes(low)).ok()
}

//! What a transaction gives away of the wallet that made it.
//!
//! A wallet keeps to its habits: which scripts it uses, how many coins it spends at once, how
//! many it pays, what it pays for it, whether it pays addresses again. Kappos and others, "How to
//! Peel a Million" (USENIX Security 2022), follow wallets by such features. Version, lock time and
//! sequence numbers, which they use too, are not in canonical ledgers and are left out.

mod size;

use std::fmt;

use alloy_primitives::U256;
use hawkshaw_model::{
    Account, AccountIx, Address, Amount, Ledger, ReadError, ScriptKind, UtxoLeg, UtxoTx,
};

/// Fee rates within so many percent of each other count as the same: signatures of one kind
/// differ in length by one or two bytes, which sizes by kind do not see.
const RATE_PERCENT: u64 = 5;

/// How many there are of something, roughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CountClass {
    /// None.
    None,
    /// One.
    One,
    /// Two.
    Two,
    /// Three to nine.
    Few,
    /// Ten or more.
    Many,
}

impl CountClass {
    /// The class of a number.
    pub fn of(count: usize) -> Self {
        match count {
            0 => Self::None,
            1 => Self::One,
            2 => Self::Two,
            3..=9 => Self::Few,
            _ => Self::Many,
        }
    }

    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::One => "one",
            Self::Two => "two",
            Self::Few => "few",
            Self::Many => "many",
        }
    }
}

/// How much was paid for a place in a block, roughly. The bounds are in satoshi for a virtual
/// byte: minimum relay fee, quiet times, ordinary times, haste.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeeClass {
    /// Below two.
    Least,
    /// Two to ten.
    Low,
    /// Ten to fifty.
    Ordinary,
    /// Fifty and more.
    High,
}

impl FeeClass {
    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Least => "least",
            Self::Low => "low",
            Self::Ordinary => "ordinary",
            Self::High => "high",
        }
    }
}

/// How outputs are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OutputOrder {
    /// There is one output or none.
    Single,
    /// By amount, then by script, as BIP-69 wants it. Two outputs are so by chance every second
    /// time.
    Sorted,
    /// Otherwise.
    Unsorted,
}

impl OutputOrder {
    /// The word in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Single => "single",
            Self::Sorted => "sorted",
            Self::Unsorted => "unsorted",
        }
    }
}

/// What a transaction gives away of the wallet that made it, as far as its legs tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// The kinds of scripts that it spends, each once; inputs without a known script are left
    /// out.
    pub input_kinds: Vec<ScriptKind>,
    /// Whether every input has a known script.
    pub knows_inputs: bool,
    /// The kinds of scripts that it pays, each once.
    pub output_kinds: Vec<ScriptKind>,
    /// How many it spends.
    pub inputs: usize,
    /// How many it pays, those that carry only data left out.
    pub outputs: usize,
    /// What it pays the miner; unknown of a coinbase.
    pub fee: Option<Amount>,
    /// The fee in satoshi for a thousand virtual bytes, by the usual sizes of its scripts.
    pub fee_rate: Option<u64>,
    /// Whether it pays an address that it spends from.
    pub reuses: bool,
    /// How its outputs are ordered.
    pub order: OutputOrder,
}

impl Fingerprint {
    /// The fingerprint of a transaction.
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    pub fn of(ledger: &dyn Ledger, tx: &UtxoTx) -> Result<Self, ReadError> {
        let inputs = tx.inputs.iter().map(|leg| script(ledger, leg));
        let inputs: Vec<Option<Account>> = inputs.collect::<Result<_, _>>()?;
        let outputs = tx.outputs.iter().map(|leg| script(ledger, leg));
        let outputs: Vec<Option<Account>> = outputs.collect::<Result<_, _>>()?;
        let input_kinds: Vec<Option<ScriptKind>> =
            inputs.iter().map(|account| kind(account.as_ref())).collect();
        let output_kinds: Vec<Option<ScriptKind>> =
            outputs.iter().map(|account| kind(account.as_ref())).collect();
        let fee = fee(tx);
        let weight = size::weight(&input_kinds, &outputs);
        let spendable = output_kinds.iter().filter(|kind| **kind != Some(ScriptKind::Data));
        Ok(Self {
            knows_inputs: input_kinds.iter().all(Option::is_some),
            inputs: tx.inputs.len(),
            outputs: spendable.count(),
            input_kinds: distinct(input_kinds),
            output_kinds: distinct(output_kinds),
            fee,
            fee_rate: fee.zip(weight).and_then(|(fee, weight)| rate(fee, weight)),
            reuses: tx.outputs.iter().any(|leg| is_reused(tx, leg.holder)),
            order: order(tx, &outputs),
        })
    }

    /// The one kind of script that all inputs have.
    pub fn input_kind(&self) -> Option<ScriptKind> {
        match self.input_kinds[..] {
            [kind] if self.knows_inputs => Some(kind),
            _ => None,
        }
    }

    /// The class of the number of inputs.
    pub fn input_class(&self) -> CountClass {
        CountClass::of(self.inputs)
    }

    /// The class of the number of outputs.
    pub fn output_class(&self) -> CountClass {
        CountClass::of(self.outputs)
    }

    /// The class of the fee rate.
    pub fn fee_class(&self) -> Option<FeeClass> {
        Some(match self.fee_rate? {
            0..2_000 => FeeClass::Least,
            2_000..10_000 => FeeClass::Low,
            10_000..50_000 => FeeClass::Ordinary,
            _ => FeeClass::High,
        })
    }

    /// Whether another transaction pays the same for its place: the same fee, or the same rate.
    pub fn pays_alike(&self, other: &Self) -> bool {
        let same_fee = self.fee.is_some_and(|fee| !fee.is_zero() && other.fee == Some(fee));
        let same_rate = self.fee_rate.zip(other.fee_rate).is_some_and(|(a, b)| {
            let (low, high) = (a.min(b), a.max(b));
            low > 0 && (high - low).saturating_mul(100) <= high.saturating_mul(RATE_PERCENT)
        });
        same_fee || same_rate
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = |kinds: &[ScriptKind]| {
            let words: Vec<&str> = kinds.iter().map(|kind| kind_word(*kind)).collect();
            if words.is_empty() { "unknown".to_owned() } else { words.join("+") }
        };
        write!(
            f,
            "{} from {}, {} to {}",
            self.inputs,
            kinds(&self.input_kinds),
            self.outputs,
            kinds(&self.output_kinds)
        )?;
        if let Some(rate) = self.fee_rate {
            write!(f, ", about {}.{} sat/vB", rate / 1_000, rate % 1_000 / 100)?;
        }
        if self.reuses {
            f.write_str(", pays itself")?;
        }
        Ok(())
    }
}

/// The word in files for a kind of script.
pub fn kind_word(kind: ScriptKind) -> &'static str {
    match kind {
        ScriptKind::P2pk => "p2pk",
        ScriptKind::P2pkh => "p2pkh",
        ScriptKind::P2sh => "p2sh",
        ScriptKind::P2wpkh => "p2wpkh",
        ScriptKind::P2wsh => "p2wsh",
        ScriptKind::P2tr => "p2tr",
        ScriptKind::Witness => "witness",
        ScriptKind::Multisig => "multisig",
        ScriptKind::Data => "data",
        _ => "other",
    }
}

/// Whether somebody is among those whom a transaction spends from.
pub(crate) fn is_reused(tx: &UtxoTx, holder: Option<AccountIx>) -> bool {
    holder.is_some() && tx.inputs.iter().any(|leg| leg.holder == holder)
}

/// Who holds a leg.
pub(crate) fn script(ledger: &dyn Ledger, leg: &UtxoLeg) -> Result<Option<Account>, ReadError> {
    leg.holder.map(|holder| ledger.account(holder)).transpose()
}

/// The kind of script of somebody, where he is known by a script.
pub(crate) fn kind(account: Option<&Account>) -> Option<ScriptKind> {
    match account?.address() {
        Address::Script(script) => Some(ScriptKind::of(script)),
        _ => None,
    }
}

/// What the inputs of a transaction hold beyond its outputs; unknown of a coinbase, and where
/// outputs hold more.
pub(crate) fn fee(tx: &UtxoTx) -> Option<Amount> {
    if tx.inputs.is_empty() {
        return None;
    }
    sum(&tx.inputs)?.checked_sub(sum(&tx.outputs)?)
}

/// The sum of some legs; `None` beyond 256 bits.
pub(crate) fn sum<'a>(legs: impl IntoIterator<Item = &'a UtxoLeg>) -> Option<Amount> {
    legs.into_iter().map(|leg| leg.amount).try_fold(Amount::ZERO, Amount::checked_add)
}

fn distinct(kinds: Vec<Option<ScriptKind>>) -> Vec<ScriptKind> {
    let mut kinds: Vec<ScriptKind> = kinds.into_iter().flatten().collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Satoshi for a thousand virtual bytes, of which each weighs four.
fn rate(fee: Amount, weight: u64) -> Option<u64> {
    let scaled = fee.to_u256().checked_mul(U256::from(4_000u64))?;
    u64::try_from(scaled.checked_div(U256::from(weight))?).ok()
}

fn order(tx: &UtxoTx, outputs: &[Option<Account>]) -> OutputOrder {
    let keys: Vec<_> =
        tx.outputs.iter().map(|leg| leg.amount).zip(outputs.iter().map(bytes)).collect();
    match keys.len() {
        0 | 1 => OutputOrder::Single,
        _ if keys.is_sorted() => OutputOrder::Sorted,
        _ => OutputOrder::Unsorted,
    }
}

/// The script of somebody; nothing where he is not known.
fn bytes(account: &Option<Account>) -> &[u8] {
    match account.as_ref().map(Account::address) {
        Some(Address::Script(script)) => script,
        _ => &[],
    }
}

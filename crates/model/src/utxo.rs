//! A transaction of a UTXO chain, read from a ledger.

use crate::amount::Amount;
use crate::chain::ChainId;
use crate::ledger::{AccountIx, OutputBatch, OutputIx, ReadError, TxIx};
use crate::tx::TxHash;

/// A transaction of a UTXO chain with its legs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UtxoTx {
    /// Its number in the ledger.
    pub tx: TxIx,
    /// What it spends, in order; none for a coinbase.
    pub inputs: Vec<UtxoLeg>,
    /// What it pays, in order.
    pub outputs: Vec<UtxoLeg>,
}

/// A leg of a transaction of a UTXO chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UtxoLeg {
    /// The output that it spends or makes; `None` where an input spends one that the ledger does
    /// not hold.
    pub output: Option<OutputIx>,
    /// Who holds it, where it has an address or script.
    pub holder: Option<AccountIx>,
    /// How much.
    pub amount: Amount,
}

impl OutputBatch<'_> {
    /// How many transactions the batch has.
    pub fn tx_count(&self) -> usize {
        self.tx_outputs.len()
    }

    /// The transaction at a place of the batch, which is below [`Self::tx_count`].
    ///
    /// # Errors
    ///
    /// When the ledger is damaged there.
    pub fn transaction(&self, at: usize) -> Result<UtxoTx, ReadError> {
        let bounds = [self.tx_rows[at], self.tx_outputs[at], self.tx_rows[at + 1]];
        let [first, middle, end] = bounds.map(|row| place(u64::from(row)));
        let leg = |row: usize| {
            let (output, holder) = (self.outputs[row], self.holders[row]);
            Ok(UtxoLeg {
                output: (output != OutputIx::NONE).then_some(OutputIx(output)),
                holder: (holder != AccountIx::NONE).then_some(AccountIx(holder)),
                amount: self.amounts.amount(row)?,
            })
        };
        Ok(UtxoTx {
            tx: TxIx(self.tx_first.0 + at as u64),
            inputs: (first..middle).map(leg).collect::<Result<_, ReadError>>()?,
            outputs: (middle..end).map(leg).collect::<Result<_, ReadError>>()?,
        })
    }
}

/// A number of something that is mapped or held in memory, as an index into it.
fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Coinbases of Bitcoin that a later block repeated before they were spent, which wiped them out:
/// the height at which they are gone, and the transaction, which counts at the later height.
///
/// Source: BIP-30; `IsBIP30Unspendable` in Bitcoin Core's `src/validation.cpp`.
const OVERWRITTEN: [(u64, &str); 2] = [
    (91_722, "e3bf3d07d4b0375638d5f1db5255fe07ba2c4cb067cd81b84ee974b6585fb468"),
    (91_812, "d5d27987d2a3dfc724e359870c6644b40e497bdc0589a033220fe15429d88599"),
];

/// Whether a coinbase is one that a later block repeated, and thereby wiped out: one of the two
/// cases in which a transaction id stands at two heights.
pub fn is_overwritten_coinbase(chain: &ChainId, height: u64, tx: &TxHash) -> bool {
    let known = OVERWRITTEN.iter().find(|(overwritten, _)| *overwritten == height);
    known.is_some_and(|(_, id)| *chain == ChainId::bitcoin() && tx.to_string() == *id)
}

/// The most that can be in one output of a chain, where there is a limit: 21 million bitcoin.
///
/// Source: `MAX_MONEY` in Bitcoin Core's `src/consensus/amount.h`.
pub fn output_amount_max(chain: &ChainId) -> Option<Amount> {
    const SATOSHI_MAX: u64 = 21_000_000 * 100_000_000;
    crate::address::is_bitcoin(chain).then(|| Amount::from(SATOSHI_MAX))
}

#[cfg(test)]
mod tests {
    use super::{is_overwritten_coinbase, output_amount_max};
    use crate::{ChainId, TxHash};

    #[test]
    fn two_coinbases_are_overwritten() {
        let hash = |text: &str| text.parse::<TxHash>().unwrap();
        let first = hash("e3bf3d07d4b0375638d5f1db5255fe07ba2c4cb067cd81b84ee974b6585fb468");
        let second = hash("d5d27987d2a3dfc724e359870c6644b40e497bdc0589a033220fe15429d88599");
        let main = ChainId::bitcoin();
        assert!(is_overwritten_coinbase(&main, 91_722, &first));
        assert!(is_overwritten_coinbase(&main, 91_812, &second));
        // The later ones stay, and so does anything else.
        assert!(!is_overwritten_coinbase(&main, 91_880, &first));
        assert!(!is_overwritten_coinbase(&main, 91_842, &second));
        assert!(!is_overwritten_coinbase(&main, 91_722, &second));
        let test: ChainId = "bip122:000000000933ea01ad0ee984209779ba".parse().unwrap();
        assert!(!is_overwritten_coinbase(&test, 91_722, &first));
    }

    #[test]
    fn only_bitcoin_has_a_known_limit() {
        let most = |chain: &str| output_amount_max(&chain.parse().unwrap());
        let bitcoin = most("bip122:000000000019d6689c085ae165831e93").unwrap();
        assert_eq!(bitcoin.to_string(), "2100000000000000");
        assert!(most("bip122:000000000933ea01ad0ee984209779ba").is_some());
        // Litecoin.
        assert_eq!(most("bip122:12a765e31ffd4059bada1e25190f6e98"), None);
        assert_eq!(most("eip155:1"), None);
    }
}

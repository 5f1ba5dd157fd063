//! Where chains of an address begin: the outputs that it was paid.

use std::collections::BTreeMap;

use hawkshaw_model::{AccountIx, Ledger, OutputIx, ReadError, TxIx, UtxoTx};

use super::Carried;

/// What an address was paid, by who spends it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Starts {
    /// Outputs that one transaction spends, or a single one that none spends, in order of
    /// creation of the first of each.
    pub groups: Vec<Vec<Carried>>,
    /// Whether the address was paid more outputs than were looked at.
    pub is_cut: bool,
}

/// The first `outputs_max` outputs that an account was paid.
///
/// # Errors
///
/// When the ledger is damaged where it is read.
pub fn starts_of(
    ledger: &dyn Ledger,
    account: AccountIx,
    outputs_max: usize,
) -> Result<Starts, ReadError> {
    let mut starts = Starts::default();
    let mut by_spender: BTreeMap<TxIx, usize> = BTreeMap::new();
    for (count, output) in ledger.outputs_of(account).enumerate() {
        if count >= outputs_max {
            starts.is_cut = true;
            break;
        }
        let Some(carried) = carried(ledger, output?)? else { continue };
        match ledger.spender(carried.output)? {
            Some(spender) => {
                let group = *by_spender.entry(spender).or_insert(starts.groups.len());
                match starts.groups.get_mut(group) {
                    Some(group) => group.push(carried),
                    None => starts.groups.push(vec![carried]),
                }
            }
            None => starts.groups.push(vec![carried]),
        }
    }
    Ok(starts)
}

/// An output as a chain carries it; `None` on an account chain.
///
/// # Errors
///
/// When the ledger is damaged there.
pub fn carried(ledger: &dyn Ledger, output: OutputIx) -> Result<Option<Carried>, ReadError> {
    let (maker, vout) = ledger.maker(output)?;
    let Some(tx) = ledger.utxo_tx(maker)? else { return Ok(None) };
    Ok(leg(&tx, vout))
}

fn leg(tx: &UtxoTx, vout: u32) -> Option<Carried> {
    let leg = tx.outputs.get(usize::try_from(vout).ok()?)?;
    Some(Carried { output: leg.output?, holder: leg.holder, amount: leg.amount })
}

//! The rules that one row can keep or break by itself.

use hawkshaw_model::{Account, Address, AssetId, ChainId, LedgerKind, TransferKind};

use crate::error::LedgerError;
use crate::place::Place;
use crate::row::{OutputRow, Side, TransferRow};

/// A field that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BadField {
    column: &'static str,
    reason: String,
}

impl BadField {
    /// The error, once it is known where the row was read.
    pub(crate) fn at(self, place: &Place) -> LedgerError {
        LedgerError::BadField { place: place.clone(), column: self.column, reason: self.reason }
    }
}

fn bad(column: &'static str, reason: impl Into<String>) -> Result<(), BadField> {
    Err(BadField { column, reason: reason.into() })
}

/// Checks that a row stands in the right kind of file for its chain.
pub(crate) fn check_kind(chain: &ChainId, kind: LedgerKind) -> Result<(), BadField> {
    match (kind, chain.ledger_kind()) {
        (LedgerKind::Accounts, LedgerKind::Outputs) => {
            bad("chain", format!("{chain} keeps outputs: its rows need the columns of outputs.csv"))
        }
        (LedgerKind::Outputs, LedgerKind::Accounts) => bad(
            "chain",
            format!("{chain} keeps accounts: its rows need the columns of transfers.csv"),
        ),
        _ => Ok(()),
    }
}

/// Checks a movement.
pub(crate) fn check_transfer(row: &TransferRow) -> Result<(), BadField> {
    check_kind(&row.chain, LedgerKind::Accounts)?;
    if !is_of(&row.asset, &row.chain) {
        return bad(
            "asset",
            format!("{} is an asset of another chain than {}", row.asset, row.chain),
        );
    }
    check_chain("from", row.from.as_ref(), &row.chain)?;
    check_chain("to", row.to.as_ref(), &row.chain)?;
    check_chain("sender", row.sender.as_ref(), &row.chain)?;
    check_sides(row)?;
    match row.point {
        None if row.source.is_none() => bad(
            "block_number",
            "block_number, tx_index and event_index may only be empty in a row with a source",
        ),
        Some(point) if point.event_index == u32::MAX => {
            bad("event_index", format!("it must be below {}", u32::MAX))
        }
        _ => Ok(()),
    }
}

/// Who may be missing from a movement. A wrap or unwrap is a mint or burn of the wrapped token.
fn check_sides(row: &TransferRow) -> Result<(), BadField> {
    use TransferKind::{Burn, Fee, Mint, Unwrap, Wrap};
    match (&row.from, &row.to) {
        (None, None) => bad("from", "from and to are both empty: a movement has at least one side"),
        (None, _) if !matches!(row.kind, Mint | Wrap | Unwrap) => {
            bad("from", "only a mint may have an empty from")
        }
        (_, None) if !matches!(row.kind, Burn | Fee | Wrap | Unwrap) => {
            bad("to", "only a burn or a fee may have an empty to")
        }
        _ => Ok(()),
    }
}

fn check_chain(
    column: &'static str,
    account: Option<&Account>,
    chain: &ChainId,
) -> Result<(), BadField> {
    match account {
        Some(account) if account.chain() != chain => {
            bad(column, format!("{account} is an account of another chain than {chain}"))
        }
        _ => Ok(()),
    }
}

/// Checks a leg.
pub(crate) fn check_output(row: &OutputRow) -> Result<(), BadField> {
    check_kind(&row.chain, LedgerKind::Outputs)?;
    check_chain("address", row.holder.as_ref(), &row.chain)?;
    match (&row.outpoint, row.side) {
        (None, Side::In) => {
            bad("outpoint", "an input needs the output that it spends, as txid:vout")
        }
        (Some(_), Side::Out) => bad("outpoint", "an output spends nothing: leave outpoint empty"),
        (Some(outpoint), Side::In) if *outpoint.tx().chain() != row.chain => {
            bad("outpoint", format!("{outpoint} is an output of another chain than {}", row.chain))
        }
        _ => Ok(()),
    }
}

/// Whether an account is the zero address: what it pays is new value.
pub(crate) fn is_nobody(account: &Account) -> bool {
    matches!(account.address(), Address::Evm(bytes) | Address::Tron(bytes) if *bytes == [0; 20])
}

/// Whether an asset is the native one of its chain: SLIP-44 numbers coins, not tokens.
pub(crate) fn is_native(asset: &AssetId) -> bool {
    asset.local().starts_with("slip44:")
}

/// Whether an asset is the native one of that chain.
pub(crate) fn is_native_on(asset: &AssetId, chain: &ChainId) -> bool {
    is_of(asset, chain) && is_native(asset)
}

fn is_of(asset: &AssetId, chain: &ChainId) -> bool {
    asset.as_str().strip_prefix(chain.as_str()).is_some_and(|rest| rest.starts_with('/'))
}

/// The only asset of a UTXO chain.
///
/// Source: SLIP-0044. A chain whose genesis block is not known here counts as Bitcoin.
pub(crate) fn native_of_outputs(chain: &ChainId) -> AssetId {
    let coin = match chain.reference() {
        // Bitcoin's testnet, signet and regtest: SLIP-0044 has one number for all test coins.
        "000000000933ea01ad0ee984209779ba"
        | "00000008819873e925422c1ff0f99f7c"
        | "0f9188f13cb7b2c71f2a335e3a4fc328" => 1,
        // Litecoin and Dogecoin.
        "12a765e31ffd4059bada1e25190f6e98" => 2,
        "1a91e3dace36e2be3bf030a65679fe82" => 3,
        _ => 0,
    };
    format!("{chain}/slip44:{coin}").parse().expect("a chain id and a number make a CAIP-19 id")
}

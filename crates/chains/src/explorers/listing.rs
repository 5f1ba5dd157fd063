//! The lists of an account as rows.

use std::sync::Arc;

use alloy_primitives::{U256, hex};
use hawkshaw_model::rows::{Call, Extent, Rows, Spot, Transfer};
use hawkshaw_model::{Address, Amount, Timestamp, TransferKind, TxHash};
use rustc_hash::FxHashMap;

use super::page::{Entry, List};
use super::repeats::Repeats;
use crate::cell::{Cell, filled};
use crate::defects::{Defect, Defects};
use crate::error::DecodeError;
use crate::evm::{Family, Fee, Log, Network, Token, Twin, created_by, event_of_log};

/// The lists of an account on their way to rows.
///
/// - The value of a transaction is event 0, as from a node. Fees, calls inside and, where the
///   explorer does not say the index of the log, tokens have no place: a store puts them with
///   what a node says of the same transaction. Blockscout's number of a call is not used, for it
///   leaves out some that count elsewhere.
/// - Of two rows of one list that say the same each counts.
/// - What failed moved nothing and its fee was paid.
/// - Native value that goes to or comes from the contract that wraps it is wrapped or unwrapped:
///   that contract (WETH9) makes as much for whoever pays it, and pays out only for what it
///   destroys. The logs that say so are in no list.
#[derive(Debug)]
pub struct Listing {
    rows: Rows,
    network: Network,
    defects: Defects,
    assets: FxHashMap<Kind, u32>,
    repeats: [Repeats; 5],
    wraps: Repeats,
    /// Whether logs say what was wrapped.
    has_logs: bool,
}

/// What moved, as a list names it: a contract, the number of a token of it, and whether there is
/// only one of that number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Kind {
    contract: [u8; 20],
    id: Option<U256>,
    is_unique: bool,
}

impl Kind {
    /// The same as logs name it.
    fn token(self) -> Token {
        match (self.id, self.is_unique) {
            (None, _) => Token::Fungible(self.contract),
            (Some(id), true) => Token::Unique(self.contract, id),
            (Some(id), false) => Token::Several(self.contract, id),
        }
    }

    /// What a log moves; `None` for the native asset.
    fn of(token: Token) -> Option<Self> {
        let (contract, id, is_unique) = match token {
            Token::Native => return None,
            Token::Fungible(contract) => (contract, None, false),
            Token::Unique(contract, id) => (contract, Some(id), true),
            Token::Several(contract, id) => (contract, Some(id), false),
        };
        Some(Self { contract, id, is_unique })
    }
}

/// The number of the native asset among those of the rows.
const NATIVE: u32 = 0;

impl Listing {
    /// No rows yet of an account. `name` is what errors and stores call the explorer.
    pub fn new(network: &Network, name: &Arc<str>, account: Option<Address>) -> Self {
        let mut rows = Rows::new(network.chain().clone(), Arc::clone(name));
        rows.extent = Extent::Account(account);
        rows.assets.push(network.native().clone());
        Self {
            rows,
            network: network.clone(),
            defects: Defects::default(),
            assets: FxHashMap::default(),
            repeats: Default::default(),
            wraps: Repeats::default(),
            has_logs: false,
        }
    }

    /// The same for one transaction, whose logs are added too.
    pub(super) fn with_logs(network: &Network, name: &Arc<str>) -> Self {
        Self { has_logs: true, ..Self::new(network, name, None) }
    }

    /// Adds a log of a transaction.
    pub(super) fn add_log(&mut self, spot: Spot, log: &Log<'_>) -> Result<(), DecodeError> {
        let facts = self.network.facts();
        let meaning = log.topics.first().and_then(|topic| facts.meaning(&log.emitter, topic));
        let Some(meaning) = meaning else { return Ok(()) };
        let mut moves = Vec::new();
        let defect = log.moves(facts, meaning, &mut |moved| {
            moves.push(moved);
            Ok::<(), DecodeError>(())
        })?;
        if let Some(defect) = defect {
            self.defects.count(defect);
        }
        for moved in moves {
            let asset = match Kind::of(moved.token) {
                Some(kind) => self.asset(kind)?,
                None => NATIVE,
            };
            self.push(Transfer {
                spot,
                event: moved.event,
                kind: moved.kind,
                asset,
                from: moved.from.map(Address::Evm),
                to: moved.to.map(Address::Evm),
                sender: None,
                amount: moved.amount,
            });
        }
        Ok(())
    }

    /// Adds a row of a list; `number` is what errors call it.
    ///
    /// # Errors
    ///
    /// When it is no such row.
    pub fn add(&mut self, list: List, entry: &Entry<'_>, number: u64) -> Result<(), DecodeError> {
        let added = spot(entry, number).and_then(|spot| self.add_of(list, entry, spot));
        added.map_err(|error| named(error, list, entry, number))
    }

    /// Adds a row whose place is known.
    pub(super) fn add_of(
        &mut self,
        list: List,
        entry: &Entry<'_>,
        spot: Spot,
    ) -> Result<(), DecodeError> {
        match list {
            List::Transactions => self.transaction(entry, spot),
            List::Internal => self.internal(entry, spot),
            List::Tokens | List::Collectibles | List::MultiTokens => self.token(list, entry, spot),
        }
    }

    /// The rows, and what is left out of them or taken with a doubt.
    pub fn finish(self) -> (Rows, Defects) {
        (self.rows, self.defects)
    }

    fn transaction(&mut self, entry: &Entry<'_>, spot: Spot) -> Result<(), DecodeError> {
        let from = filled("from", entry.from.address("from")?)?;
        let to = entry.to.address("to")?;
        let has_failed = flag(&entry.is_error) || entry.receipt_status.text() == "0";
        let (sender, receiver) = (Some(Address::Evm(from)), to.map(Address::Evm));
        let call =
            Call { spot, sender, to: receiver, success: Some(!has_failed), data: Box::default() };
        self.rows.calls.push(call);
        let value = filled("value", entry.value.amount("value")?)?;
        if has_failed {
            self.defects.count(Defect::FailedTransaction);
        } else if !value.is_zero() {
            let created = || -> Result<[u8; 20], DecodeError> {
                match entry.contract_address.address("contractAddress")? {
                    Some(contract) => Ok(contract),
                    None => Ok(created_by(from, filled("nonce", entry.nonce.number("nonce")?)?)),
                }
            };
            let to = to.map_or_else(created, Ok)?;
            let moved = self.native_move(spot, TransferKind::Native, (from, to), value);
            self.push(Transfer { event: 0, sender: Some(Address::Evm(from)), ..moved });
            self.wrapped(spot, (from, to), value);
        }
        self.fee(entry, spot, from)
    }

    fn fee(&mut self, entry: &Entry<'_>, spot: Spot, sender: [u8; 20]) -> Result<(), DecodeError> {
        let (Some(gas_used), Some(gas_price)) =
            (entry.gas_used.amount("gasUsed")?, entry.gas_price.amount("gasPrice")?)
        else {
            self.defects.count(Defect::FeeUnknown);
            return Ok(());
        };
        let publishing = entry.publishing.amount("L1FeesPaid")?;
        if publishing.is_none() && self.network.facts().family() == Family::OpStack {
            self.defects.count(Defect::PublishingUnknown);
        }
        let publishing = publishing.unwrap_or(Amount::ZERO);
        let fee = Fee { gas_used, gas_price, publishing, ..Fee::default() };
        let beyond = || DecodeError::Malformed("the fee is beyond 256 bits".to_owned());
        let amount = fee.total().ok_or_else(beyond)?;
        if !amount.is_zero() {
            let sender = Some(Address::Evm(sender));
            self.push(Transfer {
                spot,
                event: Transfer::UNPLACED,
                kind: TransferKind::Fee,
                asset: NATIVE,
                from: sender.clone(),
                to: None,
                sender,
                amount,
            });
        }
        Ok(())
    }

    fn internal(&mut self, entry: &Entry<'_>, spot: Spot) -> Result<(), DecodeError> {
        let value = entry.value.amount("value")?;
        // The root says what the transaction itself moved, as its own list does.
        let is_nothing = value.is_some_and(|value| value.is_zero());
        if is_nothing || entry.index.text() == "0" || !hands_over(entry) {
            return Ok(());
        }
        if flag(&entry.is_error) || !matches!(entry.err_code.text(), "" | "0" | "null") {
            self.defects.count(Defect::FailedCall);
            return Ok(());
        }
        let Some(value) = value else {
            self.defects.count(Defect::AmountUnknown);
            return Ok(());
        };
        let from = filled("from", entry.from.address("from")?)?;
        let to = match entry.to.address("to")? {
            Some(to) => to,
            None => filled("to", entry.contract_address.address("contractAddress")?)?,
        };
        let moved = self.native_move(spot, TransferKind::Internal, (from, to), value);
        self.place(List::Internal, moved);
        if !matches!(entry.kind.text(), "suicide" | "selfdestruct" | "reward") {
            self.wrapped(spot, (from, to), value);
        }
        Ok(())
    }

    /// A movement of the native asset that nobody places.
    pub(super) fn native_move(
        &self,
        spot: Spot,
        kind: TransferKind,
        (from, to): ([u8; 20], [u8; 20]),
        amount: Amount,
    ) -> Transfer {
        Transfer {
            spot,
            event: Transfer::UNPLACED,
            kind,
            asset: NATIVE,
            from: Some(Address::Evm(from)),
            to: Some(Address::Evm(to)),
            sender: None,
            amount,
        }
    }

    /// What the contract that wraps the native asset made or destroyed for a payment.
    fn wrapped(&mut self, spot: Spot, (from, to): ([u8; 20], [u8; 20]), amount: Amount) {
        if self.has_logs {
            return;
        }
        let is_wrapper = |side: &[u8; 20]| self.network.facts().is_wrapper(side);
        let (kind, wrapper, user) = match (is_wrapper(&from), is_wrapper(&to)) {
            (false, true) => (TransferKind::Wrap, to, from),
            (true, false) => (TransferKind::Unwrap, from, to),
            _ => return,
        };
        let user = Some(Address::Evm(user));
        let (from, to) = if kind == TransferKind::Wrap { (None, user) } else { (user, None) };
        let token = Kind { contract: wrapper, id: None, is_unique: false };
        let Ok(asset) = self.asset(token) else { return };
        let event = Transfer::UNPLACED;
        let mut moved = Transfer { spot, event, kind, asset, from, to, sender: None, amount };
        let (event, is_alike) = self.wraps.event(&self.rows, &moved);
        moved.event = event;
        if is_alike {
            self.defects.count(Defect::AlikeMovement);
        }
        self.push(moved);
    }

    fn token(&mut self, list: List, entry: &Entry<'_>, spot: Spot) -> Result<(), DecodeError> {
        let contract = entry.contract_address.address("contractAddress")?;
        let contract = filled("contractAddress", contract)?;
        match self.network.facts().twin(&contract) {
            Some(Twin::Repeats | Twin::IsAll) => {
                self.defects.count(Defect::RepeatsNative);
                return Ok(());
            }
            Some(Twin::Adds) | None => {}
        }
        let is_native = self.network.facts().twin(&contract) == Some(Twin::Adds);
        for (token, amount) in tokens(list, entry, contract)? {
            let Some(amount) = amount else {
                self.defects.count(Defect::AmountUnknown);
                continue;
            };
            let asset = if is_native { NATIVE } else { self.asset(token)? };
            // Nobody is written as the address 0; a side that is missing may be anybody.
            let from = filled("from", entry.from.address("from")?)?;
            let to = filled("to", entry.to.address("to")?)?;
            let token_kind = if is_native { Token::Native } else { token.token() };
            let (kind, from) = token_kind.sides(from, to);
            let moved = Transfer {
                spot,
                event: Transfer::UNPLACED,
                kind,
                asset,
                from: from.map(Address::Evm),
                to: Some(Address::Evm(to)),
                sender: None,
                amount,
            };
            let is_one = entry.token_ids.len() < 2;
            let index = entry.log_index.number("logIndex")?.filter(|_| is_one);
            match index.and_then(event_of_log) {
                Some(event) => self.push(Transfer { event, ..moved }),
                None => self.place(list, moved),
            }
        }
        Ok(())
    }

    /// Takes a movement that nobody places.
    fn place(&mut self, list: List, mut moved: Transfer) {
        let number = List::ALL.iter().position(|known| *known == list);
        let Some(repeats) = number.and_then(|number| self.repeats.get_mut(number)) else { return };
        let (event, is_alike) = repeats.event(&self.rows, &moved);
        moved.event = event;
        if is_alike {
            self.defects.count(Defect::AlikeMovement);
        }
        self.push(moved);
    }

    /// Takes a movement as it is.
    pub(super) fn push(&mut self, moved: Transfer) {
        self.rows.transfers.push(moved);
    }

    /// Takes what was sent.
    pub(super) fn add_call(&mut self, call: Call) {
        self.rows.calls.push(call);
    }

    /// Counts a defect.
    pub(super) fn count(&mut self, defect: Defect) {
        self.defects.count(defect);
    }

    fn asset(&mut self, token: Kind) -> Result<u32, DecodeError> {
        if let Some(number) = self.assets.get(&token) {
            return Ok(*number);
        }
        let (chain, contract) = (&self.rows.chain, hex::encode(token.contract));
        let name = match (token.id, token.is_unique) {
            (None, _) => format!("{chain}/erc20:0x{contract}"),
            (Some(id), true) => format!("{chain}/erc721:0x{contract}/{id}"),
            (Some(id), false) => format!("{chain}/erc1155:0x{contract}/{id}"),
        };
        let malformed = |why: String| DecodeError::Malformed(why);
        let asset =
            name.parse().map_err(|e: hawkshaw_model::AssetIdError| malformed(e.to_string()));
        let number = u32::try_from(self.rows.assets.len()).map_err(|e| malformed(e.to_string()))?;
        self.rows.assets.push(asset?);
        self.assets.insert(token, number);
        Ok(number)
    }
}

/// An error that says which row of which list it is of.
fn named(error: DecodeError, list: List, entry: &Entry<'_>, number: u64) -> DecodeError {
    let hash = entry.hash.hash("hash").ok().flatten();
    let of = hash.map_or_else(String::new, |hash| format!(" (transaction {hash})"));
    let row = format!("row {number} of {}{of}", list.action());
    match error {
        DecodeError::Malformed(why) => DecodeError::Malformed(format!("{row}: {why}")),
        DecodeError::Contradiction(why) => DecodeError::Contradiction(format!("{row}: {why}")),
        other => other,
    }
}

fn spot(entry: &Entry<'_>, line: u64) -> Result<Spot, DecodeError> {
    let time: i64 = filled("timeStamp", entry.time_stamp.number("timeStamp")?)?;
    let time = Timestamp::from_unix(time).map_err(|e| DecodeError::Malformed(e.to_string()))?;
    let hash = match entry.hash.hash("hash")? {
        Some(hash) => Some(hash),
        None => entry.transaction_hash.hash("transactionHash")?,
    };
    let hash: TxHash = filled("hash", hash)?;
    Ok(Spot {
        height: entry.height()?,
        time: Some(time),
        tx_index: entry.transaction_index.number("transactionIndex")?,
        tx: Some(hash),
        line,
    })
}

fn flag(cell: &Cell<'_>) -> bool {
    matches!(cell.text(), "1" | "true")
}

/// Whether a call hands its value over: others run foreign code in the caller's place.
fn hands_over(entry: &Entry<'_>) -> bool {
    let is_foreign = |text: &str| matches!(text, "delegatecall" | "staticcall" | "callcode");
    !is_foreign(entry.call_type.text()) && !is_foreign(entry.kind.text())
}

/// What a row of a list of tokens moves, and how much of it where it says so.
fn tokens(
    list: List,
    entry: &Entry<'_>,
    contract: [u8; 20],
) -> Result<Vec<(Kind, Option<Amount>)>, DecodeError> {
    let of = |id: Option<U256>, is_unique: bool| Kind { contract, id, is_unique };
    let id = |cell: &Cell<'_>| -> Result<Option<U256>, DecodeError> {
        Ok(cell.amount("tokenID")?.map(Amount::to_u256))
    };
    if !entry.token_ids.is_empty() {
        if entry.token_ids.len() != entry.values.len() {
            let why = "tokenIDs and values are of different lengths";
            return Err(DecodeError::Contradiction(why.to_owned()));
        }
        let mut sums: Vec<(Kind, Option<Amount>)> = Vec::new();
        for (cell, value) in entry.token_ids.iter().zip(&entry.values) {
            let token = of(Some(filled("tokenIDs", id(cell)?)?), false);
            let value = value.amount("values")?;
            sums.push((token, value));
        }
        return Ok(sums);
    }
    let value = match entry.token_value.amount("tokenValue")? {
        Some(value) => Some(value),
        None => entry.value.amount("value")?,
    };
    let one = Some(Amount::from(1_u64));
    Ok(vec![match (list, id(&entry.token_id)?) {
        (List::Tokens, None) => (of(None, false), value),
        (List::Collectibles, Some(id)) => (of(Some(id), true), one),
        (List::MultiTokens, Some(id)) => (of(Some(id), false), value),
        // Blockscout: one of a kind has no amount.
        (List::Tokens, Some(id)) if value.is_none() => (of(Some(id), true), one),
        (List::Tokens, Some(id)) => (of(Some(id), false), value),
        (_, None) => return Err(DecodeError::Malformed("tokenID is missing or empty".to_owned())),
        (List::Transactions | List::Internal, Some(_)) => (of(None, false), None),
    }])
}

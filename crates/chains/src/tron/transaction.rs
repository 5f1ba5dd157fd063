//! What a transaction moved.

use std::sync::LazyLock;

use alloy_primitives::U256;
use hawkshaw_model::rows::{Call, Spot, Transfer};
use hawkshaw_model::{Address, Amount, ChainId, TransferKind};

use super::answers::{
    ContractAnswer, InfoAnswer, InternalAnswer, LogAnswer, TxAnswer, address, bytes, filled_address,
};
use super::block::may_lack_result;
use super::sheet::{Moved, NATIVE, Sheet};
use crate::cell::{Cell, filled};
use crate::defects::Defect;
use crate::error::DecodeError;
use crate::evm::{Facts, Log, Meaning, Token, event_of_call};

/// A transaction with what it did.
pub(super) struct Act<'a> {
    pub(super) tx: &'a TxAnswer<'a>,
    pub(super) info: Option<&'a InfoAnswer<'a>>,
    /// Whether the node has results of any transaction of the block.
    pub(super) is_told: bool,
    pub(super) spot: Spot,
}

/// Further movements of a call are this far apart, as those of a log are.
const STEP: u32 = 1 << 21;

/// How many parts a transaction or a call can have: in practice one and two.
const PARTS_MAX: usize = 100;

/// The contract that wraps TRX as WETH9 does ether, with the same logs.
/// Source: the tokens of SUN.io, <https://docs.sun.io/>, and the verified contract on TRONSCAN.
static WRAPPER: LazyLock<Option<[u8; 20]>> = LazyLock::new(|| {
    match Address::parse(&ChainId::tron(), "TNUC9Qb1rRpS5CbWLmNMxXBjyFoydXjWFR") {
        Ok(Address::Tron(bytes)) => Some(bytes),
        _ => None,
    }
});

impl Act<'_> {
    /// Adds its rows; says whether it called a contract and succeeded. `log_index` is the number
    /// of its first log in the block.
    pub(super) fn decode(
        &self,
        sheet: &mut Sheet,
        log_index: &mut u32,
    ) -> Result<bool, DecodeError> {
        let is_genesis = self.spot.height == 0;
        if self.info.is_none() && !is_genesis {
            may_lack_result(self.tx, self.is_told, sheet)?;
        }
        let has_failed = self.has_failed();
        if has_failed {
            sheet.count(Defect::FailedTransaction);
        }
        let mut is_call = false;
        if self.tx.raw_data.contract.is_empty() {
            let why = "a transaction has no contract, which is what it does".to_owned();
            return Err(DecodeError::Malformed(why));
        }
        if self.tx.raw_data.contract.len() > PARTS_MAX {
            let why = "a transaction has more contracts than any can have".to_owned();
            return Err(DecodeError::Malformed(why));
        }
        for (contract, number) in self.tx.raw_data.contract.iter().zip(0_u32..) {
            if is_genesis {
                self.genesis(contract, sheet)?;
                continue;
            }
            let event = number.saturating_mul(STEP * 2);
            let owner = filled_address(&contract.parameter.value.owner_address, "owner_address")?;
            self.call(contract, owner, !has_failed, sheet)?;
            if !has_failed {
                self.contract(contract, owner, event, sheet)?;
                is_call |= contract.kind.text() == "TriggerSmartContract";
            }
        }
        let Some(info) = self.info else { return Ok(false) };
        let logs = u32::try_from(info.log.len()).unwrap_or(u32::MAX);
        if !has_failed {
            for (internal, number) in info.internal_transactions.iter().zip(1_u32..) {
                self.internal(internal, number, sheet)?;
            }
            for (log, number) in info.log.iter().zip(*log_index..) {
                self.log(log, number, sheet)?;
            }
        }
        *log_index = log_index.saturating_add(logs);
        self.fee(info, sheet)?;
        Ok(is_call && !has_failed)
    }

    /// Blocks from before results were kept do not say; then it succeeded, or it would not stand
    /// there.
    fn has_failed(&self) -> bool {
        let is_good = |cell: &Cell<'_>| matches!(cell.text(), "" | "SUCCESS" | "DEFAULT");
        let told = self
            .info
            .is_some_and(|info| info.result.text() == "FAILED" || !is_good(&info.receipt.result));
        told || self.tx.ret.iter().any(|ret| !is_good(&ret.contract_ret))
    }

    fn owner(&self) -> Result<Option<[u8; 20]>, DecodeError> {
        let first = self.tx.raw_data.contract.first();
        first.map_or(Ok(None), |contract| {
            address(&contract.parameter.value.owner_address, "owner_address")
        })
    }

    /// The balances that the chain began with. Who "pays" them is no address.
    fn genesis(&self, contract: &ContractAnswer<'_>, sheet: &mut Sheet) -> Result<(), DecodeError> {
        let value = &contract.parameter.value;
        if contract.kind.text() == "TransferContract" {
            let amount = value.amount.amount("amount")?.unwrap_or(Amount::ZERO);
            let to = Some(filled_address(&value.to_address, "to_address")?);
            let (kind, event, asset) = (TransferKind::Mint, 0, NATIVE);
            let moved = Moved { event, kind, asset, from: None, to, amount };
            sheet.push(self.spot, None, moved);
        }
        Ok(())
    }

    fn call(
        &self,
        contract: &ContractAnswer<'_>,
        owner: [u8; 20],
        success: bool,
        sheet: &mut Sheet,
    ) -> Result<(), DecodeError> {
        let value = &contract.parameter.value;
        let to = match address(&value.to_address, "to_address")? {
            Some(to) => Some(to),
            None => address(&value.contract_address, "contract_address")?,
        };
        sheet.rows.calls.push(Call {
            spot: self.spot,
            sender: Some(Address::Tron(owner)),
            to: to.map(Address::Tron),
            success: Some(success),
            data: bytes(&self.tx.raw_data.data, "data")?.into(),
        });
        Ok(())
    }

    /// What the transaction itself moved, by the type of its contract.
    ///
    /// Source: `core/contract/*.proto` of java-tron.
    fn contract(
        &self,
        contract: &ContractAnswer<'_>,
        owner: [u8; 20],
        event: u32,
        sheet: &mut Sheet,
    ) -> Result<(), DecodeError> {
        let value = &contract.parameter.value;
        let sum = |cell: &Cell<'_>, field| -> Result<Amount, DecodeError> {
            Ok(cell.amount(field)?.unwrap_or(Amount::ZERO))
        };
        let from = Some(owner);
        let kind = TransferKind::Native;
        let mut native = |to: [u8; 20], amount: Amount| {
            let moved = Moved { event, kind, asset: NATIVE, from, to: Some(to), amount };
            sheet.push(self.spot, Some(owner), moved);
        };
        match contract.kind.text() {
            "TransferContract" => {
                let to = filled_address(&value.to_address, "to_address")?;
                native(to, sum(&value.amount, "amount")?);
            }
            // Tokens come for it that the answer does not count.
            "ParticipateAssetIssueContract" => {
                let to = filled_address(&value.to_address, "to_address")?;
                native(to, sum(&value.amount, "amount")?);
                sheet.count(Defect::AmountUnknown);
            }
            "TransferAssetContract" => {
                let to = filled_address(&value.to_address, "to_address")?;
                let name = bytes(&value.asset_name, "asset_name")?;
                self.trc10(&name, (owner, to), sum(&value.amount, "amount")?, event, sheet)?;
            }
            "TriggerSmartContract" => {
                let to = filled_address(&value.contract_address, "contract_address")?;
                native(to, sum(&value.call_value, "call_value")?);
                let amount = sum(&value.call_token_value, "call_token_value")?;
                let id = value.token_id.text().as_bytes();
                self.trc10(id, (owner, to), amount, event + STEP, sheet)?;
            }
            "CreateSmartContract" => {
                let made = self.info.map(|info| &info.contract_address);
                let made = made.map_or(Ok(None), |cell| address(cell, "contract_address"))?;
                let made = filled("contract_address", made)?;
                native(made, sum(&value.new_contract.call_value, "call_value")?);
                let amount = sum(&value.call_token_value, "call_token_value")?;
                let id = value.token_id.text().as_bytes();
                self.trc10(id, (owner, made), amount, event + STEP, sheet)?;
            }
            "WithdrawBalanceContract" => {
                let amount = self.info.map_or(Ok(Amount::ZERO), |info| {
                    sum(&info.withdraw_amount, "withdraw_amount")
                })?;
                self.mint(owner, NATIVE, amount, event, sheet);
            }
            "AssetIssueContract" => {
                let id = self.info.map_or("", |info| info.asset_issue_id.text());
                if id.is_empty() {
                    sheet.count(Defect::TokenNameOnly);
                } else {
                    let asset = sheet.trc10(id)?;
                    let amount = sum(&value.total_supply, "total_supply")?;
                    self.mint(owner, asset, amount, event, sheet);
                }
            }
            // They move value to and from places that have no address.
            "ExchangeCreateContract"
            | "ExchangeInjectContract"
            | "ExchangeWithdrawContract"
            | "ExchangeTransactionContract"
            | "MarketSellAssetContract"
            | "MarketCancelOrderContract"
            | "ShieldedTransferContract" => {
                sheet.count(Defect::UnaddressedMovement);
            }
            // Freezing, voting, permissions and the like: nothing changes hands but the fee.
            _ => {}
        }
        Ok(())
    }

    fn mint(&self, to: [u8; 20], asset: u32, amount: Amount, event: u32, sheet: &mut Sheet) {
        let kind = TransferKind::Mint;
        let moved = Moved { event, kind, asset, from: None, to: Some(to), amount };
        sheet.push(self.spot, Some(to), moved);
    }

    /// A movement of a TRC-10 token. Before tokens had numbers, which are digits and begin at
    /// 1,000,001, their names stood there, which need not be unique.
    fn trc10(
        &self,
        id: &[u8],
        (from, to): ([u8; 20], [u8; 20]),
        amount: Amount,
        event: u32,
        sheet: &mut Sheet,
    ) -> Result<(), DecodeError> {
        if amount.is_zero() {
            return Ok(());
        }
        let text = std::str::from_utf8(id).unwrap_or_default();
        if text.len() < 7 || text.len() > 19 || !text.bytes().all(|b| b.is_ascii_digit()) {
            sheet.count(Defect::TokenNameOnly);
            return Ok(());
        }
        let asset = sheet.trc10(text)?;
        let (kind, from, to) = (TransferKind::Token, Some(from), Some(to));
        sheet.push(self.spot, self.owner()?, Moved { event, kind, asset, from, to, amount });
        Ok(())
    }

    /// A call inside.
    ///
    /// Source: `addInternalTx` in java-tron's `Program.java`. Freezing, unfreezing, delegating
    /// and voting stand there too, with amounts that stay their owner's; a reward is new value.
    fn internal(
        &self,
        internal: &InternalAnswer<'_>,
        number: u32,
        sheet: &mut Sheet,
    ) -> Result<(), DecodeError> {
        let has_value = internal.values.iter().any(|value| !value.call_value.is_empty());
        if !has_value {
            return Ok(());
        }
        if internal.rejected {
            sheet.count(Defect::FailedCall);
            return Ok(());
        }
        let note = bytes(&internal.note, "note")?;
        let is_reward = note == b"withdrawReward";
        if !is_reward && !matches!(&note[..], b"" | b"call" | b"create" | b"suicide") {
            return Ok(());
        }
        let from = filled_address(&internal.caller_address, "caller_address")?;
        let to = filled_address(&internal.to_address, "transferTo_address")?;
        let too_many = || DecodeError::Malformed("a transaction has too many calls".to_owned());
        let first = event_of_call(number).filter(|event| *event < STEP).ok_or_else(too_many)?;
        if internal.values.len() > PARTS_MAX {
            return Err(too_many());
        }
        for (value, part) in internal.values.iter().zip(0_u32..) {
            let amount = value.call_value.amount("callValue")?.unwrap_or(Amount::ZERO);
            let event = first + part * STEP;
            if !value.token_id.is_empty() {
                self.trc10(value.token_id.text().as_bytes(), (from, to), amount, event, sheet)?;
            } else if is_reward {
                self.mint(from, NATIVE, amount, event, sheet);
            } else {
                let (kind, asset) = (TransferKind::Internal, NATIVE);
                let (from, to) = (Some(from), Some(to));
                let moved = Moved { event, kind, asset, from, to, amount };
                sheet.push(self.spot, self.owner()?, moved);
            }
        }
        Ok(())
    }

    fn log(&self, log: &LogAnswer<'_>, index: u32, sheet: &mut Sheet) -> Result<(), DecodeError> {
        let emitter = emitter(&log.address)?;
        let topics: Result<Vec<[u8; 32]>, DecodeError> =
            log.topics.iter().zip(0_usize..).map(|(topic, place)| word(topic, place)).collect();
        let (topics, data) = (topics?, bytes(&log.data, "data")?);
        let facts = Facts::of(&sheet.rows.chain);
        let Some(meaning) = topics.first().and_then(|topic| facts.meaning(&emitter, topic)) else {
            return Ok(());
        };
        let log = Log { index, emitter, topics: &topics, data: &data };
        if matches!(meaning, Meaning::Wrap | Meaning::Unwrap) && *WRAPPER == Some(emitter) {
            return self.wrapped(&log, meaning, sheet);
        }
        let mut moves = Vec::new();
        let defect = log.moves(facts, meaning, &mut |moved| {
            moves.push(moved);
            Ok::<(), DecodeError>(())
        })?;
        if let Some(defect) = defect {
            sheet.count(defect);
        }
        for moved in moves {
            let asset = sheet.token(moved.token)?;
            let (event, kind, amount) = (moved.event, moved.kind, moved.amount);
            let moved = Moved { event, kind, asset, from: moved.from, to: moved.to, amount };
            sheet.push(self.spot, None, moved);
        }
        Ok(())
    }

    fn wrapped(
        &self,
        log: &Log<'_>,
        meaning: Meaning,
        sheet: &mut Sheet,
    ) -> Result<(), DecodeError> {
        let event = crate::evm::event_of_log(log.index);
        let (Some(event), [_, user], Ok(amount)) =
            (event, log.topics, <[u8; 32]>::try_from(log.data))
        else {
            sheet.count(Defect::NotATransfer);
            return Ok(());
        };
        let [_, _, _, _, _, _, _, _, _, _, _, _, user @ ..] = *user;
        let amount = Amount::from_u256(U256::from_be_bytes(amount));
        let asset = sheet.token(Token::Fungible(log.emitter))?;
        let (kind, from, to) = match meaning {
            Meaning::Wrap => (TransferKind::Wrap, None, Some(user)),
            _ => (TransferKind::Unwrap, Some(user), None),
        };
        sheet.push(self.spot, None, Moved { event, kind, asset, from, to, amount });
        Ok(())
    }

    fn fee(&self, info: &InfoAnswer<'_>, sheet: &mut Sheet) -> Result<(), DecodeError> {
        let amount = info.fee.amount("fee")?.unwrap_or(Amount::ZERO);
        let owner = self.owner()?;
        if let Some(owner) = owner.filter(|_| !amount.is_zero()) {
            let (event, kind, asset) = (Transfer::UNPLACED, TransferKind::Fee, NATIVE);
            let moved = Moved { event, kind, asset, from: Some(owner), to: None, amount };
            sheet.push(self.spot, Some(owner), moved);
        }
        Ok(())
    }
}

/// The contract of a log: twenty bytes, with or without the prefix of addresses.
fn emitter(cell: &Cell<'_>) -> Result<[u8; 20], DecodeError> {
    let read = bytes(cell, "address")?;
    let bare = match &read[..] {
        [0x41, rest @ ..] if rest.len() == 20 => rest,
        other => other,
    };
    let malformed = |_| DecodeError::Malformed("the address of a log is none".to_owned());
    bare.try_into().map_err(malformed)
}

/// A topic. Where it is an address, some contracts leave the prefix of addresses before it.
fn word(cell: &Cell<'_>, place: usize) -> Result<[u8; 32], DecodeError> {
    let mut word = *filled("topics", cell.hash("topics")?)?.as_bytes();
    if let [front @ .., prefix] = &mut word[..12]
        && matches!(place, 1 | 2)
        && front.iter().all(|byte| *byte == 0)
        && *prefix == 0x41
    {
        *prefix = 0;
    }
    Ok(word)
}

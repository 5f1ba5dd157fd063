//! One transaction of a block: what it, its calls and its logs move, and its fee.

use hawkshaw_model::rows::{Call as CallRow, Event, Spot, Transfer};
use hawkshaw_model::{Address, Amount, TransferKind, TxHash, rows};

use super::answers::{CallAnswer, LogAnswer, Receipt, Tx};
use super::assets::{NATIVE, Sheet};
use super::calls::{Call, Effect, Walk};
use super::contract::created_by;
use super::event::event_of_log;
use super::facts::Facts;
use super::fee::Fee;
use super::log::Log;
use super::options::{EventChoice, Options};
use super::origin::{Origin, is_state_sync};
use super::topics::Meaning;
use crate::defects::Defect;
use crate::error::DecodeError;

/// A transaction with what is known of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Whole<'a> {
    pub(super) facts: &'static Facts,
    pub(super) options: Options,
    pub(super) header: rows::Block,
    /// Its index in the block.
    pub(super) index: u32,
    pub(super) tx: &'a Tx<'a>,
    pub(super) receipt: Option<&'a Receipt<'a>>,
    /// Its calls, where the node tells calls.
    pub(super) calls: Option<&'a [CallAnswer<'a>]>,
}

/// The type of a transaction with blobs (EIP-4844).
const BLOBS: u64 = 3;

impl Whole<'_> {
    /// Adds what the transaction says to the rows. Gives the fee, where the sender paid one.
    pub(super) fn decode(&self, sheet: &mut Sheet) -> Result<Option<Fee>, DecodeError> {
        let success = self.success()?;
        if success.is_none() {
            sheet.count(Defect::StatusUnknown);
        }
        self.call_row(success, sheet);
        let origin = self.origin();
        if !self.facts.has_native_logs() {
            self.minted(origin, success, sheet);
            self.value(origin, success, sheet)?;
            self.internal(success, sheet)?;
        }
        self.logs(sheet)?;
        if self.facts.has_native_logs() {
            return Ok(None);
        }
        self.fee(origin, sheet)
    }

    fn spot(&self) -> Spot {
        Spot {
            height: self.header.height,
            time: Some(self.header.time),
            tx_index: Some(self.index),
            tx: Some(TxHash::from(self.tx.hash.0)),
            line: u64::from(self.index) + 1,
        }
    }

    pub(super) fn sender(&self) -> Address {
        Address::Evm(self.tx.from.0)
    }

    pub(super) fn transfer(&self, event: u32, kind: TransferKind) -> Transfer {
        Transfer {
            spot: self.spot(),
            event,
            kind,
            asset: NATIVE,
            from: None,
            to: None,
            sender: Some(self.sender()),
            amount: Amount::ZERO,
        }
    }

    fn named(&self) -> String {
        alloy_primitives::hex::encode_prefixed(self.tx.hash.0)
    }

    /// Whether it succeeded: as the receipt says, since Byzantium, or the call at its root.
    fn success(&self) -> Result<Option<bool>, DecodeError> {
        let said = match self.receipt.and_then(|receipt| receipt.status) {
            Some(status) if status.0 > 1 => {
                let reason = format!("{} is no status of transaction {}", status.0, self.named());
                return Err(DecodeError::Malformed(reason));
            }
            status => status.map(|status| status.0 == 1),
        };
        let root = self.calls.and_then(<[_]>::first).map(|root| root.error.is_none());
        match (said, root) {
            (Some(said), Some(root)) if said != root && self.origin() == Origin::Sender => {
                Err(DecodeError::Contradiction(format!(
                    "receipt and calls disagree on whether transaction {} succeeded",
                    self.named()
                )))
            }
            _ if self.receipt.is_none() => Ok(Some(true)),
            _ => Ok(said.or(root)),
        }
    }

    fn call_row(&self, success: Option<bool>, sheet: &mut Sheet) {
        let mut data = Vec::new();
        if let Some(input) = self.tx.input.as_ref().filter(|_| self.options.calldata)
            && !input.decode(&mut data)
        {
            sheet.count(Defect::NoCalldata);
            data.clear();
        }
        let to = self.tx.to.map(|to| Address::Evm(to.0));
        let (spot, sender, data) = (self.spot(), Some(self.sender()), data.into_boxed_slice());
        sheet.rows.calls.push(CallRow { spot, sender, to, success, data });
    }

    /// The value that the transaction itself moves; none where it failed.
    fn value(
        &self,
        origin: Origin,
        success: Option<bool>,
        sheet: &mut Sheet,
    ) -> Result<(), DecodeError> {
        let amount = self.tx.value.0;
        let to = self.payee();
        if origin == Origin::Sender && success != Some(false) {
            self.check_root(to)?;
        }
        if success == Some(false) {
            if !amount.is_zero() {
                sheet.count(Defect::FailedTransaction);
            }
            return Ok(());
        }
        if amount.is_zero() || matches!(origin, Origin::System | Origin::Ticket) {
            return Ok(());
        }
        let moved = self.transfer(0, TransferKind::Native);
        let (from, to) = (Some(self.sender()), Some(Address::Evm(to)));
        sheet.push(Transfer { from, to, amount, ..moved });
        Ok(())
    }

    /// Who is called, or the contract that is created: as the receipt says, else as sender and
    /// nonce determine it.
    fn payee(&self) -> [u8; 20] {
        let created = || self.receipt.and_then(|receipt| receipt.contract_address);
        match self.tx.to.or_else(created) {
            Some(to) => to.0,
            None => created_by(self.tx.from.0, self.tx.nonce.map_or(0, |nonce| nonce.0)),
        }
    }

    /// Checks that the call at the root is the transaction.
    fn check_root(&self, to: [u8; 20]) -> Result<(), DecodeError> {
        let Some(calls) = self.calls else { return Ok(()) };
        let is_same = calls.first().is_some_and(|root| {
            let is_of = root.from == Some(self.tx.from.0) && root.to == Some(to);
            root.depth == 0 && is_of && root.value == self.tx.value.0
        });
        if is_same {
            return Ok(());
        }
        let reason = match calls {
            [] => format!("there are no calls of transaction {}", self.named()),
            _ => format!("the first call of transaction {} is another than it", self.named()),
        };
        Err(DecodeError::Contradiction(reason))
    }

    /// What the calls below the root move.
    fn internal(&self, success: Option<bool>, sheet: &mut Sheet) -> Result<(), DecodeError> {
        let mut walk = Walk::new(self.facts.burns_what_it_keeps(self.header.height));
        for answer in self.calls.unwrap_or_default() {
            let error = answer.error.as_ref().map(|error| &*error.0);
            let call = Call {
                place: answer.depth,
                act: answer.act,
                failed: error.is_some() || (answer.depth == 0 && success == Some(false)),
                from: answer.from,
                to: answer.to,
                has_value: !answer.value.is_zero(),
            };
            let without = |what: &str| {
                Err(DecodeError::Malformed(format!(
                    "a call of transaction {} moves value and does not say {what}",
                    self.named()
                )))
            };
            match walk.next(&call, error) {
                // The root is the transaction itself.
                Effect::Moves(moved) if moved.event == 0 => {}
                Effect::Moves(moved) => {
                    let from = Some(Address::Evm(moved.from));
                    let to = moved.to.map(Address::Evm);
                    let row = self.transfer(moved.event, moved.kind);
                    sheet.push(Transfer { from, to, amount: answer.value, ..row });
                }
                Effect::Undone if answer.depth > 0 => sheet.count(Defect::FailedCall),
                Effect::Undone | Effect::Nothing => {}
                Effect::NoPayer => return without("who pays"),
                Effect::NoPayee => return without("who is paid"),
                Effect::TooMany => return without("where: there are too many calls"),
            }
        }
        Ok(())
    }

    fn logs(&self, sheet: &mut Sheet) -> Result<(), DecodeError> {
        let mut data = Vec::new();
        for log in self.receipt.map_or(&[][..], |receipt| &receipt.logs) {
            self.log(log, &mut data, sheet)?;
        }
        Ok(())
    }

    fn log(
        &self,
        answer: &LogAnswer<'_>,
        data: &mut Vec<u8>,
        sheet: &mut Sheet,
    ) -> Result<(), DecodeError> {
        let (emitter, topics) = (answer.address.0, answer.topics.as_slice());
        let meaning = topics.first().and_then(|topic| self.facts.meaning(&emitter, topic));
        let is_kept = match self.options.events {
            EventChoice::None => false,
            EventChoice::Known => meaning == Some(Meaning::Kept),
            EventChoice::All => true,
        };
        if !is_kept && matches!(meaning, None | Some(Meaning::Kept)) {
            return Ok(());
        }
        let index = u32::try_from(answer.log_index.0).ok();
        let (Some(index), Some(event)) = (index, index.and_then(event_of_log)) else {
            let reason = format!("{} is no index of a log", answer.log_index.0);
            return Err(DecodeError::Malformed(reason));
        };
        if !answer.data.decode(data) {
            let reason = format!("the data of log {index} are no hex");
            return Err(DecodeError::Malformed(reason));
        }
        if let Some(meaning) = meaning {
            let log = Log { index, emitter, topics, data: &*data };
            self.log_moves(&log, meaning, sheet)?;
        }
        if is_kept {
            let (spot, emitter, topics) = (self.spot(), Address::Evm(emitter), topics.to_vec());
            let data = data.as_slice().into();
            sheet.rows.events.push(Event { spot, event, emitter, topics, data });
        }
        Ok(())
    }

    fn log_moves(
        &self,
        log: &Log<'_>,
        meaning: Meaning,
        sheet: &mut Sheet,
    ) -> Result<(), DecodeError> {
        let mut defect = None;
        let mut push = |moved: super::log::LogMove| {
            let asset = sheet.asset(moved.token)?;
            let row = self.transfer(moved.event, moved.kind);
            let (from, to) = (moved.from.map(Address::Evm), moved.to.map(Address::Evm));
            sheet.push(Transfer { asset, from, to, amount: moved.amount, ..row });
            Ok(())
        };
        let is_told_by_logs =
            is_state_sync(self.facts, self.tx) && self.calls.is_none_or(<[_]>::is_empty);
        if meaning == Meaning::NativeIn && is_told_by_logs {
            match log.native_in() {
                Ok(moved) => push(moved)?,
                Err(found) => defect = Some(found),
            }
        } else {
            defect = log.moves(self.facts, meaning, &mut push)?;
        }
        if let Some(defect) = defect {
            sheet.count(defect);
        }
        Ok(())
    }

    /// What the sender paid for gas, blobs and publishing, whether or not the transaction
    /// succeeded.
    fn fee(&self, origin: Origin, sheet: &mut Sheet) -> Result<Option<Fee>, DecodeError> {
        let Some(receipt) = self.receipt else { return Ok(None) };
        if !matches!(origin, Origin::Sender | Origin::Ticket) {
            return Ok(None);
        }
        let Some(price) = receipt.effective_gas_price.or(self.tx.gas_price) else {
            sheet.count(Defect::FeeUnknown);
            return Ok(None);
        };
        if self.tx.fee_currency.is_some() {
            sheet.count(Defect::FeeInToken);
            return Ok(None);
        }
        let or_zero = |field: Option<super::hex::Quantity>| field.map_or(Amount::ZERO, |it| it.0);
        let has_operator = [receipt.operator_fee_scalar, receipt.operator_fee_constant];
        if has_operator.into_iter().any(|part| !or_zero(part).is_zero()) {
            sheet.count(Defect::OperatorFee);
        }
        // Rollups use these fields of other transactions for purposes of their own.
        let has_blobs = self.tx.kind.is_some_and(|kind| kind.0 == BLOBS);
        let blobs = |field| if has_blobs { or_zero(field) } else { Amount::ZERO };
        let fee = Fee {
            gas_used: receipt.gas_used.0,
            gas_price: price.0,
            blob_gas_used: blobs(receipt.blob_gas_used),
            blob_gas_price: blobs(receipt.blob_gas_price),
            publishing: or_zero(receipt.l1_fee),
        };
        let amount = fee.total().ok_or_else(|| {
            DecodeError::Malformed(format!("the fee of {} is beyond 256 bits", self.named()))
        })?;
        if !amount.is_zero() {
            let row = self.transfer(Transfer::UNPLACED, TransferKind::Fee);
            sheet.push(Transfer { from: Some(self.sender()), amount, ..row });
        }
        Ok(Some(fee))
    }
}

//! A log or a call that a decoder reads, with what surrounds it.

use std::borrow::Cow;

use alloy_primitives::{Address as Evm, U256, hex};
use hawkshaw_model::{Account, Address, Amount, AssetId, ChainId};

use super::abi::{self, Fault, Words};
use super::networks;
use super::protocol::{Decoded, DefectKind, Protocol};
use crate::leg::{Leg, Side, Trust};
use crate::record::{Log, TxRecord};

/// How many logs before or after its own a decoder looks at: protocols write the logs of one
/// passage next to each other, and a transaction with thousands of logs must not take thousands
/// times thousands of looks.
pub(crate) const NEIGHBOURS_MAX: usize = 64;

/// A log or a call that a decoder reads.
#[derive(Debug)]
pub(crate) struct Site<'a> {
    pub(crate) record: &'a TxRecord,
    pub(crate) protocol: &'static Protocol,
    /// The contract that wrote the log, or that was called.
    pub(crate) contract: [u8; 20],
    contract_account: &'a Account,
    topics: &'a [[u8; 32]],
    data: &'a [u8],
    indexed: &'static [usize],
    /// Which log of the transaction it is; none for a call.
    at: Option<usize>,
    event: u32,
    pub(crate) out: &'a mut Decoded,
}

impl<'a> Site<'a> {
    pub(crate) fn of_log(
        protocol: &'static Protocol,
        indexed: &'static [usize],
        (record, at): (&'a TxRecord, usize),
        out: &'a mut Decoded,
    ) -> Option<Self> {
        let log = record.logs.get(at)?;
        Some(Self {
            record,
            protocol,
            contract: *account_bytes(&log.emitter)?,
            contract_account: &log.emitter,
            topics: log.topics.get(1..)?,
            data: &log.data,
            indexed,
            at: Some(at),
            event: log.event,
            out,
        })
    }

    pub(crate) fn of_call(
        protocol: &'static Protocol,
        record: &'a TxRecord,
        out: &'a mut Decoded,
    ) -> Option<Self> {
        let contract_account = record.to.as_ref()?;
        Some(Self {
            record,
            protocol,
            contract: *account_bytes(contract_account)?,
            contract_account,
            topics: &[],
            data: record.calldata.get(4..)?,
            indexed: &[],
            at: None,
            event: 0,
            out,
        })
    }

    /// Whether the log has as many topics as its event.
    pub(crate) fn check_topics(&self) -> Result<(), Fault> {
        if self.topics.len() == self.indexed.len() { Ok(()) } else { Err(Fault::Topics) }
    }

    /// The word of a parameter, counted from 0 as in the signature; behind a tuple whose fields
    /// stand in place every field counts.
    pub(crate) fn word(&self, parameter: usize) -> Result<&'a [u8; 32], Fault> {
        match self.indexed.iter().position(|indexed| *indexed == parameter) {
            Some(topic) => self.topics.get(topic).ok_or(Fault::Topics),
            None => self.words().word(self.place(parameter)),
        }
    }

    /// The index of a parameter among the words of the data.
    fn place(&self, parameter: usize) -> usize {
        parameter - self.indexed.iter().filter(|indexed| **indexed < parameter).count()
    }

    /// The data as words.
    pub(crate) fn words(&self) -> Words<'a> {
        Words(self.data)
    }

    pub(crate) fn address(&self, parameter: usize) -> Result<[u8; 20], Fault> {
        self.word(parameter).and_then(abi::address)
    }

    pub(crate) fn small(&self, parameter: usize) -> Result<u64, Fault> {
        self.word(parameter).and_then(abi::small)
    }

    pub(crate) fn number(&self, parameter: usize) -> Result<U256, Fault> {
        self.word(parameter).map(|word| U256::from_be_bytes(*word))
    }

    pub(crate) fn amount(&self, parameter: usize) -> Result<Option<Amount>, Fault> {
        self.number(parameter).map(|number| Some(Amount::from_u256(number)))
    }

    /// The `bytes` or `string` of a parameter that is no topic.
    pub(crate) fn bytes(&self, parameter: usize) -> Result<&'a [u8], Fault> {
        self.words().bytes(self.place(parameter))
    }

    /// The tuple of a parameter that is no topic and holds fields of any length.
    pub(crate) fn tuple(&self, parameter: usize) -> Result<Words<'a>, Fault> {
        self.words().tail(self.place(parameter))
    }

    /// A leg of which nothing is known but the side, the id and the place.
    pub(crate) fn leg(&self, side: Side, id: Option<String>) -> Leg {
        Leg {
            side,
            bridge: Cow::Borrowed(self.protocol.name),
            id,
            chain: self.record.chain.clone(),
            time: self.record.time,
            tx: self.record.tx,
            event: self.event,
            asset: None,
            amount: None,
            payer: None,
            custody: None,
            receiver: None,
            far_chain: None,
            far_asset: None,
            far_amount: None,
            emitter: Some(self.contract_account.clone()),
            trust: if self.is_known() { Trust::Known } else { Trust::Unknown },
        }
    }

    pub(crate) fn push(&mut self, leg: Leg) {
        self.out.legs.push(leg);
    }

    pub(crate) fn defect(&mut self, kind: DefectKind) {
        self.out.defect(self.protocol.name, kind, self.event);
    }

    /// Whether the contract is known to be of the protocol on this chain.
    pub(crate) fn is_known(&self) -> bool {
        self.lists(self.protocol.contracts, &self.contract)
    }

    /// Whether a log is of a contract that is known to be of the protocol on this chain.
    pub(crate) fn knows(&self, log: &Log) -> bool {
        account_bytes(&log.emitter)
            .is_some_and(|emitter| self.lists(self.protocol.contracts, emitter))
    }

    /// Whether a list of contracts by chain, where chain 0 is every chain, has one.
    pub(crate) fn lists(&self, contracts: &[(u64, Evm)], contract: &[u8; 20]) -> bool {
        let here = networks::number(&self.record.chain);
        contracts
            .iter()
            .any(|(chain, known)| (*chain == 0 || Some(*chain) == here) && known == contract)
    }

    /// The contract as an account that keeps value.
    pub(crate) fn here(&self) -> Option<Account> {
        Some(self.contract_account.clone())
    }

    /// An account of this chain.
    pub(crate) fn account(&self, bytes: [u8; 20]) -> Option<Account> {
        account(&self.record.chain, bytes)
    }

    /// A token of this chain, where the zero address and `0xeeee…` are the native asset, as all
    /// of these protocols have it.
    pub(crate) fn asset(&self, token: [u8; 20]) -> Option<AssetId> {
        networks::asset(&self.record.chain, token)
    }

    /// A receiver on this chain as text.
    pub(crate) fn receiver(&self, bytes: [u8; 20]) -> Option<String> {
        address_text(Some(&self.record.chain), &bytes)
    }

    /// The far chain of a number of the protocol; an unknown one is a defect.
    pub(crate) fn far(&mut self, chain: Option<ChainId>) -> Option<ChainId> {
        if chain.is_none() {
            self.defect(DefectKind::UnknownChain);
        }
        chain
    }

    /// The nearest log before this one that fits.
    pub(crate) fn before(&self, fits: impl Fn(&Log) -> bool) -> Option<&'a Log> {
        let at = self.at?;
        let from = at.saturating_sub(NEIGHBOURS_MAX);
        self.record.logs.get(from..at)?.iter().rev().find(|log| fits(log))
    }

    /// The nearest log behind this one that fits.
    pub(crate) fn after(&self, fits: impl Fn(&Log) -> bool) -> Option<&'a Log> {
        let from = self.at?.checked_add(1)?;
        self.record.logs.get(from..)?.iter().take(NEIGHBOURS_MAX).find(|log| fits(log))
    }
}

/// The bytes of an account that has 20 of them.
pub(crate) fn account_bytes(account: &Account) -> Option<&[u8; 20]> {
    match account.address() {
        Address::Evm(bytes) | Address::Tron(bytes) => Some(bytes),
        _ => None,
    }
}

/// An account of a chain whose addresses are 20 bytes.
pub(crate) fn account(chain: &ChainId, bytes: [u8; 20]) -> Option<Account> {
    match chain.namespace() {
        "eip155" => Some(Account::new(chain.clone(), Address::Evm(bytes))),
        "tron" => Some(Account::new(chain.clone(), Address::Tron(bytes))),
        _ => None,
    }
}

/// An address as its chain writes it: 20 bytes, or 32 bytes that hold 20 at their end. What
/// nobody here can write for its chain is its bytes in hex; zero is nobody.
pub(crate) fn address_text(chain: Option<&ChainId>, bytes: &[u8]) -> Option<String> {
    if bytes.is_empty() || bytes.iter().all(|byte| *byte == 0) {
        return None;
    }
    if chain.is_some_and(networks::is_solana) && bytes.len() == 32 {
        return Some(networks::base58(bytes));
    }
    let short: Option<[u8; 20]> = match bytes.len() {
        20 => bytes.try_into().ok(),
        32 => <&[u8; 32]>::try_from(bytes).ok().and_then(|word| abi::address(word).ok()),
        _ => None,
    };
    match (short, chain) {
        (Some(short), Some(chain)) if chain.namespace() == "tron" => {
            Some(Address::Tron(short).to_string())
        }
        (Some(short), _) => Some(hex_text(&short)),
        (None, _) => Some(hex_text(bytes)),
    }
}

/// Bytes as lower-case hex with `0x`.
pub(crate) fn hex_text(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

//! What became of what came in, to the base unit.

use std::collections::BTreeMap;

use hawkshaw_model::{AccountIx, Amount, Stop};

use super::{Carried, Hop};

/// Who was paid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Payee {
    /// A tagged service.
    Service {
        /// The address.
        account: AccountIx,
        /// What its tag says.
        stop: ServiceKey,
    },
    /// An address without a tag.
    Address(AccountIx),
    /// An output without an address.
    NoAddress,
    /// An output that nobody can spend.
    Unspendable,
}

/// What a tag says of a service, in an order: kind, then actor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServiceKey {
    /// The kind of service.
    pub kind: hawkshaw_model::TerminalKind,
    /// Who runs it.
    pub actor: Option<String>,
}

impl From<&Stop> for ServiceKey {
    fn from(stop: &Stop) -> Self {
        Self { kind: stop.kind.clone(), actor: stop.actor.clone() }
    }
}

/// Payments of one kind: how many, and how much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Paid {
    /// How many.
    pub payments: u64,
    /// How much together.
    pub amount: Amount,
}

/// What became of what came in: `amount_in` + `joined` = what was peeled + `fees` + `rest`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    /// Peeled off, by service.
    pub services: BTreeMap<ServiceKey, Paid>,
    /// Peeled off, by address without a tag.
    pub addresses: BTreeMap<AccountIx, Paid>,
    /// Peeled off to outputs without an address.
    pub no_address: Paid,
    /// In outputs that nobody can spend.
    pub unspendable: Paid,
    /// What was peeled off and came back in a later transaction of the chain; in no other total.
    pub returned: Paid,
    /// What joined on the way, spent together with what the chain carried.
    pub joined: Amount,
    /// Fees.
    pub fees: Amount,
    /// What is left where the chain ends.
    pub rest: Amount,
}

impl Totals {
    /// Adds up a chain; `None` beyond 256 bits.
    pub(super) fn of(hops: &[Hop], rest: &[Carried]) -> Option<Self> {
        let mut totals = Self::default();
        for hop in hops {
            totals.joined = totals.joined.checked_add(hop.joined)?;
            totals.fees = totals.fees.checked_add(hop.fee)?;
            for peel in &hop.peels {
                let paid = match &peel.to {
                    _ if peel.returned_in.is_some() => &mut totals.returned,
                    Payee::Service { stop, .. } => totals.services.entry(stop.clone()).or_default(),
                    Payee::Address(account) => totals.addresses.entry(*account).or_default(),
                    Payee::NoAddress => &mut totals.no_address,
                    Payee::Unspendable => &mut totals.unspendable,
                };
                paid.amount = paid.amount.checked_add(peel.amount)?;
                paid.payments += 1;
            }
        }
        for carried in rest {
            totals.rest = totals.rest.checked_add(carried.amount)?;
        }
        Some(totals)
    }

    /// What was peeled off together; `None` beyond 256 bits.
    pub fn peeled(&self) -> Option<Amount> {
        let paid = self.services.values().chain(self.addresses.values());
        let paid = paid.chain([&self.no_address, &self.unspendable]);
        paid.map(|paid| paid.amount).try_fold(Amount::ZERO, Amount::checked_add)
    }

    /// Whether what came in and what joined is what was peeled, paid in fees and left.
    pub fn adds_up(&self, amount_in: Amount) -> bool {
        let out = self.peeled().and_then(|peeled| peeled.checked_add(self.fees));
        let out = out.and_then(|out| out.checked_add(self.rest));
        out.is_some() && out == amount_in.checked_add(self.joined)
    }
}

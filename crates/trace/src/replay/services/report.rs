//! What is said of services and of those around them when a replay is over.

use std::collections::BTreeMap;

use hawkshaw_model::{AccountIx, AssetIx, ReadError, TxIx};

use rustc_hash::FxHashSet;

use super::deposit::Deposit;
use super::funding::{self, Funding};
use crate::replay::book::{HoldingKey, Side};
use crate::replay::{Replay, end_of, tx_text};
use crate::result::Finding;
use crate::units::Units;

impl<U: Units> Replay<'_, U> {
    /// Says which deposit addresses were found, and who funded addresses of the trace.
    pub(in crate::replay) fn note_services(&mut self) -> Result<(), ReadError> {
        for (account, deposit) in std::mem::take(&mut self.services.deposits) {
            let finding = self.deposit_finding(AccountIx(account), &deposit)?;
            self.findings.push(finding);
        }
        if self.book.is_recording() || self.book.is_full() {
            self.note_fundings()?;
        }
        Ok(())
    }

    /// How often each noise rule was met, and whether there was more than was looked at.
    pub(crate) fn noise_found(&self) -> (BTreeMap<String, u64>, Option<String>) {
        let counts = self.noise.counts.iter();
        let counts = counts.map(|(rule, count)| (rule.as_str().to_owned(), *count)).collect();
        let limit = self.noise.is_full().then(|| {
            "the noise rules looked at as many accounts and movements as they look at: some noise \
             was not told apart"
                .to_owned()
        });
        (counts, limit)
    }

    fn deposit_finding(&self, account: AccountIx, deposit: &Deposit) -> Result<Finding, ReadError> {
        let ledger = self.scene.ledger;
        let sweeps = deposit.sweeps.iter().map(|tx| tx_text(ledger, *tx));
        let sweeps = sweeps.collect::<Result<Vec<_>, _>>()?;
        let target = ledger.account(deposit.target)?.address_for_people();
        let actor = deposit.service.actor.as_ref().map(|actor| format!(" of {actor}"));
        let (kind, actor) = (&deposit.service.kind, actor.unwrap_or_default());
        let (rule, stops) = if deposit.is_stop {
            ("deposit-address", "stopped here: untagged, a deposit address by inference")
        } else {
            (
                "possible-deposit-address",
                "followed on: untagged, a deposit address or a last hop before the service, for \
                 no sweep came before the value of the case and none was made by others",
            )
        };
        let nested = if deposit.is_nested() {
            format!("; nested: {} accounts pay it, more than one customer has", deposit.payers)
        } else {
            String::new()
        };
        let more = match deposit.count - sweeps.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let text = format!(
            "{stops}; all that it paid went to the {kind}{actor} at {target} ({}), by {} {}: \
             {}{more}{nested}",
            deposit.shape.text(),
            deposit.count,
            if deposit.count == 1 { "sweep" } else { "sweeps" },
            sweeps.join(", ")
        );
        let (tx, account) = (sweeps.first().cloned(), Some(ledger.account(account)?.to_string()));
        Ok(Finding { rule, tx, account, text })
    }

    /// Says who gave addresses that hold or held taint their first coins.
    fn note_fundings(&mut self) -> Result<(), ReadError> {
        let (ledger, until) = (self.scene.ledger, self.scene.options.until);
        let mut accounts: Vec<u32> = Vec::new();
        let mut seen = FxHashSet::default();
        for key in &self.book.holdings {
            let HoldingKey::Balance { account, .. } = key else { continue };
            if seen.insert(*account) {
                accounts.push(*account);
            }
            if accounts.len() >= funding::ACCOUNTS_MAX {
                break;
            }
        }
        let mut ends: BTreeMap<u64, TxIx> = BTreeMap::new();
        for chain in ledger.chains() {
            ends.insert(chain.txs.start, end_of(ledger, chain, until)?);
        }
        let end = |account: AccountIx| {
            let account = ledger.account(account)?;
            let chain = ledger.chains().iter().find(|chain| chain.id == *account.chain());
            let end = chain.and_then(|chain| ends.get(&chain.txs.start).copied());
            Ok(end.unwrap_or(TxIx(0)))
        };
        let edges = self.book.edges.iter().filter_map(|edge| match edge.to {
            Side::Account(account) => Some((account, edge.tx)),
            _ => None,
        });
        let tainted: FxHashSet<(u32, TxIx)> = edges.collect();
        let touched = &self.book.touched;
        let accounts = accounts.into_iter().map(AccountIx);
        let is_traced = |funder: AccountIx, funding: &Funding| {
            touched.has(funder.0) || tainted.contains(&(funding.account.0, funding.tx))
        };
        let found = funding::fundings(ledger, self.scene.assets, accounts, &is_traced, &end)?;
        for (funder, fundings) in found {
            let finding = self.funding_finding(funder, &fundings)?;
            self.findings.push(finding);
        }
        Ok(())
    }

    fn funding_finding(
        &self,
        funder: AccountIx,
        fundings: &[Funding],
    ) -> Result<Finding, ReadError> {
        let (ledger, assets) = (self.scene.ledger, self.scene.assets);
        let mut named = Vec::new();
        for Funding { account, tx, asset, amount } in fundings.iter().take(funding::NAMED_MAX) {
            let asset = ledger.asset(AssetIx(asset.0));
            named.push(format!(
                "{} with {} {} in {}",
                ledger.account(*account)?.address_for_people(),
                assets.units(asset, *amount),
                assets.symbol(asset),
                tx_text(ledger, *tx)?
            ));
        }
        let more = match fundings.len() - named.len() {
            0 => String::new(),
            more => format!(", and {more} more"),
        };
        let account = ledger.account(funder)?;
        let service = match (self.scene.stop)(&account) {
            Some(stop) => match stop.actor {
                Some(actor) => format!("this {} of {actor} ", stop.kind),
                None => format!("this {} ", stop.kind),
            },
            None => String::new(),
        };
        let text = format!(
            "{service}gave the first coins, before anything was paid from there, to {}{more}: \
             evidence of who is behind them, no value is followed from it",
            named.join(", ")
        );
        let tx = fundings.first().map(|funding| tx_text(ledger, funding.tx)).transpose()?;
        Ok(Finding { rule: "gas-funding", tx, account: Some(account.to_string()), text })
    }
}

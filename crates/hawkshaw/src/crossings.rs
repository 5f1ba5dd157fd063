//! From logs, calls, memos and tags to the crossings that a trace can follow.

mod movements;
mod tagged;

use std::collections::BTreeMap;

use hawkshaw_attribution::TagIndex;
use hawkshaw_bridges::{Leg, MatchOptions, Side, Trust, decode_all};
use hawkshaw_model::{
    Account, AssetList, Crossing, Grade, Ledger, Passage, PriceTable, ReadError, TerminalKind, Usd,
};

use crate::evidence::Evidence;

/// What crossings are made of.
pub(crate) struct Grounds<'a> {
    pub(crate) ledger: &'a dyn Ledger,
    pub(crate) evidence: &'a Evidence,
    pub(crate) tags: &'a TagIndex,
    pub(crate) assets: &'a AssetList,
    pub(crate) prices: Option<&'a PriceTable>,
}

/// The crossings that a ledger shows, with what was left out counted in `defects`.
///
/// Anybody can emit the log of a bridge: a leg counts only where a contract says it that is
/// known to be of the protocol, or that a tag calls a bridge. What a memo claims of an account
/// that no tag calls a bridge counts with the grade of an inference, and not at all where a tag
/// says that the account is of another service, or where prices show that what came out was
/// worth less than half of what went in: else a thief could announce a payout of next to nothing
/// and keep his deposit.
pub(crate) fn crossings(
    grounds: &Grounds<'_>,
    defects: &mut BTreeMap<String, u64>,
) -> Result<Vec<Crossing>, ReadError> {
    let mut count = |reason: &str, times: u64| {
        if times > 0 {
            *defects.entry(reason.to_owned()).or_default() += times;
        }
    };
    let (evidence, tags) = (grounds.evidence, grounds.tags);
    let mut legs: Vec<Leg> = Vec::new();
    for record in &evidence.records {
        let decoded = decode_all(record);
        legs.extend(decoded.legs);
        for defect in &decoded.defects {
            count(defect.kind.as_str(), 1);
        }
    }
    legs.retain_mut(|leg| match standing(leg, tags) {
        Standing::Vouched => {
            leg.trust = Trust::Known;
            true
        }
        Standing::AsItIs => true,
        Standing::Unfounded(reason) => {
            count(reason, 1);
            false
        }
    });
    hawkshaw_bridges::complete(&mut legs, |chain, tx| movements::of(grounds.ledger, chain, tx))?;
    let understood = legs.iter().map(|leg| (leg.chain.clone(), leg.tx)).collect();
    let (by_tags, busy) = tagged::legs(grounds.ledger, tags, &understood)?;
    count("bridge-too-busy", busy);
    let mut crossings = hawkshaw_bridges::crossings(&legs, &MatchOptions::default());
    for crossing in &mut crossings {
        if crossing.grade == Grade::Inference && grounds.brought_too_little(crossing)? {
            count("bridge-worth-too-little", 1);
            crossing.payouts.clear();
        }
    }
    // A tag stops at a bridge as it is: only what comes out elsewhere is of use.
    let by_tags = hawkshaw_bridges::crossings(&by_tags, &MatchOptions::default());
    crossings.extend(by_tags.into_iter().filter(|crossing| {
        let near = crossing.deposit.tx.chain();
        let mut payouts = crossing.payouts.iter();
        !crossing.payouts.is_empty() && payouts.all(|payout| payout.passage.tx.chain() != near)
    }));
    Ok(crossings)
}

impl Grounds<'_> {
    /// Whether prices show that what came out was worth less than half of what it stands for.
    fn brought_too_little(&self, crossing: &Crossing) -> Result<bool, ReadError> {
        let (mut given, mut got) = (Usd::ZERO, Usd::ZERO);
        for payout in &crossing.payouts {
            let part = Passage { amount: payout.part, ..crossing.deposit.clone() };
            let (Some(in_usd), Some(out_usd)) = (self.worth(&part)?, self.worth(&payout.passage)?)
            else {
                return Ok(false);
            };
            given = given.saturating_add(in_usd);
            got = got.saturating_add(out_usd);
        }
        Ok(got.saturating_add(got) < given)
    }

    fn worth(&self, passage: &Passage) -> Result<Option<Usd>, ReadError> {
        let (Some(prices), Some(tx)) = (self.prices, self.ledger.find_tx(&passage.tx)?) else {
            return Ok(None);
        };
        let time = self.ledger.transaction(tx)?.time;
        let worth = prices.worth(self.assets, &passage.asset, passage.amount, time);
        Ok(worth.map(|(worth, _)| worth))
    }
}

/// What tags say to a leg that its protocol does not vouch for.
enum Standing {
    /// A tag calls the contract that says it, or the account that keeps or pays the value, a
    /// bridge.
    Vouched,
    /// Nothing, or it needs nobody to vouch for it.
    AsItIs,
    /// It does not count, for this reason.
    Unfounded(&'static str),
}

fn standing(leg: &Leg, tags: &TagIndex) -> Standing {
    let kind = |account: &Option<Account>| tags.stop(account.as_ref()?).map(|stop| stop.kind);
    let is_bridge = |kind: &Option<TerminalKind>| {
        matches!(kind, Some(TerminalKind::Bridge | TerminalKind::SwapService))
    };
    let keeper = match leg.side {
        Side::Deposit => kind(&leg.custody),
        Side::Payout | Side::Refund => kind(&leg.payer),
    };
    match leg.trust {
        Trust::Known => Standing::AsItIs,
        _ if is_bridge(&keeper) || is_bridge(&kind(&leg.emitter)) => Standing::Vouched,
        Trust::Unknown => Standing::Unfounded("bridge-unknown-contract"),
        Trust::Claim if leg.side == Side::Deposit && keeper.is_some() => {
            Standing::Unfounded("bridge-claim-at-another-service")
        }
        Trust::Claim => Standing::AsItIs,
    }
}

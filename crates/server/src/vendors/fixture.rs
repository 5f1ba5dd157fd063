//! Answers for tests.

use std::sync::Arc;

use hawkshaw_model::{Amount, Timestamp, Usd};
use hawkshaw_screening::{
    Action, Answer, Category, Decision, Direction, Evidence, ExposureEntry, ExposureKind, ListInfo,
    ListKind, Listing, Match, Reason, Source, Status,
};

/// The address of the fixtures.
pub(super) const ADDRESS: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";

/// An answer with matches that rules let pass.
pub(super) fn answer(status: Status, matches: Vec<Match>) -> Answer {
    let account: hawkshaw_model::Account = format!("eip155:1:{ADDRESS}").parse().unwrap();
    Answer {
        asked: ADDRESS.to_owned(),
        chain: Some(account.chain().clone()),
        account: Some(account),
        status,
        decision: Decision {
            action: Action::Allow,
            rule: None,
            reasons: Vec::new(),
            shadow: Vec::new(),
        },
        matches,
        totals: Vec::new(),
        as_of: None,
        data_version: "test-1".to_owned(),
        notes: Vec::new(),
    }
}

/// The same, decided by a rule on one piece of evidence.
pub(super) fn decided(mut answer: Answer, action: Action, evidence: Evidence) -> Answer {
    answer.decision.action = action;
    answer.decision.rule = Some("severe".to_owned());
    answer.decision.reasons =
        vec![Reason { evidence: Some(evidence), text: "12.50 USD exceed 10.00 USD".to_owned() }];
    answer
}

/// A listing on a list of sanctions.
pub(super) fn listed() -> Listing {
    Listing {
        list: Arc::new(ListInfo {
            id: "ofac-sdn".parse().unwrap(),
            name: "OFAC SDN".to_owned(),
            kind: ListKind::Sanctions,
            edition: None,
        }),
        account: format!("eip155:1:{ADDRESS}").parse().unwrap(),
        label: "LAZARUS GROUP".into(),
        entity: Some("27307".into()),
        category: Category::Sanctions,
        source: "https://ofac.treasury.gov/recent-actions/20220414".into(),
        confidence: 100,
        added: Some("2022-04-14".parse().unwrap()),
        removed: None,
        by_cluster: false,
    }
}

/// An exposure worth so many cents by the proportional policy.
pub(super) fn exposed(
    direction: Direction,
    kind: ExposureKind,
    category: Category,
    cents: Option<u128>,
) -> Match {
    let worth = |cents: u128| [cents * 2, cents, cents / 2].map(Usd::from_cents);
    let amount = cents.unwrap_or(1);
    Match::Exposed {
        entry: ExposureEntry {
            direction,
            kind,
            category,
            source: Some(Arc::new(Source {
                name: "Ronin bridge theft".to_owned(),
                category,
                case: None,
                actor: None,
                reference: "https://example.org/ronin".to_owned(),
                confidence: 90,
            })),
            sources: 1,
            asset: "eip155:1/slip44:60".parse().unwrap(),
            amounts: [amount * 2, amount, amount / 2].map(Amount::from),
            usd: cents.map(worth),
            hops: 2,
            first_time: Timestamp::from_unix(1_648_000_000).unwrap(),
            last_time: Timestamp::from_unix(1_648_100_000).unwrap(),
            path: None,
        },
        path: Vec::new(),
        is_complete: true,
    }
}

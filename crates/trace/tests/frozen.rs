//! Issuers freeze what is held.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use hawkshaw_fixture::text::{Story, account, asset, case_of, tx_hash};
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{
    Account, AssetList, ChainId, Fraction, Freeze, FreezeKind, Stop, TerminalKind, Timestamp, TxId,
};
use hawkshaw_trace::{Options, Scene, Trace, trace};

fn act(seconds: i64, who: &str, symbol: &str, kind: FreezeKind) -> Freeze {
    Freeze {
        time: Timestamp::from_unix(seconds).unwrap(),
        place: (1, 1),
        tx: TxId::new(ChainId::ethereum(), tx_hash("freeze")),
        account: account(who),
        asset: asset(symbol),
        kind,
    }
}

fn run(story: &str, freezes: &[Freeze], until: Option<Timestamp>) -> Trace {
    let story: Story = story.parse().unwrap();
    let (ledger, _) = MemoryLedger::from_rows(story.transfers, story.outputs).unwrap();
    let options = Options { floor: "0".parse::<Fraction>().unwrap(), until, ..Options::default() };
    let (case, assets) = (case_of(&["steal"]), AssetList::built_in());
    let nowhere = |_: &Account| None::<Stop>;
    let scene = Scene { freezes, ..Scene::new(&ledger, &case, &assets, &nowhere, &options) };
    trace(&scene).unwrap()
}

const STORY: &str = "1 steal: victim -> thief 100 USDT
     2: thief -> mule 40 USDT
     3: thief -> mule 10 USDC";

/// Only the asset that was frozen is, at the account that was, and the timeline says since when.
#[test]
fn what_an_issuer_froze_is_frozen() {
    let last = i64::from(u32::MAX);
    let found = run(STORY, &[act(last, "mule", "USDT", FreezeKind::Frozen)], None);
    let at = |name: &str| {
        let terminal = found.terminals.iter().find(|t| t.account == Some(account(name))).unwrap();
        (terminal.kind.clone(), terminal.actor.clone())
    };
    assert_eq!(at("mule"), (TerminalKind::Frozen, Some("Tether".to_owned())));
    assert_eq!(at("thief"), (TerminalKind::Held, None));
    let said: Vec<&str> = found.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(said, ["frozen"]);
    let end = &found.timeline.last().unwrap();
    assert_eq!(end.time.to_unix(), last);
    let kinds = &end.by_kind[0];
    assert_eq!(kinds[&TerminalKind::Frozen][0].to_string(), "40");
    assert_eq!(kinds[&TerminalKind::Held][0].to_string(), "60");
}

#[test]
fn what_was_released_or_frozen_later_is_held() {
    let freeze = |seconds| act(seconds, "mule", "USDT", FreezeKind::Frozen);
    let release = act(2_000_000_001, "mule", "USDT", FreezeKind::Released);
    let late = Some(Timestamp::from_unix(2_000_000_000).unwrap());
    for (freezes, until, is_frozen) in [
        (vec![freeze(2_000_000_000), release.clone()], None, false),
        (vec![release, freeze(2_000_000_002)], None, true),
        (vec![freeze(2_000_000_000)], late, false),
        (vec![act(2_000_000_000, "mule", "USDC", FreezeKind::Frozen)], None, false),
        (vec![act(2_000_000_000, "stranger", "USDT", FreezeKind::Frozen)], None, false),
    ] {
        let found = run(STORY, &freezes, until);
        let frozen = found.terminals.iter().any(|t| t.kind == TerminalKind::Frozen);
        assert_eq!(frozen, is_frozen, "{freezes:?}");
    }
}

use std::sync::Arc;

use hawkshaw_model::{Amount, Timestamp, Usd};
use proptest::prelude::{Strategy, any, prop, proptest};

use super::RuleSet;
use crate::{
    Action, Category, Decision, Direction, ExposureEntry, ExposureKind, Facts, ListInfo, ListKind,
    Listing, Query, Source, Status, Total,
};

const ETH: &str = "eip155:1/slip44:60";
const TOKEN: &str = "eip155:1/erc20:0x1111111111111111111111111111111111111111";

fn dollars(dollars: u64) -> Usd {
    Usd::from_cents(u128::from(dollars) * 100)
}

/// Value of so many dollars; a unit of the asset is a dollar.
fn entry(
    direction: Direction,
    kind: ExposureKind,
    category: Category,
    usd: u64,
    is_priced: bool,
) -> ExposureEntry {
    let source = Source {
        name: "Invented".to_owned(),
        category,
        case: None,
        actor: None,
        reference: "https://example.org".to_owned(),
        confidence: 60,
    };
    ExposureEntry {
        direction,
        kind,
        category,
        source: Some(Arc::new(source)),
        sources: 1,
        asset: if is_priced { ETH } else { TOKEN }.parse().unwrap(),
        amounts: [Amount::from(usd); 3],
        usd: is_priced.then_some([dollars(usd); 3]),
        hops: if kind == ExposureKind::Indirect { 3 } else { 1 },
        first_time: "2024-01-01".parse().unwrap(),
        last_time: "2024-06-01".parse().unwrap(),
        path: None,
    }
}

fn total(direction: Direction, usd: u64, is_priced: bool) -> Total {
    Total {
        direction,
        asset: if is_priced { ETH } else { TOKEN }.parse().unwrap(),
        amount: Amount::from(usd),
        usd: is_priced.then_some(dollars(usd)),
    }
}

fn received(kind: ExposureKind, category: Category, usd: u64, of: u64) -> Facts {
    Facts {
        listings: Vec::new(),
        exposure: vec![entry(Direction::Received, kind, category, usd, true)],
        totals: vec![total(Direction::Received, of, true)],
    }
}

fn listing(category: Category, added: Option<&str>, removed: Option<&str>) -> Listing {
    Listing {
        list: Arc::new(ListInfo {
            id: "ofac-sdn".parse().unwrap(),
            name: "SDN".to_owned(),
            kind: ListKind::Sanctions,
            edition: None,
        }),
        account: "eip155:1:0x098b716b8aaf21512996dc57eb0615e2383e2f96".parse().unwrap(),
        label: "INVENTED".into(),
        entity: Some("7".into()),
        category,
        source: "https://example.org".into(),
        confidence: 60,
        added: added.map(|time| time.parse().unwrap()),
        removed: removed.map(|time| time.parse().unwrap()),
        by_cluster: false,
    }
}

fn decide(rules: &RuleSet, facts: &Facts) -> Decision {
    rules.decide(&Query::default(), Status::Hit, facts)
}

fn built_in(facts: &Facts) -> Action {
    decide(&RuleSet::built_in(), facts).action
}

fn file(rules: &str) -> RuleSet {
    RuleSet::from_toml(&format!("version = \"t\"\n{rules}")).unwrap_or_else(|e| panic!("{e}"))
}

fn problems(rules: &str) -> String {
    RuleSet::from_toml(&format!("version = \"t\"\n{rules}")).unwrap_err().to_string()
}

#[test]
fn the_built_in_file_reads() {
    let rules = RuleSet::from_toml(RuleSet::built_in_text()).unwrap_or_else(|e| panic!("{e}"));
    assert!(rules.len() > 10 && !rules.is_shadow());
    assert_eq!(rules.digest(), RuleSet::built_in().digest());
}

#[test]
fn listings_count_while_they_stand() {
    let rules = RuleSet::built_in();
    let facts = Facts {
        listings: vec![listing(Category::Sanctions, Some("2022-04-14"), Some("2024-01-01"))],
        ..Facts::default()
    };
    let at = |time: Option<&str>| {
        let as_of = time.map(|time| time.parse::<Timestamp>().unwrap());
        rules.decide(&Query { as_of, ..Query::default() }, Status::Hit, &facts).action
    };
    assert_eq!(at(Some("2022-04-13")), Action::Allow);
    assert_eq!(at(Some("2022-04-14")), Action::Reject);
    assert_eq!(at(Some("2024-01-01")), Action::Allow);
    assert_eq!(at(None), Action::Allow);
    let reasons = decide(&rules, &facts).reasons;
    assert!(reasons[1].text.contains("taken off on 2024-01-01"), "{reasons:?}");
}

#[test]
fn statuses_have_their_own_actions() {
    let rules = RuleSet::built_in();
    let of = |status| rules.decide(&Query::default(), status, &Facts::default());
    assert_eq!(of(Status::NotFound).action, Action::Allow);
    assert!(of(Status::NotFound).reasons[0].text.contains("not say that it is clean"));
    assert_eq!(of(Status::NotCovered).action, Action::Review);
    assert_eq!(of(Status::Invalid).action, Action::Reject);
    // A rule that allows small transfers does not make the unknown allowed, unless it says so.
    let small = |more: &str| {
        let rules = file(&format!(
            "[[rule]]\nname = \"small\"\ntransfer_below_usd = 100\naction = \"allow\"\n{more}"
        ));
        let query = Query { usd: Some(dollars(5)), ..Query::default() };
        rules.decide(&query, Status::NotCovered, &Facts::default()).action
    };
    assert_eq!(small(""), Action::Review);
    assert_eq!(small("status = \"not_covered\""), Action::Allow);
}

#[test]
fn reasons_name_the_rule_the_evidence_and_the_numbers() {
    let facts = received(ExposureKind::Direct, Category::StolenFunds, 50_000, 100_000);
    let decision = decide(&RuleSet::built_in(), &facts);
    assert_eq!(decision.rule.as_deref(), Some("from-severe-large"));
    assert!(decision.reasons.iter().any(|reason| reason.evidence.is_some()));
    let all: Vec<&str> = decision.reasons.iter().map(|reason| reason.text.as_str()).collect();
    let all = all.join("\n");
    for part in ["50000.00 USD", "50.00 % of the 100000.00 USD", "10000.00 USD", "share of 10 %"] {
        assert!(all.contains(part), "{part} in {all}");
    }
}

#[test]
fn dust_is_ignored_and_said() {
    for usd in [1, 10, 49] {
        let facts = received(ExposureKind::Direct, Category::Sanctions, usd, usd);
        let decision = decide(&RuleSet::built_in(), &facts);
        assert_eq!(decision.action, Action::Allow, "{usd} dollars");
        assert!(decision.reasons[1].text.contains("below the minimum of 50.00 USD"));
    }
    // What it did itself is no dust of others.
    let sent = Facts {
        exposure: vec![entry(Direction::Sent, ExposureKind::Direct, Category::Sanctions, 1, true)],
        totals: vec![total(Direction::Sent, 1_000_000, true)],
        ..Facts::default()
    };
    assert_eq!(built_in(&sent), Action::Review);
}

#[test]
fn value_without_a_price_is_neither_ignored_nor_blocks() {
    let mut facts = received(ExposureKind::Direct, Category::Sanctions, 1, 1_000_000);
    facts.exposure.push(entry(
        Direction::Received,
        ExposureKind::Direct,
        Category::Sanctions,
        9,
        false,
    ));
    facts.totals.push(total(Direction::Received, 9, false));
    let decision = decide(&RuleSet::built_in(), &facts);
    assert_eq!(decision.action, Action::Review);
    assert!(decision.reasons.iter().any(|reason| reason.text.contains("unpriced")));
    let stern = RuleSet::built_in_text().replace("unpriced = \"review\"", "unpriced = \"reject\"");
    assert_eq!(decide(&RuleSet::from_toml(&stern).unwrap(), &facts).action, Action::Reject);
    // Somebody who sends himself worthless tokens is not judged more mildly.
    facts.exposure.push(entry(
        Direction::Received,
        ExposureKind::Direct,
        Category::StolenFunds,
        50_000,
        true,
    ));
    assert_eq!(built_in(&facts), Action::Hold);
}

#[test]
fn sums_over_many_small_sources_count() {
    let mut facts = received(ExposureKind::Direct, Category::StolenFunds, 4_000, 40_000);
    assert_eq!(built_in(&facts), Action::Hold);
    for _ in 0..2 {
        facts.exposure.push(facts.exposure[0].clone());
    }
    assert_eq!(built_in(&facts), Action::Reject);
}

#[test]
fn ages_need_a_clock_from_outside() {
    let rules = file(
        "[[rule]]\nname = \"fresh\"\ndirection = \"received\"\nmoved_within = \"30d\"\naction = \"hold\"\n",
    );
    let facts = received(ExposureKind::Direct, Category::Scam, 500, 500);
    let at = |now: Option<&str>| {
        let now = now.map(|now| now.parse().unwrap());
        rules.decide(&Query { now, ..Query::default() }, Status::Hit, &facts).action
    };
    assert_eq!(at(Some("2024-06-20")), Action::Hold);
    assert_eq!(at(Some("2025-06-20")), Action::Allow);
    assert_eq!(at(None), Action::Hold, "what is not known counts for stern rules");
}

#[test]
fn everything_wrong_is_told_at_once_with_lines() {
    let told = problems(
        "colour = 1\n[[rule]]\nname = \"a\"\ncatgory = \"scam\"\naction = \"block\"\n\
         [[rule]]\nname = \"a\"\naction = \"review\"\n[[rule]]\nname = \"b\"\naction = \"hold\"\n\
         hops_max = 0\nmin_amount = \"5\"\n",
    );
    for part in [
        "line 2: colour: is no known key",
        "line 5: rule \"a\": catgory: is no known key: did you mean `category`?",
        "line 6: rule \"a\": action: `block` is no action",
        "the name stands on line",
        "hops_max: is 0",
        "min_amount: is in base units of one asset",
    ] {
        assert!(told.contains(part), "{part} in {told}");
    }
    // What could not be read is not taken for what asks for nothing.
    assert!(!told.contains("never reached"), "{told}");
}

#[test]
fn rules_that_an_earlier_one_forestalls_are_told() {
    let rule = |name: &str| format!("[[rule]]\nname = \"{name}\"\naction = \"hold\"\n");
    let told = problems(&format!("{}{}", rule("a"), rule("b")));
    assert!(told.contains("rule \"b\": is never reached: rule \"a\""), "{told}");
}

#[test]
fn impossible_combinations_are_told() {
    let rule =
        |keys: &str| problems(&format!("[[rule]]\nname = \"r\"\naction = \"hold\"\n{keys}\n"));
    for (keys, part) in [
        ("list = \"ofac-sdn\"\nexposure = \"direct\"", "only the address itself is listed"),
        ("exposure = \"ownership\"\nmin_usd = 5", "does not go with ownership"),
        ("list = \"a\"\nmin_usd = 5", "make two rules"),
        ("category = \"scam\"\nseverity_min = \"low\"", "name one of them"),
        ("policy = \"fifo\"\nmin_usd = 1", "exposure is kept by"),
        ("policy = \"haircut\"", "does nothing without"),
        ("transfer_min_usd = 10\ntransfer_below_usd = 10", "leaves no transfer"),
        ("status = \"invalid\"", "no rule is asked"),
        ("moved_within = \"soon\"", "is no time such as"),
        ("min_usd = 1.5", "a number with a point"),
        ("min_share = \"200%\"", "is not a fraction"),
        ("category = []", "empty list"),
        ("category = \"zebra\"", "no category"),
    ] {
        let told = rule(keys);
        assert!(told.contains(part), "{keys}: {told}");
    }
    assert!(RuleSet::from_toml("").unwrap_err().to_string().contains("version: is missing"));
    assert!(RuleSet::from_toml("a = [").unwrap_err().to_string().contains("no TOML"));
}

#[test]
fn a_whole_file_in_shadow_decides_nothing() {
    let text = format!("shadow = true\n{}", RuleSet::built_in_text());
    let rules = RuleSet::from_toml(&text).unwrap();
    let facts = received(ExposureKind::Direct, Category::StolenFunds, 50_000, 50_000);
    let decision = decide(&rules, &facts);
    assert_eq!((decision.action, decision.rule), (Action::Allow, None));
    assert_eq!(decision.shadow[0].rule, "from-severe-large");
    assert_eq!(decision.shadow[0].action, Action::Reject);
}

/// Exposure in dollars, received or sent, of one of three categories.
fn exposures() -> impl Strategy<Value = Vec<(bool, bool, usize, u64, bool)>> {
    let one = (any::<bool>(), any::<bool>(), 0..3_usize, 1..200_000_u64, prop::bool::weighted(0.8));
    prop::collection::vec(one, 0..6)
}

const CATEGORIES: [Category; 3] = [Category::Sanctions, Category::StolenFunds, Category::Mixer];

/// Facts with so much clean value received and sent.
fn facts_of(exposures: &[(bool, bool, usize, u64, bool)], clean: [u64; 2]) -> Facts {
    let mut facts = Facts::default();
    for direction in [Direction::Received, Direction::Sent] {
        for is_priced in [true, false] {
            let clean = clean[usize::from(direction == Direction::Sent)];
            let mut sum = if is_priced { clean } else { 0 };
            for (is_sent, is_direct, category, usd, priced) in exposures {
                if *is_sent == (direction == Direction::Sent) && *priced == is_priced {
                    let kind =
                        if *is_direct { ExposureKind::Direct } else { ExposureKind::Indirect };
                    let category = CATEGORIES[*category];
                    facts.exposure.push(entry(direction, kind, category, *usd, is_priced));
                    sum += usd;
                }
            }
            facts.totals.push(total(direction, sum, is_priced));
        }
    }
    facts
}

/// Rules of plain thresholds, as text and as numbers: the least dollars, whether direct, action.
fn thresholds() -> impl Strategy<Value = Vec<(u64, bool, usize)>> {
    prop::collection::vec((1..200_000_u64, any::<bool>(), 0..4_usize), 1..6)
}

const ACTIONS: [Action; 4] = [Action::Allow, Action::Review, Action::Hold, Action::Reject];

fn text_of(rules: &[(u64, bool, usize)], is_shadow: bool) -> String {
    let mut text = "version = \"t\"\n".to_owned();
    for (at, (usd, is_direct, action)) in rules.iter().enumerate() {
        let kind = if *is_direct { "direct" } else { "indirect" };
        let action = ACTIONS[*action];
        text.push_str(&format!(
            "[[rule]]\nname = \"r{at}\"\ndirection = \"received\"\nexposure = \"{kind}\"\n\
             min_usd = {usd}\naction = \"{action}\"\n"
        ));
        if is_shadow {
            text.push_str("shadow = true\n");
        }
    }
    text
}

proptest! {
    #[test]
    fn the_first_rule_that_applies_decides(rules in thresholds(), exposures in exposures()) {
        let exposures: Vec<_> = exposures.into_iter().map(|mut e| { e.4 = true; e }).collect();
        let facts = facts_of(&exposures, [0; 2]);
        let Ok(set) = RuleSet::from_toml(&text_of(&rules, false)) else { return Ok(()) };
        let sum = |is_direct: bool| -> u64 {
            exposures.iter().filter(|e| !e.0 && e.1 == is_direct).map(|e| e.3).sum()
        };
        let naive = rules.iter().find(|(usd, is_direct, _)| sum(*is_direct) >= *usd);
        let expected = naive.map_or(Action::Allow, |(_, _, action)| ACTIONS[*action]);
        assert_eq!(decide(&set, &facts).action, expected);
    }

    /// Of the same total more comes from bad sources. (Where the total grows, every share of it
    /// that is not of the new value falls, whatever the new value is.)
    #[test]
    fn more_value_from_a_bad_source_never_gives_a_milder_action(
        exposures in exposures(), clean in 100_000..1_000_000_u64, at in 0..6_usize,
        more in 1..100_000_u64, fresh in (any::<bool>(), any::<bool>(), 0..3_usize),
    ) {
        let before = built_in(&facts_of(&exposures, [clean; 2]));
        let mut larger = exposures.clone();
        let (is_sent, is_priced) = match larger.get_mut(at) {
            Some(one) => {
                one.3 += more;
                (one.0, one.4)
            }
            None => {
                larger.push((fresh.0, fresh.1, fresh.2, more, true));
                (fresh.0, true)
            }
        };
        let mut rest = [clean; 2];
        if is_priced {
            rest[usize::from(is_sent)] -= more;
        }
        let after = built_in(&facts_of(&larger, rest));
        assert!(after >= before, "{before} became {after}");
    }

    #[test]
    fn nobody_is_blocked_by_dust(
        dust in prop::collection::vec((any::<bool>(), 0..3_usize, 1..8_u64, any::<bool>()), 0..6),
        clean in 0..1_000_000_u64,
    ) {
        let dust: Vec<_> = dust.into_iter().map(|(d, c, usd, p)| (false, d, c, usd, p)).collect();
        assert!(built_in(&facts_of(&dust, [clean; 2])) <= Action::Review);
        let priced: Vec<_> = dust.into_iter().filter(|one| one.4).collect();
        assert_eq!(built_in(&facts_of(&priced, [clean; 2])), Action::Allow);
    }

    #[test]
    fn rules_in_shadow_change_nothing(rules in thresholds(), exposures in exposures()) {
        let facts = facts_of(&exposures, [0; 2]);
        let set = RuleSet::built_in();
        let shadow = text_of(&rules, true).replace("version = \"t\"\n", "");
        let (head, rest) = RuleSet::built_in_text().split_once("[[rule]]").unwrap();
        let both = format!("{head}{shadow}[[rule]]{rest}");
        let both = RuleSet::from_toml(&both).unwrap_or_else(|e| panic!("{e}"));
        let (plain, shadowed) = (decide(&set, &facts), decide(&both, &facts));
        assert_eq!(plain.action, shadowed.action);
        assert_eq!(plain.rule, shadowed.rule);
        assert_eq!(plain.reasons, shadowed.reasons);
    }

    #[test]
    fn hostile_files_are_refused_without_a_panic(text in "[a-z_=\"\\[\\]{}\\.0-9 \n#é\u{0}]{0,200}") {
        let _ = RuleSet::from_toml(&text);
        let _ = RuleSet::from_toml(&format!("version = \"t\"\n[[rule]]\nname = \"a\"\n{text}"));
    }
}

/// What came from sources of two categories stands in an entry of each, and is there once.
#[test]
fn no_sum_is_more_than_all_that_moved() {
    let mut facts = received(ExposureKind::Direct, Category::StolenFunds, 900, 1_000);
    let other = entry(Direction::Received, ExposureKind::Direct, Category::Sanctions, 900, true);
    facts.exposure.push(other);
    let rule = |min: u64| {
        let text = format!(
            "version = \"t\"\n[[rule]]\nname = \"r\"\naction = \"hold\"\ndirection = \"received\"\n\
             severity_min = \"severe\"\nmin_usd = {min}\n"
        );
        decide(&RuleSet::from_toml(&text).unwrap(), &facts)
    };
    assert_eq!(rule(1_001).action, Action::Allow);
    let held = rule(1_000);
    assert_eq!(held.action, Action::Hold);
    let told: Vec<&str> = held.reasons.iter().map(|reason| reason.text.as_str()).collect();
    assert!(told.iter().any(|text| text.contains("1000.00 USD in 2 entries")), "{told:?}");
}

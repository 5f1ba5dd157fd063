//! What is counted, exactly, on small ledgers.

use crate::support::{amount, attribution, ledger, ledger_with, named, theft};
use hawkshaw_incidents::{
    GroupBy, IncidentLedger, InclusionRule, Omission, Pricing, Selection, Standing, Statistics, Usd,
};

fn usd(dollars: u64) -> Usd {
    Usd::from_dollars(dollars).unwrap()
}

fn ids(selection: &Selection<'_>) -> Vec<String> {
    selection.counted.iter().map(|one| one.incident.id.to_string()).collect()
}

fn of_actor(actor: &str, standing: Standing) -> InclusionRule {
    InclusionRule { actor: Some(actor.to_owned()), standing, ..InclusionRule::default() }
}

/// Four thefts: two of the group, of which one is only suspected, one of a gang, and one that
/// nobody is named for.
fn four() -> IncidentLedger {
    let range = "[[amount]]\nusd = 100\nusd_low = 90\nusd_high = 130\nby = \"Analyst\"\n\
                 on = \"2030\"\nsure = \"estimate\"\nsources = [\"page\"]\n";
    ledger(&named(&[
        theft(
            "2020-sure",
            "2020-02-03",
            &(range.to_owned() + &amount(80, "Police") + &attribution("group", "Police", "stated")),
        ),
        theft(
            "2020-suspected",
            "2020-05",
            &(amount(40, "Police") + &attribution("group", "Analyst", "suspected")),
        ),
        theft(
            "2021-gang",
            "2021-07-01",
            &(amount(7, "List") + &attribution("gang", "List", "stated")),
        ),
        theft("2021-nobody", "2021", &amount(500, "Police")),
    ]))
}

#[test]
fn an_actor_counts_with_its_parts_and_by_the_strength_of_the_claim() {
    let ledger = four();
    let all = Selection::new(&ledger, of_actor("state", Standing::Suspected), Pricing::Ledger);
    assert_eq!(ids(&all), ["2020-sure", "2020-suspected"]);
    assert_eq!(all.sum(), usd(140));
    assert_eq!(all.span().or_nothing(), [usd(120), usd(140), usd(170)]);

    let sure = Selection::new(&ledger, of_actor("state", Standing::Likely), Pricing::Ledger);
    assert_eq!(ids(&sure), ["2020-sure"]);
    let (near, why) = &sure.omitted[0];
    assert_eq!((near.incident.id.as_str(), *why), ("2020-suspected", Omission::AttributionTooWeak));

    let by = InclusionRule {
        attributed_by: Some("Analyst".to_owned()),
        ..of_actor("group", Standing::Suspected)
    };
    assert_eq!(ids(&Selection::new(&ledger, by, Pricing::Ledger)), ["2020-suspected"]);
}

#[test]
fn the_price_rule_decides_which_claim_counts() {
    let ledger = four();
    let sum = |pricing: Pricing| {
        Selection::new(&ledger, of_actor("state", Standing::Stated), pricing).sum()
    };
    assert_eq!(sum(Pricing::Ledger), usd(100));
    assert_eq!(sum(Pricing::Lowest), usd(80));
    assert_eq!(sum(Pricing::Highest), usd(130));
    assert_eq!(sum(Pricing::By("Police".to_owned())), usd(80));
    assert_eq!(sum(Pricing::By("List".to_owned())), usd(0));
    assert_eq!(sum(Pricing::AtTheft), usd(0));
    let none = Selection::new(&ledger, of_actor("state", Standing::Stated), Pricing::AtTheft);
    assert_eq!(none.without_amount().count(), 1, "no amount is not an amount of nothing");
}

#[test]
fn a_date_that_may_lie_outside_is_not_counted_but_named() {
    let ledger = four();
    let day = |text: &str| Some(text.parse().unwrap());
    let rule = InclusionRule {
        from: day("2020-05-10"),
        to: day("2021-06-01"),
        ..InclusionRule::default()
    };
    let selection = Selection::new(&ledger, rule, Pricing::Ledger);
    assert_eq!(ids(&selection), [""; 0]);
    let omitted: Vec<_> =
        selection.omitted.iter().map(|(one, why)| (one.incident.id.as_str(), *why)).collect();
    assert_eq!(
        omitted,
        [("2020-suspected", Omission::DateUnclear), ("2021-nobody", Omission::DateUnclear)]
    );
}

#[test]
fn what_was_attempted_or_denied_never_counts() {
    let attempted = amount(900, "Police").replace("sure", "what = \"attempted\"\nsure");
    let ledger = ledger(&named(&[theft(
        "2020-a",
        "2020-01-01",
        &(attempted + &amount(81, "Analyst") + &attribution("group", "Police", "denied")),
    )]));
    let all = Selection::new(&ledger, InclusionRule::default(), Pricing::Highest);
    assert_eq!(all.sum(), usd(81));
    let group = Selection::new(&ledger, of_actor("group", Standing::Suspected), Pricing::Ledger);
    assert_eq!(ids(&group), [""; 0]);
    assert!(group.omitted.is_empty(), "a denial is no weak attribution");
}

#[test]
fn a_part_is_not_counted_beside_its_whole() {
    let (id, text) = theft("2020-part", "2020-01-01", &amount(30, "Police"));
    let part = text.replace("[dates]", "part_of = \"2020-whole\"\n[dates]");
    let whole = theft("2020-whole", "2020-01-01", &amount(100, "Police"));
    let ledger = ledger(&named(&[(id, part), whole]));
    let all = Selection::new(&ledger, InclusionRule::default(), Pricing::Ledger);
    assert_eq!((ids(&all), all.sum()), (vec!["2020-whole".to_owned()], usd(100)));
    assert_eq!(all.omitted[0].1, Omission::PartOfCounted);
    // Where the rule leaves the whole out, the part counts.
    let rule = InclusionRule { usd_min: Some(usd(1)), ..InclusionRule::default() };
    assert_eq!(Selection::new(&ledger, rule, Pricing::Ledger).sum(), usd(100));
}

#[test]
fn every_incident_is_in_exactly_one_group() {
    let ledger = four();
    let selection = Selection::new(&ledger, InclusionRule::default(), Pricing::Ledger);
    let statistics = Statistics::of(&ledger, &selection, &[]);
    for grouping in &statistics.groups {
        let sum: Usd = grouping.groups.iter().filter_map(|group| group.sum.usd).sum();
        let count: usize = grouping.groups.iter().map(|group| group.incidents.len()).sum();
        assert_eq!((sum, count), (usd(647), 4), "{:?}", grouping.by);
    }
    let labels = |by| {
        let groups = statistics.by(by).iter();
        groups.map(|group| (group.key.as_str(), group.sum.usd.unwrap())).collect::<Vec<_>>()
    };
    assert_eq!(labels(GroupBy::Year), [("2020", usd(140)), ("2021", usd(507))]);
    assert_eq!(
        labels(GroupBy::Quarter),
        [("2020-Q1", usd(100)), ("2020-Q2", usd(40)), ("2021-Q3", usd(7)), ("2021-Q?", usd(500))]
    );
    assert_eq!(
        labels(GroupBy::Actor),
        [("unattributed", usd(500)), ("group", usd(140)), ("gang", usd(7))]
    );
}

#[test]
fn concentration_names_the_incidents_that_make_half() {
    let ledger = four();
    let selection = Selection::new(&ledger, InclusionRule::default(), Pricing::Ledger);
    let concentration = selection.concentration().unwrap();
    assert_eq!(concentration.half.len(), 1);
    assert_eq!(concentration.half[0].as_str(), "2021-nobody");
    assert_eq!(concentration.largest[0].1.to_string(), "77.28 %");
    assert_eq!(concentration.largest[1].1.to_string(), "100.00 %");
}

#[test]
fn recovered_claims_of_one_incident_may_be_of_the_same_money() {
    let recovery = |usd: u64, what: &str| {
        format!(
            "[[recovery]]\nwhat = \"{what}\"\nusd = {usd}\nby = \"Police\"\non = \"2030\"\n\
             sources = [\"page\"]\n"
        )
    };
    let claims = amount(100, "Police")
        + &recovery(30, "seized")
        + &recovery(80, "seized")
        + &recovery(500, "blocked");
    let ledger = ledger(&named(&[theft("2020-a", "2020-01-01", &claims)]));
    let selection = Selection::new(&ledger, InclusionRule::default(), Pricing::Ledger);
    let recovered = selection.recovered();
    let seized = recovered.iter().find(|one| one.outcome.to_string() == "seized").unwrap();
    assert_eq!((seized.usd_low, seized.usd_high), (usd(80), usd(100)), "never more than was taken");
    let (low, high) = seized.share.unwrap();
    assert_eq!((low.to_string(), high.to_string()), ("80.00 %".into(), "100.00 %".into()));
    let blocked = recovered.iter().find(|one| one.outcome.to_string() == "blocked").unwrap();
    assert_eq!((blocked.usd_low, blocked.share), (usd(500), None), "it never left");
}

#[test]
fn the_delay_of_a_coarse_date_is_an_interval() {
    let attributed = |date: &str| {
        let claim = attribution("group", "Police", "stated").replace("2030", "2020-04-10");
        let (id, text) = theft("2020-a", date, &(amount(1, "Police") + &claim));
        (id, text.replace("[victim]", "attributed = \"2020-04-10\"\n[victim]"))
    };
    let delays = |date: &str| {
        let ledger = ledger(&named(&[attributed(date)]));
        let selection = Selection::new(&ledger, InclusionRule::default(), Pricing::Ledger);
        let delays = selection.delays(&ledger);
        (delays.known[0].1, delays.known[0].2)
    };
    assert_eq!(delays("2020-04-01"), (9, 9));
    assert_eq!(delays("2020-03"), (10, 40));
}

#[test]
fn a_delay_runs_to_the_first_claim_that_the_rule_counts() {
    let claim = |actor: &str, by: &str, sure: &str, on: &str| {
        attribution(actor, by, sure).replace("2030", on)
    };
    let of = |id: &str, more: String| {
        let (id, text) = theft(id, "2020-04-01", &(amount(1, "Police") + &more));
        (id, text.replace("[victim]", "attributed = \"2020-04-05\"\n[victim]"))
    };
    let gang = claim("gang", "Police", "stated", "2020-04-05");
    let later = claim("group", "Police", "suspected", "2020-04-20")
        + &claim("group", "Analyst", "stated", "2020-04/2020-05");
    let ledger = ledger(&named(&[
        of("2020-a", gang.clone() + &later),
        of("2020-b", gang.clone() + &claim("group", "List", "stated", "2021")),
        of("2020-c", gang),
    ]));
    let delays = |rule: InclusionRule| {
        let delays = Selection::new(&ledger, rule, Pricing::Ledger).delays(&ledger);
        let known = delays.known.iter().map(|(id, low, high)| (id.to_string(), *low, *high));
        (known.collect::<Vec<_>>(), delays.undated)
    };
    let a = |low, high| vec![("2020-a".to_owned(), low, high)];
    assert_eq!(delays(of_actor("state", Standing::Suspected)), (a(0, 19), 1));
    assert_eq!(delays(of_actor("state", Standing::Stated)), (a(0, 60), 1));
    assert_eq!(delays(InclusionRule::default()).0.len(), 3, "whoever is named");
    assert_eq!(delays(of_actor("gang", Standing::Stated)).0[2], ("2020-c".to_owned(), 4, 4));
}

const SERIES: &str = "
[[series]]
id = \"all\"
title = \"All thefts\"
kind = \"denominator\"
unit = \"USD\"
by = \"Analyst\"
holes = \"Only what the analyst knows.\"
[[series.point]]
year = 2020
value = 280
on = \"2021\"
sources = [\"page\"]
";

#[test]
fn a_share_names_its_denominator_and_its_holes() {
    let thefts = [
        theft(
            "2020-a",
            "2020-01-01",
            &(amount(140, "Police") + &attribution("group", "Police", "stated")),
        ),
        theft("2020-b", "2020-01-02", &amount(60, "Police")),
    ];
    let ledger = ledger_with(&named(&thefts), &[("context.toml", SERIES)]);
    let selection = Selection::new(&ledger, of_actor("group", Standing::Stated), Pricing::Ledger);
    let shares = selection.shares(&ledger);
    assert_eq!(shares.len(), 2);
    assert_eq!(shares[0].whole.by, "Analyst");
    assert_eq!(shares[0].percent.unwrap().to_string(), "50.00 %");
    assert_eq!(shares[0].whole.holes, "Only what the analyst knows.");
    assert_eq!(
        (shares[1].whole.id.as_str(), shares[1].percent.unwrap().to_string()),
        ("ledger", "70.00 %".into())
    );
}

#[test]
fn a_sum_without_any_amount_is_unknown_and_not_nothing() {
    let of_group = attribution("group", "Police", "stated");
    let thefts = [
        theft("2020-a", "2020-01-01", &of_group),
        theft("2020-b", "2020-01-02", &(amount(60, "Police") + &of_group)),
    ];
    let ledger = ledger_with(&named(&thefts), &[("context.toml", SERIES)]);
    let of_days = |to: &str| {
        let rule =
            InclusionRule { to: Some(to.parse().unwrap()), ..of_actor("group", Standing::Stated) };
        Selection::new(&ledger, rule, Pricing::Ledger)
    };
    let unknown = of_days("2020-01-02");
    let span = unknown.span();
    assert_eq!((span.usd_low, span.usd, span.usd_high, span.without_amount), (None, None, None, 1));
    for share in unknown.shares(&ledger) {
        assert_eq!((share.percent_low, share.percent, share.percent_high), (None, None, None));
    }
    assert_eq!(unknown.groups(&ledger, GroupBy::Year)[0].share, None);
    let both = of_days("2021-01-01");
    assert_eq!((both.span().usd, both.span().without_amount), (Some(usd(60)), 1));
    assert_eq!(both.shares(&ledger)[0].part.without_amount, 1);
    let none = of_days("2019-01-01");
    assert_eq!((none.span().usd, none.span().without_amount), (Some(Usd::ZERO), 0));
}

#[test]
fn a_part_is_never_more_than_the_whole_that_holds_it() {
    let range = amount(50, "Police").replace("usd = 50", "usd = 50\nusd_low = 1\nusd_high = 100");
    let ledger = ledger(&named(&[
        theft("2020-a", "2020-01-01", &(range.clone() + &attribution("group", "Police", "stated"))),
        theft("2020-b", "2020-01-02", &range),
    ]));
    let bounds = |rule: InclusionRule| {
        let share = Selection::new(&ledger, rule, Pricing::Ledger).shares(&ledger).remove(0);
        let ends = [share.percent_low, share.percent, share.percent_high];
        ends.map(|end| end.unwrap().to_string())
    };
    assert_eq!(bounds(InclusionRule::default()), ["100.00 %", "100.00 %", "100.00 %"]);
    let of_group = of_actor("group", Standing::Stated);
    assert_eq!(bounds(of_group), ["0.99 %", "50.00 %", "99.01 %"]);
}

#[test]
fn a_published_total_is_explained_by_incidents() {
    let total = |figure: &str, on: &str| {
        format!(
            "[[total]]\nid = \"t\"\ntitle = \"T\"\nmeasure = \"sum\"\nusd = {figure}\nby = \"Analyst\"\n\
             on = \"{on}\"\nsources = [\"page\"]\n[total.rule]\nactor = \"state\"\n\
             from = \"2020-01-01\"\nto = \"2021-01-01\"\n"
        )
    };
    let thefts = [
        theft(
            "2020-a",
            "2020-01-01",
            &(amount(100, "Police")
                + &amount(160, "Analyst")
                + &attribution("group", "Police", "stated")),
        ),
        theft(
            "2020-b",
            "2020-12/2021-01",
            &(amount(25, "Police") + &attribution("group", "List", "stated")),
        ),
        theft("2020-c", "2020-03-01", &amount(1_000, "Police")),
    ];
    let compare = |figure: &str, on: &str| {
        let ledger = ledger_with(&named(&thefts), &[("totals.toml", &total(figure, on))]);
        let all = ledger.compare_all();
        let lines: Vec<String> = all[0]
            .explanations
            .iter()
            .map(|one| {
                let named: Vec<String> =
                    one.incidents.iter().map(|(id, usd)| format!("{id} {usd}")).collect();
                format!("{:?} {} [{}]", one.reason, one.usd, named.join(", "))
            })
            .collect();
        (all[0].verdict.text(), lines)
    };
    assert_eq!(
        compare("101", "2030"),
        (
            "within the claims",
            vec![
                "HigherClaims 60 [2020-a 60]".into(),
                "NearlyCounted 25 [2020-b 25]".into(),
                "NotAttributedHere 1000 [2020-c 1000]".into(),
            ]
        )
    );
    assert_eq!(compare("100", "2030"), ("agrees", vec![]));
    assert_eq!(
        compare("231", "2030"),
        (
            "ledger lower",
            vec![
                "HigherClaims 60 [2020-a 60]".into(),
                "NearlyCounted 25 [2020-b 25]".into(),
                "NotAttributedHere 1000 [2020-c 1000]".into(),
                "Unexplained 46 []".into(),
            ]
        )
    );
    assert_eq!(
        compare("43", "2019"),
        ("ledger higher", vec!["AttributedLater 100 [2020-a 100]".into(),])
    );
}

#[test]
fn no_incident_explains_a_difference_twice() {
    let range = amount(100, "Police").replace("usd = 100", "usd = 100\nusd_low = 70");
    let group = attribution("group", "Police", "stated");
    let contested = group.clone() + &attribution("gang", "Analyst", "stated");
    let total = "[[total]]\nid = \"t\"\ntitle = \"T\"\nmeasure = \"sum\"\nusd = 11\n\
                 by = \"Analyst\"\non = \"2030\"\nsources = [\"page\"]\n[total.rule]\n\
                 actor = \"state\"\nfrom = \"2020-01-01\"\n";
    let thefts = [
        theft("2020-a", "2020-01-01", &(range.clone() + &contested)),
        theft("2020-b", "2020-01-02", &(range + &group)),
    ];
    let ledger = ledger_with(&named(&thefts), &[("totals.toml", total)]);
    let all = ledger.compare_all();
    let explained: Vec<String> =
        all[0].explanations.iter().map(|one| format!("{:?} {}", one.reason, one.usd)).collect();
    assert_eq!(explained, ["LowerClaims 30", "Contested 100", "Unexplained 59"]);
}

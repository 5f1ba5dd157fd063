//! What is wrong with a file of the ledger is named by file, line and field.

use crate::support::{amount, attribution, file, frame, theft};
use hawkshaw_incidents::{IncidentLedger, LedgerFile};
use proptest::prelude::{any, prop, proptest};

/// The problems of a ledger of these files, one a line.
fn problems(files: Vec<LedgerFile>) -> Vec<String> {
    match IncidentLedger::from_files(files) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

fn problems_of(id: &str, text: &str) -> Vec<String> {
    let mut files = frame();
    files.push(file(&format!("{}/{id}.toml", &id[..4]), text));
    problems(files)
}

/// A whole theft with a piece of its text replaced.
fn changed(from: &str, to: &str) -> Vec<String> {
    let claims = amount(5, "Police") + &attribution("group", "Police", "stated");
    let (id, text) = theft("2020-a", "2020-05-06", &claims);
    assert!(text.contains(from), "the text has no {from}");
    problems_of(&id, &text.replacen(from, to, 1))
}

#[test]
fn a_whole_theft_has_no_problem() {
    assert_eq!(changed("usd = 5", "usd = 5"), [""; 0]);
}

#[test]
fn every_mistake_is_named_by_file_line_and_field() {
    let f = "2020/2020-a.toml";
    for (from, to, wanted) in [
        (
            "kind = \"theft\"",
            "kind = \"theft\"\nknd = 1",
            ":5: knd: is no field that is known: did you mean `kind`?",
        ),
        (
            "theft = \"2020-05-06\"",
            "theft = \"2020-02-31\"",
            ":7: dates.theft: `2020-02-31` is a date that does not exist",
        ),
        (
            "theft = \"2020-05-06\"",
            "theft = 2020-05-06",
            ":7: dates.theft: is a date without quotes, and has to be text",
        ),
        (
            "usd = 5",
            "usd = \"about 5 million\"",
            ":12: amount[0].usd: `about 5 million` is no amount in US dollars: digits, with at most two behind a point, up to 10^12",
        ),
        (
            "usd = 5",
            "usd = 5.5e6",
            ":12: amount[0].usd: is a number with a point, and has to be whole US dollars",
        ),
        ("usd = 5", "usd = -5", ":12: amount[0].usd: is negative or too large"),
        (
            "usd = 5",
            "usd = 99999999999999999999999",
            ":12: amount[0].usd: is negative or too large",
        ),
        ("usd = 5", "usd = 5\nusd_high = 4", ":12: amount[0].usd: lies outside of its range"),
        ("usd = 5\n", "", ":11: amount[0]: states no amount: usd, usd_low, usd_high or native"),
        (
            "sources = [\"page\"]",
            "sources = []",
            ":16: amount[0].sources: is missing or empty: a claim needs a source",
        ),
        (
            "sources = [\"page\"]\n",
            "",
            ":11: amount[0].sources: is missing or empty: a claim needs a source",
        ),
        (
            "sources = [\"page\"]",
            "sources = [\"pgae\"]",
            ":16: amount[0].sources: `pgae` is the key of no source",
        ),
        (
            "by = \"Police\"",
            "by = \"Polise\"",
            ":13: amount[0].by: `Polise` is not in claimants.toml: did you mean `Police`?",
        ),
        (
            "on = \"2030\"",
            "on = \"2019\"",
            ":14: amount[0].on: 2019 is before the theft, 2020-05-06",
        ),
        (
            "actor = \"group\"",
            "actor = \"nobody\"",
            ":18: attribution[0].actor: `nobody` is no id of actors.toml",
        ),
        (
            "sure = \"stated\"",
            "sure = \"certain\"",
            ":21: attribution[0].sure: `certain` is none of: denied, suspected, likely, stated",
        ),
        (
            "kind = \"exchange\"",
            "kind = \"shop\"",
            ":10: victim.kind: `shop` is none of: exchange, bridge, defi-protocol, individuals, venture-firm, trading-firm, wallet, payment-firm, bank, token-project, gaming, mining, custodian, other, unknown",
        ),
        (
            "[dates]",
            "part_of = \"2020-b\"\n[dates]",
            ":6: part_of: names no incident of the ledger",
        ),
        (
            "[dates]",
            "part_of = \"2020-a\"\n[dates]",
            ":6: part_of: leads back to the incident itself",
        ),
        (
            "[dates]",
            "chains = [\"etherium\"]\n[dates]",
            ":6: chains: `etherium` is no chain of the table of chains (crates/incidents/data/chains.csv)",
        ),
        (
            "[victim]",
            "attributed = \"2021\"\n[victim]",
            ":8: dates.attributed: is the date of no claim of attribution",
        ),
        (
            "[victim]",
            "discovered = \"2019\"\n[victim]",
            ":8: dates.discovered: is before the theft, 2020-05-06",
        ),
        ("id = \"2020-a\"", "id = \"2020-b\"", ":1: id: is not the name of the file"),
        ("title = \"Title of 2020-a\"\n", "", ": title: is missing"),
        ("title = \"Title of 2020-a\"", "title = \" \"", ":2: title: is empty"),
        ("summary", "title = \"again\"\nsummary", ":3: duplicate key"),
    ] {
        assert_eq!(changed(from, to), [format!("{f}{wanted}")], "{to}");
    }
}

#[test]
fn the_date_of_the_first_attribution_is_that_of_the_first_claim() {
    let claim =
        |actor: &str, by: &str, on: &str| attribution(actor, by, "stated").replace("2030", on);
    let claims = |first: &str| {
        let claims = claim("group", "Police", "2020-12-30") + &claim("gang", "Analyst", first);
        let (id, text) = theft("2020-a", "2020-04", &claims);
        let dated = "attributed = \"2020-12-30\"\n[victim]";
        problems_of(&id, &text.replacen("[victim]", dated, 1))
    };
    let older =
        "2020/2020-a.toml:8: dates.attributed: is not the first: Analyst claims it on 2020-05-01";
    assert_eq!(claims("2020-05-01"), [older]);
    assert_eq!(claims("2020-12"), [""; 0], "it may be of the day after, too");
}

#[test]
fn all_mistakes_are_named_at_once() {
    let found = changed("usd = 5\nby = \"Police\"", "usd = \"x\"\nby = \"Nobody\"\nhow = 1");
    assert_eq!(found.len(), 3, "{found:?}");
}

#[test]
fn a_source_is_a_link_that_something_cites() {
    let source = |more: &str| {
        let claims =
            amount(5, "Police") + "[sources.own]\npublisher = \"P\"\ntitle = \"T\"\n" + more;
        let (id, text) = theft("2020-a", "2020-05-06", &claims);
        problems_of(&id, &text.replace("[\"page\"]", "[\"own\"]"))
    };
    assert_eq!(source("url = \"https://example.org\"\nseen = \"read\""), [""; 0]);
    let f = "2020/2020-a.toml";
    assert_eq!(
        source("url = \"example.org\"\nseen = \"read\""),
        [format!("{f}:20: sources.own.url: is no link that begins with https:// or http://")]
    );
    assert_eq!(
        source("url = \"https://example.org\"\nseen = \"data set\""),
        [format!(
            "{f}:17: sources.own.data_set: is missing: a source that was seen in a data set names it"
        )]
    );
    assert_eq!(
        source("url = \"https://example.org\"\nseen = \"data set\"\ndata_set = \"none\""),
        [format!("{f}:22: sources.own.data_set: is the key of no source")]
    );
    assert_eq!(
        source("url = \"https://example.org\"\nseen = \"read\"\n[sources.page]\n"),
        [
            format!("{f}:22: sources.page: is a source that nothing cites"),
            format!("{f}:22: sources.page: is also the key of a shared source"),
            format!("{f}:22: sources.page.publisher: is missing"),
            format!("{f}:22: sources.page.seen: is missing"),
            format!("{f}:22: sources.page.title: is missing"),
            format!("{f}:22: sources.page.url: is missing"),
        ]
    );
}

#[test]
fn an_id_stands_once_and_parts_make_no_circle() {
    let (id, text) = theft("2020-a", "2020-05-06", &amount(5, "Police"));
    let mut files = frame();
    files.push(file("one/2020-a.toml", text.clone()));
    files.push(file("two/2020-a.toml", text));
    assert_eq!(
        problems(files),
        [format!("two/2020-a.toml: id: `{id}` is also the id of one/2020-a.toml")]
    );

    let part = |id: &str, whole: &str| {
        let (id, text) = theft(id, "2020-05-06", &amount(5, "Police"));
        file(
            &format!("{id}.toml"),
            text.replace("[dates]", &format!("part_of = \"{whole}\"\n[dates]")),
        )
    };
    let mut files = frame();
    files.extend([part("2020-a", "2020-b"), part("2020-b", "2020-c"), part("2020-c", "2020-a")]);
    let found = problems(files);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found.iter().all(|one| one.ends_with(":6: part_of: leads back to the incident itself"))
    );
}

#[test]
fn actors_make_no_circle() {
    let mut files = frame();
    files.retain(|file| file.name != "actors.toml");
    files.push(file(
        "actors.toml",
        "[actor.a]\nname = \"A\"\npart_of = \"b\"\n[actor.b]\nname = \"B\"\npart_of = \"a\"\n\
         [actor.c]\nname = \"C\"\npart_of = \"d\"\n",
    ));
    assert_eq!(
        problems(files),
        [
            "actors.toml:3: actor.a.part_of: leads back to the actor itself",
            "actors.toml:6: actor.b.part_of: leads back to the actor itself",
            "actors.toml:9: actor.c.part_of: names no actor",
        ]
    );
}

#[test]
fn an_address_has_to_be_one() {
    let address = |account: &str| {
        let claims = amount(5, "Police")
            + &format!(
                "[[address]]\naccount = \"{account}\"\nrole = \"theft\"\nsources = [\"page\"]\n"
            );
        let (id, text) = theft("2020-a", "2020-05-06", &claims);
        problems_of(&id, &text)
    };
    assert_eq!(address("eip155:1:0x098b716b8aaf21512996dc57eb0615e2383e2f96"), [""; 0]);
    assert_eq!(address("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp:Abc123"), [""; 0]);
    // The last letter of a real address was changed: its checksum does not hold any more.
    for wrong in
        ["bip122:000000000019d6689c085ae165831e93:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "nowhere"]
    {
        assert_eq!(address(wrong).len(), 1, "{wrong}");
    }
}

#[test]
fn what_comes_from_strangers_is_shown_safely_and_cut() {
    let found = changed(
        "title = ",
        &format!("\"evil\\u001b[2J\" = 1\n\"{}\" = 2\ntitle = ", "x".repeat(90_000)),
    );
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|one| !one.contains('\u{1b}') && one.len() < 2_000), "{found:?}");
    assert_eq!(problems_of("2020-a", &"#".repeat(2 << 20)).len(), 1);
    assert_eq!(problems_of("2020-a", &format!("x = {}", "[".repeat(100_000))).len(), 1);
}

proptest! {
    #[test]
    fn no_text_makes_a_panic(text in any::<String>()) {
        let _ = problems_of("2020-a", &text);
    }

    /// Any piece of a whole theft is cut out: what is left is read or refused, and a file of
    /// which something is left is never accepted in silence as another incident.
    #[test]
    fn a_truncated_theft_is_refused_or_still_itself(cut in prop::sample::select((0..600_usize).collect::<Vec<_>>())) {
        let claims = amount(5, "Police") + &attribution("group", "Police", "stated");
        let (_, text) = theft("2020-a", "2020-05-06", &claims);
        let text: String = text.chars().take(cut).collect();
        let mut files = frame();
        files.push(file("2020-a.toml", text));
        if let Ok(ledger) = IncidentLedger::from_files(files) {
            assert_eq!(ledger.incidents().next().unwrap().id.as_str(), "2020-a");
        }
    }
}

#[test]
fn what_cannot_be_is_refused() {
    let code = "kind = \"exchange\"\ncountry = \"ZZ\"";
    assert_eq!(
        changed("kind = \"exchange\"", code),
        ["2020/2020-a.toml:11: victim.country: is no code of ISO 3166-1 alpha-2, such as VN"]
    );
    let address =
        "[[address]]\naccount = \"solana:x:abc\"\nrole = \"theft\"\nsources = [\"page\"]\n";
    let (id, text) = theft("2020-a", "2020-05-06", &(amount(5, "Police") + address + address));
    assert_eq!(
        problems_of(&id, &text),
        ["2020/2020-a.toml:22: address[1].account: stands in the file twice with this role"]
    );
    let mut files = frame();
    files.push(file("2020/2020-a.TOML", text.replacen(address, "", 1)));
    assert_eq!(problems(files), ["2020/2020-a.TOML:1: id: is not the name of the file"]);
    let mut files = frame();
    let circle =
        "[actor.a]\nname = \"A\"\npart_of = \"b\"\n[actor.b]\nname = \"B\"\npart_of = \"a\"\n";
    files.retain(|file| file.name != "actors.toml");
    files.push(file("actors.toml", circle));
    assert_eq!(
        problems(files),
        [
            "actors.toml:3: actor.a.part_of: leads back to the actor itself",
            "actors.toml:6: actor.b.part_of: leads back to the actor itself",
        ]
    );
}

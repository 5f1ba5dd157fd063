//! `hawkshaw incidents` on the built-in ledger and on small ones.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{BAD_DATA, DONE, UNAVAILABLE, USAGE, command, hawkshaw, said};

/// Runs `hawkshaw incidents`.
#[track_caller]
fn incidents(arguments: &[&str]) -> crate::support::Said {
    said(command().env_remove("HAWKSHAW_INCIDENTS").arg("incidents").args(arguments))
}

/// A theft of the group in a file of its own, with one claim of so many dollars.
fn theft(id: &str, date: &str, usd: &str) -> String {
    format!(
        "id = \"{id}\"\ntitle = \"Title {id}\"\nsummary = \"Something.\"\nkind = \"theft\"\n\
         loot = \"crypto\"\n[dates]\ntheft = \"{date}\"\n[victim]\nname = \"V\"\nkind = \"bridge\"\n\
         [[amount]]\nusd = {usd}\nby = \"FBI\"\non = \"2040\"\nsure = \"exact\"\nsources = [\"own\"]\n\
         [[attribution]]\nactor = \"lazarus-group\"\nby = \"FBI\"\non = \"2040\"\nsure = \"stated\"\n\
         sources = [\"own\"]\n\
         [sources.own]\nurl = \"https://example.org/x\"\npublisher = \"P\"\ntitle = \"T\"\n\
         seen = \"read\"\n"
    )
}

/// A folder with these files.
fn folder(files: &[(&str, String)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_list_says_what_it_counts() {
    incidents(&["list", "--actor", "dprk", "--year", "2022"])
        .ended(DONE)
        .answers("2022-ronin-bridge")
        .answers("attributed at least as a suspicion")
        .answers("stolen from 2022-01-01 to before 2023-01-01")
        .answers("claims allow for");
    let json =
        incidents(&["list", "--actor", "dprk", "--year", "2022", "--json"]).ended(DONE).json();
    assert_eq!(json["schema"], "hawkshaw.incidents.list/1");
    let listed = json["incidents"].as_array().unwrap();
    let sum: f64 =
        listed.iter().filter_map(|one| one["figure"]["usd"].as_str()?.parse::<f64>().ok()).sum();
    let stated: f64 = json["sum"]["usd"].as_str().unwrap().parse().unwrap();
    assert!((sum - stated).abs() < 1.0, "{sum} is not {stated}");
}

#[test]
fn an_incident_is_shown_with_every_claim_and_source() {
    incidents(&["show", "kucoin"])
        .ended(DONE)
        .answers("$281.0 M, approximate, by UN Panel of Experts")
        .answers("by Chainalysis")
        .answers("https://")
        .answers("eip155:1:0xeb31973e0febf3e3d7058234a5ebbae1ab4b8c23");
    let json = incidents(&["show", "2022-ronin-bridge", "--json"]).ended(DONE).json();
    assert_eq!(json["incident"]["id"], "2022-ronin-bridge");
    assert!(json["sources"].as_object().unwrap().len() > 2);
    incidents(&["show", "bithumb"]).ended(USAGE).explains("can be any of");
    incidents(&["show", "no such thing"]).ended(USAGE).explains("is no incident of the ledger");
}

#[test]
fn statistics_carry_their_rules_and_lists() {
    incidents(&["stats", "--actor", "dprk", "--loot", "crypto"])
        .ended(DONE)
        .answers("Counted: incidents of the kind theft, of cryptocurrency, attributed")
        .answers("Amounts: the first claim in US dollars")
        .answers("half of the sum is in")
        .answers("Part of all cryptocurrency stolen")
        .answers("p corrected")
        .answers("A correlation is no cause");
    let json = incidents(&["stats", "--actor", "dprk", "--json"]).ended(DONE).json();
    assert_eq!(json["schema"], "hawkshaw.incidents.stats/1");
    let groups = json["statistics"]["groups"].as_array().unwrap();
    assert_eq!(groups.len(), 7);
    for grouping in groups {
        for group in grouping["groups"].as_array().unwrap() {
            assert!(!group["incidents"].as_array().unwrap().is_empty(), "{group}");
        }
    }
    let one = incidents(&["stats", "--by", "technique", "--list"]).ended(DONE);
    assert!(one.stdout.contains("By technique") && !one.stdout.contains("By year"));
}

#[test]
fn what_is_unknown_is_no_nothing() {
    let day = ["--actor", "applejeus", "--from", "2021-07-13", "--to", "2021-07-14"];
    let with = |command: &str, more: &[&str]| {
        let arguments: Vec<&str> = [&[command], &day[..], more].concat();
        incidents(&arguments).ended(DONE)
    };
    let said = with("stats", &[]).answers("1 incident: unknown");
    assert!(!said.stdout.contains("0.00 %") && !said.stdout.contains("$0"), "{}", said.stdout);
    with("list", &[]).answers("together unknown");
    let json = with("stats", &["--json"]).json();
    assert_eq!(json["statistics"]["sum"]["usd"], Value::Null);
    assert_eq!(json["statistics"]["groups"][0]["groups"][0]["usd"], Value::Null);
    assert_eq!(json["statistics"]["context"][0]["percent"], Value::Null);
    incidents(&["compare", "un-2019-03-crypto"]).ended(DONE).answers("+?");
}

#[test]
fn price_rules_change_the_sum_and_say_so() {
    let sum = |rule: &str| {
        let said = incidents(&["list", "--actor", "dprk", "--price", rule, "--json"]).ended(DONE);
        let json: Value = said.json();
        json["sum"]["usd"].as_str().unwrap().parse::<f64>().unwrap()
    };
    assert!(sum("lowest") < sum("ledger") && sum("ledger") < sum("highest"));
    assert!(sum("by:FBI") > 1e9 && sum("by:FBI") < sum("ledger"));
    incidents(&["list", "--price", "by:Nobody"]).ended(USAGE).explains("is no claimant");
    incidents(&["list", "--price", "cheap"]).ended(USAGE).explains("is no price rule");
}

#[test]
fn published_totals_are_put_beside_the_ledger() {
    incidents(&["compare"])
        .ended(DONE)
        .answers("1.7 billion in 2022")
        .answers("not explained by any incident of the ledger");
    let json = incidents(&["compare", "incident-ronin", "--json"]).ended(DONE).json();
    let comparison = &json["comparisons"][0];
    assert_eq!(comparison["verdict"]["verdict"], "agrees");
    assert_eq!(comparison["ledger"]["point"], 62_000_000_000_u64);
    incidents(&["compare", "nothing"]).ended(USAGE).explains("is no published total");
}

#[test]
fn own_incidents_stand_beside_or_in_place_of_the_built_in_ones() {
    let own = folder(&[("2031-mine.toml", theft("2031-mine", "2031-02-03", "5_000_000"))]);
    let path = text(own.path());
    incidents(&["list", "--year", "2031", "--add", path])
        .ended(DONE)
        .answers("1 incident, together $5.000 M");
    let alone = incidents(&["list", "--ledger", path]).ended(DONE).answers("2031-mine");
    assert!(!alone.stdout.contains("ronin"));
    said(command().env("HAWKSHAW_INCIDENTS", path).args(["incidents", "list"]))
        .ended(DONE)
        .answers("1 incident,");
    incidents(&["check", path]).ended(DONE).answers("1 incidents: nothing wrong");
    incidents(&["list", "--add", "no-such-folder"]).ended(UNAVAILABLE).explains("cannot read");
}

#[test]
fn mistakes_are_named_by_file_line_and_field() {
    let broken = theft("2031-mine", "2031-02-30", "\"five\"").replace("seen = \"read\"", "sen = 1");
    let own = folder(&[
        ("2031-mine.toml", broken),
        ("2022-ronin-bridge.toml", theft("2022-ronin-bridge", "2022-03-23", "1")),
    ]);
    let path = text(own.path());
    let said = incidents(&["list", "--add", path])
        .ended(BAD_DATA)
        .explains("2031-mine.toml:7: dates.theft: `2031-02-30` is a date that does not exist")
        .explains("2031-mine.toml:12: amount[0].usd: `five` is no amount in US dollars")
        .explains(
            "2031-mine.toml:27: sources.own.sen: is no field that is known: did you mean `seen`?",
        )
        .explains("id: `2022-ronin-bridge` is also the id of");
    assert!(said.stdout.is_empty());
    let text_file = folder(&[("2031-mine.toml", "\u{0}\u{1}".to_owned())]);
    incidents(&["check", text(text_file.path())]).ended(BAD_DATA).explains("2031-mine.toml:1");
    std::fs::write(own.path().join("2031-mine.toml"), [0xff, 0xfe]).unwrap();
    incidents(&["check", path]).ended(BAD_DATA).explains("is not UTF-8 text");
}

#[test]
fn unknown_words_are_wrong_usage() {
    for (arguments, hint) in [
        (&["list", "--actor", "nobody"][..], "is no actor of the ledger"),
        (&["list", "--chain", "etherium"], "no chain of the ledger"),
        (&["list", "--victim", "shop"], "none of: exchange, bridge"),
        (&["list", "--from", "yesterday"], "is no date"),
        (&["list", "--from", "2022-02-01", "--to", "2022-01-01"], "is not after"),
        (&["list", "--year", "22"], "22"),
        (&["list", "--min-usd", "much"], "is no amount"),
        (&["stats", "--by", "colour"], "none of: year, quarter"),
        (&["export", "--format", "xml"], "xml"),
    ] {
        incidents(arguments).ended(USAGE).explains(hint);
    }
}

#[test]
fn exports_are_written_once() {
    let out = TempDir::new().unwrap();
    for format in ["csv", "json", "parquet", "stix", "misp"] {
        let path = out.path().join(format);
        let write =
            || incidents(&["export", "--format", format, "--actor", "dprk", "--out", text(&path)]);
        assert_eq!(write().ended(DONE).stdout, "");
        let first = std::fs::read(&path).unwrap();
        assert!(first.len() > 10_000, "{format}");
        write().ended(UNAVAILABLE).explains("cannot write");
        assert_eq!(std::fs::read(&path).unwrap(), first);
    }
    let json = incidents(&["export", "--format", "json", "--year", "2022"]).ended(DONE).json();
    assert_eq!(json["schema"], "hawkshaw.incidents/1");
    let csv = incidents(&["export", "--format", "csv", "--year", "2022"]).ended(DONE);
    assert_eq!(csv.stdout.lines().count() - 1, json["incidents"].as_array().unwrap().len());
}

#[test]
fn plots_make_a_folder_with_everything() {
    let parent = TempDir::new().unwrap();
    let plots = parent.path().join("plots");
    let plot = || incidents(&["plot", "--actor", "dprk", "--out", text(&plots)]);
    plot().ended(DONE).explains("open ");
    let names: Vec<String> = std::fs::read_dir(&plots)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let ending = |ending: &str| names.iter().filter(|name| name.ends_with(ending)).count();
    assert!(ending(".svg") >= 4 && ending(".svg") == ending(".png"), "{names:?}");
    for name in
        ["index.html", "incidents.csv", "incidents.json", "incidents.parquet", "statistics.json"]
    {
        assert!(names.iter().any(|other| other == name), "{name}");
    }
    plot().ended(USAGE).explains("is not empty");
    let other = parent.path().join("other");
    incidents(&["stats", "--actor", "dprk", "--plot", text(&other)]).ended(DONE).answers("By year");
    assert_eq!(
        std::fs::read(plots.join("index.html")).unwrap(),
        std::fs::read(other.join("index.html")).unwrap(),
        "the same ledger gives the same bytes"
    );
}

#[test]
fn launches_of_ones_own_replace_the_built_in_ones() {
    let own = folder(&[(
        "launches.csv",
        "date,outcome\n2022-01-05,success\n2022-01,failure\n".to_owned(),
    )]);
    let path = own.path().join("launches.csv");
    let json = incidents(&["stats", "--actor", "dprk", "--json", "--launches", text(&path)])
        .ended(DONE)
        .json();
    assert_eq!(json["statistics"]["launches"], serde_json::json!([[2022, 2]]));
    std::fs::write(&path, "date\n2022-13-01\nsoon\n").unwrap();
    incidents(&["stats", "--launches", text(&path)])
        .ended(BAD_DATA)
        .explains("launches.csv:2: date: `2022-13-01` is a date that does not exist")
        .explains("launches.csv:3: date: `soon` is no date");
}

#[test]
fn help_shows_examples() {
    hawkshaw(["incidents", "--help"]).ended(DONE).answers("hawkshaw incidents compare");
    for verb in ["list", "show", "stats", "compare", "plot", "export", "import", "check"] {
        hawkshaw(["incidents", verb, "--help"]).ended(DONE);
    }
}

#[test]
fn names_and_omissions_are_not_passed_over() {
    let by_id = incidents(&["list", "--actor", "dprk"]).ended(DONE).stdout;
    for name in ["North Korea", "DPRK"] {
        assert_eq!(incidents(&["list", "--actor", name]).ended(DONE).stdout, by_id);
    }
    incidents(&["list", "--country", "XX"]).ended(USAGE).explains("no code such as KR");
    incidents(&["list", "--year", "2025"]).ended(DONE).answers("fit but for one thing");
    let folder = folder(&[("2020-a.toml", theft("2020-a", "2020-01-01", "5"))]);
    incidents(&["compare", "ronin-fbi", "--ledger", text(folder.path())])
        .ended(USAGE)
        .explains("no published totals");
    incidents(&["import", "list.csv", "--cite", "notaurl"]).ended(USAGE).explains("is no link");
}

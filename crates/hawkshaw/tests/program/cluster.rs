//! `hawkshaw cluster` as a whole.

use std::fmt::Write as _;
use std::path::PathBuf;

use hawkshaw_fixture::text::{Story, bitcoin_account};
use serde_json::Value;
use tempfile::TempDir;

use crate::support::{BAD_DATA, DONE, Said, USAGE, command, said};

/// a, b, c and d are joined; e, f and the rest are not.
const STORY: &str = "1: coin = -> a 5000, b 5000, c 5000, d 5000, e 5000, f 5000\n\
                     2: t1 = coin:0, coin:1 -> x 9000, a 1000\n\
                     3: t2 = coin:2, coin:3 -> y 9000, c 1000\n\
                     4: t3 = t1:1, t2:1 -> z 2000\n\
                     5: t4 = t1:0, coin:4 -> q 7000, r 7000\n\
                     6: t5 = coin:5 -> f 4000\n";

/// A story as canonical rows.
pub(crate) fn table(story: &str) -> String {
    let story: Story = story.parse().unwrap();
    let mut text = "chain,block_number,block_time,tx_index,tx_hash,side,leg_index,outpoint,\
                    address,amount\n"
        .to_owned();
    for row in story.outputs {
        let side = if row.outpoint.is_some() { "in" } else { "out" };
        let outpoint = row
            .outpoint
            .map_or_else(String::new, |point| format!("{}:{}", point.tx().hash(), point.vout()));
        let holder = row.holder.map_or_else(String::new, |holder| holder.address_in_files());
        let _ = writeln!(
            text,
            "{},{},{},{},{},{side},{},{outpoint},{holder},{}",
            row.chain,
            row.height,
            row.time.to_unix(),
            row.tx_index,
            row.tx,
            row.leg_index,
            row.amount
        );
    }
    text
}

fn address(name: &str) -> String {
    bitcoin_account(name).address_for_people()
}

/// A folder with a table, and a store of it where that was made.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new(story: &str) -> Self {
        let place = Self { folder: TempDir::new().unwrap() };
        place.write("outputs.csv", &table(story));
        place
    }

    fn stored(story: &str) -> Self {
        let place = Self::new(story);
        place.import("outputs.csv");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str]) -> Said {
        said(command().current_dir(self.folder.path()).args(arguments))
    }

    #[track_caller]
    fn import(&self, name: &str) {
        self.run(&["ledger", "import", name, "--store", "store"]).ended(DONE);
    }

    /// Asks the table.
    fn ask(&self, name: &str, more: &[&str]) -> Said {
        let address = address(name);
        self.run(&[&["cluster", &address, "--ledger", "outputs.csv"], more].concat())
    }

    /// Asks the store.
    fn ask_store(&self, name: &str, more: &[&str]) -> Said {
        let address = address(name);
        self.run(&[&["cluster", &address, "--store", "store"], more].concat())
    }

    /// The file in which the store keeps its clusters.
    fn kept(&self) -> PathBuf {
        self.path("store/clusters-000000000019d6689c085ae165831e93.hkc")
    }
}

#[track_caller]
fn first(said: &Said) -> Value {
    let json = said.json();
    assert_eq!(
        (&json["schema"], &json["grade"]),
        (&"hawkshaw.cluster/1".into(), &"inference".into())
    );
    json["answers"][0].clone()
}

/// The members of a cluster by the names of the story.
fn members(answer: &Value) -> Vec<String> {
    let names: Vec<String> = ["a", "b", "c", "d", "e", "f", "x", "y", "z", "q", "r", "g", "h"]
        .map(str::to_owned)
        .to_vec();
    let of = |member: &Value| {
        let account = member["account"].as_str().unwrap().to_owned();
        let name = names.iter().find(|name| account == bitcoin_account(name).to_string());
        name.cloned().unwrap_or(account)
    };
    answer["cluster"]["members"].as_array().unwrap().iter().map(of).collect()
}

#[test]
fn a_cluster_in_words_and_as_json() {
    let place = Place::new(STORY);
    let text = place.ask("b", &[]).ended(DONE).answers("is one of 4 addresses");
    let text = text.answers("Grade: inference").answers("Transactions that made it");
    text.answers(&address("d")).answers("2 to 1").answers("The files hold 6 transactions");
    let answer = first(&place.ask("b", &["--json"]).ended(DONE));
    assert_eq!(answer["status"], "cluster");
    assert_eq!(members(&answer), ["a", "b", "c", "d"]);
    let cluster = &answer["cluster"];
    assert_eq!((&cluster["addresses"], &cluster["received"]), (&4.into(), &"22000".into()));
    assert_eq!((&cluster["spent"], &cluster["returned"]), (&"22000".into(), &"2000".into()));
    assert_eq!(cluster["balance"], "0");
    assert_eq!(cluster["joined_by"].as_array().unwrap().len(), 3);
    assert_eq!(answer["own"]["received"], "5000");
    // The same by its account, and from a store.
    let store = Place::stored(STORY);
    assert_eq!(first(&store.ask_store("b", &["--json"]).ended(DONE)), answer);
    let account = bitcoin_account("b").to_string();
    let said = place.run(&["cluster", &account, "--ledger", "outputs.csv", "--json"]);
    assert_eq!(first(&said.ended(DONE)), answer);
}

#[test]
fn what_cannot_be_said_is_said() {
    let place = Place::new(STORY);
    let status = |name: &str| {
        let answer = first(&place.ask(name, &["--json"]).ended(DONE));
        assert_eq!(answer["cluster"], Value::Null);
        (answer["status"].as_str().unwrap().to_owned(), answer["withheld_counts"].clone())
    };
    assert_eq!(status("nobody"), ("not_found".into(), Value::Null));
    place.ask("nobody", &[]).ended(DONE).answers("is not in this ledger");
    assert_eq!(status("z").0, "never_spent");
    place.ask("z", &[]).ended(DONE).answers("nothing was spent from it").answers("No input of");
    assert_eq!(status("f").0, "alone");
    let withheld = serde_json::json!({ "unnecessary-input": 1 });
    assert_eq!(status("e"), ("alone".into(), withheld));
    place.ask("e", &[]).ended(DONE).answers("PayJoin").answers("1 cluster");
    let ethereum = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";
    for address in [ethereum, &format!("eip155:1:{ethereum}"), "hello", ""] {
        place.run(&["cluster", address, "--ledger", "outputs.csv"]).ended(USAGE);
    }
    let said = place.run(&["cluster", ethereum, "--ledger", "outputs.csv"]).ended(USAGE);
    said.explains("UTXO chains");
    place.run(&["cluster", &address("a")]).ended(USAGE).explains("--store");
    place.write("outputs.csv", "chain,nonsense\n1,2\n");
    place.ask("a", &[]).ended(BAD_DATA);
}

#[test]
fn several_addresses_are_answered_in_their_order() {
    let place = Place::new(STORY);
    let asked = ["a", "z", "c", "a"].map(address);
    let mut arguments = vec!["cluster", "--ledger", "outputs.csv"];
    arguments.extend(asked.iter().map(String::as_str));
    let said = place.run(&arguments).ended(DONE).answers("shown above");
    assert_eq!(said.stdout.matches("Transactions that made it").count(), 1);
    arguments.push("--json");
    let json = place.run(&arguments).ended(DONE).json();
    let answers = json["answers"].as_array().unwrap();
    assert_eq!(answers.len(), 3);
    assert_eq!(answers[0]["cluster"], answers[2]["cluster"]);
}

#[test]
fn lists_are_bounded_and_say_so() {
    let place = Place::new(STORY);
    let text = place.ask("a", &["--members", "2"]).ended(DONE);
    text.answers("and 2 more addresses").answers("and 1 more transactions");
    let answer = first(&place.ask("a", &["--members", "2", "--json"]).ended(DONE));
    let cluster = &answer["cluster"];
    assert_eq!(cluster["members"].as_array().unwrap().len(), 2);
    assert_eq!((&cluster["members_left_out"], &cluster["addresses"]), (&2.into(), &4.into()));
    let all = first(&place.ask("a", &["--members", "0", "--json"]).ended(DONE));
    assert_eq!(all["cluster"]["members_left_out"], 0);
}

#[test]
fn tags_veto_and_are_shown() {
    let place = Place::new(STORY);
    let tag = |name: &str, actor: &str| {
        format!("  - address: {}\n    label: {actor} wallet\n    actor: {actor}\n", address(name))
    };
    let pack = format!(
        "title: t\ncreator: c\nsource: https://example.org\nconfidence: service_data\n\
         currency: BTC\ntags:\n{}{}",
        tag("a", "binance"),
        tag("d", "kraken")
    );
    place.write("tags.yaml", &pack);
    let said = place.ask("a", &["--tags", "tags.yaml"]).ended(DONE).answers("binance");
    said.answers("Vetoed: ")
        .answers("kraken")
        .answers("Warning: ")
        .answers("is one of 2 addresses");
    let answer = first(&place.ask("a", &["--tags", "tags.yaml", "--json"]).ended(DONE));
    assert_eq!(members(&answer), ["a", "b"]);
    assert_eq!(answer["vetoes"][0]["actors"], serde_json::json!(["binance", "kraken"]));
    assert_eq!(answer["withheld_counts"], serde_json::json!({ "different-actors": 1 }));
    assert_eq!(answer["cluster"]["actor"], "binance");
    assert_eq!(answer["tags"][0]["label"], "binance wallet");
}

/// Five inputs of five people and five equal outputs of a pool: a round of Whirlpool.
const WHIRLPOOL: &str = "1: coin = -> a 100000, b 100000, c 100500, d 100500, e 100500\n\
    2: w = coin:0, coin:1, coin:2, coin:3, coin:4 -> f 100000, g 100000, h 100000, x 100000, y 100000\n";

#[test]
fn a_coinjoin_joins_nobody() {
    let place = Place::new(WHIRLPOOL);
    let answer = first(&place.ask("a", &["--json"]).ended(DONE));
    assert_eq!(answer["status"], "alone");
    assert_eq!(answer["withheld_counts"], serde_json::json!({ "whirlpool": 1 }));
    assert_eq!(answer["withheld"][0]["other_clusters"], 4);
    place.ask("a", &[]).ended(DONE).answers("looks like Whirlpool");
}

#[test]
fn clusters_of_a_store_are_kept_and_brought_up_to_date() {
    let place = Place::stored(STORY);
    let before = place.ask_store("a", &["--json"]).ended(DONE).stdout;
    let kept = std::fs::read(place.kept()).unwrap();
    let again = place.ask_store("a", &["--json"]).ended(DONE);
    assert_eq!((again.stdout.as_str(), again.stderr.as_str()), (before.as_str(), ""));
    assert_eq!(std::fs::read(place.kept()).unwrap(), kept);
    // The store is not disturbed by it.
    place.run(&["ledger", "verify", "--store", "store"]).ended(DONE);
    // More blocks: the same as from the start.
    let longer = format!("{STORY}7: t6 = t3:0, t5:0 -> g 6000\n");
    place.write("more.csv", &table(&longer));
    place.import("more.csv");
    let grown = place.ask_store("z", &["--json"]).ended(DONE);
    assert_eq!(grown.stderr, "");
    assert_eq!(members(&first(&grown)), ["f", "z"]);
    let anew = place.ask_store("z", &["--json", "--no-keep"]).ended(DONE);
    assert_eq!(anew.stdout, grown.stdout);
    // Blocks taken back, and others in their place.
    place.run(&["ledger", "unwind", "--to", "3", "--store", "store"]).ended(DONE);
    let less = place.ask_store("a", &["--json"]).ended(DONE).explains("made anew");
    assert_eq!(members(&first(&less)), ["a", "b"]);
    place.run(&["ledger", "compact", "--store", "store"]).ended(DONE);
    let compact = place.ask_store("a", &["--json"]).ended(DONE);
    assert_eq!(first(&compact), first(&less));
    // Other tags.
    let pack = format!(
        "title: t\ncreator: c\nsource: s\nconfidence: service_data\ncurrency: BTC\ntags:\n  \
         - address: {}\n    label: l\n    actor: kraken\n",
        address("b")
    );
    place.write("tags.yaml", &pack);
    let tagged = place.ask_store("a", &["--json", "--tags", "tags.yaml"]).ended(DONE);
    assert_eq!(first(&tagged.explains("the tags have changed"))["cluster"]["actor"], "kraken");
}

#[test]
fn a_damaged_file_is_said_and_made_anew() {
    let place = Place::stored(STORY);
    let wanted = place.ask_store("a", &["--json"]).ended(DONE).stdout;
    let whole = std::fs::read(place.kept()).unwrap();
    for at in (0..whole.len()).step_by(whole.len() / 23) {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x11;
        std::fs::write(place.kept(), &damaged).unwrap();
        let said = place.ask_store("a", &["--json"]).ended(DONE).explains("made anew");
        assert_eq!(said.stdout, wanted);
        assert_eq!(std::fs::read(place.kept()).unwrap(), whole);
    }
    for cut in [0, 7, 8, whole.len() / 2, whole.len() - 1] {
        std::fs::write(place.kept(), &whole[..cut]).unwrap();
        let said = place.ask_store("a", &["--json"]).ended(DONE).explains("made anew");
        assert_eq!(said.stdout, wanted);
    }
    // What a killed run left behind is written over.
    std::fs::write(place.kept().with_extension("hkc.next"), "half").unwrap();
    std::fs::remove_file(place.kept()).unwrap();
    assert_eq!(place.ask_store("a", &["--json"]).ended(DONE).stderr, "");
    assert_eq!(std::fs::read(place.kept()).unwrap(), whole);
    assert!(!place.kept().with_extension("hkc.next").exists());
}

#[test]
fn where_clusters_are_kept_can_be_chosen() {
    let place = Place::stored(STORY);
    let wanted = place.ask_store("a", &["--json", "--no-keep"]).ended(DONE).stdout;
    assert!(!place.kept().exists());
    let said = place.ask_store("a", &["--json", "--clusters", "kept.hkc"]).ended(DONE);
    assert_eq!(said.stdout, wanted);
    assert!(place.path("kept.hkc").exists() && !place.kept().exists());
    // Nowhere to write: an answer all the same.
    let said = place.ask_store("a", &["--json", "--clusters", "no/such/folder/kept"]).ended(DONE);
    assert_eq!(said.explains("are not kept in").stdout, wanted);
    // A file that is something else is never written over.
    let table = std::fs::read(place.path("outputs.csv")).unwrap();
    let said = place.ask_store("a", &["--clusters", "outputs.csv"]).ended(USAGE);
    said.explains("is no file of clusters");
    assert_eq!(std::fs::read(place.path("outputs.csv")).unwrap(), table);
    // A file of another ledger is not believed.
    let other = Place::stored("1: coin = -> a 50, b 50\n2: t = coin:0, coin:1 -> z 100\n");
    std::fs::copy(place.path("kept.hkc"), other.path("kept.hkc")).unwrap();
    let said = other.ask_store("a", &["--json", "--clusters", "kept.hkc"]).ended(DONE);
    assert_eq!(members(&first(&said.explains("made anew"))), ["a", "b"]);
}

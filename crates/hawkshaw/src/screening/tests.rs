//! What is gathered from files, and what is read again when they change.

use std::path::Path;

use hawkshaw_screening::{Action, Category, Query, Status};

use hawkshaw_server::Load;

use super::{LiveScreener, gather};
use crate::cli::screen::KnownArguments;
use crate::exit::Failure;

const THIEF: &str = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";
const OTHER: &str = "0x19AA5Fe80D33a56D56c78e82eA5E50E5d80b4Dff";

fn query(address: &str) -> Query {
    Query { address: address.to_owned(), ..Query::default() }
}

fn write(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn pack(label: &str, address: &str) -> String {
    format!(
        "title: T\ncreator: C\nsource: https://example.org\nconfidence: forensic\ncurrency: ETH\n\
         lastmod: 2022-04-14\nactor: someone\ntags:\n- address: '{address}'\n  label: {label}\n"
    )
}

#[test]
fn tags_and_lists_become_listings_of_their_kind() {
    let folder = tempfile::tempdir().unwrap();
    let actors = "title: A\ncreator: C\nactors:\n- id: someone\n  label: Someone\n  uri: x.org\n  \
                  categories:\n  - exchange\n";
    let known = KnownArguments {
        tags: vec![
            write(folder.path(), "pack.yaml", &pack("thief", THIEF)),
            write(folder.path(), "actors.yaml", actors),
        ],
        lists: vec![write(folder.path(), "sanctioned_addresses_ETH.txt", &format!("{OTHER}\n"))],
        ..KnownArguments::default()
    };
    let screener = gather(&known, true).unwrap();
    let answer = screener.screen(&query(THIEF)).unwrap();
    let facts = screener.facts(answer.account.as_ref().unwrap()).unwrap();
    let listing = &facts.listings[0];
    assert_eq!((listing.list.id.as_str(), listing.category), ("tags", Category::Exchange));
    // When a tag was last changed is not when the address was listed.
    assert_eq!((listing.added, listing.entity.as_deref()), (None, Some("someone")));
    let sanctioned = screener.screen(&query(&OTHER.to_uppercase())).unwrap();
    assert_eq!(sanctioned.decision.action, Action::Reject);
    assert_eq!(sanctioned.to_json()["matches"][0]["list"]["kind"], "sanctions");
}

#[test]
fn without_anything_known_nothing_is_answered() {
    let nothing = gather(&KnownArguments::default(), true);
    assert!(matches!(nothing, Err(Failure::Usage(_))));
    let folder = tempfile::tempdir().unwrap();
    let broken = write(folder.path(), "screening.idx", "HKINDEX");
    let known = KnownArguments { index: Some(broken), ..KnownArguments::default() };
    assert!(matches!(gather(&known, true), Err(Failure::BadData(_))));
    let absent =
        KnownArguments { tags: vec![folder.path().join("x")], ..KnownArguments::default() };
    assert!(matches!(gather(&absent, true), Err(Failure::Unavailable(_))));
}

#[test]
fn what_changed_is_read_again_and_the_rest_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("sanctioned_addresses_ETH.txt");
    std::fs::write(&list, "").unwrap();
    std::fs::write(&list, format!("{OTHER}\n")).unwrap();
    let known = KnownArguments {
        tags: vec![write(folder.path(), "pack.yaml", &pack("thief", THIEF))],
        lists: vec![list.clone()],
        ..KnownArguments::default()
    };
    let live = LiveScreener::new(known, true);
    assert!(!live.has_changed(), "files are looked at several times before they are read");
    let before = live.load(Load::Asked).unwrap();
    assert!(!settled(&live));
    assert_eq!(before.screen(&query(OTHER)).unwrap().status, Status::Hit);
    let more: String = (0..1_000).map(|number| format!("0x{number:040x}\n")).collect();
    std::fs::write(&list, more).unwrap();
    assert!(settled(&live));
    let after = live.load(Load::Noticed).unwrap();
    assert!(!settled(&live));
    assert_eq!(after.screen(&query(OTHER)).unwrap().status, Status::NotFound);
    assert_eq!(after.screen(&query(&format!("0x{:040x}", 999))).unwrap().status, Status::Hit);
    // The tags were not read again, and whoever has the old one still gets its answers.
    assert!(std::sync::Arc::ptr_eq(before.index(), after.index()));
    assert_eq!(before.screen(&query(OTHER)).unwrap().status, Status::Hit);
    // A file that cannot be read is an error, and is read again when it changes.
    std::fs::write(&list, [0xff, 0xfe, 0]).unwrap();
    assert!(settled(&live) && live.load(Load::Noticed).is_err() && !settled(&live));
    std::fs::write(&list, format!("{OTHER}\n")).unwrap();
    assert!(settled(&live));
    assert_eq!(live.load(Load::Noticed).unwrap().data_version(), before.data_version());
}

/// Whether files changed and then look the same for a while.
fn settled(live: &LiveScreener) -> bool {
    (0..4).any(|_| live.has_changed())
}

#[test]
fn a_file_that_is_being_written_is_not_read_and_a_lost_list_not_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let tags = path.join("tags.csv");
    let mut text = "address,label,category,source\n".to_owned();
    std::fs::write(&tags, &text).unwrap();
    let lists = path.join("lists");
    std::fs::create_dir(&lists).unwrap();
    let sanctions = lists.join("sanctioned_addresses_ETH.txt");
    std::fs::write(&sanctions, format!("{OTHER}\n")).unwrap();
    std::fs::write(lists.join("more.csv"), format!("{text}{THIEF},x,scam,y\n")).unwrap();
    let known = KnownArguments {
        tags: vec![tags.clone()],
        lists: vec![lists],
        ..KnownArguments::default()
    };
    let live = LiveScreener::new(known, true);
    live.load(Load::Asked).unwrap();
    for number in 0..20 {
        text.push_str(&format!("0x{number:040x},label,scam,source\n"));
        std::fs::write(&tags, &text).unwrap();
        assert!(!live.has_changed(), "{number}");
    }
    assert!(settled(&live));
    live.load(Load::Noticed).unwrap();
    // The same length and the same time of writing do not hide another content.
    let written = std::fs::metadata(&tags).unwrap().modified().unwrap();
    std::fs::write(&tags, text.replace(",label,scam", ",other,scam")).unwrap();
    let file = std::fs::File::options().append(true).open(&tags).unwrap();
    file.set_modified(written).unwrap();
    assert!(settled(&live));
    live.load(Load::Noticed).unwrap();
    std::fs::remove_file(&sanctions).unwrap();
    assert!(settled(&live));
    let refused = live.load(Load::Noticed).unwrap_err().reason();
    assert!(refused.contains("ofac-addresses"), "{refused}");
    let told = live.load(Load::Asked).unwrap();
    assert_eq!(told.screen(&query(OTHER)).unwrap().status, Status::NotFound);
}

/// A store in which the thief pays the other one.
fn store(folder: &Path) -> std::path::PathBuf {
    use clap::Parser as _;

    let head =
        "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,asset,from,to,amount";
    let hash = "1".repeat(64);
    let (from, to) = (THIEF.to_lowercase(), OTHER.to_lowercase());
    let row = format!("eip155:1,1,1600000000,0,0,0x{hash},native,eip155:1/slip44:60,{from},{to},7");
    let rows = write(folder, "transfers.csv", &format!("{head}\n{row}\n"));
    let store = folder.join("store");
    let arguments: [&std::ffi::OsStr; 6] = [
        "hawkshaw".as_ref(),
        "ledger".as_ref(),
        "import".as_ref(),
        rows.as_ref(),
        "--store".as_ref(),
        store.as_ref(),
    ];
    let cli = crate::cli::Cli::try_parse_from(arguments).unwrap();
    let crate::cli::Command::Ledger(arguments) = &cli.command else { unreachable!() };
    crate::command::ledger::run(arguments, true).unwrap();
    store
}

#[test]
fn a_new_list_answers_at_once_and_what_is_exposed_to_it_next() {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("sanctioned_addresses_ETH.txt");
    std::fs::write(&list, format!("0x{:040x}\n", 7)).unwrap();
    let known = KnownArguments {
        store: Some(store(folder.path())),
        lists: vec![list.clone()],
        ..KnownArguments::default()
    };
    let live = LiveScreener::new(known, true);
    let before = live.load(Load::Asked).unwrap();
    assert_eq!(before.screen(&query(THIEF)).unwrap().status, Status::NotFound);
    std::fs::write(&list, format!("{THIEF}\n")).unwrap();
    assert!(settled(&live));
    let quick = live.load(Load::Noticed).unwrap();
    assert!(std::sync::Arc::ptr_eq(before.index(), quick.index()), "exposure is not waited for");
    assert_eq!(quick.screen(&query(THIEF)).unwrap().decision.action, Action::Reject);
    assert_eq!(quick.screen(&query(OTHER)).unwrap().status, Status::NotFound);
    // Nothing else changed, and yet there is more to do.
    assert!(settled(&live));
    let whole = live.load(Load::Noticed).unwrap();
    let paid = whole.screen(&query(OTHER)).unwrap();
    assert_eq!((paid.status, paid.matches.len()), (Status::Hit, 1));
    assert!(!settled(&live));
}

use hawkshaw_attribution::{ListFile, NoIncludes, read_list};
use hawkshaw_model::{Digest, Timestamp};
use proptest::prelude::{any, prop, proptest};

use super::{DatedBy, Edition, ListBook, ListDiff, Shrinking};
use crate::{BookError, Category, ListId};

fn day(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn id(text: &str) -> ListId {
    text.parse().unwrap()
}

fn edition(date: &str, content: &str) -> Edition {
    Edition {
        date: day(date),
        dated_by: DatedBy::Option,
        digest: Digest::of(content.as_bytes()),
        source: "list.csv".to_owned(),
    }
}

/// An invented list of the user's own: address and label a row.
fn own(rows: &[(u32, &str)]) -> (String, ListFile) {
    let mut text = "address,label,category,source,chain\n".to_owned();
    for (number, label) in rows {
        text.push_str(&format!("0x{number:040x},{label},scam,https://example.org,ETH\n"));
    }
    let file = read_list("own.csv", text.as_bytes(), &NoIncludes).unwrap();
    (text, file)
}

fn take(book: &mut ListBook, date: &str, rows: &[(u32, &str)]) -> Result<ListDiff, BookError> {
    let (text, file) = own(rows);
    book.update(&id("own"), &edition(date, &text), &[file], Shrinking::default())
}

fn standing(book: &ListBook, time: &str) -> Vec<String> {
    let time = Some(day(time));
    let stands = book.listings().filter(|listing| listing.stands_at(time));
    stands.map(|listing| listing.account.address_in_files()[38..].to_owned()).collect()
}

fn again(book: &ListBook) -> ListBook {
    let ids: Vec<ListId> = book.lists().map(|info| info.id.clone()).collect();
    let files: Vec<_> = ids.iter().map(|id| book.file_of(id).unwrap()).collect();
    let files = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
    ListBook::from_files(files).unwrap()
}

#[test]
fn additions_delistings_and_returns_are_dated() {
    let mut book = ListBook::new();
    assert_eq!(take(&mut book, "2024-01-01", &[(1, "a"), (2, "b")]).unwrap().added.len(), 2);
    let diff = take(&mut book, "2024-02-01", &[(1, "a"), (3, "c")]).unwrap();
    assert_eq!((diff.added.len(), diff.removed.len(), diff.unchanged), (1, 1, 1));
    take(&mut book, "2024-03-01", &[(1, "a"), (2, "b"), (3, "c")]).unwrap();
    let book = again(&book);
    assert_eq!(standing(&book, "2023-12-31"), [""; 0]);
    assert_eq!(standing(&book, "2024-01-31"), ["0001", "0002"]);
    assert_eq!(standing(&book, "2024-02-01"), ["0001", "0003"]);
    assert_eq!(standing(&book, "2024-03-01"), ["0001", "0003", "0002"]);
    let status = &book.status()[0];
    assert_eq!((status.addresses, status.removed, status.editions), (3, 1, 3));
    assert_eq!(status.first, Some(day("2024-01-01")));
    assert_eq!(status.by_chain["eip155:1"], 3);
}

#[test]
fn the_same_edition_again_changes_nothing() {
    let mut book = ListBook::new();
    take(&mut book, "2024-01-01", &[(1, "a")]).unwrap();
    take(&mut book, "2024-02-01", &[(2, "b"), (1, "a")]).unwrap();
    let before = book.file_of(&id("own"));
    assert!(take(&mut book, "2024-03-01", &[(1, "a")]).unwrap().is_known);
    assert_eq!(book.file_of(&id("own")), before);
}

#[test]
fn an_older_edition_is_refused() {
    let mut book = ListBook::new();
    take(&mut book, "2024-02-01", &[(1, "a")]).unwrap();
    let before = book.file_of(&id("own"));
    let error = take(&mut book, "2024-01-01", &[(1, "a"), (2, "b")]).unwrap_err().to_string();
    assert!(error.contains("2024-01-01 is older than that of 2024-02-01"), "{error}");
    assert_eq!(book.file_of(&id("own")), before);
}

#[test]
fn a_shrunk_edition_is_refused_unless_accepted() {
    let many: Vec<(u32, &str)> = (1..=40).map(|number| (number, "x")).collect();
    let mut book = ListBook::new();
    take(&mut book, "2024-01-01", &many).unwrap();
    let error = take(&mut book, "2024-02-01", &many[..29]).unwrap_err().to_string();
    assert!(
        error.contains("11 of 40 addresses") && error.contains("--accept-shrinking"),
        "{error}"
    );
    assert!(take(&mut book, "2024-02-01", &[]).is_err());
    let others: Vec<(u32, &str)> = (101..=140).map(|number| (number, "x")).collect();
    assert!(take(&mut book, "2024-02-01", &others).is_err());
    assert_eq!(book.status()[0].addresses, 40);
    // One of four fewer is what delistings look like.
    take(&mut book, "2024-02-01", &many[..30]).unwrap();
    let (text, file) = own(&[]);
    let empty = edition("2024-03-01", &text);
    let diff = book.update(&id("own"), &empty, &[file], Shrinking::Accepted).unwrap();
    assert_eq!(diff.removed.len(), 30);
    assert_eq!(again(&book).listings().count(), 40, "nothing stored is lost");
}

/// Addresses by asset, a file each.
fn by_asset(assets: &[(&str, &str)]) -> (String, Vec<ListFile>) {
    let read = |(asset, address): &(&str, &str)| {
        let name = format!("sanctioned_addresses_{asset}.txt");
        read_list(&name, address.as_bytes(), &NoIncludes).unwrap()
    };
    (format!("{assets:?}"), assets.iter().map(read).collect())
}

#[test]
fn a_missing_file_delists_nobody() {
    let ethers: String = (1..40).map(|number| format!("0x{number:040x}\n")).collect();
    let ether = ("ETH", ethers.as_str());
    let litecoin = ("LTC", "LNf2JDiuunBz7GMDKFYHN4rq5meXWxiwfb");
    // The same address in a file of its own: another currency of a chain that stays.
    let token = ("USDC", "0x983a81ca6FB1e441266D2FbcB7D8E530AC2E05A2");
    let mut book = ListBook::new();
    let mut take = |day: &str, assets: &[(&str, &str)], shrinking| {
        let (text, files) = by_asset(assets);
        book.update(&id("ofac-addresses"), &edition(day, &text), &files, shrinking)
    };
    take("2024-01-01", &[ether, litecoin, token], Shrinking::default()).unwrap();
    for (rest, what) in [([ether, token], "other:ltc"), ([ether, litecoin], "the currency USDC")] {
        let error = take("2024-02-01", &rest, Shrinking::default()).unwrap_err().to_string();
        assert!(error.contains(what) && error.contains("--accept-shrinking"), "{error}");
    }
    let diff = take("2024-02-01", &[ether, token], Shrinking::Accepted).unwrap();
    assert_eq!(diff.removed.len(), 1);
}

const EU: &str = r#"<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="DATE">
<sanctionEntity designationDate="2023-05-01" euReferenceNumber="EU.1.1" logicalId="1">
<subjectType code="enterprise"/><nameAlias wholeName="INVENTED ONE"/>
<remark>ETH wallet 0x1111111111111111111111111111111111111111REST</remark></sanctionEntity>MORE</export>"#;

fn eu(date: &str, rest: &str, more: &str) -> (String, ListFile) {
    let text = EU.replace("DATE", date).replace("REST", rest).replace("MORE", more);
    let file = read_list("eu.xml", text.as_bytes(), &NoIncludes).unwrap();
    (text, file)
}

#[test]
fn an_entry_that_says_since_when_it_is_listed_is_believed() {
    let mut book = ListBook::new();
    let (text, file) = eu("2024-01-01", "", "");
    let list = id("eu-fsf");
    book.update(&list, &edition("2024-01-01", &text), &[file], Shrinking::default()).unwrap();
    // An address that comes to a known entry is dated by its edition, a new entry by itself.
    let new = "<sanctionEntity designationDate=\"2024-01-15\" euReferenceNumber=\"EU.2.2\">\
               <nameAlias wholeName=\"INVENTED TWO\"/><remark>wallet \
               0x3333333333333333333333333333333333333333</remark></sanctionEntity>";
    let rest = ", 0x2222222222222222222222222222222222222222";
    let (text, file) = eu("2024-02-01", rest, new);
    let diff =
        book.update(&list, &edition("2024-02-01", &text), &[file], Shrinking::default()).unwrap();
    assert_eq!(diff.entities_added, ["INVENTED TWO"]);
    let book = again(&book);
    let since: Vec<String> =
        book.listings().map(|listing| listing.added.unwrap().to_date()).collect();
    assert_eq!(since, ["2023-05-01", "2024-02-01", "2024-01-15"]);
    assert_eq!(book.entries().count(), 2);
}

#[test]
fn another_publishers_list_is_refused() {
    let mut book = ListBook::new();
    let (text, file) = eu("2024-01-01", "", "");
    let list = id("eu-fsf");
    book.update(&list, &edition("2024-01-01", &text), &[file], Shrinking::default()).unwrap();
    let (text, file) = own(&[(1, "a")]);
    let error = book.update(&list, &edition("2024-02-01", &text), &[file], Shrinking::Accepted);
    assert!(error.unwrap_err().to_string().contains("--list"));
}

#[test]
fn a_file_that_was_cut_or_changed_is_told() {
    let mut book = ListBook::new();
    take(&mut book, "2024-01-01", &[(1, "a"), (2, "b")]).unwrap();
    let (name, bytes) = book.file_of(&id("own")).unwrap();
    let read = |bytes: &[u8]| ListBook::from_files([(name.as_str(), bytes)]);
    assert!(read(&bytes).is_ok());
    for end in 0..bytes.len() {
        assert!(read(&bytes[..end]).is_err(), "cut at {end}");
    }
    for at in (0..bytes.len()).step_by(7) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        assert!(read(&changed).is_err(), "changed at {at}");
    }
    let renamed = ListBook::from_files([("other.jsonl", bytes.as_slice())]).unwrap_err();
    assert!(renamed.to_string().contains("the list `own`"), "{renamed}");
    assert_eq!(ListBook::from_files([("notes.txt", &b"x"[..])]).unwrap().lists().count(), 0);
}

/// What stands on each day, by the editions alone.
fn naive(editions: &[Vec<u8>], day: usize) -> Vec<u8> {
    let mut standing = editions.get(day).cloned().unwrap_or_default();
    standing.sort_unstable();
    standing.dedup();
    standing
}

proptest! {
    #[test]
    fn as_of_any_day_the_book_says_what_the_edition_of_the_day_said(
        editions in prop::collection::vec(prop::collection::vec(1_u8..12, 1..8), 1..8),
    ) {
        let mut book = ListBook::new();
        for (at, numbers) in editions.iter().enumerate() {
            let rows: Vec<(u32, &str)> =
                numbers.iter().map(|number| (u32::from(*number), "x")).collect();
            let (text, file) = own(&rows);
            // The same content twice is known; a remark keeps editions apart.
            let edition = edition(&format!("2024-01-{:02}", at + 1), &format!("{text}{at}"));
            book.update(&id("own"), &edition, &[file], Shrinking::Accepted).unwrap();
        }
        let book = again(&book);
        for at in 0..editions.len() {
            let time = Some(day(&format!("2024-01-{:02}", at + 1)));
            let stands = book.listings().filter(|listing| listing.stands_at(time));
            let mut found: Vec<u8> = stands
                .map(|listing| {
                    let text = listing.account.address_in_files();
                    u8::from_str_radix(&text[text.len() - 2..], 16).unwrap()
                })
                .collect();
            found.sort_unstable();
            assert_eq!(found, naive(&editions, at), "on day {at}");
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = ListBook::from_files([("own.jsonl", bytes.as_slice())]);
    }
}

#[test]
fn an_own_list_without_categories_is_not_passed_over() {
    let text = format!(
        "address,name,chain\n0x{:040x},Alice,ETH\n0x{:040x},phishing kit,ETH\n0x{:040x},,ETH\n",
        1, 2, 3
    );
    let file = read_list("own.csv", text.as_bytes(), &NoIncludes).unwrap();
    let mut book = ListBook::new();
    let edition = edition("2024-01-01", &text);
    book.update(&id("own"), &edition, &[file], Shrinking::default()).unwrap();
    let of = |number: &str| {
        let mut listings = book.listings();
        let found = listings.find(|one| one.account.address_in_files().ends_with(number));
        found.unwrap().category
    };
    assert_eq!(of("01"), Category::Custom);
    assert_eq!(of("02"), Category::Scam);
    assert_eq!(of("03"), Category::BlackList);
}

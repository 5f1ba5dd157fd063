//! `lists update`, `status` and `show`, on invented lists.

use std::path::Path;

use tempfile::TempDir;

use crate::server::{Reply, Server};
use crate::support::{BAD_DATA, DONE, Said, UNAVAILABLE, USAGE, command, said};

/// A list of the United Nations in its published shape; entries are invented.
fn list(date: &str, wallets: &[&str]) -> String {
    let mut text = format!("<CONSOLIDATED_LIST dateGenerated=\"{date}T00:00:00Z\"><ENTITIES>");
    for (number, wallet) in wallets.iter().enumerate() {
        text.push_str(&format!(
            "<ENTITY><REFERENCE_NUMBER>XXe.{wallet}{number}</REFERENCE_NUMBER>\
             <FIRST_NAME>INVENTED {wallet}</FIRST_NAME>\
             <COMMENTS1>ETH wallet 0x{}</COMMENTS1></ENTITY>",
            wallet.repeat(40)
        ));
    }
    text + "</ENTITIES></CONSOLIDATED_LIST>"
}

fn update(folder: &Path, more: &[&str]) -> Said {
    let lists = folder.join("lists");
    said(command().current_dir(folder).args(["lists", "update", "--lists"]).arg(lists).args(more))
}

fn show(folder: &Path, more: &[&str]) -> Said {
    let lists = folder.join("lists");
    said(command().args(["lists"]).args(more).arg("--lists").arg(lists))
}

#[test]
fn editions_are_taken_up_and_told_apart() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path();
    std::fs::write(folder.join("a.xml"), list("2024-01-01", &["1", "2"])).unwrap();
    std::fs::write(folder.join("b.xml"), list("2024-02-01", &["1", "3"])).unwrap();
    update(folder, &["a.xml"])
        .ended(DONE)
        .answers("un-sc: edition of 2024-01-01")
        .answers("+ 2024-01-01  eip155:1:0x1111111111111111111111111111111111111111  INVENTED 1");
    let first = std::fs::read(folder.join("lists/un-sc.jsonl")).unwrap();
    update(folder, &["a.xml"]).ended(DONE).answers("nothing changed");
    assert_eq!(std::fs::read(folder.join("lists/un-sc.jsonl")).unwrap(), first);
    let diff = update(folder, &["b.xml", "--json"]).ended(DONE).json();
    let told = &diff["lists"][0];
    assert_eq!(told["added"][0]["label"], "INVENTED 3");
    assert_eq!(told["removed"][0]["label"], "INVENTED 2");
    assert_eq!((told["unchanged"].as_u64(), told["known"].as_bool()), (Some(1), Some(false)));
    std::fs::write(folder.join("c.xml"), list("2023-12-01", &["1", "2"])).unwrap();
    update(folder, &["c.xml"]).ended(BAD_DATA).explains("older than that of 2024-02-01");

    let status = show(folder, &["status", "--json"]).ended(DONE).json();
    assert_eq!(status["lists"][0]["addresses"], 2);
    assert_eq!(status["lists"][0]["removed"], 1);
    let then = show(folder, &["show", "un-sc", "--as-of", "2024-01-15"]).ended(DONE);
    assert!(then.stdout.contains("INVENTED 2") && !then.stdout.contains("INVENTED 3"));
    show(folder, &["show", "zebra"]).ended(USAGE).explains("it holds un-sc");
}

#[test]
fn a_list_that_shrinks_is_taken_up_only_where_it_is_accepted() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path();
    let many = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "a"];
    std::fs::write(folder.join("a.xml"), list("2024-01-01", &many)).unwrap();
    std::fs::write(folder.join("b.xml"), list("2024-02-01", &many[..5])).unwrap();
    update(folder, &["a.xml"]).ended(DONE);
    let refused = update(folder, &["b.xml"]).ended(BAD_DATA);
    refused.explains("5 of 10 addresses disappear").explains("--accept-shrinking");
    update(folder, &["b.xml", "--accept-shrinking"]).ended(DONE).answers("5 removed");
}

#[test]
fn a_book_that_was_changed_by_hand_answers_nothing() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path();
    std::fs::write(folder.join("a.xml"), list("2024-01-01", &["1", "2"])).unwrap();
    update(folder, &["a.xml"]).ended(DONE);
    let path = folder.join("lists/un-sc.jsonl");
    let text = std::fs::read_to_string(&path).unwrap().replace("INVENTED 2", "INVENTED 9");
    std::fs::write(&path, text).unwrap();
    show(folder, &["status"]).ended(BAD_DATA).explains("not as it was written");
    update(folder, &["a.xml"]).ended(BAD_DATA);
}

#[test]
fn only_the_host_of_a_url_is_asked_and_what_is_no_list_is_refused() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path();
    let text = list("2024-01-01", &["1"]);
    let server = Server::start(move |asked| {
        assert!(asked.target.starts_with("/consolidated.xml"));
        Reply::status(200, text.clone())
    });
    let url = format!("{}/consolidated.xml?key=secret", server.url());
    let said = update(folder, &[&url]).ended(DONE).answers("1 addresses added");
    assert!(!said.stdout.contains("secret") && !said.stderr.contains("secret"));
    let file = std::fs::read_to_string(folder.join("lists/un-sc.jsonl")).unwrap();
    assert!(!file.contains("secret"), "{file}");
    std::fs::write(folder.join("page.xml"), "<html></html>").unwrap();
    update(folder, &["page.xml"]).ended(BAD_DATA).explains("HTML");
    update(folder, &["absent.xml"]).ended(UNAVAILABLE);
    std::fs::write(folder.join("own.csv"), "address,label,category,source\n").unwrap();
    update(folder, &["own.csv"]).ended(USAGE).explains("--list");
}

#[test]
fn two_editions_named_together_are_taken_up_one_after_the_other() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path();
    std::fs::write(folder.join("new.xml"), list("2024-02-01", &["1", "3"])).unwrap();
    std::fs::write(folder.join("old.xml"), list("2024-01-01", &["1", "2"])).unwrap();
    let diff = update(folder, &["new.xml", "old.xml", "--json"]).ended(DONE).json();
    assert_eq!(diff["lists"][0]["edition"], "2024-01-01");
    assert_eq!(diff["lists"][1]["removed"][0]["label"], "INVENTED 2");
    let status = show(folder, &["status", "--json"]).ended(DONE).json();
    assert_eq!(status["lists"][0]["addresses"], 2);
    update(folder, &["new.xml", "old.xml", "--edition", "2024-03-01"])
        .ended(USAGE)
        .explains("the files state different days (2024-01-01, 2024-02-01)");
}

#[test]
fn lists_of_ones_own_have_many_forms() {
    const ETHER: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";
    const LITE: &str = "LNf2JDiuunBz7GMDKFYHN4rq5meXWxiwfb";
    let parent = TempDir::new().unwrap();
    let folder = parent.path();
    for (name, text) in [
        ("blocked.txt", format!("# ours\n{ETHER}\n{LITE}\n")),
        ("blocked.json", format!("[\"{ETHER}\", \"{LITE}\"]")),
        (
            "records.json",
            format!("[{{\"address\":\"{ETHER}\",\"chain\":\"ETH\"}},{{\"address\":\"{LITE}\"}}]"),
        ),
        ("bare.csv", format!("address\n{ETHER}\n{LITE}\n")),
        ("more.csv", format!("address;name;colour\n{ETHER};x;red\n{LITE};y;blue\n")),
        ("sanctioned_addresses_ETH.txt", format!("{ETHER}\n{LITE}\n")),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
        let id = format!("my-{}", name.split(['.', '_']).next().unwrap());
        let diff = update(folder, &[name, "--list", &id, "--json", "--accept-shrinking"]);
        let diff = diff.ended(DONE).json();
        let of_list = &diff["lists"][0];
        let known = of_list["added"].as_array().unwrap().len()
            + of_list["changed"].as_array().unwrap().len()
            + usize::try_from(of_list["unchanged"].as_u64().unwrap()).unwrap();
        assert_eq!(known, 2, "{name}: {diff}");
        for (option, address) in [("--lists", ETHER), ("--tags", LITE)] {
            let answer = said(
                command().current_dir(folder).args(["screen", address, option, name, "--json"]),
            );
            assert_eq!(answer.ended(DONE).json()["status"], "hit", "{name} {option}");
        }
    }
    let text = std::fs::read_to_string(folder.join("lists/my-sanctioned.jsonl")).unwrap();
    assert!(!text.contains("Treasury") && text.contains("sanctioned_addresses_ETH.txt"), "{text}");
}

#[test]
fn the_european_list_is_read_as_a_table_too() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path();
    let text = "\u{feff}fileGenerationDate;Entity_LogicalId;Entity_EU_ReferenceNumber;Entity_Remark;\
        Entity_SubjectType;NameAlias_WholeName\n\
        15/07/2024;1;EU.1.11;Wallet: 0x098b716b8aaf21512996dc57eb0615e2383e2f96;enterprise;INVENTED\n\
        15/07/2024;1;EU.1.11;Wallet: 0x098b716b8aaf21512996dc57eb0615e2383e2f96;enterprise;OTHER\n";
    std::fs::write(folder.join("eu.csv"), text).unwrap();
    update(folder, &["eu.csv"])
        .ended(DONE)
        .answers("eu-fsf: edition of 2024-07-15")
        .answers("INVENTED (EU.1.11)");
    std::fs::write(folder.join("x.csv"), "a,b\n1,2\n").unwrap();
    update(folder, &["x.csv"]).ended(BAD_DATA).explains("tables with a column `address`");
}

use super::read;
use crate::defects::DefectReason;
use crate::include::{FolderIncludes, NoIncludes};
use crate::reading::Reading;

const RONIN: &str = "0x098B716B8Aaf21512996dC57EB0615e2383E2f96";

fn pack(yaml: &str) -> Reading {
    read("pack.yaml", yaml.as_bytes(), &NoIncludes).unwrap()
}

fn refusal(yaml: &str) -> String {
    read("pack.yaml", yaml.as_bytes(), &NoIncludes).unwrap_err().to_string()
}

#[test]
fn tags_inherit_from_the_header() {
    let reading = pack(&format!(
        "title: T\ncreator: C\nconfidence: authority_data\nlastmod: 2023-08-28\n\
         source: https://example.org/a\nlabel: Thief\nabuse: sanction\nactor: lazarusgroup\n\
         currency: ETH\nconcepts:\n- user\ntags:\n- address: '{RONIN}'\n\
         - address: '{RONIN}'\n  label: 42\n  category: exchange\n  concepts: [hot_wallet]\n\
         - tx_hash: '0x{}'\n",
        "ab".repeat(32)
    ));
    assert!(reading.defects.is_empty(), "{:?}", reading.defects);
    let [first, second, third] = reading.tags.as_slice() else { panic!() };
    assert_eq!(first.label, "Thief");
    assert_eq!(format!("{:?}", first.concepts), "[sanction, user]");
    assert_eq!(first.lastmod.unwrap().to_date(), "2023-08-28");
    assert_eq!(second.label, "42");
    assert_eq!(format!("{:?}", second.concepts), "[exchange, hot_wallet, sanction]");
    assert_eq!(second.confidence.level, 60);
    assert!(matches!(third.subject, hawkshaw_model::TagSubject::Transaction(_)));
}

#[test]
fn bad_tags_are_counted_and_the_rest_is_kept() {
    let wrong = RONIN.replace("098B", "098b");
    let reading = pack(&format!(
        "title: T\ncreator: C\nsource: s\nlabel: l\ntags:\n\
         - address: '{wrong}'\n  currency: ETH\n  confidence: forensic\n\
         - address: '{RONIN}'\n  currency: ETH\n\
         - address: '{RONIN}'\n  currency: ETH\n  confidence: gut\n  lastmod: soon\n\
         - address: '{RONIN}'\n  confidence: forensic\n\
         - currency: ETH\n  confidence: forensic\n\
         - address: '{RONIN}'\n  currency: ETH\n  confidence: forensic\n  zebra: 1\n  \
           category: zebra\n"
    ));
    // A wrong capital loses no address.
    assert_eq!(reading.tags.len(), 4);
    assert_eq!(reading.tags[0].subject, reading.tags[1].subject);
    assert_eq!(reading.tags[1].confidence.level, 5);
    let listed: Vec<_> = reading
        .defects
        .iter()
        .map(|(reason, count, examples)| (reason.name(), count, examples[0].line))
        .collect();
    assert_eq!(
        listed,
        [
            ("wrong-checksum", 1, 6),
            ("field-missing", 1, 17),
            ("confidence-missing", 1, 9),
            ("confidence-unknown", 1, 11),
            ("unknown-concept", 1, 19),
            ("unknown-network", 1, 15),
            ("bad-date", 1, 11),
            ("unknown-field", 1, 19),
        ]
    );
}

#[test]
fn an_include_reads_in_its_own_folder_only() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("packs");
    std::fs::create_dir(&inside).unwrap();
    let header = "title: T\ncreator: C\nlabel: from header\nsource: s\ncurrency: ETH\n\
                  confidence: forensic\n";
    std::fs::write(inside.join("header.yaml"), header).unwrap();
    std::fs::write(folder.path().join("secret.yaml"), header).unwrap();
    std::fs::write(inside.join("nested.yaml"), "header: !include header.yaml\n").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret.yaml", inside.join("link.yaml")).unwrap();
    let includes = FolderIncludes::new(&inside);
    let with = |path: &str| {
        let yaml = format!("header: !include {path}\ntags:\n- address: '{RONIN}'\n");
        read("pack.yaml", yaml.as_bytes(), &includes).map(|reading| reading.tags.len())
    };
    assert_eq!(with("header.yaml").unwrap(), 1);
    assert_eq!(with("./header.yaml").unwrap(), 1);
    let absolute = folder.path().join("secret.yaml");
    for (path, reason) in [
        ("../secret.yaml", "leaves the folder"),
        (absolute.to_str().unwrap(), "leaves the folder"),
        ("sub/../../secret.yaml", "leaves the folder"),
        ("absent.yaml", "refused"),
        ("nested.yaml", "neither tags nor includes"),
        ("'.'", "no ordinary file"),
        #[cfg(unix)]
        ("link.yaml", "by a link"),
    ] {
        let error = with(path).unwrap_err().to_string();
        assert!(error.contains(reason), "{path}: {error}");
    }
    assert!(refusal("header: !include header.yaml\ntags: []\n").contains("no folder"));
    assert!(refusal("header: header.yaml\ntags: []\n").contains("neither"));
    assert!(refusal("header: !run header.yaml\ntags: []\n").contains("!run"));
}

#[test]
fn an_inline_header_is_a_header() {
    let reading = pack(&format!(
        "header:\n  creator: C\n  label: l\n  source: s\n  currency: ETH\n  \
         confidence: forensic\ntags:\n- address: '{RONIN}'\n"
    ));
    assert_eq!(reading.tags.len(), 1);
    assert!(reading.defects.is_empty(), "{:?}", reading.defects);
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    bomb.push_str("tags: *a9\n");
    assert!(refusal(&bomb).starts_with("pack.yaml:"));
}

#[test]
fn deep_nesting_and_doubled_keys_are_refused() {
    for open in ["[", "{a: "] {
        assert!(refusal(&format!("tags: {}", open.repeat(10_000))).contains("pack.yaml:"));
    }
    let doubled = refusal("title: a\ntitle: b\ntags: []\n");
    assert!(doubled.starts_with("pack.yaml:2:"), "{doubled}");
    assert!(refusal("title: \u{1b}\ntags: {").contains("pack.yaml:"));
    assert!(refusal("tags: 5\n").contains("pack.yaml:1:"));
}

#[test]
fn a_label_of_ten_megabytes_is_cut() {
    let label = "<script>".repeat(1_310_720);
    let reading = pack(&format!(
        "creator: C\nsource: s\ncurrency: ETH\nconfidence: forensic\ntags:\n\
         - address: '{RONIN}'\n  label: '{label}'\n"
    ));
    assert_eq!(reading.tags[0].label.chars().count(), 10_000);
    assert_eq!(reading.defects.count(DefectReason::TextCut), 1);
}

#[test]
fn a_stablecoin_is_placed_by_the_form_of_its_address() {
    let reading = pack(
        "creator: C\nsource: s\nlabel: l\ncurrency: USDT\nconfidence: forensic\ntags:\n\
         - address: TEAqwfMhXLaomXhZ8KeMhx3njGmQEDnsUR\n\
         - address: 16iWn2J1McqjToYLHSsAyS6En3QA8YQ91H\n\
         - address: '0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff'\n\
         - address: '0x19aa5fe80d33a56d56c78e82ea5e50e5d80b4dff'\n  network: BSC\n",
    );
    let chains: Vec<_> = reading
        .tags
        .iter()
        .map(|tag| match &tag.subject {
            hawkshaw_model::TagSubject::Account(account) => account.chain().name().to_owned(),
            hawkshaw_model::TagSubject::Transaction(_) => String::new(),
        })
        .collect();
    assert_eq!(chains, ["Tron", "Bitcoin", "Ethereum", "BNB Smart Chain"]);
}

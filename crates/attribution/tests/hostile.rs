//! Bytes from strangers: no reader panics, whatever it is given.

use hawkshaw_attribution::{Includes, TagIndex};
use proptest::prelude::{any, prop, proptest};

/// Gives every include the same bytes.
struct Always(Vec<u8>);

impl Includes for Always {
    fn read(&self, _path: &str) -> Result<Vec<u8>, String> {
        Ok(self.0.clone())
    }
}

/// Beginnings that lead into every reader.
const HEADS: [&str; 11] = [
    "",
    "title: T\ncreator: C\ncurrency: ETH\nlabel: l\nsource: s\ntags:\n- address: ",
    "header: !include a\ntags: ",
    "title: T\nactors:\n- id: ",
    "[\"",
    "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h\n",
    "36,\"A\",-0- ,4,5,6,7,8,9,10,11,\"Digital Currency Address - ",
    "<Sanctions><DateOfIssue><Year>",
    "<Sanctions><FeatureType ID=\"1\">Digital Currency Address - XBT</FeatureType><DistinctParty \
     FixedRef=\"1\"><Feature FeatureTypeID=\"1\"><VersionDetail>",
    "address,label,category,source,chain,lastmod\n",
    "{\"schema\":\"hawkshaw.tags/1\"}\n{\"tag\":{\"account\":\"eip155:1:",
];

fn feed(name: &str, bytes: &[u8], beside: &[u8]) {
    let mut index = TagIndex::new();
    let _ = index.add_file(name, bytes, &Always(beside.to_vec()));
    let accounts: Vec<_> = index.accounts().cloned().collect();
    for account in accounts {
        let _ = (index.stop(&account), index.name_of(&account), index.conflicts(&account));
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(
        head in prop::sample::select(&HEADS[..]),
        tail in prop::collection::vec(any::<u8>(), 0..300),
        beside in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let bytes = [head.as_bytes(), &tail].concat();
        feed("sanctioned_addresses_USDT.txt", &bytes, &beside);
    }

    #[test]
    fn arbitrary_text_never_panics(
        head in prop::sample::select(&HEADS[..]),
        tail in "[a-z0-9x:,;'\"{}\\[\\]<>&*!#|>/=\\- \n\u{1b}\u{202e}é]{0,200}",
        beside in "[a-z:!&* \n\\-]{0,60}",
    ) {
        feed("a", format!("{head}{tail}").as_bytes(), beside.as_bytes());
    }
}

#[test]
fn many_anchors_and_aliases_are_bounded() {
    let anchors: String = (0..100_000).map(|n| format!("k{n}: &a{n} x\n")).collect();
    feed("a.yaml", format!("{anchors}tags: []\n").as_bytes(), b"");
    let bomb = format!("a: &a [{}]\ntags: [{}]\n", "x,".repeat(50_000), "*a,".repeat(50_000));
    let error = TagIndex::new().add_file("a.yaml", bomb.as_bytes(), &Always(Vec::new()));
    assert!(error.is_err());
}

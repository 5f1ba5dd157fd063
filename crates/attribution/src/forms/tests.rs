use hawkshaw_model::ChainId;
use proptest::prelude::{any, proptest};

use super::{Identity, Verdict, chains_of, identity, verdict};

fn chain(name: &str) -> ChainId {
    ChainId::other(name).unwrap()
}

/// One address in its notations, by chain. The pairs of Bitcoin Cash are of its specification
/// and of OFAC's list; those of XRP of XLS-5.
const SAME: [(&str, &[&str]); 9] = [
    (
        "bch",
        &[
            "18M8bJWMzWHDBMxoLqjHHAffdRy4SrzkfB",
            "qpgf0ztxq3mwfq6eg5versgfdzq9c3pwv5jsk6wnay",
            "bitcoincash:qpgf0ztxq3mwfq6eg5versgfdzq9c3pwv5jsk6wnay",
            "bitcoincash:QPGF0ZTXQ3MWFQ6EG5VERSGFDZQ9C3PWV5JSK6WNAY",
            "BITCOINCASH:QPGF0ZTXQ3MWFQ6EG5VERSGFDZQ9C3PWV5JSK6WNAY",
            "QPGF0ZTXQ3MWFQ6EG5VERSGFDZQ9C3PWV5JSK6WNAY",
        ],
    ),
    ("bch", &["18Y8VPic2pZsvyLaYVdSLQdCuT2nAJJ3hd", "qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq"]),
    (
        "bch",
        &[
            "3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC",
            "bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq",
        ],
    ),
    (
        "bch",
        &[
            "1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu",
            "bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a",
        ],
    ),
    (
        "ltc",
        &[
            "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9",
            "LTC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KGMN4N9",
        ],
    ),
    (
        "ton",
        &[
            "EQD2NmD_lH5f5u1Kj3KfGyTvhZSX0Eg6qp2a5IQUKXxOG21n",
            "UQD2NmD_lH5f5u1Kj3KfGyTvhZSX0Eg6qp2a5IQUKXxOGzCi",
            "EQD2NmD/lH5f5u1Kj3KfGyTvhZSX0Eg6qp2a5IQUKXxOG21n",
            "0:f63660ff947e5fe6ed4a8f729f1b24ef859497d0483aaa9d9ae48414297c4e1b",
            "0:F63660FF947E5FE6ED4A8F729F1B24EF859497D0483AAA9D9AE48414297C4E1B",
        ],
    ),
    (
        "xrp",
        &["rGWrZyQqhTp9Xu7G5Pkayo7bXjH4k4QYpf", "XVLhHMPHU98es4dbozjVtdWzVrDjtV1kAsixQTdMjbWi39u"],
    ),
    ("apt", &["0x1", "0X01", "0x0000000000000000000000000000000000000000000000000000000000000001"]),
    (
        "klay-testing",
        &[
            "0x098B716B8Aaf21512996dC57EB0615e2383E2f96",
            "0X098B716B8AAF21512996DC57EB0615E2383E2F96",
            "098b716b8aaf21512996dc57eb0615e2383e2f96",
            "xdc098b716b8aaf21512996dc57eb0615e2383e2f96",
            "XDC098B716B8AAF21512996DC57EB0615E2383E2F96",
        ],
    ),
];

#[test]
fn one_address_has_one_identity_and_another_has_another() {
    let mut all = Vec::new();
    for (name, texts) in SAME {
        let chain = chain(name);
        let first = identity(&chain, texts[0]);
        for text in texts {
            assert_eq!(identity(&chain, text), first, "{text}");
            if name != "klay-testing" {
                assert_eq!(verdict(&chain, text), Verdict::Right, "{text}");
            }
        }
        assert!(!all.contains(&first), "{first:?}");
        all.push(first);
    }
}

#[test]
fn scripts_of_litecoin_have_two_beginnings() {
    let ltc = chain("ltc");
    let old = "32m72D2HEycRqfBkaazZcuVpLWq9k3sYdt";
    let Identity::Here(new) = identity(&ltc, old) else { panic!("{old}") };
    assert!(new.starts_with('M'), "{new}");
    assert_eq!(identity(&ltc, &new), identity(&ltc, old));
    assert_eq!(verdict(&ltc, &new), Verdict::Right);
}

#[test]
fn what_is_no_address_of_a_known_chain_is_told() {
    for (name, text) in [
        ("ltc", "hello"),
        ("ltc", "LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH8"),
        ("ltc", "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n8"),
        ("ltc", "0x098b716b8aaf21512996dc57eb0615e2383e2f96"),
        ("ltc", "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"),
        ("bch", "qpgf0ztxq3mwfq6eg5versgfdzq9c3pwv5jsk6wnaz"),
        ("bch", "hello"),
        ("xrp", "rDsbeomae4FXwgQTJp9Rs64Qg9vDiTCdBw"),
        ("zec", "t1VrN6NXPQiRzRWpJQ8JvyiGTPzXPiSsqmz"),
        ("xmr", "hello"),
        ("sol", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyT"),
        ("ton", "EQD2NmD_lH5f5u1Kj3KfGyTvhZSX0Eg6qp2a5IQUKXxOG21m"),
        ("sol", "7xkxtg2cw87d97txjsdpbd5jbkhetqa83tzrujosgasu"),
        ("xlm", "GBRPYHIL2CI3FNQ4BXLFMNDLFJUNPU2HY3ZMFSHONUCEOASW7QC7OX2J"),
        ("atom", "cosmos1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnrk363f"),
        ("ada", "hello"),
        ("sui", "hello"),
        ("some-new-chain", "hello"),
        ("xmr", &"4".repeat(95)),
    ] {
        let found = verdict(&chain(name), text);
        assert!(matches!(found, Verdict::Wrong(_)), "{text} on {name}: {found:?}");
    }
}

#[test]
fn addresses_of_many_chains_are_right() {
    for (name, text) in [
        (
            "xmr",
            "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A",
        ),
        ("xlm", "GBRPYHIL2CI3FNQ4BXLFMNDLFJUNPU2HY3ZMFSHONUCEOASW7QC7OX2H"),
        ("sol", "EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"),
        ("doge", "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"),
        ("near", "alice.near"),
        ("eos", "binancecleos"),
        ("hbar", "0.0.1234"),
    ] {
        assert_eq!(verdict(&chain(name), text), Verdict::Right, "{text}");
    }
    assert_eq!(verdict(&chain("vsys"), "AR6Zm8XK3TSGCjjQ1VNsNHCGnWLvG1Hbvzz"), Verdict::Plausible);
}

#[test]
fn forms_tell_chains() {
    for (text, name) in [
        ("EQD2NmD_lH5f5u1Kj3KfGyTvhZSX0Eg6qp2a5IQUKXxOG21n", "other:ton"),
        ("ecash:qpuqempp9cv9u00jht2yvhhelmtudpvp6q680ygtfe", "other:xec"),
        ("CERTIK1AZXDH422FNX4DF78XSK3J4VSZ2WL224WT5TFWD", "other:certik"),
        ("COSMOS1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNRK363E", "other:atom"),
    ] {
        match chains_of(text) {
            Ok(found) => assert_eq!(found[0].as_str(), name, "{text}"),
            Err(reason) => panic!("{text}: {reason}"),
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), short in "[a-zA-Z0-9:+/_.-]{0,120}") {
        for text in [text, short] {
            let _ = chains_of(&text);
            for name in ["bch", "ltc", "xrp", "xmr", "ton", "xlm", "dot", "apt", "near", "x"] {
                let _ = verdict(&chain(name), &text);
                let _ = identity(&chain(name), &text);
            }
        }
    }
}

//! One address in all its notations.

use hawkshaw_model::ChainId;
use proptest::prelude::{any, proptest};

use super::{Undecoded, read};
use crate::shapes::Shapes;

/// Chains on which addresses are listed that look like these.
fn listed(chains: &[(&str, &str)]) -> Undecoded {
    let listed = chains.iter().map(|(chain, address)| {
        let mut shapes = Shapes::default();
        shapes.add(address);
        (chain.parse().unwrap(), shapes)
    });
    listed.collect()
}

fn accounts(text: &str) -> Result<Vec<String>, String> {
    let reading = read(text, None, &Undecoded::new())?;
    assert!(!reading.accounts.is_empty());
    Ok(reading.accounts.iter().map(ToString::to_string).collect())
}

const RONIN: &str = "eip155:1:0x098b716b8aaf21512996dc57eb0615e2383e2f96";

#[test]
fn an_evm_address_has_many_spellings() {
    for text in [
        "0x098B716B8Aaf21512996dC57EB0615e2383E2f96",
        "0x098b716b8aaf21512996dc57eb0615e2383e2f96",
        "0x098B716B8AAF21512996DC57EB0615E2383E2F96",
        "0X098B716B8AAF21512996DC57EB0615E2383E2F96",
        "0X098B716B8Aaf21512996dC57EB0615e2383E2f96",
        "098b716b8aaf21512996dc57eb0615e2383e2f96",
        "  \u{feff}0x098B716B8Aaf21512996dC57EB0615e2383E2f96\u{200b}\r\n",
        "eip155:1:0x098B716B8Aaf21512996dC57EB0615e2383E2f96",
        "EIP155:1:0X098B716B8AAF21512996DC57EB0615E2383E2F96",
        "ethereum:0x098B716B8Aaf21512996dC57EB0615e2383E2f96?value=1",
        "ethereum:pay-0x098B716B8Aaf21512996dC57EB0615e2383E2f96@1",
    ] {
        assert_eq!(accounts(text).unwrap(), [RONIN], "{text}");
    }
    let wrong = read("0x098b716B8Aaf21512996dC57EB0615e2383E2f96", None, &Undecoded::new());
    let wrong = wrong.unwrap();
    assert_eq!(wrong.accounts[0].to_string(), RONIN);
    assert!(wrong.notes[0].contains("checksum"), "{:?}", wrong.notes);
    assert_eq!(
        accounts("ronin:098b716b8aaf21512996dc57eb0615e2383e2f96").unwrap(),
        ["eip155:2020:0x098b716b8aaf21512996dc57eb0615e2383e2f96"]
    );
    let xdc = accounts("xdc098b716b8aaf21512996dc57eb0615e2383e2f96").unwrap();
    assert_eq!(xdc, ["eip155:50:0x098b716b8aaf21512996dc57eb0615e2383e2f96"]);
}

#[test]
fn bitcoin_and_tron_addresses_have_several() {
    let bitcoin = "bip122:000000000019d6689c085ae165831e93";
    let segwit = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
    for text in [
        segwit,
        &segwit.to_uppercase(),
        &format!("bitcoin:{segwit}?amount=1.2"),
        &format!("BITCOIN:{}", segwit.to_uppercase()),
        &format!("{bitcoin}:{segwit}"),
    ] {
        assert_eq!(accounts(text).unwrap(), [format!("{bitcoin}:{segwit}")], "{text}");
    }
    let tron = "tron:0x2b6653dc:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t";
    for text in [
        "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t",
        "41a614f803b6fd780986a42c78ec9c7f77e6ded13c",
        "0x41a614f803b6fd780986a42c78ec9c7f77e6ded13c",
        "0X41A614F803B6FD780986A42C78EC9C7F77E6DED13C",
        "tron:0xa614f803b6fd780986a42c78ec9c7f77e6ded13c",
        tron,
    ] {
        assert_eq!(accounts(text).unwrap(), [tron], "{text}");
    }
    let testnet = accounts("tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx").unwrap();
    assert!(testnet[0].starts_with("bip122:000000000933ea01ad0ee984209779ba:"), "{testnet:?}");
}

#[test]
fn other_chains_are_known_by_form() {
    for (text, chain) in [
        ("LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9", "other:ltc"),
        ("ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9", "other:ltc"),
        ("LTC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KGMN4N9", "other:ltc"),
        ("DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L", "other:doge"),
        ("rDsbeomae4FXwgQTJp9Rs64Qg9vDiTCdBv", "other:xrp"),
        ("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "other:bch"),
        ("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a", "other:bch"),
        ("litecoin:LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9", "other:ltc"),
        ("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v", "other:sol"),
        (
            "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp:EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v",
            "other:sol",
        ),
    ] {
        match accounts(text) {
            Ok(found) => assert!(found[0].starts_with(chain), "{text}: {found:?}"),
            Err(reason) => panic!("{text}: {reason}"),
        }
    }
}

#[test]
fn what_is_no_address_says_why() {
    for (text, reason) in [
        ("", "empty"),
        (" \t", "empty"),
        ("hello", "no chain that is known"),
        ("0x12", "40 hex digits"),
        ("0x098b716b8aaf21512996dc57eb0615e2383e2f9g", "40 hex digits"),
        ("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "checksum"),
        ("TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6u", "checksum"),
        ("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "checksum"),
        ("nochain:0x098b716b8aaf21512996dc57eb0615e2383e2f96", "no chain"),
        ("0x098b716b8aaf21512996dc57eb0615e2383e2f96 x", "stands in no address"),
        ("0x098b716b8aaf21512996dc57eb0615e2383e2f9\u{430}", "stands in no address"),
        ("eip155:x:0x098b716b8aaf21512996dc57eb0615e2383e2f96", "chain"),
        (&"1".repeat(10_000), "long"),
    ] {
        let error = accounts(text).expect_err(text);
        assert!(error.contains(reason), "{text}: {error}");
    }
    let ethereum = ChainId::ethereum();
    let mismatch = read(
        "bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4",
        Some(&ethereum),
        &Undecoded::new(),
    );
    assert!(mismatch.unwrap().doubt.unwrap().contains("asked for"));
}

#[test]
fn a_prefix_that_several_chains_share_is_looked_up_on_all_of_them() {
    let text = "bitcoincash:qpnrayau0ax6qcwlxhdzp8kze5gfjwlznygdmdpwjv";
    let bsv: ChainId = "other:bsv".parse().unwrap();
    let ecash_text = "ecash:qpuqempp9cv9u00jht2yvhhelmtudpvp6q680ygtfe";
    let listed = self::listed(&[("other:bsv", text), ("other:xec", ecash_text)]);
    let kept = crate::AddressKey::of(&format!("other:bsv:{text}").parse().unwrap());
    for reading in [
        read(text, None, &listed),
        read(text, Some(&bsv), &listed),
        read(&format!("other:bsv:{text}"), None, &listed),
    ] {
        let accounts = reading.unwrap().accounts;
        assert!(accounts.iter().any(|account| crate::AddressKey::of(account) == kept));
    }
    let ecash = read(ecash_text, None, &listed).unwrap();
    assert!(ecash.doubt.is_none() && ecash.accounts[0].chain().as_str() == "other:xec");
    // A beginning that names no chain can be a part of an address.
    let listed = self::listed(&[("other:new", "newchain:12345abcdef12345abcdef")]);
    let reading = read("newchain:12345abcdef12345abcdef", None, &listed).unwrap();
    assert!(reading.doubt.is_some() && reading.accounts.len() == 1);
}

#[test]
fn an_unknown_form_counts_where_something_is_listed() {
    let listed = self::listed(&[
        ("other:vsys", "AR6Zm8XK3TSGCjjQ1VNsNHCGnWLvG1Hbvzz"),
        ("other:xyz", "0x098b716b8aaf21512996dc57eb0615e2383e2f96"),
    ]);
    let reading = read("AR6Zm8XK3TSGCjjQ1VNsNHCGnWLvG1Hbvzz", None, &listed).unwrap();
    assert_eq!(reading.accounts[0].chain().as_str(), "other:vsys");
    assert!(reading.doubt.is_some());
    let hex = read("0X098B716B8AAF21512996DC57EB0615E2383E2F96", None, &listed).unwrap();
    let listed = "other:xyz:0x098b716b8aaf21512996dc57eb0615e2383e2f96".parse().unwrap();
    assert_eq!(crate::AddressKey::of(&hex.accounts[0]), crate::AddressKey::of(&listed));
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>(), short in "[a-zA-Z0-9:@?/ ]{0,60}") {
        let listed = self::listed(&[("other:ltc", "LVg2kJoFNg45Nbpy53h7Fe1wKyeXVRhMH9"), ("other:x", &text)]);
        for text in [text, short] {
            let _ = read(&text, None, &listed);
            let _ = read(&text, Some(&ChainId::tron()), &listed);
            let _ = read(&text, Some(&ChainId::ethereum()), &listed);
        }
    }
}

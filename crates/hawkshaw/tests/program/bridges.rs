//! Stolen value that leaves its chain, as the logs and memos of a case folder say.

use alloy_primitives::{hex, keccak256};
use serde_json::Value;

use crate::support::{DONE, EXCHANGE, SmallCase, THEFT, THIEF, case_toml, command, said};

/// A router of THORChain, and a vault that it hands ether on to.
const ROUTER: &str = "0xd37bbe5744d730a1d98d8dc97c42f0ca46ad7146";
const VAULT: &str = "0x00000000000000000000000000000000000a5a4d";
const DEPOSIT: &str = "0x00000000000000000000000000000000000000000000000000000000000000aa";
const EVENTS: &str = "chain,block_number,block_time,tx_index,event_index,tx_hash,emitter,topic0,\
                      topic1,topic2,topic3,data";
const OUTPUTS: &str = "chain,block_number,block_time,tx_index,tx_hash,side,leg_index,outpoint,\
                       address,amount";
const BITCOIN: &str = "bip122:000000000019d6689c085ae165831e93";
const RECEIVER: &str = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
const CASHED: &str = "bc1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3qccfmv3";

fn word(hex: &str) -> String {
    format!("{:0>64}", hex.trim_start_matches("0x"))
}

/// The log of a router for a deposit of an amount of ether, with a memo.
fn deposit(memo: &str, emitter: &str) -> String {
    let topic = keccak256("Deposit(address,address,uint256,string)");
    let padded = memo.len().next_multiple_of(32) * 2;
    let data = format!(
        "{}{}{}{:0<padded$}",
        word("64"),
        word("40"),
        word(&format!("{:x}", memo.len())),
        hex::encode(memo)
    );
    format!(
        "eip155:1,5,1700000060,0,9,{DEPOSIT},{emitter},{topic},0x{},0x{},,0x{data}",
        word(VAULT),
        word("0")
    )
}

/// 100 wei are stolen and swapped for 70 satoshi, of which 60 are spent.
fn case(emitter: &str, memo_out: &str) -> SmallCase {
    let case = SmallCase::new();
    case.write("case.toml", case_toml("small", THEFT));
    let eth = "eip155:1/slip44:60";
    let transfers = [
        crate::support::HEADER.to_owned(),
        format!("eip155:1,1,1700000012,0,0,{THEFT},native,{eth},{EXCHANGE},{THIEF},100"),
        format!("eip155:1,5,1700000060,0,0,{DEPOSIT},native,{eth},{THIEF},{ROUTER},100"),
        format!("eip155:1,5,1700000060,0,2,{DEPOSIT},internal,{eth},{ROUTER},{VAULT},100"),
    ];
    case.write("transfers.csv", transfers.join("\n") + "\n");
    let memo = format!("=:BTC.BTC:{RECEIVER}:0/1/0");
    case.write("events.csv", format!("{EVENTS}\n{}\n", deposit(&memo, emitter)));
    let leg = |block: u64, tx: u64, side: &str, index: u64, spends: &str, who: &str, sats: u64| {
        let time = 1_700_000_000 + block * 600;
        format!(
            "{BITCOIN},{block},{time},{},{tx:0>64},{side},{index},{spends},{who},{sats}",
            tx % 10
        )
    };
    let memo = format!("script:6a{:02x}{}", memo_out.len(), hex::encode(memo_out));
    let (fund, out) = (format!("{:0>64}:0", 10), format!("{:0>64}:0", 21));
    let vault = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
    let outputs = [
        OUTPUTS.to_owned(),
        leg(1, 10, "out", 0, "", vault, 900),
        leg(2, 20, "out", 0, "", vault, 1),
        leg(2, 21, "in", 0, &fund, vault, 900),
        leg(2, 21, "out", 0, "", RECEIVER, 70),
        leg(2, 21, "out", 1, "", vault, 820),
        leg(2, 21, "out", 2, "", &memo, 0),
        leg(3, 30, "out", 0, "", vault, 1),
        leg(3, 31, "in", 0, &out, RECEIVER, 70),
        leg(3, 31, "out", 0, "", CASHED, 60),
    ];
    case.write("outputs.csv", outputs.join("\n") + "\n");
    case
}

fn out_memo() -> String {
    format!("OUT:{}", DEPOSIT.trim_start_matches("0x").to_uppercase())
}

fn terminals(answer: &Value) -> Vec<String> {
    // Poison says of every place that value passed.
    let has_value = |t: &&Value| t["amounts"]["fifo"] != "0";
    let terminals = answer["terminals"].as_array().unwrap().iter().filter(has_value);
    let line = |t: &Value| {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let origin = text(&t["origins"]["fifo"]["eip155:1/slip44:60"]);
        format!(
            "{} {} {} {} [{origin}]",
            text(&t["kind"]),
            text(&t["actor"]),
            text(&t["address"]),
            text(&t["amounts"]["fifo"])
        )
    };
    let mut lines: Vec<String> = terminals.map(line).collect();
    lines.sort();
    lines
}

#[test]
fn ether_is_followed_through_thorchain_into_bitcoin() {
    let case = case(ROUTER, &out_memo());
    let answer = case.trace(&["--json", "--floor", "0"]).ended(DONE).json();
    assert_eq!(
        terminals(&answer),
        ["fee - - 10 [15]".to_owned(), format!("held - {CASHED} 60 [85]")],
        "{answer}"
    );
    let edges = answer["edges"].as_array().unwrap();
    let links: Vec<&Value> = edges.iter().map(|edge| &edge["link"]).collect();
    let into = links.iter().find(|link| link["kind"] == "bridge-in").unwrap();
    assert_eq!(into["bridge"], "thorchain");
    assert_eq!(into["far_receiver"], RECEIVER);
    assert_eq!(into["far_chain"], BITCOIN);
    let out = links.iter().find(|link| link["kind"] == "bridge-out").unwrap();
    assert_eq!(out["class"], 1);
    assert_eq!(out["deposit"], format!("eip155:1:{DEPOSIT}"));
    let balance = &answer["balance"]["fifo"]["eip155:1/slip44:60"];
    assert_eq!(balance["difference"], "0");
    // A memo is a claim: anybody can write one.
    let edge = edges.iter().find(|edge| edge["link"]["kind"] == "bridge-out").unwrap();
    assert_eq!(edge["grade"], "inference");
    let report = case.path().join("report");
    said(command().arg("trace").arg(case.path()).arg("--out").arg(&report)).ended(DONE);
    said(command().arg("verify").arg(&report)).ended(DONE);
}

/// A store keeps the logs that bridges leave, and says the same as the files.
#[test]
fn a_store_shows_the_same_crossings() {
    let case = case(ROUTER, &out_memo());
    let from_files = case.trace(&["--json", "--floor", "0"]).ended(DONE).json();
    let store = case.path().join("store");
    let files = ["transfers.csv", "outputs.csv", "events.csv"].map(|name| case.path().join(name));
    said(command().args(["ledger", "import", "--store"]).arg(&store).args(&files)).ended(DONE);
    let mut traced = command();
    traced.arg("trace").arg(case.path()).arg("--store").arg(&store);
    let from_store = said(traced.args(["--json", "--floor", "0"])).ended(DONE).json();
    assert_eq!(terminals(&from_store), terminals(&from_files));
    assert_eq!(from_store["edges"], from_files["edges"]);
}

fn tag(case: &SmallCase, network: &str, address: &str, concept: &str) {
    let tags = format!(
        "title: t\ncreator: c\nnetwork: {network}\ncurrency: {network}\nconfidence: service_data\n\
         lastmod: 2023-11-14\nsource: https://example.org/\nlabel: Some Service\n\
         actor: someservice\ntags:\n  - address: '{address}'\n    concepts: [{concept}]\n"
    );
    case.write(&format!("tags/{network}-{concept}.yaml"), tags);
}

/// Without its far side a deposit that only a memo speaks of is followed on at the vault, unless
/// a tag says that it is one; either way the answer says where it was told to go.
#[test]
fn a_deposit_says_where_it_goes() {
    for (is_tagged, expected) in [
        (false, format!("held - {VAULT} 100 [100]")),
        (true, format!("bridge thorchain {VAULT} 100 [100]")),
    ] {
        let case = case(ROUTER, "OUT:FFFF");
        if is_tagged {
            tag(&case, "ETH", VAULT, "bridge");
        }
        let answer = case.trace(&["--json", "--floor", "0"]).ended(DONE).json();
        assert_eq!(terminals(&answer), [expected], "{answer}");
        let findings = answer["findings"].to_string();
        assert!(findings.contains("bridge-unmatched") && findings.contains(RECEIVER), "{findings}");
    }
}

/// A memo does not turn an exchange into a bridge.
#[test]
fn a_memo_to_an_exchange_is_a_payment_to_the_exchange() {
    let case = case(ROUTER, &out_memo());
    tag(&case, "ETH", VAULT, "exchange");
    let answer = case.trace(&["--json", "--floor", "0"]).ended(DONE).json();
    assert_eq!(terminals(&answer).len(), 1, "{answer}");
    assert!(terminals(&answer)[0].starts_with("exchange"), "{answer}");
    assert_eq!(answer["defects"]["bridge-claim-at-another-service"], 1, "{}", answer["defects"]);
}

/// A contract that a tag calls a bridge is taken at its word.
#[test]
fn a_tag_vouches_for_a_contract() {
    let contract = "0x00000000000000000000000000000000000fa4e0";
    let case = case(contract, &out_memo());
    tag(&case, "ETH", contract, "bridge");
    let answer = case.trace(&["--json", "--floor", "0"]).ended(DONE).json();
    assert!(terminals(&answer).contains(&format!("held - {CASHED} 60 [85]")), "{answer}");
}

/// A contract that nobody knows to be of the protocol proves nothing.
#[test]
fn a_log_of_an_unknown_contract_is_counted_and_not_followed() {
    let case = case("0x00000000000000000000000000000000000fa4e0", &out_memo());
    let answer = case.trace(&["--json", "--floor", "0"]).ended(DONE).json();
    assert_eq!(terminals(&answer), [format!("held - {VAULT} 100 [100]")], "{answer}");
    assert_eq!(answer["defects"]["bridge-unknown-contract"], 1, "{}", answer["defects"]);
}

/// Bridges of which only tags are known: one payment fits, so it is followed as an inference.
#[test]
fn tagged_bridges_are_followed_where_only_one_payout_fits() {
    let case = SmallCase::new();
    case.write("case.toml", case_toml("small", THEFT));
    let bridges = [("ETH", "0x00000000000000000000000000000000000b51d6"), ("BSC", ROUTER)];
    for (network, address) in bridges {
        tag(&case, network, address, "bridge");
    }
    let usdc = [
        "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
        "eip155:56/erc20:0x8ac76a51cc950d9822d68b83fe1ad97b32cd580d",
    ];
    let row =
        |chain: &str, block: u64, tx: &str, asset: &str, from: &str, to: &str, amount: &str| {
            let time = 1_700_000_000 + block * 12;
            format!("{chain},{block},{time},0,1,{tx},token,{asset},{from},{to},{amount}")
        };
    let tx = |number: u64| format!("0x{number:0>64}");
    let transfers = [
        crate::support::HEADER.to_owned(),
        row("eip155:1", 1, THEFT, usdc[0], EXCHANGE, THIEF, "123456789"),
        row("eip155:1", 2, &tx(2), usdc[0], THIEF, bridges[0].1, "123456789"),
        row("eip155:56", 9, &tx(9), usdc[1], ROUTER, THIEF, "123400000000000000000"),
        row("eip155:56", 10, &tx(10), usdc[1], THIEF, EXCHANGE, "100000000000000000000"),
    ];
    case.write("transfers.csv", transfers.join("\n") + "\n");
    let answer = case.trace(&["--json", "--floor", "0"]).ended(DONE).json();
    let held = answer["terminals"].as_array().unwrap().iter();
    let far = held.filter(|t| t["amounts"]["fifo"] != "0").all(|t| t["chain"] == "eip155:56");
    assert!(far, "{answer}");
    let edges = answer["edges"].as_array().unwrap();
    let out = edges.iter().find(|edge| edge["link"]["kind"] == "bridge-out").unwrap();
    assert_eq!((&out["grade"], &out["link"]["class"]), (&"inference".into(), &2.into()));
}

//! An invented theft, traced by hand: three stolen assets on two chains, six policies and
//! poison, a swap, reported edges, outputs, a sum below the floor. It adds up.

mod story;

use std::collections::BTreeMap;

use hawkshaw_model::{
    Account, Amount, AssetId, AssetInfo, AssetList, Case, ChainId, Digest, PricePlace, PriceRow,
    PriceTable, Timestamp, TxHash,
};
use hawkshaw_report::{Findings, Input, InputRole, Manifest, Parameters};
use hawkshaw_trace::{PatternSettings, Trace, patterns};

use story::Story;

pub(crate) const ETH: &str = "eip155:1/slip44:60";
pub(crate) const USDC: &str = "eip155:1/erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
pub(crate) const USDT: &str = "eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7";
pub(crate) const BTC: &str = "bip122:000000000019d6689c085ae165831e93/slip44:0";

const CASE: &str = r#"
id = "example-bridge"
title = "Example bridge (invented)"
summary = """
INVENTED EXAMPLE. A forged withdrawal takes 120,000 ETH and 10,000,000 USDC from a bridge, \
and 100 BTC from its hot wallet. Most of it goes into a mixer."""
sources = ["https://example.org/post-mortem?id=1&lang=en", "court file 22-cv-1 (on paper)"]
[[stolen]]
tx = "eip155:1:0xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1"
[[stolen]]
outpoint = "bip122:000000000019d6689c085ae165831e93:b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2:0"
"#;

/// All that [`Findings`] borrow.
pub(crate) struct Sample {
    pub(crate) case: Case,
    pub(crate) trace: Trace,
    pub(crate) assets: AssetList,
    pub(crate) prices: Option<PriceTable>,
    pub(crate) manifest: Manifest,
    pub(crate) names: BTreeMap<Account, String>,
}

impl Sample {
    /// Calls `show` with the findings.
    pub(crate) fn with<T>(&self, show: impl FnOnce(&Findings<'_>) -> T) -> T {
        let names = |account: &Account| self.names.get(account).cloned();
        let patterns = patterns(&self.trace, &PatternSettings::default());
        show(&Findings {
            case: &self.case,
            trace: &self.trace,
            patterns: &patterns,
            assets: &self.assets,
            prices: self.prices.as_ref(),
            manifest: &self.manifest,
            names: &names,
        })
    }
}

/// The invented theft with prices of all assets but USDT, which nobody priced.
pub(crate) fn priced() -> Sample {
    let mut sample = sample();
    let mut rows = Vec::new();
    for (id, price) in [(ETH, "3000.25"), (USDC, "0.9995"), (BTC, "42000")] {
        for day in 0..30 {
            let place =
                PricePlace { file: "daily.csv".into(), unit: "line", line: rows.len() as u64 + 2 };
            let time = Timestamp::from_unix(1_647_993_600 + day * 86_400).unwrap();
            let source = Some("https://prices.example".into());
            let price = price.parse().unwrap();
            rows.push(PriceRow { asset: asset(id), time, price, source, place });
        }
    }
    sample.prices = Some(PriceTable::from_rows(rows).unwrap());
    sample
}

/// The invented theft.
pub(crate) fn sample() -> Sample {
    let mut story = Story::default();
    story.ethereum();
    story.exchanges();
    story.bitcoin();
    let trace = story.finish();
    let mut assets = AssetList::built_in();
    for (id, symbol, decimals, issuer) in
        [(BTC, "BTC", 8, None), (USDT, "USDT", 6, Some("Tether".to_owned()))]
    {
        let id = id.parse().unwrap();
        assets.add(AssetInfo { id, symbol: symbol.to_owned(), decimals, issuer });
    }
    let input = |role, name: &str, bytes| Input {
        role,
        name: name.to_owned(),
        sha256: Digest::of(name.as_bytes()),
        bytes,
    };
    let inputs = vec![
        input(InputRole::Case, "case.toml", 612),
        input(InputRole::Ledger, "transfers.csv", 91_022),
        input(InputRole::Ledger, "outputs.csv", 12_400),
        input(InputRole::Tags, "exchanges.yaml", 2_048),
        input(InputRole::Tags, "mixers.yaml", 900),
    ];
    let case = Case::from_toml(CASE).unwrap();
    let manifest = Manifest::new("hawkshaw 0.1.0", case.id.clone(), inputs, Parameters::default());
    Sample { case, trace, assets, prices: None, manifest, names: names() }
}

fn names() -> BTreeMap<Account, String> {
    [
        (account(1), "Example bridge"),
        (account(2), "Thief 1 (sanctions list)"),
        (account(900), "Example Mixer: 100 ETH pool"),
        (account(911), "Northwind deposit"),
    ]
    .map(|(account, name)| (account, name.to_owned()))
    .into()
}

/// The account of a number.
pub(crate) fn account(number: u64) -> Account {
    let hash = Digest::of(&number.to_be_bytes()).to_string();
    Account::parse(&ChainId::ethereum(), &format!("0x{}", &hash[..40])).unwrap()
}

fn script(number: u64) -> Account {
    let hash = Digest::of(&number.to_be_bytes()).to_string();
    let script = format!("script:0014{}", &hash[..40]);
    Account::parse(&ChainId::bitcoin(), &script).unwrap()
}

fn tx(number: u64) -> TxHash {
    Digest::of(&(number + 77_000).to_be_bytes()).to_string().parse().unwrap()
}

fn asset(text: &str) -> AssetId {
    text.parse().unwrap()
}

fn time(minutes: u64) -> Timestamp {
    Timestamp::from_unix(1_648_042_149 + i64::try_from(minutes).unwrap() * 60).unwrap()
}

/// Thousandths of ETH, USDC or USDT, or units of 10^-5 BTC, in base units.
fn milli(asset: &str, amount: u64) -> Amount {
    let scale: u128 = if asset == ETH { 10u128.pow(15) } else { 1_000 };
    Amount::from(u128::from(amount) * scale)
}

//! What the tests of explorers share.

use std::collections::BTreeMap;
use std::time::Duration;

use hawkshaw_fixture::explorer::{Behaviour, FakeExplorer};
use hawkshaw_model::rows::{Rows, Transfer};
use hawkshaw_model::{Account, Address, ChainId, TransferKind};
use hawkshaw_source::{
    Cache, Client, Endpoint, Explorer, ExplorerOptions, Key, Limits, SourceError, open_explorer,
};

/// The Ronin theft of the repository's own case.
pub(crate) const RONIN: &[u8] = include_bytes!("../../../../cases/ronin-bridge-2022/transfers.csv");
/// Who stole it.
pub(crate) const THIEF: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";

pub(crate) fn ronin(behaviour: Behaviour) -> FakeExplorer {
    FakeExplorer::accounts(RONIN, behaviour)
}

pub(crate) fn evm(text: &str) -> Address {
    Address::parse(&ChainId::ethereum(), text).unwrap()
}

/// A client that loses no time.
pub(crate) fn client(url: &str, key: Option<&str>) -> Client {
    let key = key.map(|key| Key::new(key).unwrap());
    let limits = Limits {
        timeout: Duration::from_secs(5),
        body_bytes_max: 32 << 20,
        attempts_max: 4,
        back_off_first: Duration::from_millis(2),
        back_off_max: Duration::from_millis(20),
        ..Limits::default()
    };
    Client::new(Endpoint::new(url, key).unwrap(), limits)
}

pub(crate) fn options(chain: &str) -> ExplorerOptions {
    ExplorerOptions { chain: Some(chain.parse().unwrap()), ..ExplorerOptions::default() }
}

/// The explorer behind a fake one of Ethereum.
pub(crate) fn open(fake: &FakeExplorer) -> Box<dyn Explorer> {
    try_open(fake, None).unwrap()
}

pub(crate) fn try_open(
    fake: &FakeExplorer,
    cache: Option<Cache>,
) -> Result<Box<dyn Explorer>, SourceError> {
    open_explorer(&client(&fake.url(), None), cache, &options("eip155:1"))
}

/// How often each movement is there, as text.
pub(crate) type Counted = BTreeMap<String, u32>;

/// The movements that rows state, fees and what is made of them aside.
pub(crate) fn moved(rows: &Rows) -> Counted {
    let mut counted = Counted::new();
    for row in &rows.transfers {
        if is_listed(row.kind) {
            *counted.entry(text(rows, row)).or_default() += 1;
        }
    }
    counted
}

fn is_listed(kind: TransferKind) -> bool {
    !matches!(kind, TransferKind::Fee | TransferKind::Wrap | TransferKind::Unwrap)
}

fn text(rows: &Rows, row: &Transfer) -> String {
    let asset = &rows.assets[usize::try_from(row.asset).unwrap()];
    let side = |side: &Option<Address>| side.as_ref().map(Address::to_string).unwrap_or_default();
    format!(
        "{} {} {} {:?} {asset} {} {} {}",
        row.spot.height,
        row.spot.time.unwrap(),
        row.spot.tx.unwrap(),
        row.kind,
        side(&row.from),
        side(&row.to),
        row.amount
    )
}

/// What a fake explorer serves of an account, counted in the same way.
pub(crate) fn served(fake: &FakeExplorer, address: &Address) -> Counted {
    let text = fake.canonical();
    let mut counted = Counted::new();
    for located in hawkshaw_ledger::read_transfers(text.as_bytes(), "served").unwrap() {
        let row = located.row;
        let sides = [&row.from, &row.to].map(|side| side.as_ref().map(Account::address));
        if !sides.contains(&Some(address)) || !is_listed(row.kind) || row.amount.is_zero() {
            continue;
        }
        let side = |side: Option<&Address>| side.map(Address::to_string).unwrap_or_default();
        let text = format!(
            "{} {} {} {:?} {} {} {} {}",
            row.point.unwrap().height,
            row.time,
            row.tx.unwrap(),
            row.kind,
            row.asset,
            side(sides[0]),
            side(sides[1]),
            row.amount
        );
        *counted.entry(text).or_default() += 1;
    }
    counted
}

/// A file of so many payments of strangers to the thief, as many in each block as is said.
pub(crate) fn payments(per_block: &[u32]) -> String {
    let mut text = "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,asset,from,\
                    to,amount\n"
        .to_owned();
    for (block, count) in (1_u64..).zip(per_block) {
        for index in 0..*count {
            let hash = format!("{block:032x}{index:032x}");
            let from = format!("{:040x}", u64::from(index) + 7);
            text.push_str(&format!(
                "eip155:1,{},{},{index},0,0x{hash},native,eip155:1/slip44:60,0x{from},{THIEF},{}\n",
                1_000 + block,
                1_600_000_000 + block * 12,
                block * 100_000 + u64::from(index) + 1
            ));
        }
    }
    text
}

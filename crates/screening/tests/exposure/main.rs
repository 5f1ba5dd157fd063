//! Exposure from tags and cases: both ways, kept up to date, and on the Ronin case.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod backwards;
mod grown;
mod ronin;
mod stories;

use hawkshaw_attribution::{NoIncludes, TagIndex};
use hawkshaw_fixture::text::{Story, account, bitcoin_account, name_of, symbol_of};
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{Account, AssetList, Case, ChainId, LedgerKind, UtxoTx};
use hawkshaw_screening::{ExposureTable, ReplaySettings, SourceBook, World};

/// The ledger of a story.
pub(crate) fn ledger(story: &Story) -> MemoryLedger {
    MemoryLedger::from_rows(story.transfers.clone(), story.outputs.clone()).unwrap().0
}

/// Tags: a line is `name concept,concept label [actor]`.
pub(crate) fn tags(lines: &[&str]) -> TagIndex {
    tags_on(lines, &account, "ETH")
}

/// The same on the chain of outputs.
pub(crate) fn bitcoin_tags(lines: &[&str]) -> TagIndex {
    tags_on(lines, &bitcoin_account, "BTC")
}

fn tags_on(lines: &[&str], account: &dyn Fn(&str) -> Account, currency: &str) -> TagIndex {
    let mut pack = format!(
        "title: T\ncreator: C\nsource: https://example.org\nconfidence: service_data\n\
         currency: {currency}\ntags:\n"
    );
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let address = account(words[0]).address_in_files();
        pack +=
            &format!("- address: '{address}'\n  label: {}\n  concepts: [{}]\n", words[2], words[1]);
        if let Some(actor) = words.get(3) {
            pack += &format!("  actor: {actor}\n");
        }
    }
    let mut index = TagIndex::new();
    index.add_file("tags.yaml", pack.as_bytes(), &NoIncludes).unwrap();
    index
}

/// What is exposed in a ledger.
pub(crate) fn table(
    ledger: &MemoryLedger,
    tags: &TagIndex,
    cases: &[Case],
    settings: &ReplaySettings,
) -> ExposureTable {
    let assets = AssetList::built_in();
    let book = SourceBook::new(tags, cases.iter().cloned());
    in_world(ledger, tags, &assets, |world| {
        hawkshaw_screening::replay(world, &book, settings, &mut |_| ()).unwrap()
    })
}

/// A world in which nothing mixes and nothing has a price.
pub(crate) fn in_world<T>(
    ledger: &MemoryLedger,
    tags: &TagIndex,
    assets: &AssetList,
    ask: impl FnOnce(&World<'_>) -> T,
) -> T {
    let mix = |_: &UtxoTx| Ok(None);
    ask(&World { ledger, assets, tags, mix: &mix, crossings: &[], prices: None })
}

/// `address direction kind category source ASSET most/haircut/least hops: way` for each entry.
pub(crate) fn lines(table: &ExposureTable) -> Vec<String> {
    let mut lines = Vec::new();
    for exposed in &table.exposed {
        for entry in &exposed.entries {
            let asset = match entry.asset.chain().ledger_kind() {
                LedgerKind::Accounts => symbol_of(&entry.asset),
                LedgerKind::Outputs => "BTC".to_owned(),
            };
            let source = entry.source.as_ref().map_or("rest", |source| source.name.as_str());
            let amounts: Vec<String> =
                entry.amounts.iter().map(|amount| amount.to_u256().to_string()).collect();
            lines.push(format!(
                "{} {} {} {} {source} {asset} {} {}: {}",
                name_of(&exposed.account),
                entry.direction,
                entry.kind,
                entry.category,
                amounts.join("/"),
                entry.hops,
                way(table, entry.path).join("<")
            ));
        }
    }
    lines
}

/// The names along a way.
pub(crate) fn way(table: &ExposureTable, mut at: Option<u32>) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(number) = at {
        let node = &table.paths[number as usize];
        names.push(name_of(&node.step.account));
        at = node.next;
    }
    names
}

pub(crate) fn ethereum() -> ChainId {
    ChainId::ethereum()
}

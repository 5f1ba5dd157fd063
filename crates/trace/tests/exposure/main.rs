//! What accounts received of which source: small ledgers with numbers worked out by hand, a plain
//! implementation beside the engine on random ledgers, and the terminals of a trace.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod plain;
mod stories;
mod terminals;
mod ways;

use hawkshaw_fixture::text::{Story, account, bitcoin_account, case_of, name_of, symbol_of};
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{Account, AssetList, Case, ChainId, Ledger as _, Stop, TerminalKind};
use hawkshaw_trace::{
    Exposure, ExposureSettings, ExposureSource, Noise, Options, Scene, Stops, exposure,
};

/// The options of a test: no rule that looks at more than one transaction.
pub(crate) fn plain_options() -> Options {
    Options { stops: Stops::Tagged, noise: Noise::KEPT, ..Options::default() }
}

/// A story with its sources.
pub(crate) struct Asked {
    story: Story,
    /// The accounts of each source, by name.
    sources: Vec<Vec<&'static str>>,
    /// The theft of the first source.
    stolen: Vec<&'static str>,
    stops: Vec<&'static str>,
}

/// A story, and the sources by the names of their accounts.
pub(crate) fn ask(story: &str, sources: &[&[&'static str]]) -> Asked {
    Asked {
        story: story.parse().unwrap(),
        sources: sources.iter().map(|names| names.to_vec()).collect(),
        stolen: Vec::new(),
        stops: Vec::new(),
    }
}

impl Asked {
    /// What the first source stole.
    pub(crate) fn stolen(mut self, entries: &[&'static str]) -> Self {
        self.stolen = entries.to_vec();
        self
    }

    /// Services.
    pub(crate) fn stops(mut self, names: &[&'static str]) -> Self {
        self.stops = names.to_vec();
        self
    }

    /// `payee source ASSET kind most/haircut/least hops: way` for each receipt.
    pub(crate) fn lines(&self) -> Vec<String> {
        let (ledger, _) =
            MemoryLedger::from_rows(self.story.transfers.clone(), self.story.outputs.clone())
                .unwrap();
        let found = self.ask_on(&ledger);
        assert_eq!(found.limits, [""; 0]);
        let mut lines: Vec<String> = found
            .receipts
            .iter()
            .map(|r| {
                let name = |account| name_of(&ledger.account(account).unwrap());
                let source = r.source.map_or("rest".to_owned(), |source| source.to_string());
                let asset = ledger.asset(r.asset);
                let asset = if asset.chain() == ChainId::bitcoin() {
                    "BTC".to_owned()
                } else {
                    symbol_of(asset)
                };
                let kind = if r.is_direct { "direct" } else { "indirect" };
                let amounts: Vec<String> =
                    r.amounts.iter().map(|amount| amount.to_u256().to_string()).collect();
                let mut way = Vec::new();
                let mut at = r.way;
                while let Some(number) = at {
                    let node = &found.ways[number as usize];
                    way.push(name(node.account));
                    at = node.next;
                }
                format!(
                    "{} {source} {asset} {kind} {} {}: {}",
                    name(r.account),
                    amounts.join("/"),
                    r.hops,
                    way.join("<")
                )
            })
            .collect();
        lines.sort();
        lines
    }

    fn ask_on(&self, ledger: &MemoryLedger) -> Exposure {
        let chain_of = |name: &str| match self.story.transfers.is_empty() {
            true => bitcoin_account(name),
            false => account(name),
        };
        let case: Option<Case> = (!self.stolen.is_empty()).then(|| case_of(&self.stolen));
        let mut sources: Vec<ExposureSource<'_>> = Vec::new();
        for names in &self.sources {
            let accounts = names.iter().map(|name| chain_of(name)).collect();
            sources.push(ExposureSource { accounts, case: None });
        }
        if let Some(case) = &case {
            sources[0].case = Some(case);
        }
        let stop = |asked: &Account| {
            let is_stop = self.stops.iter().any(|name| chain_of(name) == *asked);
            is_stop.then_some(Stop { kind: TerminalKind::Exchange, actor: None })
        };
        let options = plain_options();
        let assets = AssetList::built_in();
        let nothing = Case::of_nothing(hawkshaw_model::CoverageClaim::Everything);
        let scene = Scene::new(ledger, &nothing, &assets, &stop, &options);
        exposure(&scene, &sources, ExposureSettings::default()).unwrap()
    }
}

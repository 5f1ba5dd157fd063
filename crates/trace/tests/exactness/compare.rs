//! The engine's answer beside that of the plain implementation.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hawkshaw_fixture::reference::{Input, RefTerminal, Reference, TerminalKey, replay};
use hawkshaw_fixture::text::{Story, name_of, symbol_of};
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{
    Account, AssetList, Case, Fraction, Ledger as _, Mix, MixClass, Policy, PriceTable, Stop,
    TerminalKind, TxHash, TxId, UtxoTx,
};
use hawkshaw_trace::{Detail, Noise, Options, Scene, Stops, Terminal, Trace, TraceError, trace};

/// Where everything is, per policy.
pub(crate) type Answer = BTreeMap<Policy, BTreeMap<TerminalKey, RefTerminal>>;

/// What a difference begins with where the engine refuses to trace.
pub(crate) const REFUSED: &str = "refused: ";

/// What is traced.
pub(crate) struct Question<'a> {
    pub(crate) story: &'a Story,
    pub(crate) case: &'a Case,
    pub(crate) assets: &'a AssetList,
    pub(crate) stop: &'a dyn Fn(&Account) -> Option<Stop>,
    pub(crate) mix: &'a dyn Fn(&TxId) -> Option<MixClass>,
    pub(crate) prices: Option<&'a PriceTable>,
    pub(crate) detail: Detail,
}

impl Question<'_> {
    /// The engine's answer, without the floor, the noise rules and inferred services.
    pub(crate) fn ask_engine(&self) -> Result<Trace, TraceError> {
        let (transfers, outputs) = (self.story.transfers.clone(), self.story.outputs.clone());
        let (ledger, _) = MemoryLedger::from_rows(transfers, outputs).unwrap();
        let options = Options {
            policies: Vec::new(),
            stops: Stops::Tagged,
            floor: "0".parse::<Fraction>().unwrap(),
            noise: Noise::KEPT,
            until: None,
            detail: self.detail,
        };
        let scene = Scene::new(&ledger, self.case, self.assets, self.stop, &options);
        let chains = ledger.chains();
        let mix = |tx: &UtxoTx| {
            let chain = chains.iter().find(|chain| chain.txs.contains(&tx.tx.0)).unwrap();
            let hash = ledger.transaction(tx.tx)?.hash.unwrap();
            assert_eq!(ledger.utxo_tx(tx.tx)?.as_ref(), Some(tx), "what is asked is on the ledger");
            Ok((self.mix)(&TxId::new(chain.id.clone(), hash)).map(mix_of))
        };
        trace(&Scene { prices: self.prices, mix: &mix, ..scene })
    }

    /// The plain implementation's answer.
    pub(crate) fn ask_reference(&self) -> Reference {
        replay(&Input {
            transfers: &self.story.transfers,
            outputs: &self.story.outputs,
            case: self.case,
            assets: self.assets,
            stop: self.stop,
            mix: self.mix,
            prices: self.prices,
            policies: &Policy::ALL,
        })
    }

    /// Where the two differ; nothing if they do not.
    pub(crate) fn difference(&self) -> String {
        let found = match self.ask_engine() {
            Ok(found) => found,
            Err(refused) => return format!("{REFUSED}{refused}\n"),
        };
        let expected = self.ask_reference();
        let mut text = String::new();
        let stolen: BTreeMap<_, _> =
            found.stolen.iter().map(|stolen| (stolen.asset.clone(), stolen.amount)).collect();
        if stolen != expected.stolen {
            writeln!(text, "stolen: {stolen:?}, but {:?} by the rules", expected.stolen).unwrap();
        }
        let unexplained = found.defects.get("unexplained").copied().unwrap_or(0);
        if unexplained != expected.unexplained {
            let rules = expected.unexplained;
            writeln!(text, "unexplained: {unexplained}, but {rules} by the rules").unwrap();
        }
        let answer = answer_of(&found);
        if answer.keys().ne(expected.terminals.keys()) {
            let policies: Vec<_> = expected.terminals.keys().collect();
            writeln!(text, "policies: {:?}, but {policies:?} by the rules", found.policies)
                .unwrap();
        }
        for (policy, terminals) in &expected.terminals {
            let found = answer.get(policy).cloned().unwrap_or_default();
            let keys = found.keys().chain(terminals.keys().filter(|key| !found.contains_key(key)));
            for key in keys.filter(|key| found.get(key) != terminals.get(key)) {
                let (engine, rules) = (shown(found.get(key)), shown(terminals.get(key)));
                writeln!(text, "{policy} {}: {engine}, but {rules} by the rules", label(key))
                    .unwrap();
            }
        }
        text
    }
}

/// A class as a rule answers it.
fn mix_of(class: MixClass) -> Mix {
    Mix { class, confidence: 990, rule: "told", equal: vec![(7, 3)] }
}

/// The engine's terminals, as the plain implementation lists its own.
pub(crate) fn answer_of(found: &Trace) -> Answer {
    let mut answer = Answer::new();
    for (index, policy) in found.policies.iter().enumerate() {
        let terminals = answer.entry(*policy).or_default();
        for terminal in found.terminals.iter().filter(|t| !t.amounts[index].is_zero()) {
            let ended = RefTerminal {
                amount: terminal.amounts[index],
                origin: terminal.origins[index].clone().unwrap_or_default(),
            };
            let twice = terminals.insert(key_of(terminal), ended);
            assert!(twice.is_none(), "{:?} stands twice", key_of(terminal));
        }
    }
    answer
}

fn key_of(terminal: &Terminal) -> TerminalKey {
    use TerminalKind::{Held, Mixer, NoData, StolenAgain};
    let is_in_output = matches!(terminal.kind, Held | NoData | StolenAgain);
    let account = terminal.account.as_ref().map(ToString::to_string).unwrap_or_default();
    let place = match &terminal.output {
        Some(output) if is_in_output => output.to_string(),
        _ if terminal.kind == Mixer && account.is_empty() => {
            terminal.actor.clone().unwrap_or_default()
        }
        _ => account,
    };
    TerminalKey {
        kind: terminal.kind.name(),
        chain: terminal.chain.clone(),
        place,
        asset: terminal.asset.clone(),
    }
}

/// The kind, place and asset of a terminal by the names of the story.
pub(crate) fn label(key: &TerminalKey) -> String {
    let place = match key.place.parse::<Account>() {
        Ok(account) if !key.place.is_empty() => name_of(&account),
        _ => short_outpoint(&key.place),
    };
    let label = format!("{} {place} {}", key.kind, symbol_of(&key.asset));
    label.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An outpoint as `tx:vout` where a story named its transaction.
fn short_outpoint(place: &str) -> String {
    let Ok(point) = place.parse::<hawkshaw_model::OutPoint>() else { return place.to_owned() };
    format!("{}:{}", story_name(point.tx().hash()), point.vout())
}

/// What a story called a transaction.
pub(crate) fn story_name(hash: TxHash) -> String {
    let name = hash.as_bytes().iter().take_while(|byte| **byte != 0);
    name.copied().map(char::from).collect()
}

fn shown(terminal: Option<&RefTerminal>) -> String {
    match terminal {
        Some(RefTerminal { amount, origin }) => format!("{amount} {origin:?}"),
        None => "nothing".to_owned(),
    }
}

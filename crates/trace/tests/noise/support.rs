//! Stories with names for tokens and tags for accounts.

use std::collections::BTreeMap;

use hawkshaw_fixture::text::{Story, account, asset, case_of};
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{
    Account, AssetList, AssetNames, Fraction, Ledger, OutsideName, Stop, TerminalKind, TxIx,
};
use hawkshaw_trace::noise::Sieve;
use hawkshaw_trace::{Finding, Noise, Options, Scene, Stops, Trace, trace};

/// A ledger of a story.
pub(crate) fn ledger_of(story: &str) -> MemoryLedger {
    let story: Story = story.parse().unwrap();
    MemoryLedger::from_rows(story.transfers, story.outputs).unwrap().0
}

/// What outside sources call tokens: symbol of the story, symbol, name.
pub(crate) fn names(tokens: &[(&str, &str, &str)]) -> AssetNames {
    let mut names = AssetNames::default();
    for (token, symbol, name) in tokens {
        let (symbol, name) = ((*symbol).to_owned(), (*name).to_owned());
        names.add(asset(token), OutsideName { symbol, name, decimals: Some(6) });
    }
    names
}

/// The rule for each movement in the history of an account, in its order.
pub(crate) fn told_of(
    ledger: &dyn Ledger,
    who: &Account,
    names: &AssetNames,
    noise: Noise,
) -> Vec<&'static str> {
    let mut sieve = Sieve::new(ledger, &AssetList::built_in(), names, noise);
    let number = ledger.find_account(who).unwrap().unwrap();
    let end = ledger.chains().iter().find(|chain| chain.id == *who.chain()).unwrap().txs.end;
    let postings = ledger.history(number, TxIx(end));
    let told = |posting: Result<hawkshaw_model::Posting, _>| {
        sieve.rule(number, &posting.unwrap()).unwrap().map_or("", |rule| rule.as_str())
    };
    postings.map(told).collect()
}

/// The rule for each movement of the account `me` in a story.
pub(crate) fn rules(story: &str, names: &AssetNames) -> Vec<&'static str> {
    told_of(&ledger_of(story), &account("me"), names, Noise::DROPPED)
}

/// Tagged accounts: those whose name begins with `hot` are an exchange, named by what follows;
/// `casino` is a gambling place and `mixer` a mixer.
pub(crate) fn tags(holder: &Account) -> Option<Stop> {
    let name = hawkshaw_fixture::text::name_of(holder);
    let actor = name.strip_prefix("hot").map(|rest| rest.trim_end_matches(char::is_numeric));
    match (actor, name.as_str()) {
        (Some(""), _) => Some(Stop { kind: TerminalKind::Exchange, actor: None }),
        (Some(actor), _) => {
            Some(Stop { kind: TerminalKind::Exchange, actor: Some(actor.to_owned()) })
        }
        (_, "mixer") => Some(Stop { kind: TerminalKind::Mixer, actor: None }),
        _ => None,
    }
}

/// A trace of `steal` in a story.
pub(crate) fn traced(story: &str, options: &Options, names: &AssetNames) -> Trace {
    let ledger = ledger_of(story);
    let (case, assets) = (case_of(&["steal"]), AssetList::built_in());
    let mut scene = Scene::new(&ledger, &case, &assets, &tags, options);
    scene.names = Some(names);
    trace(&scene).unwrap()
}

/// Everything is reported, however small.
pub(crate) fn all() -> Options {
    Options { floor: "0".parse::<Fraction>().unwrap(), ..Options::default() }
}

/// The same with another choice of rules.
pub(crate) fn with(noise: Noise, stops: Stops) -> Options {
    Options { noise, stops, ..all() }
}

/// The findings of a rule.
pub(crate) fn findings<'t>(trace: &'t Trace, rule: &str) -> Vec<&'t Finding> {
    trace.findings.iter().filter(|finding| finding.rule == rule).collect()
}

/// Where the value of a trace is under its first policy, as `kind name amount`.
pub(crate) fn places(trace: &Trace) -> Vec<String> {
    let mut places: Vec<String> = trace
        .terminals
        .iter()
        .filter(|terminal| !terminal.amounts[0].is_zero())
        .map(|terminal| {
            let name = terminal.account.as_ref().map(hawkshaw_fixture::text::name_of);
            let symbol = hawkshaw_fixture::text::symbol_of(&terminal.asset);
            let (kind, amount) = (&terminal.kind, terminal.amounts[0]);
            format!("{kind} {} {symbol} {amount}", name.unwrap_or_default())
        })
        .collect();
    places.sort_unstable();
    places
}

/// How often each rule was met.
pub(crate) fn counts(trace: &Trace) -> BTreeMap<&str, u64> {
    trace.noise.iter().map(|(rule, count)| (rule.as_str(), *count)).collect()
}

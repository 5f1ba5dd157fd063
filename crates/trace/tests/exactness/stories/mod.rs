//! Ledgers told as stories, with numbers worked out by hand.

mod lending;
mod liquidity;
mod mixes;
mod plain;
mod prices;
mod several;
mod swaps;

use hawkshaw_fixture::reference::{RefTerminal, TerminalKey};
use hawkshaw_fixture::text::{Story, account, asset, case_of};
use hawkshaw_model::{
    AssetInfo, AssetList, MixClass, Policy, PricePlace, PriceRow, PriceTable, Stop, TerminalKind,
    Timestamp,
};
use hawkshaw_trace::{Detail, Trace};

use crate::compare::{Answer, Question, answer_of, label, story_name};

/// Asserts where everything is, a line for each policy: `fifo: held a ETH 7, fee ETH 3`, a plus
/// between policies that agree. An asset that is not the stolen one has its origins behind it.
/// Following stops at the account `exchange`. Returns the engine's trace.
fn check(stolen: &[&str], story: &str, expected: &str) -> Trace {
    check_priced(stolen, &[], story, expected)
}

/// The same with prices in dollars for a base unit.
fn check_priced(stolen: &[&str], prices: &[(&str, u32)], story: &str, expected: &str) -> Trace {
    let story: Story = story.parse().unwrap();
    let case = case_of(stolen);
    let exchange = Stop { kind: TerminalKind::Exchange, actor: None };
    let mut assets = AssetList::built_in();
    let mut rows = Vec::new();
    for (symbol, price) in prices {
        let id = asset(symbol);
        let info =
            AssetInfo { id: id.clone(), symbol: (*symbol).to_owned(), decimals: 0, issuer: None };
        if assets.get(&id).is_some() {
            assets.add(info);
        }
        rows.push(PriceRow {
            asset: id,
            time: Timestamp::from_unix(1_600_000_000).unwrap(),
            price: price.to_string().parse().unwrap(),
            source: None,
            place: PricePlace { file: "story".into(), unit: "line", line: 1 },
        });
    }
    let prices = PriceTable::from_rows(rows).unwrap();
    let question = Question {
        story: &story,
        case: &case,
        assets: &assets,
        stop: &|holder| (*holder == account("exchange")).then(|| exchange.clone()),
        mix: &|tx| mix_of_name(&story_name(tx.hash())),
        prices: (!prices.is_empty()).then_some(&prices),
        detail: Detail::Full,
    };
    let by_rules = question.ask_reference().terminals;
    let trace = question.ask_engine().unwrap();
    let by_engine = answer_of(&trace);
    for line in expected.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (policies, places) = line.split_once(": ").unwrap();
        for policy in policies.split('+').map(|name| name.trim().parse().unwrap()) {
            assert_eq!(told(&by_rules, policy), places, "{policy} by the rules");
            assert_eq!(told(&by_engine, policy), places, "{policy} by the engine");
        }
    }
    assert_eq!(question.difference(), "", "the engine and the rules agree on all policies");
    trace
}

/// Transactions named `whirlpool`, `tx0`, `wasabi2` and so on are what they are called, whatever
/// stands behind a dash.
fn mix_of_name(name: &str) -> Option<MixClass> {
    let class = name.split('-').next()?;
    MixClass::ALL.into_iter().find(|known| known.as_str() == class)
}

fn told(answer: &Answer, policy: Policy) -> String {
    let tell = |(key, terminal): (&TerminalKey, &RefTerminal)| {
        let RefTerminal { amount, origin } = terminal;
        let is_itself = origin.iter().all(|origin| *origin == *amount);
        let origin = if is_itself { String::new() } else { format!(" {origin:?}") };
        format!("{} {amount}{origin}", label(key))
    };
    answer[&policy].iter().map(tell).collect::<Vec<_>>().join(", ")
}

/// The rules of the findings of a trace, each once.
fn rules(trace: &Trace) -> Vec<&'static str> {
    let mut rules: Vec<&'static str> = trace.findings.iter().map(|f| f.rule).collect();
    rules.dedup();
    rules
}

/// Every policy that conserves.
const ALL: &str = "fifo + lifo + haircut + dirty-first + clean-first";

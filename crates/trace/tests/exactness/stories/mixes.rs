//! CoinJoins: transactions are of the class that their name begins with.

use hawkshaw_model::{Amount, Grade, TerminalKind};
use hawkshaw_trace::{Party, Trace};

use super::{check, rules};

/// The text of the only finding of a rule.
fn said<'a>(trace: &'a Trace, rule: &str) -> &'a str {
    let mut findings = trace.findings.iter().filter(|finding| finding.rule == rule);
    let found = findings.next().unwrap();
    assert!(findings.next().is_none(), "{rule} is found once");
    &found.text
}

#[test]
fn following_stops_where_others_join() {
    let trace = check(
        &["b:0"],
        "1: a = -> miner 60
         2: b = -> thief 40
         3: wasabi2 = a:0, b:0 -> x 45, y 45, z 6
         4: d = wasabi2:0 -> exchange 45",
        "haircut: fee BTC 2, mixer Wasabi 2 CoinJoin BTC 38
         fifo: fee BTC 4, mixer Wasabi 2 CoinJoin BTC 36
         dirty-first + tiho: mixer Wasabi 2 CoinJoin BTC 40
         poison: fee BTC 4, mixer Wasabi 2 CoinJoin BTC 96",
    );
    let text = said(&trace, "coinjoin");
    for part in [
        "a Wasabi 2 CoinJoin by its shape (rule told, confidence 0.990)",
        "1 of 2 inputs, with 0.0000004 BTC of 0.000001 BTC",
        "inference",
        "Equal outputs: 3 of 0.00000007 BTC",
        "no output stands alone",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let mixer = trace.terminals.iter().position(|t| t.kind == TerminalKind::Mixer).unwrap();
    assert_eq!(trace.terminals[mixer].actor.as_deref(), Some("Wasabi 2 CoinJoin"));
    assert_eq!((&trace.terminals[mixer].account, trace.terminals[mixer].transfers), (&None, 3));
    let edges: Vec<_> = trace.edges.iter().filter(|edge| edge.terminal == Some(mixer)).collect();
    assert_eq!(edges.len(), 3);
    for edge in edges {
        assert_eq!(edge.grade, Grade::Inference);
        assert!(matches!(edge.to, Party::Output { account: Some(_), .. }), "{edge:?}");
    }
    // What goes in is on the ledger, and so is the fee.
    let others = trace.edges.iter().filter(|edge| edge.terminal != Some(mixer));
    assert!(others.clone().count() >= 3 && others.into_iter().all(|e| e.grade == Grade::Ledger));
}

#[test]
fn mixes_of_a_class_are_one_terminal_and_classes_are_told_apart() {
    let trace = check(
        &["b:0", "b:1", "b:2"],
        "1: a = -> miner 10, miner 10, miner 10
         2: b = -> thief 5, thief 6, thief 7
         3: whirlpool-1 = a:0, b:0 -> x 8, y 7
         4: whirlpool-2 = b:1, a:1 -> x 8, y 8
         5: joinmarket = a:2, b:2 -> x 8, y 9",
        "dirty-first: mixer JoinMarket CoinJoin BTC 7, mixer Whirlpool CoinJoin BTC 11",
    );
    assert_eq!(trace.findings.len(), 3);
}

/// A thief who joins only with himself cannot end his trail.
#[test]
fn a_mix_of_one_is_followed() {
    let trace = check(
        &["b:0", "b:1"],
        "1: a = -> miner 60
         2: b = -> thief 40, thief 20
         3: whirlpool = b:0, b:1 -> x 30, y 30
         4: d = whirlpool:0, a:0 -> z 90",
        "haircut + fifo + lifo + tiho: held d:0 BTC 30, held whirlpool:1 BTC 30
         poison: held d:0 BTC 90, held whirlpool:1 BTC 30",
    );
    assert_eq!(rules(&trace), ["coinjoin-of-one"]);
    assert!(said(&trace, "coinjoin-of-one").contains("every input"));
}

/// An input without value is nobody else's coins, and one that the ledger does not hold may be.
#[test]
fn nobody_elses_coins_are_coins() {
    let trace = check(
        &["b:0"],
        "1: a = -> miner 0
         2: b = -> thief 40
         3: whirlpool = b:0, a:0 -> x 20, y 20",
        "fifo + poison: held whirlpool:0 BTC 20, held whirlpool:1 BTC 20",
    );
    assert_eq!(rules(&trace), ["coinjoin-of-one"]);
    let trace = check(
        &["b:0"],
        "2: b = -> thief 40
         3: whirlpool = b:0, u:0 1 -> x 20, y 20",
        "lifo: fee BTC 1, mixer Whirlpool CoinJoin BTC 39
         fifo + dirty-first: mixer Whirlpool CoinJoin BTC 40",
    );
    assert_eq!(rules(&trace), ["coinjoin"]);
    assert_eq!(trace.defects["unexplained"], 1);
}

#[test]
fn a_tx0_is_followed() {
    let trace = check(
        &["b:0"],
        "1: a = -> miner 60
         2: b = -> thief 40
         3: tx0 = b:0 -> p 10, q 10, coordinator 2, change 17
         4: whirlpool = tx0:0, a:0 -> x 10, y 10",
        "fifo: fee BTC 1, held tx0:1 BTC 10, held tx0:2 BTC 2, held tx0:3 BTC 17, mixer Whirlpool CoinJoin BTC 10",
    );
    assert_eq!(rules(&trace), ["coinjoin", "coinjoin-tx0"]);
}

/// What the case lists as stolen stays stolen, and what came before ends with the thief's robber.
#[test]
fn a_stolen_output_of_a_mix_stays_stolen() {
    let trace = check(
        &["b:0", "wasabi1:1"],
        "1: a = -> miner 60
         2: b = -> thief 40
         3: wasabi1 = b:0, a:0 -> x 50, y 50
         4: d = wasabi1:1 -> z 50",
        "fifo: held d:0 BTC 50, mixer Wasabi 1 CoinJoin BTC 40
         lifo: held d:0 BTC 50, stolen-again wasabi1:1 BTC 40
         haircut: held d:0 BTC 50, mixer Wasabi 1 CoinJoin BTC 20, stolen-again wasabi1:1 BTC 20",
    );
    assert_eq!(rules(&trace), ["coinjoin", "stolen-again"]);
}

/// A mix that nothing of the case goes into is none of its business, whoever mixes there.
#[test]
fn mixes_of_others_are_not_told() {
    let trace = check(
        &["b:0"],
        "1: a = -> miner 60, miner 20
         2: b = -> thief 40
         3: wasabi1 = a:0, a:1 -> x 40, y 40",
        "fifo: held b:0 BTC 40",
    );
    assert_eq!(trace.findings, []);
}

/// An exchange that is paid by a mix was paid by nobody knows whom.
#[test]
fn a_service_behind_a_mix_is_not_reached() {
    let trace = check(
        &["b:0"],
        "1: a = -> miner 60
         2: b = -> thief 40
         3: wasabi2 = b:0, a:0 -> exchange 50, y 50",
        "haircut + fifo + lifo: mixer Wasabi 2 CoinJoin BTC 40",
    );
    assert_eq!(trace.terminals[0].amounts[0], Amount::from(40u64));
}

/// Findings are bounded; what they are about is not.
#[test]
fn many_mixes_are_counted() {
    let thefts = vec!["thief 2"; 1_003].join(", ");
    let mut story = format!("1: a = -> miner 1\n2: b = -> {thefts}\n");
    for number in 0..1_003 {
        let clean = match number {
            0 => "a:0".to_owned(),
            _ => format!("joinmarket-{}:1", number - 1),
        };
        story += &format!("3: joinmarket-{number} = b:{number}, {clean} -> x 2, miner 1\n");
    }
    let stolen: Vec<String> = (0..1_003).map(|number| format!("b:{number}")).collect();
    let stolen: Vec<&str> = stolen.iter().map(String::as_str).collect();
    let trace = check(&stolen, &story, "dirty-first: mixer JoinMarket CoinJoin BTC 2006");
    assert_eq!(trace.findings.len(), 1_000);
    let limits: Vec<_> = trace.limits.iter().filter(|limit| limit.contains("3 more")).collect();
    assert_eq!(limits.len(), 1, "{:?}", trace.limits);
}

//! Three thefts that MFTracer's authors traced by hand (LaunderNetEvm41: LI.FI, a 54 M dollar
//! phishing, XScam), replayed with dirty-first.
//!
//! The data are net dollars per transaction and do not conserve value, so no exact replay can
//! taint all of them; what it must taint is stated below. They hold illicit edges only, so
//! nothing is said about precision. Without `../shared/data` the tests say so and pass.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test stops at the first surprise")]

mod labelled;

use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{Amount, AssetList, Fraction};
use hawkshaw_trace::{Options, Scene, Stops, trace};
use labelled::{case, folder, rows};

/// The least part of the edges' value that must be tainted, and be on edges with any taint.
struct Floor {
    tainted: &'static str,
    touched: &'static str,
}

fn check(name: &str, floor: &Floor) {
    let Some(folder) = folder(name) else { return };
    let rows = rows(&folder.join(format!("{name}.csv")));
    let case = case(&folder, &rows);
    let total = rows.iter().fold(Amount::ZERO, |sum, r| sum.checked_add(r.amount).unwrap());
    let (ledger, _) = MemoryLedger::from_rows(rows, Vec::new()).unwrap();
    let options =
        Options { stops: Stops::Tagged, floor: "0".parse().unwrap(), ..Options::default() };
    let trace =
        trace(&Scene::new(&ledger, &case, &AssetList::built_in(), &|_| None, &options)).unwrap();
    let (mut tainted, mut touched) = (Amount::ZERO, Amount::ZERO);
    for edge in trace.edges.iter().filter(|edge| !edge.tainted[0].is_zero()) {
        tainted = tainted.checked_add(edge.tainted[0]).unwrap();
        touched = touched.checked_add(edge.amount).unwrap();
    }
    let percent = |part: Amount| {
        let basis_points = part.to_u256() * Amount::from(10_000u64).to_u256() / total.to_u256();
        Amount::from_u256(basis_points).to_units(2)
    };
    eprintln!("{name}: tainted {} %, touched {} % of value", percent(tainted), percent(touched));
    let least = |text: &str| text.parse::<Fraction>().unwrap();
    assert!(!least(floor.tainted).exceeds(tainted, total), "{name} tainted {}", percent(tainted));
    assert!(!least(floor.touched).exceeds(touched, total), "{name} touched {}", percent(touched));
    for balance in trace.balance.iter().flatten().flatten() {
        assert_eq!(balance.stolen, balance.accounted);
    }
}

#[test]
fn lifi() {
    check("LIFI", &Floor { tainted: "0.985", touched: "0.994" });
}

#[test]
fn phishing_of_54_million() {
    check("54m", &Floor { tainted: "0.96", touched: "0.978" });
}

#[test]
fn xscam() {
    check("XScam", &Floor { tainted: "0.58", touched: "0.90" });
}

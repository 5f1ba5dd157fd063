//! Temporary.
use hawkshaw_fixture::random::RandomLedger;
use hawkshaw_trace::Detail;
use crate::compare::Question;

#[test]
fn survey() {
    let n: u64 = std::env::var("N").ok().and_then(|n| n.parse().ok()).unwrap_or(0);
    std::panic::set_hook(Box::new(|_| {}));
    for seed in 0..n {
        for (name, ledger) in [("acc", RandomLedger::of_accounts(seed)), ("out", RandomLedger::of_outputs(seed))] {
            let assets = ledger.assets();
            let q = Question { story: &ledger.story, case: &ledger.case, assets: &assets, stop: &|a| ledger.stop(a), detail: Detail::Totals };
            match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| q.difference())) {
                Ok(d) if d.is_empty() => {}
                Ok(d) => { let l: Vec<&str> = d.lines().filter(|l| !l.is_empty()).collect(); println!("DIFF {name} {seed} rows {} lines {}: {}", ledger.story.transfers.len(), l.len(), l.iter().find(|l| !l.starts_with("unexp")).unwrap_or(&l[0])); }
                Err(e) => { let m = e.downcast_ref::<String>().cloned().or(e.downcast_ref::<&str>().map(|s| s.to_string())).unwrap_or_default(); println!("PANIC {name} {seed}: {m}"); }
            }
        }
    }
}

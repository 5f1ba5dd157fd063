//! The answer for people.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use hawkshaw_model::{AccountIx, Amount, ReadError};
use hawkshaw_wallets::change::{Change, MARGIN, Verdict, Weighed};
use hawkshaw_wallets::peel::{Carried, End, Hop, Origin, OriginEnd, Paid, Payee, Peel, PeelChain};

use super::Answer;
use super::book::Book;
use super::words;

/// Chains without any transaction that are shown; JSON has all.
const IDLE_SHOWN: usize = 10;
/// Outputs and addresses of one kind that are shown; JSON has all.
const ROWS_SHOWN: usize = 20;

pub(super) fn render(book: &Book<'_>, answer: &Answer) -> Result<String, ReadError> {
    let mut text = String::new();
    let tip = match book.chain.heights {
        Some((_, last)) => format!("block {last}, {}", book.chain.times.1),
        None => book.chain.times.1.to_string(),
    };
    let _ = writeln!(text, "Peel chains of {}\nThe ledger reaches {tip}.", answer.target);
    let _ = writeln!(
        text,
        "Every step is an inference: it is taken only where one output is ahead of every other \
         by {MARGIN} points.",
    );
    if let Some(origin) = &answer.origin {
        backwards(&mut text, book, origin)?;
    }
    let (idle, moving): (Vec<_>, Vec<_>) =
        answer.chains.iter().partition(|chain| chain.hops.is_empty());
    for (number, found) in moving.iter().enumerate() {
        chain(&mut text, book, number + 1, found)?;
    }
    if !idle.is_empty() {
        let _ = writeln!(text, "\nWithout a step: {}", idle.len());
        for found in idle.iter().take(IDLE_SHOWN) {
            let outputs: Vec<String> =
                found.start.iter().map(|one| book.output(one.output)).collect::<Result<_, _>>()?;
            let _ = writeln!(
                text,
                "  {} {}: {}",
                outputs.join(" and "),
                book.units(found.amount_in),
                ending(book, &found.end)?,
            );
        }
        more(&mut text, idle.len(), IDLE_SHOWN, "");
    }
    if moving.len() > 1 {
        together(&mut text, book, &moving)?;
    }
    for limit in &answer.limits {
        let _ = writeln!(text, "Limit: {limit}");
    }
    Ok(text)
}

fn backwards(text: &mut String, book: &Book<'_>, origin: &Origin) -> Result<(), ReadError> {
    let _ = writeln!(text, "\nBackwards, the nearest first");
    for (number, step) in origin.steps.iter().enumerate() {
        let (time, height) = book.place(step.tx)?;
        let _ = writeln!(
            text,
            "  {:>4}  {time}  {:>8}  {}  {}, its change by {}",
            format!("-{}", number + 1),
            height.map_or_else(String::new, |height| height.to_string()),
            book.tx(step.tx)?,
            step.change.fingerprint,
            points(step.margin),
        );
    }
    let at = match &origin.end {
        OriginEnd::Paid(change) => format!(" ({})", book.tx(change.tx)?),
        OriginEnd::Mix { tx, .. } => format!(" ({})", book.tx(*tx)?),
        _ => String::new(),
    };
    let _ = writeln!(text, "Begins here: {}{at}", words::origin(&origin.end));
    Ok(())
}

fn chain(
    text: &mut String,
    book: &Book<'_>,
    number: usize,
    found: &PeelChain,
) -> Result<(), ReadError> {
    let start = match &found.start[..] {
        [] => "what its first transaction spends".to_owned(),
        outputs => {
            let outputs: Vec<String> =
                outputs.iter().map(|one| book.output(one.output)).collect::<Result<_, _>>()?;
            outputs.join(" and ")
        }
    };
    let _ = writeln!(text, "\nChain {number}: {} from {start}", book.units(found.amount_in));
    for (at, one) in found.hops.iter().enumerate() {
        hop(text, book, at + 1, one)?;
    }
    let hops = found.hops.len();
    let steps = if hops == 1 { "1 transaction".to_owned() } else { format!("{hops} transactions") };
    let _ = writeln!(text, "Ended after {steps}: {}", ending(book, &found.end)?);
    match (&found.end, found.hops.last()) {
        (End::Unresolved(_), Some(last)) => candidates(text, book, &last.change, &found.rest)?,
        _ => {
            for one in found.rest.iter().take(ROWS_SHOWN) {
                let _ = writeln!(text, "  {}", held(book, one)?);
            }
            more(text, found.rest.len(), ROWS_SHOWN, "  ");
        }
    }
    totals(text, book, found)
}

/// Why a chain ends, and where.
fn ending(book: &Book<'_>, end: &End) -> Result<String, ReadError> {
    let at = end.tx().map(|tx| book.tx(tx)).transpose()?;
    let at = at.map_or_else(String::new, |tx| format!(" ({tx})"));
    Ok(format!("{}{at}", words::end(book, end)?))
}

fn hop(text: &mut String, book: &Book<'_>, number: usize, hop: &Hop) -> Result<(), ReadError> {
    let (time, height) = book.place(hop.tx)?;
    let height = height.map_or_else(String::new, |height| height.to_string());
    let _ = write!(
        text,
        "  {number:>4}  {time}  {height:>8}  {}  in {}",
        book.tx(hop.tx)?,
        book.units(hop.carried)
    );
    for (amount, what) in [(hop.joined, "joined by"), (hop.returned, "back came")] {
        if !amount.is_zero() {
            let _ = write!(text, ", {what} {}", book.units(amount));
        }
    }
    let mut paid = hop.peels.iter().map(|peel| peel.amount);
    let paid = paid.try_fold(Amount::ZERO, Amount::checked_add).unwrap_or_default();
    let _ = write!(text, ", aside {}", book.units(paid));
    if let Verdict::Change { outputs, margin } = &hop.change.verdict {
        let mut on = hop.next.iter().map(|one| one.amount);
        let on = on.try_fold(Amount::ZERO, Amount::checked_add).unwrap_or_default();
        let outputs: Vec<String> = outputs.iter().map(|vout| format!(":{vout}")).collect();
        let _ = write!(text, ", on {} at {}, ahead by {margin}", book.units(on), outputs.join(" "));
    }
    text.push('\n');
    for one in hop.peels.iter().take(ROWS_SHOWN) {
        let _ = writeln!(text, "        {}", peel(book, one)?);
    }
    more(text, hop.peels.len(), ROWS_SHOWN, "        ");
    Ok(())
}

/// A payment aside, on a line.
fn peel(book: &Book<'_>, peel: &Peel) -> Result<String, ReadError> {
    let to = match &peel.to {
        Payee::Service { account, stop } => {
            let address = book.address(Some(*account))?.unwrap_or_default();
            format!("{} {address}", words::service(stop))
        }
        Payee::Address(account) => {
            let address = book.address(Some(*account))?.unwrap_or_default();
            match book.name(*account)? {
                Some(name) => format!("{address} (tagged {name})"),
                None => format!("{address} (unknown)"),
            }
        }
        Payee::NoAddress => "an output without an address".to_owned(),
        Payee::Unspendable => "nobody: it cannot be spent".to_owned(),
    };
    let after = match (&peel.returned_in, &peel.onto, peel.spender) {
        (Some(tx), _, _) => format!(", and came back in {}: no payment", book.tx(*tx)?),
        (None, Some(stop), Some(tx)) => {
            format!(", whence on to {} in {}", words::stop(stop), book.tx(tx)?)
        }
        _ => String::new(),
    };
    Ok(format!(":{} {} to {to}{after}", peel.vout, book.units(peel.amount)))
}

/// The outputs that could be the change, with what speaks for each.
fn candidates(
    text: &mut String,
    book: &Book<'_>,
    change: &Change,
    rest: &[Carried],
) -> Result<(), ReadError> {
    let is_open = |output: &&Weighed| rest.iter().any(|one| Some(one.output) == output.output);
    let open: Vec<&Weighed> = change.outputs.iter().filter(is_open).collect();
    for output in open.iter().take(ROWS_SHOWN) {
        let address = book.address(output.holder)?.unwrap_or_else(|| "no address".to_owned());
        let spent = match output.spender {
            Some(tx) => format!("spent in {} ({})", book.tx(tx)?, output.onward.as_str()),
            None => "not spent".to_owned(),
        };
        let _ = writeln!(
            text,
            "  :{} {} at {address}, {}, {spent}",
            output.vout,
            book.units(output.amount),
            points(output.score),
        );
        let reasons: Vec<String> = output
            .reasons
            .iter()
            .map(|reason| format!("{} {:+}", reason.rule.as_str(), reason.points))
            .collect();
        if !reasons.is_empty() {
            let _ = writeln!(text, "        {}", reasons.join(", "));
        }
    }
    more(text, open.len(), ROWS_SHOWN, "  ");
    Ok(())
}

fn points(points: i32) -> String {
    if points == 1 { "1 point".to_owned() } else { format!("{points} points") }
}

fn held(book: &Book<'_>, carried: &Carried) -> Result<String, ReadError> {
    let address = book.address(carried.holder)?.unwrap_or_else(|| "no address".to_owned());
    let output = book.output(carried.output)?;
    Ok(format!("{output} {} at {address}", book.units(carried.amount)))
}

fn totals(text: &mut String, book: &Book<'_>, found: &PeelChain) -> Result<(), ReadError> {
    let totals = &found.totals;
    let _ = writeln!(text, "What came in: {}", book.units(found.amount_in));
    if !totals.joined.is_zero() {
        let _ = writeln!(text, "  joined on the way: {}", book.units(totals.joined));
    }
    for (service, paid) in &totals.services {
        row(text, book, &words::service(service), *paid);
    }
    let mut addresses: Vec<_> = totals.addresses.iter().collect();
    addresses.sort_by(|a, b| (b.1.amount, a.0).cmp(&(a.1.amount, b.0)));
    for (account, paid) in addresses.iter().take(ROWS_SHOWN) {
        let address = book.address(Some(**account))?.unwrap_or_default();
        row(text, book, &format!("unknown {address}"), **paid);
    }
    more(text, addresses.len(), ROWS_SHOWN, "  ");
    for (service, (addresses, paid)) in onward(found) {
        let by_way = match addresses.len() {
            1 => "1 address".to_owned(),
            count => format!("{count} addresses"),
        };
        row(text, book, &format!("of these on to {service}, by way of {by_way}"), paid);
    }
    for (what, paid) in [
        ("without an address", totals.no_address),
        ("unspendable", totals.unspendable),
        ("came back, counted nowhere", totals.returned),
    ] {
        if paid.payments > 0 {
            row(text, book, what, paid);
        }
    }
    let _ = writeln!(text, "  fees: {}", book.units(totals.fees));
    let rest = match &found.end {
        End::Unresolved(_) => "unresolved",
        _ => "left",
    };
    let _ = writeln!(text, "  {rest}: {}", book.units(totals.rest));
    Ok(())
}

/// What untagged payees got that they passed on to services alone, by service: the payees, and
/// how much they got.
fn onward(found: &PeelChain) -> BTreeMap<String, (BTreeSet<AccountIx>, Paid)> {
    let mut all: BTreeMap<String, (BTreeSet<AccountIx>, Paid)> = BTreeMap::new();
    let peels = found.hops.iter().flat_map(|hop| &hop.peels);
    for peel in peels.filter(|peel| peel.returned_in.is_none()) {
        let (Payee::Address(account), Some(stop)) = (&peel.to, &peel.onto) else { continue };
        let (accounts, paid) = all.entry(words::stop(stop)).or_default();
        accounts.insert(*account);
        paid.payments += 1;
        paid.amount = paid.amount.checked_add(peel.amount).unwrap_or(paid.amount);
    }
    all
}

fn row(text: &mut String, book: &Book<'_>, what: &str, paid: Paid) {
    let payments = match paid.payments {
        1 => "1 payment".to_owned(),
        count => format!("{count} payments"),
    };
    let _ = writeln!(text, "  {what}: {} in {payments}", book.units(paid.amount));
}

/// What services got from all chains.
fn together(text: &mut String, book: &Book<'_>, chains: &[&PeelChain]) -> Result<(), ReadError> {
    let mut all = BTreeMap::<_, Paid>::new();
    for (service, paid) in chains.iter().flat_map(|chain| &chain.totals.services) {
        let sum = all.entry(service).or_default();
        sum.payments += paid.payments;
        sum.amount = sum.amount.checked_add(paid.amount).unwrap_or(sum.amount);
    }
    if !all.is_empty() {
        let _ = writeln!(text, "\nServices, over all chains");
        for (service, paid) in all {
            row(text, book, &words::service(service), paid);
        }
    }
    Ok(())
}

fn more(text: &mut String, all: usize, shown: usize, indent: &str) {
    if all > shown {
        let _ = writeln!(text, "{indent}and {} more: see --json", all - shown);
    }
}

//! What ends and reasons are called.

use hawkshaw_model::{Mix, Printable, ReadError, Stop};
use hawkshaw_wallets::change::{Abstention, Change, Verdict};
use hawkshaw_wallets::peel::{End, OriginEnd, ServiceKey};

use super::book::Book;

/// Why a chain ends, as a sentence without its last point.
pub(super) fn end(book: &Book<'_>, end: &End) -> Result<String, ReadError> {
    Ok(match end {
        End::Unspent => {
            format!("what is left is still there: it was not spent by {}", book.chain.times.1)
        }
        End::Service(stop) => format!("what is left is at a service: {}", service(&stop.into())),
        End::PaidOut => "nothing goes on: everything was paid out".to_owned(),
        End::Unresolved(why) => format!("unresolved: {}", abstention(why)),
        End::Mix { mix, .. } => mixed(mix),
        End::Merge { inputs, sources, .. } => format!(
            "merge point: it is spent in one transaction with {inputs} inputs from {sources} \
             transactions, too much of it from elsewhere to say what comes out"
        ),
        End::Dwell { seconds, .. } => {
            format!(
                "it lay for {} days, longer than was allowed, and was spent then",
                seconds / 86_400
            )
        }
        End::Joins { .. } => "it goes on in a chain above".to_owned(),
        End::HopLimit { .. } => "the number of hops that was allowed is reached".to_owned(),
        End::Contradiction { .. } => "the ledger contradicts itself here".to_owned(),
    })
}

/// Why nothing is said to be the change.
pub(super) fn abstention(why: &Abstention) -> String {
    match why {
        Abstention::Mix(mix) => mixed(mix),
        Abstention::Coinbase => "new coins: nobody's change".to_owned(),
        Abstention::NoCandidate => "everything was paid to services or is unspendable".to_owned(),
        Abstention::ManyOutputs(outputs) => {
            format!("{outputs} outputs that could be the change are a batch of payments")
        }
        Abstention::Weak => "too little says that any output is the change".to_owned(),
        Abstention::Close { margin: 0 } => "the best outputs have the same score".to_owned(),
        Abstention::Close { margin } => {
            let points = if *margin == 1 { "point" } else { "points" };
            format!("the best output is ahead by {margin} {points} only")
        }
        Abstention::Alike => {
            "another output than the best one is spent just as this wallet spends".to_owned()
        }
        Abstention::OnlyMoved => {
            "only that it moved on speaks for the best output, and another one looks more like \
             change"
                .to_owned()
        }
    }
}

/// Why a chain goes no further back.
pub(super) fn origin(end: &OriginEnd) -> String {
    match end {
        OriginEnd::Coinbase => "the coins are new".to_owned(),
        OriginEnd::NoData => "the ledger does not hold what was spent".to_owned(),
        OriginEnd::Gathered { sources } => {
            format!("coins of {sources} transactions were spent together here")
        }
        OriginEnd::Paid(change) => format!("it was paid by a transaction {}", paid(change)),
        OriginEnd::Mix { mix, .. } => mixed(mix),
        OriginEnd::HopLimit => "the number of hops that was allowed is reached".to_owned(),
    }
}

fn paid(change: &Change) -> String {
    match &change.verdict {
        Verdict::Change { outputs, margin } => {
            let outputs: Vec<String> = outputs.iter().map(|vout| format!(":{vout}")).collect();
            format!("whose change is {}, ahead by {margin}", outputs.join(", "))
        }
        Verdict::Abstains(why) => format!("whose change is not known: {}", abstention(why)),
    }
}

fn mixed(mix: &Mix) -> String {
    let confidence = format!("{}.{} %", mix.confidence / 10, mix.confidence % 10);
    match mix.class.is_mix() {
        true => format!(
            "CoinJoin ({}, confidence {confidence}): nobody can say whose coins come out",
            mix.class.name()
        ),
        false => format!("it prepares a CoinJoin ({}, confidence {confidence})", mix.class.name()),
    }
}

/// A service: `Kraken (exchange)`.
pub(super) fn service(service: &ServiceKey) -> String {
    match &service.actor {
        Some(actor) => format!("{} ({})", Printable(actor), service.kind),
        None => format!("unnamed {}", service.kind),
    }
}

/// The same of what a tag says.
pub(super) fn stop(stop: &Stop) -> String {
    service(&stop.into())
}

//! The answer as JSON, schema `hawkshaw.peel/1`.

use hawkshaw_model::{Grade, Mix, ReadError, Stop, TxIx};
use hawkshaw_wallets::change::{Abstention, Change, MARGIN, Standing, Verdict, Weighed};
use hawkshaw_wallets::fingerprint::{Fingerprint, kind_word};
use hawkshaw_wallets::peel::{
    Carried, End, Hop, Origin, OriginEnd, Paid, Payee, Peel, PeelChain, ServiceKey, Totals,
};
use serde_json::{Value, json};

use super::Answer;
use super::book::Book;
use super::words;
use crate::screen;

pub(super) fn render(book: &Book<'_>, answer: &Answer) -> Result<String, ReadError> {
    let chains = answer.chains.iter().map(|found| chain(book, found));
    let value = json!({
        "schema": "hawkshaw.peel/1",
        "target": answer.target,
        "chain": book.chain.id.as_str(),
        "grade": Grade::Inference,
        "as_of": {
            "time": book.chain.times.1,
            "height": book.chain.heights.map(|(_, last)| last),
        },
        "settings": {
            "margin": MARGIN,
            "hops_max": answer.settings.hops_max,
            "dwell_max_seconds": answer.settings.dwell_max,
        },
        "chains": chains.collect::<Result<Vec<_>, _>>()?,
        "backwards": answer.origin.as_ref().map(|origin| backwards(book, origin)).transpose()?,
        "limits": answer.limits,
    });
    Ok(screen::visible(&format!("{value:#}\n")))
}

fn chain(book: &Book<'_>, found: &PeelChain) -> Result<Value, ReadError> {
    let hops = found.hops.iter().map(|one| hop(book, one));
    let last = found.hops.last().map(|hop| &hop.change);
    Ok(json!({
        "start": outputs(book, &found.start)?,
        "amount_in": found.amount_in,
        "hops": hops.collect::<Result<Vec<_>, _>>()?,
        "end": end(book, &found.end, last)?,
        "rest": outputs(book, &found.rest)?,
        "totals": totals(book, &found.totals)?,
    }))
}

fn outputs(book: &Book<'_>, carried: &[Carried]) -> Result<Vec<Value>, ReadError> {
    let output = |one: &Carried| {
        Ok(json!({
            "output": book.output(one.output)?,
            "address": book.address(one.holder)?,
            "amount": one.amount,
        }))
    };
    carried.iter().map(output).collect()
}

fn hop(book: &Book<'_>, hop: &Hop) -> Result<Value, ReadError> {
    let (time, height) = book.place(hop.tx)?;
    let peels = hop.peels.iter().map(|one| peel(book, one));
    Ok(json!({
        "tx": book.tx(hop.tx)?,
        "time": time,
        "height": height,
        "amount_in": hop.carried,
        "joined": hop.joined,
        "returned": hop.returned,
        "fee": hop.fee,
        "peels": peels.collect::<Result<Vec<_>, _>>()?,
        "next": outputs(book, &hop.next)?,
        "change": change(book, &hop.change)?,
    }))
}

fn peel(book: &Book<'_>, peel: &Peel) -> Result<Value, ReadError> {
    let (kind, account, service) = match &peel.to {
        Payee::Service { account, stop } => ("service", Some(*account), Some(stop)),
        Payee::Address(account) => ("unknown", Some(*account), None),
        Payee::NoAddress => ("no-address", None, None),
        Payee::Unspendable => ("unspendable", None, None),
    };
    Ok(json!({
        "vout": peel.vout,
        "amount": peel.amount,
        "to": kind,
        "address": book.address(account)?,
        "name": account.map(|account| book.name(account)).transpose()?.flatten(),
        "service": service.map(service_json),
        "spent_by": tx(book, peel.spender)?,
        "onto": peel.onto.as_ref().map(stop_json),
        "returned_in": tx(book, peel.returned_in)?,
    }))
}

fn change(book: &Book<'_>, change: &Change) -> Result<Value, ReadError> {
    let (named, margin, abstains) = match &change.verdict {
        Verdict::Change { outputs, margin } => (outputs.clone(), Some(*margin), None),
        Verdict::Abstains(why) => (Vec::new(), None, Some(abstention(why))),
    };
    let weighed = change.outputs.iter().map(|one| weighed(book, one));
    Ok(json!({
        "outputs": named,
        "margin": margin,
        "abstains": abstains,
        "fingerprint": fingerprint(&change.fingerprint),
        "candidates": weighed.collect::<Result<Vec<_>, _>>()?,
    }))
}

fn weighed(book: &Book<'_>, output: &Weighed) -> Result<Value, ReadError> {
    let reasons = output.reasons.iter().map(|reason| {
        json!({ "rule": reason.rule.as_str(), "for": reason.is_for, "points": reason.points })
    });
    let standing = match &output.standing {
        Standing::Open => "open",
        Standing::Service(_) => "service",
        Standing::Unspendable => "unspendable",
        Standing::Empty => "empty",
    };
    Ok(json!({
        "vout": output.vout,
        "amount": output.amount,
        "address": book.address(output.holder)?,
        "script": output.kind.map(kind_word),
        "standing": standing,
        "score": output.score,
        "reasons": reasons.collect::<Vec<_>>(),
        "spent_by": tx(book, output.spender)?,
        "onward": output.onward.as_str(),
    }))
}

fn fingerprint(print: &Fingerprint) -> Value {
    let kinds = |kinds: &[hawkshaw_model::ScriptKind]| {
        kinds.iter().map(|kind| kind_word(*kind)).collect::<Vec<_>>()
    };
    json!({
        "inputs": print.inputs,
        "input_class": print.input_class().as_str(),
        "input_scripts": kinds(&print.input_kinds),
        "outputs": print.outputs,
        "output_class": print.output_class().as_str(),
        "output_scripts": kinds(&print.output_kinds),
        "fee": print.fee,
        "fee_rate_sat_per_kvb": print.fee_rate,
        "fee_class": print.fee_class().map(|class| class.as_str()),
        "pays_itself": print.reuses,
        "order": print.order.as_str(),
    })
}

fn abstention(why: &Abstention) -> Value {
    json!({ "reason": why.as_str(), "text": words::abstention(why) })
}

fn end(book: &Book<'_>, end: &End, last: Option<&Change>) -> Result<Value, ReadError> {
    let (mut mix, mut service, mut reason) = (None, None, None);
    match end {
        End::Mix { mix: found, .. } => mix = Some(mix_json(found)),
        End::Service(stop) => service = Some(stop_json(stop)),
        End::Unresolved(why) => reason = Some(why.as_str()),
        _ => {}
    }
    let unresolved = reason.and(last).map(|last| last.tx);
    let at = end.tx().or(unresolved);
    Ok(json!({
        "kind": end.as_str(),
        "text": words::end(book, end)?,
        "tx": tx(book, at)?,
        "reason": reason,
        "mix": mix,
        "service": service,
    }))
}

fn totals(book: &Book<'_>, totals: &Totals) -> Result<Value, ReadError> {
    let services = totals.services.iter().map(|(service, paid)| {
        json!({
            "kind": service.kind.name(),
            "actor": service.actor,
            "payments": paid.payments,
            "amount": paid.amount,
        })
    });
    let mut addresses = Vec::new();
    for (account, paid) in &totals.addresses {
        addresses.push(json!({
            "address": book.address(Some(*account))?,
            "payments": paid.payments,
            "amount": paid.amount,
        }));
    }
    let paid = |paid: Paid| json!({ "payments": paid.payments, "amount": paid.amount });
    Ok(json!({
        "joined": totals.joined,
        "services": services.collect::<Vec<_>>(),
        "addresses": addresses,
        "no_address": paid(totals.no_address),
        "unspendable": paid(totals.unspendable),
        "returned": paid(totals.returned),
        "fees": totals.fees,
        "rest": totals.rest,
    }))
}

fn backwards(book: &Book<'_>, origin: &Origin) -> Result<Value, ReadError> {
    let mut steps = Vec::new();
    for step in &origin.steps {
        let (time, height) = book.place(step.tx)?;
        steps.push(json!({
            "tx": book.tx(step.tx)?,
            "time": time,
            "height": height,
            "change": change(book, &step.change)?,
        }));
    }
    let (at, last) = match &origin.end {
        OriginEnd::Paid(last) => (Some(last.tx), Some(change(book, last)?)),
        OriginEnd::Mix { tx, .. } => (Some(*tx), None),
        _ => (None, None),
    };
    Ok(json!({
        "hops": steps,
        "end": {
            "kind": origin.end.as_str(),
            "text": words::origin(&origin.end),
            "tx": tx(book, at)?,
            "change": last,
        },
    }))
}

fn service_json(service: &ServiceKey) -> Value {
    json!({ "kind": service.kind.name(), "actor": service.actor })
}

fn stop_json(stop: &Stop) -> Value {
    service_json(&stop.into())
}

fn mix_json(mix: &Mix) -> Value {
    json!({ "class": mix.class.as_str(), "confidence_per_mille": mix.confidence, "rule": mix.rule })
}

fn tx(book: &Book<'_>, tx: Option<TxIx>) -> Result<Option<String>, ReadError> {
    tx.map(|tx| book.tx(tx)).transpose()
}

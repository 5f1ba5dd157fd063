//! Logs, calls and memos in a ledger store.

use hawkshaw_bridges::Log;
use hawkshaw_ledger::store::Snapshot;
use hawkshaw_model::{Case, Ledger, ReadError};

use crate::evidence::{
    Drafts, Evidence, first_since, first_theft, is_of_use, is_utxo, memos, time_of,
};

/// What a store holds beside movements, from a little before the first theft on.
pub(crate) fn of_store(snapshot: &Snapshot, case: &Case) -> Result<Evidence, ReadError> {
    let mut drafts = Drafts::default();
    let since = first_theft(snapshot, case)?;
    for (place, chain) in snapshot.chains().iter().enumerate() {
        if is_utxo(chain) {
            continue;
        }
        let first = first_since(snapshot, chain, since)?;
        if first.0 >= chain.txs.end {
            continue;
        }
        let height = snapshot.transaction(first)?.point.map_or(0, |point| point.height);
        for event in snapshot.events(place, height..u64::MAX) {
            let event = event?;
            // Most logs of a store are of no use here, such as approvals.
            if !event.topics.first().is_some_and(is_of_use) {
                continue;
            }
            let Some(time) = time_of(snapshot, &chain.id, event.tx)? else {
                *drafts.defects.entry("evidence: log-without-time".to_owned()).or_default() += 1;
                continue;
            };
            let log = Log {
                event: event.event,
                emitter: snapshot.account(event.emitter)?,
                topics: event.topics,
                data: event.data.into_vec(),
            };
            drafts.log(&chain.id, event.tx, event.height, time, log);
        }
        for call in snapshot.calls(place, height..u64::MAX) {
            let call = call?;
            if !drafts.wants_call(&chain.id, call.tx, &call.data) {
                continue;
            }
            let time = time_of(snapshot, &chain.id, call.tx)?;
            let Some(record) = drafts.record(&chain.id, call.tx, call.height, time) else {
                continue;
            };
            record.sender = call.sender.map(|sender| snapshot.account(sender)).transpose()?;
            record.to = call.to.map(|to| snapshot.account(to)).transpose()?;
            record.success = call.success;
            record.calldata = call.data.into_vec();
        }
    }
    memos::add(&mut drafts, snapshot, since)?;
    drafts.finish(snapshot)
}

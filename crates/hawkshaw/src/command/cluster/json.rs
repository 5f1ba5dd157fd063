//! The answer as JSON, schema `hawkshaw.cluster/1`.

use std::collections::BTreeMap;

use anyhow::anyhow;
use hawkshaw_model::{Amount, AssetList, Grade, Ledger, MixClass, TxIx};
use hawkshaw_wallets::{Clusters, Flow, MemberFlow};
use serde_json::{Map, Value, json};

use super::answer::{About, Answer, Known, Status, statement};
use super::ground::Ground;
use crate::exit::Failure;

/// What is asked of the ledger while it is written down.
struct Writer<'a> {
    ledger: &'a dyn Ledger,
    chain: usize,
}

pub(super) fn render(
    ground: &Ground,
    answers: &[Answer],
    known: &BTreeMap<usize, Known>,
    assets: &AssetList,
) -> Result<Value, Failure> {
    let mut list = Vec::new();
    for answer in answers {
        list.push(one(ground, answer, super::known_of(answer, known))?);
    }
    let mut ledgers = Vec::new();
    for known in known.values() {
        let writer = Writer { ledger: ground.ledger(), chain: known.chain };
        ledgers.push(writer.all(&known.clusters, ground, assets)?);
    }
    Ok(json!({
        "schema": "hawkshaw.cluster/1",
        "grade": Grade::Inference.as_str(),
        "answers": list,
        "ledgers": ledgers,
    }))
}

fn one(ground: &Ground, answer: &Answer, known: Option<&Known>) -> Result<Value, Failure> {
    let mut json = json!({
        "account": answer.account.to_string(),
        "address": answer.account.address_for_people(),
        "status": answer.status.as_str(),
        "says": statement(answer),
        "own": null,
        "cluster": null,
    });
    if let (Some(about), Some(known)) = (&answer.about, known) {
        let writer = Writer { ledger: ground.ledger(), chain: known.chain };
        if let Some(own) = answer.own {
            json["own"] = writer.flow(&own.flow)?;
        }
        if answer.status == Status::Cluster {
            json["cluster"] = writer.cluster(about, &known.clusters)?;
        }
        writer.beside(about, &known.clusters, &mut json)?;
    }
    Ok(json)
}

fn amount(amount: Option<Amount>) -> Value {
    amount.map_or(Value::Null, |amount| Value::from(amount.to_string()))
}

impl Writer<'_> {
    fn tx(&self, tx: TxIx) -> Result<(Value, Value), Failure> {
        let about = self.ledger.transaction(tx).map_err(Failure::bad_data)?;
        let hash = about.hash.map_or(Value::Null, |hash| Value::from(hash.to_string()));
        Ok((hash, Value::from(about.time.to_string())))
    }

    /// A transaction that is counted from the first of the chain.
    fn local_tx(&self, tx: u32) -> Result<(Value, Value), Failure> {
        self.tx(TxIx(self.ledger.chains()[self.chain].txs.start + u64::from(tx)))
    }

    fn account(&self, account: u32) -> Result<Value, Failure> {
        let account = self.ledger.account(hawkshaw_model::AccountIx(account));
        Ok(Value::from(account.map_err(Failure::bad_data)?.to_string()))
    }

    fn flow(&self, flow: &Flow) -> Result<Value, Failure> {
        let (mut first, mut last) = ((Value::Null, Value::Null), (Value::Null, Value::Null));
        if let Some((from, to)) = flow.span {
            (first, last) = (self.tx(from)?, self.tx(to)?);
        }
        Ok(json!({
            "received": amount(flow.received),
            "spent": amount(flow.spent),
            "balance": amount(flow.balance()),
            "transactions": flow.txs,
            "inputs": flow.inputs,
            "first": { "tx": first.0, "time": first.1 },
            "last": { "tx": last.0, "time": last.1 },
        }))
    }

    fn member(&self, member: &MemberFlow) -> Result<Value, Failure> {
        let mut json = self.flow(&member.flow)?;
        json["account"] = self.account(member.account.0)?;
        Ok(json)
    }

    fn cluster(&self, about: &About, clusters: &Clusters) -> Result<Value, Failure> {
        let portrait = &about.portrait;
        let mut json = self.flow(&portrait.flow)?;
        let Value::Object(object) = &mut json else {
            return Err(Failure::BadData(anyhow!("a flow is an object")));
        };
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        put("id", Value::from(about.id.to_string()));
        put("addresses", Value::from(portrait.size));
        put("is_largest", Value::from(about.is_largest));
        put("returned", amount(portrait.returned));
        let actor = clusters.actor_of(about.number);
        put("actor", actor.map_or(Value::Null, Value::from));
        let members: Result<Vec<_>, _> = portrait.members.iter().map(|m| self.member(m)).collect();
        put("members", Value::from(members?));
        let left_out = u64::from(portrait.size).saturating_sub(portrait.members.len() as u64);
        put("members_left_out", Value::from(left_out));
        put("joined_by", self.joined_by(about)?);
        let left_out = portrait.joining_count.saturating_sub(portrait.joining.len());
        put("joined_by_left_out", Value::from(left_out));
        put("jumps", self.jumps(&about.jumps)?);
        put("jumps_left_out", Value::from(about.jumps_left_out));
        Ok(json)
    }

    /// What is known of an address whether or not it is in a cluster.
    fn beside(&self, about: &About, clusters: &Clusters, json: &mut Value) -> Result<(), Failure> {
        json["tags"] = tags(about);
        json["tagged_left_out"] = Value::from(about.tagged_left_out);
        json["withheld"] = self.withheld(about)?;
        let counts = about.portrait.withheld_counts.iter();
        let counts: Map<_, _> =
            counts.map(|(why, count)| (why.as_str().to_owned(), Value::from(*count))).collect();
        json["withheld_counts"] = Value::Object(counts);
        json["vetoes"] = self.vetoes(about, clusters)?;
        json["vetoes_left_out"] = Value::from(about.vetoes_left_out);
        let warnings = about.warnings(clusters).into_iter();
        let warnings = warnings.map(|(kind, text)| json!({ "kind": kind, "text": text }));
        json["warnings"] = warnings.collect();
        Ok(())
    }

    fn joined_by(&self, about: &About) -> Result<Value, Failure> {
        let mut list = Vec::new();
        for joining in &about.portrait.joining {
            let (tx, time) = self.tx(joining.tx)?;
            list.push(json!({
                "tx": tx,
                "time": time,
                "clusters": joining.clusters,
                "inputs": joining.inputs,
                "addresses": joining.accounts,
            }));
        }
        Ok(Value::from(list))
    }

    fn withheld(&self, about: &About) -> Result<Value, Failure> {
        let mut list = Vec::new();
        for withheld in &about.portrait.withheld {
            let (tx, time) = self.tx(withheld.tx)?;
            list.push(json!({
                "tx": tx,
                "time": time,
                "reason": withheld.why.as_str(),
                "addresses": withheld.accounts,
                "other_clusters": withheld.others,
            }));
        }
        Ok(Value::from(list))
    }

    fn vetoes(&self, about: &About, clusters: &Clusters) -> Result<Value, Failure> {
        let mut list = Vec::new();
        for veto in &about.vetoes {
            let (tx, time) = self.local_tx(veto.tx)?;
            let [one, other] = veto.accounts;
            list.push(json!({
                "tx": tx,
                "time": time,
                "accounts": [self.account(one)?, self.account(other)?],
                "actors": veto.actors.map(|actor| clusters.actor_name(actor).to_owned()),
            }));
        }
        Ok(Value::from(list))
    }

    fn jumps(&self, jumps: &[hawkshaw_wallets::Jump]) -> Result<Value, Failure> {
        let mut list = Vec::new();
        for jump in jumps {
            let (tx, time) = self.local_tx(jump.tx)?;
            list.push(json!({
                "tx": tx, "time": time, "largest": jump.largest, "second": jump.second,
            }));
        }
        Ok(Value::from(list))
    }

    /// What is known of all clusters of the chain.
    fn all(
        &self,
        clusters: &Clusters,
        ground: &Ground,
        assets: &AssetList,
    ) -> Result<Value, Failure> {
        let chain = &self.ledger.chains()[self.chain];
        let (count, accounts) = clusters.joined();
        let mut growth = Vec::new();
        for point in clusters.growth() {
            let (tx, time) = self.local_tx(point.tx)?;
            growth.push(json!({ "tx": tx, "time": time, "addresses": point.size }));
        }
        let largest = match clusters.largest() {
            Some((root, size)) => json!({ "id": self.account(root.0)?, "addresses": size }),
            None => Value::Null,
        };
        let counts = clusters.counts();
        let mixes = MixClass::ALL.iter().zip(counts.mixes).filter(|(class, _)| class.is_mix());
        let mut withheld: Map<_, _> =
            mixes.map(|(class, count)| (class.as_str().to_owned(), Value::from(count))).collect();
        let others = [
            ("unnecessary-input", counts.unnecessary_input),
            ("mixed-kinds", counts.mixed_kinds),
            ("different-actors", counts.vetoes),
        ];
        withheld.extend(others.map(|(why, count)| (why.to_owned(), Value::from(count))));
        let asset = self.ledger.native_asset(&chain.id).map(|asset| self.ledger.asset(asset));
        Ok(json!({
            "chain": chain.id.to_string(),
            "asset": asset.map(ToString::to_string),
            "symbol": asset.map(|asset| assets.symbol(asset)),
            "coverage": ground.coverage(self.chain),
            "transactions": clusters.tx_count(),
            "clusters": count,
            "addresses_in_clusters": accounts,
            "largest": largest,
            "growth": growth,
            "jumps": clusters.jump_count(),
            "spending_transactions": counts.spending,
            "joining_transactions": counts.joining,
            "unions": counts.unions,
            "withheld": withheld,
            "inputs": {
                "unknown": counts.unknown_inputs,
                "keyless": counts.keyless_inputs,
                "repeated": counts.repeated_inputs,
            },
            "large_transactions": counts.large,
        }))
    }
}

fn tags(about: &About) -> Value {
    let tags = about.tagged.iter().flat_map(|(account, tags)| {
        tags.iter().map(move |tag| {
            json!({
                "account": account.to_string(),
                "label": tag.label,
                "actor": tag.actor.as_ref().map(ToString::to_string),
                "source": tag.source,
                "confidence": tag.confidence.level,
            })
        })
    });
    tags.collect()
}

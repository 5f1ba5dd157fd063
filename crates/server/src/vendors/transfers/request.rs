//! What clients of the transfer API send.

use std::sync::LazyLock;

use hawkshaw_model::{Amount, AssetId, AssetInfo, AssetList, ChainId, Timestamp, Usd, UsdPrice};
use hawkshaw_records::RegistrationKind;
use hawkshaw_screening::{Direction, Query};
use serde::{Deserialize, Serialize};
use serde_json::{Number, Value};

use crate::problem::{Kind, Problem};
use crate::vendors::ask::text;
use crate::vendors::chain::chain;
use crate::vendors::number::{base_units, sent_decimal};

/// Input addresses that a transfer may name.
const INPUTS_MAX: usize = 100;

/// Characters of a text that is given back.
const TEXT_MAX: usize = 500;

/// Places in which amounts of unknown assets are compared.
const PLACES_COMPARED: u8 = 30;

/// Assets by their symbols.
static ASSETS: LazyLock<AssetList> = LazyLock::new(AssetList::built_in);

/// What is to be registered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Wanted {
    pub(super) kind: RegistrationKind,
    pub(super) query: Query,
    pub(super) reference: Option<String>,
    pub(super) beside: Beside,
}

/// What this surface keeps beside a registration, to say it again as it was said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Beside {
    pub(super) network: String,
    pub(super) asset: String,
    pub(super) asset_id: Option<String>,
    pub(super) amount: Option<String>,
    pub(super) memo: Option<String>,
    pub(super) tx: Option<String>,
    pub(super) index: Option<u64>,
    pub(super) timestamp: Option<String>,
    pub(super) inputs: Vec<String>,
}

impl Beside {
    /// What a query alone says.
    pub(super) fn of(query: &Query) -> Self {
        let known = query.asset.as_ref().and_then(|asset| ASSETS.get(asset));
        let units = known.zip(query.amount).map(|(info, amount)| amount.to_units(info.decimals));
        let named = query.asset.as_ref().map(|asset| asset.as_str().to_owned());
        Self {
            network: query.chain.as_ref().map_or(String::new(), |chain| chain.name().to_owned()),
            asset: known.map(|info| info.symbol.clone()).or(named).unwrap_or_default(),
            amount: units,
            ..Self::default()
        }
    }
}

impl Beside {
    /// What is kept of this and of what was sent later about the same: the addresses of both, and
    /// what was not said before. Where the later one says something else, that is an error which
    /// names it. `is_known`: the asset is on the curated list, so that it and its amount were
    /// compared by their identity already.
    pub(super) fn joined(self, later: Self, is_known: bool) -> Result<Self, String> {
        let mut different = Vec::new();
        let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "not given".to_owned());
        let mut compare = |name: &str, before: &Option<String>, now: &Option<String>| {
            if before != now {
                different.push(format!("`{name}` was {} and is {}", text(before), text(now)));
            }
        };
        if !is_known {
            let lower = |text: &str| Some(text.to_lowercase());
            compare("asset", &lower(&self.asset), &lower(&later.asset));
            compare("assetId", &self.asset_id, &later.asset_id);
            if !is_same_amount(&self.amount, &later.amount) {
                compare("assetAmount", &self.amount, &later.amount);
            }
        }
        let memo = later.memo.or_else(|| self.memo.clone());
        let timestamp = later.timestamp.or_else(|| self.timestamp.clone());
        if self.memo.is_some() {
            compare("memo", &self.memo, &memo);
        }
        if self.timestamp.is_some() {
            compare("timestamp", &self.timestamp, &timestamp);
        }
        let mut inputs = self.inputs.clone();
        inputs.extend(later.inputs.into_iter().filter(|input| !self.inputs.contains(input)));
        if inputs.len() > INPUTS_MAX {
            let count = inputs.len();
            different.push(format!("{count} `inputAddresses` in all; {INPUTS_MAX} are kept"));
        }
        if different.is_empty() {
            return Ok(Self { memo, timestamp, inputs, ..self });
        }
        let different = different.join(", ");
        Err(format!("what was registered under this reference differs: {different}"))
    }
}

/// Whether two amounts are the same, however they are written.
fn is_same_amount(one: &Option<String>, other: &Option<String>) -> bool {
    let units = |text: &Option<String>| base_units(text.as_deref()?, PLACES_COMPARED);
    let (first, second) = (units(one), units(other));
    one == other || (first.is_some() && first == second)
}

/// What moves.
struct Moved {
    chain: ChainId,
    asset: Option<AssetId>,
    amount: Option<Amount>,
    usd: Option<Usd>,
}

/// A transfer.
pub(super) fn transfer(body: &Value) -> Result<Wanted, Problem> {
    let reference = bounded(body, "transferReference")?
        .ok_or_else(|| bad("`transferReference` is missing: <transaction>:<output address>"))?;
    let direction = match text(body, "direction")?.to_ascii_lowercase().as_str() {
        "received" => Direction::Received,
        "sent" => Direction::Sent,
        _ => return Err(bad("`direction` is `received` or `sent`")),
    };
    let (moved, mut beside) = moved(body)?;
    let (tx, rest) = reference.split_once(':').unwrap_or((&reference, ""));
    let is_index = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
    beside.tx = (!tx.is_empty()).then(|| tx.to_owned());
    beside.index = if is_index { rest.parse().ok() } else { None };
    beside.timestamp = time(body, "transferTimestamp")?;
    beside.inputs = inputs(body)?;
    let in_reference = (!is_index && !rest.is_empty()).then(|| rest.to_owned());
    let address = in_reference.or(bounded(body, "outputAddress")?).ok_or_else(|| {
        bad("no output address: write it behind the transaction in `transferReference`, or into \
             `outputAddress`; outputs by number are not looked up")
    })?;
    let query = query(moved, address, direction);
    Ok(Wanted { kind: RegistrationKind::Transfer, query, reference: Some(reference), beside })
}

/// A withdrawal that is about to happen.
pub(super) fn attempt(body: &Value) -> Result<Wanted, Problem> {
    let address = bounded(body, "address")?.ok_or_else(|| bad("`address` is missing"))?;
    let (moved, mut beside) = moved(body)?;
    beside.timestamp = time(body, "attemptTimestamp")?;
    Ok(Wanted {
        kind: RegistrationKind::WithdrawalAttempt,
        query: query(moved, address, Direction::Sent),
        reference: bounded(body, "attemptIdentifier")?,
        beside,
    })
}

fn query(moved: Moved, address: String, direction: Direction) -> Query {
    Query {
        address,
        chain: Some(moved.chain),
        direction: Some(direction),
        asset: moved.asset,
        amount: moved.amount,
        usd: moved.usd,
        ..Query::default()
    }
}

/// The asset and how much of it. An asset that is not on the curated list has no amount that
/// could be judged; what was said of it is kept.
fn moved(body: &Value) -> Result<(Moved, Beside), Problem> {
    let symbol = bounded(body, "asset")?.ok_or_else(|| bad("`asset` is missing"))?;
    // Symbols such as USDT_TRX name the chain too.
    let (ticker, on) = match symbol.rsplit_once('_') {
        Some((ticker, on)) if chain(on).is_ok() => (ticker.to_owned(), Some(on)),
        _ => (symbol.clone(), None),
    };
    let network = bounded(body, "network")?;
    let chain = match (&network, on) {
        (Some(network), _) => chain(network)?,
        (None, Some(on)) => chain(on)?,
        (None, None) => chain(&ticker).map_err(|_| bad("`network` is missing"))?,
    };
    let contract = bounded(body, "assetId")?;
    let known = asset(&chain, &ticker, contract.as_deref());
    let sent = body.get("assetAmount").filter(|value| !value.is_null());
    let amount = sent.map(|value| decimal_text(value, "assetAmount")).transpose()?;
    let units = match (&amount, known) {
        (Some(text), Some(info)) => Some(
            base_units(text, info.decimals)
                .ok_or_else(|| bad("`assetAmount` has more places than the asset"))?,
        ),
        _ => None,
    };
    let usd = worth(body, units, known)?;
    let beside = Beside {
        network: network.unwrap_or_else(|| chain.name().to_owned()),
        asset: symbol,
        asset_id: contract,
        amount,
        memo: bounded(body, "memo")?,
        ..Beside::default()
    };
    Ok((Moved { chain, asset: known.map(|info| info.id.clone()), amount: units, usd }, beside))
}

/// The asset of a symbol or a contract on a chain, where it is on the curated list.
fn asset(chain: &ChainId, symbol: &str, contract: Option<&str>) -> Option<&'static AssetInfo> {
    let mut on_chain = ASSETS.iter().filter(|info| info.id.chain() == *chain);
    match contract {
        Some(contract) => on_chain.find(|info| {
            let same = |address: String| address.eq_ignore_ascii_case(contract);
            info.id.contract().is_some_and(|account| same(account.address_in_files()))
        }),
        None => on_chain.find(|info| info.symbol.eq_ignore_ascii_case(symbol)),
    }
}

/// What the amount is worth, where the client says what a unit costs.
fn worth(
    body: &Value,
    amount: Option<Amount>,
    known: Option<&AssetInfo>,
) -> Result<Option<Usd>, Problem> {
    let price = body.get("assetPrice").filter(|value| !value.is_null());
    let Some(price) = price else { return Ok(None) };
    let price: UsdPrice = decimal_text(price, "assetPrice")?
        .parse()
        .map_err(|error| bad(&format!("`assetPrice`: {error}")))?;
    let is_usd = bounded(body, "assetDenomination")?
        .is_none_or(|denomination| denomination.eq_ignore_ascii_case("usd"));
    Ok(match (amount, known) {
        (Some(amount), Some(info)) if is_usd => price.worth(amount, info.decimals),
        _ => None,
    })
}

/// A decimal, sent as a number or as text, as JSON would write it.
fn decimal_text(value: &Value, name: &str) -> Result<String, Problem> {
    let text = sent_decimal(value).filter(|text| text.len() <= TEXT_MAX);
    let number = text.as_deref().and_then(|text| text.parse::<Number>().ok());
    match (text, number) {
        (Some(text), Some(_)) if !text.starts_with('-') => Ok(text),
        _ => Err(bad(&format!("`{name}` has to be a decimal of at least 0"))),
    }
}

/// The addresses that paid, under either name that clients use.
fn inputs(body: &Value) -> Result<Vec<String>, Problem> {
    let sent = body.get("inputAddresses").or_else(|| body.get("inputAddress"));
    let wrong = || bad(&format!("`inputAddresses` has to be a list of 1 to {INPUTS_MAX} texts"));
    match sent {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(one)) => Ok(vec![one.clone()]),
        Some(Value::Array(all)) if all.len() <= INPUTS_MAX => {
            all.iter().map(|one| one.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        Some(_) => Err(wrong()),
    }
}

/// A time as the client wrote it, where it is one.
fn time(body: &Value, name: &str) -> Result<Option<String>, Problem> {
    let Some(sent) = bounded(body, name)? else { return Ok(None) };
    // Clients write UTC with and without saying so.
    let is_time =
        sent.parse::<Timestamp>().is_ok() || format!("{sent}Z").parse::<Timestamp>().is_ok();
    if is_time { Ok(Some(sent)) } else { Err(bad(&format!("`{name}` is no time of ISO 8601"))) }
}

/// A text, where there is one.
fn bounded(body: &Value, name: &str) -> Result<Option<String>, Problem> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) if text.chars().count() <= TEXT_MAX => Ok(Some(text.clone())),
        Some(_) => Err(bad(&format!("`{name}` has to be a text of at most {TEXT_MAX} characters"))),
    }
}

fn bad(why: &str) -> Problem {
    Problem::new(Kind::BadRequest, why)
}

#[cfg(test)]
mod tests {
    use super::{attempt, transfer};
    use hawkshaw_model::{Amount, Usd};
    use hawkshaw_screening::Direction;
    use proptest::prelude::{any, proptest};
    use serde_json::{Value, json};

    const TX: &str = "2d9bfc3a47c2c9cfd0170198782979ed327442e5ed1c8a752bced24d490347d4";
    const ADDRESS: &str = "1H7aVb2RZiBmdbnzazQgVj2hWR3eEZPg6v";

    fn deposit() -> Value {
        json!({
            "network": "Bitcoin",
            "asset": "BTC",
            "transferReference": format!("{TX}:{ADDRESS}"),
            "direction": "received",
        })
    }

    #[test]
    fn a_deposit_is_read_as_clients_send_it() {
        let wanted = transfer(&deposit()).unwrap();
        assert_eq!(wanted.query.address, ADDRESS);
        assert_eq!(wanted.query.direction, Some(Direction::Received));
        assert_eq!(wanted.beside.tx.as_deref(), Some(TX));
        assert_eq!(wanted.query.asset.unwrap().as_str().split('/').next_back(), Some("slip44:0"));
    }

    #[test]
    fn amounts_prices_and_inputs_are_read_as_numbers_and_as_text() {
        let mut body = deposit();
        body["assetAmount"] = json!("1.5");
        body["assetPrice"] = json!(45_000.0);
        body["assetDenomination"] = json!("USD");
        body["transferTimestamp"] = json!("2024-01-10T15:30:00+00:00");
        body["inputAddress"] = json!([ADDRESS]);
        let wanted = transfer(&body).unwrap();
        assert_eq!(wanted.query.amount, Some(Amount::from(150_000_000u64)));
        assert_eq!(wanted.query.usd, Some(Usd::from_cents(6_750_000)));
        assert_eq!(wanted.beside.inputs, [ADDRESS]);
        body["assetAmount"] = json!(1.5);
        assert_eq!(transfer(&body).unwrap().query.amount, Some(Amount::from(150_000_000u64)));
    }

    #[test]
    fn a_token_names_its_chain() {
        let body = json!({"asset": "USDT_TRX", "address": "T", "assetAmount": 0});
        let wanted = attempt(&body).unwrap();
        assert_eq!(wanted.query.chain.unwrap().as_str(), "tron:0x2b6653dc");
        assert!(wanted.query.asset.unwrap().as_str().contains("/trc20:"));
        assert_eq!(wanted.beside.asset, "USDT_TRX");
    }

    #[test]
    fn an_attempt_is_read_as_clients_send_it() {
        let body = json!({
            "network": "Bitcoin", "asset": "BTC", "address": ADDRESS, "attemptIdentifier": "w-1",
            "assetAmount": 0.00012, "attemptTimestamp": "2020-12-09T17:25:40.008307",
        });
        let wanted = attempt(&body).unwrap();
        assert_eq!(wanted.query.direction, Some(Direction::Sent));
        assert_eq!(wanted.query.amount, Some(Amount::from(12_000u64)));
        assert_eq!(wanted.reference.as_deref(), Some("w-1"));
    }

    #[test]
    fn what_cannot_be_looked_up_is_refused() {
        let with = |name: &str, value: Value| {
            let mut body = deposit();
            body[name] = value;
            transfer(&body).map_err(|problem| problem.kind.status().as_u16())
        };
        for (name, value) in [
            ("transferReference", json!(format!("{TX}:0"))),
            ("transferReference", json!(TX)),
            ("transferReference", json!(7)),
            ("direction", json!("sideways")),
            ("network", json!("")),
            ("network", json!("No such network!")),
            ("assetAmount", json!(-1)),
            ("assetAmount", json!("1e999")),
            ("assetAmount", json!("0.000000001")),
            ("assetPrice", json!("NaN")),
            ("transferTimestamp", json!("yesterday")),
            ("inputAddresses", json!([1])),
            ("inputAddresses", json!(vec!["a"; 101])),
            ("memo", json!("x".repeat(501))),
        ] {
            if (name, &value) == ("network", &json!("")) {
                assert!(with(name, value).is_ok(), "the symbol names the chain");
                continue;
            }
            assert_eq!(with(name, value.clone()), Err(400), "{name}: {value}");
        }
        let mut by_number = deposit();
        by_number["transferReference"] = json!(format!("{TX}:3"));
        by_number["outputAddress"] = json!(ADDRESS);
        let wanted = transfer(&by_number).unwrap();
        assert_eq!((wanted.query.address.as_str(), wanted.beside.index), (ADDRESS, Some(3)));
    }

    proptest! {
        #[test]
        fn any_texts_are_read_or_refused(
            reference in any::<String>(),
            asset in any::<String>(),
            amount in any::<String>(),
        ) {
            let body = json!({
                "network": "ethereum", "asset": asset, "transferReference": reference,
                "direction": "sent", "assetAmount": amount, "address": reference,
            });
            let _ = (transfer(&body), attempt(&body));
        }
    }
}

//! `hawkshaw keys`.

use anyhow::anyhow;
use hawkshaw_model::{Printable, Timestamp};
use hawkshaw_records::{ApiKey, CreatedKey, KeyLimits, Keys, KeysError, NewKey, UnixMillis};
use serde_json::{Value, json};

use crate::cli::keys::{KeysArguments, KeysCommand, StateArguments};
use crate::exit::Failure;
use crate::screen;

pub(crate) fn run(arguments: &KeysArguments, quiet: bool) -> Result<(), Failure> {
    let now = UnixMillis::now().to_timestamp();
    match &arguments.command {
        KeysCommand::Create { state, name, role, per_second, burst, batch, expires } => {
            if expires.is_some_and(|expires| expires <= now) {
                let what = "a key that has expired already lets nobody in";
                return Err(Failure::Usage(anyhow!(what)));
            }
            let limits = KeyLimits { per_second: *per_second, burst: *burst, batch: *batch };
            let (name, roles, expires) = (name.clone(), role.clone(), *expires);
            let new = NewKey { name, roles, limits, expires };
            let made = open(state)?.create(new, now).map_err(failure)?;
            shown_once(&made, state, quiet)
        }
        KeysCommand::List { state } => list(state, now),
        KeysCommand::Rotate { key, state, overlap } => {
            let until = Timestamp::from_unix(now.to_unix().saturating_add((*overlap).into()));
            let until = until.map_err(|error| Failure::Usage(error.into()))?;
            let made = open(state)?.rotate(key, until, now).map_err(failure)?;
            screen::say(quiet, &format!("the old secret is good until {until}"));
            shown_once(&made, state, quiet)
        }
        KeysCommand::Revoke { key, state } => {
            open(state)?.revoke(key, now).map_err(failure)?;
            let text = match state.json {
                true => format!("{}\n", json!({ "id": key, "revoked": now.to_string() })),
                false => format!("{key} is revoked\n"),
            };
            screen::answer(text.as_bytes())
        }
    }
}

fn open(state: &StateArguments) -> Result<Keys, Failure> {
    let folder = crate::state::folder(state.state.as_deref())?;
    Keys::open(&folder).map_err(failure)
}

fn failure(error: KeysError) -> Failure {
    match error {
        KeysError::Unknown(_) | KeysError::Conflict(_) => Failure::Usage(error.into()),
        _ => Failure::Unavailable(error.into()),
    }
}

fn shown_once(made: &CreatedKey, state: &StateArguments, quiet: bool) -> Result<(), Failure> {
    if state.json {
        let mut value = told(&made.key);
        value["key"] = made.text.as_str().into();
        return screen::answer(screen::visible(&format!("{value:#}\n")).as_bytes());
    }
    screen::say(quiet, "keep it: it is not shown again");
    screen::answer(format!("{}\n", made.text).as_bytes())
}

fn list(state: &StateArguments, now: Timestamp) -> Result<(), Failure> {
    let keys = open(state)?.list().map_err(failure)?;
    if state.json {
        let keys: Vec<Value> = keys.iter().map(told).collect();
        let value = json!({ "schema": "hawkshaw.keys/1", "keys": keys });
        return screen::answer(screen::visible(&format!("{value:#}\n")).as_bytes());
    }
    let mut text = String::new();
    for key in &keys {
        let roles: Vec<&str> = key.roles.iter().map(|role| role.as_str()).collect();
        let used = key.last_used.map_or_else(|| "never used".to_owned(), |at| format!("used {at}"));
        text.push_str(&format!(
            "{}  {}  {}  {used}  {}\n",
            key.id,
            standing(key, now),
            roles.join(","),
            Printable(&key.name)
        ));
    }
    if keys.is_empty() {
        text.push_str("there are no keys\n");
    }
    screen::answer(text.as_bytes())
}

fn standing(key: &ApiKey, now: Timestamp) -> String {
    match (key.revoked, key.expires) {
        (Some(revoked), _) => format!("revoked {revoked}"),
        (None, Some(expires)) if expires <= now => format!("expired {expires}"),
        (None, Some(expires)) => format!("good until {expires}"),
        (None, None) => "good".to_owned(),
    }
}

fn told(key: &ApiKey) -> Value {
    let time = |time: Option<Timestamp>| time.map(|time| time.to_string());
    json!({
        "id": key.id,
        "name": key.name,
        "roles": key.roles,
        "limits": key.limits,
        "created": key.created.to_string(),
        "expires": time(key.expires),
        "old_secret_until": time(key.old_until),
        "revoked": time(key.revoked),
        "last_used": time(key.last_used),
    })
}

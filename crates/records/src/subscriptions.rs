//! Keeping who wants to hear of events.

use hawkshaw_model::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};

use crate::alert::TEXT_MAX;
use crate::error::RecordsError;
use crate::id::RecordId;
use crate::keys::KeyId;
use crate::promise::Promise;
use crate::records::Records;
use crate::registrations::unreadable;
use crate::scope::Scope;
use crate::subscription::{EventKind, NewSubscription, Secret, Subscription, SubscriptionChange};

/// Subscriptions that one key may have: each event is delivered to all of them.
const OWNED_MAX: i64 = 20;

/// Secrets that are in use at a time.
const SECRETS_MAX: usize = 3;

impl Records {
    /// Subscribes, with a new secret. The caller has checked that the place may be contacted.
    pub fn subscribe(
        &self,
        new: NewSubscription,
        now: Timestamp,
    ) -> Promise<Result<Subscription, RecordsError>> {
        if let Err(error) = check(&new.url, new.description.as_deref(), &new.events) {
            return Promise::kept(Err(error));
        }
        self.write(move |connection, failed| {
            let sql = "SELECT count(*) FROM subscriptions WHERE owner = ?1 AND removed IS NULL";
            let count: i64 = connection
                .query_row(sql, params![new.owner.as_str()], |row| row.get(0))
                .map_err(failed)?;
            if count >= OWNED_MAX {
                let why = format!("a key has at most {OWNED_MAX} subscriptions: remove one");
                return Err(RecordsError::Conflict(why));
            }
            let subscription = Subscription {
                id: RecordId::new()?,
                owner: new.owner,
                url: new.url,
                description: new.description,
                events: new.events,
                secrets: vec![secret()?],
                is_active: true,
                created: now,
            };
            insert(connection, &subscription).map_err(failed)?;
            Ok(subscription)
        })
    }

    /// A subscription.
    ///
    /// # Errors
    ///
    /// When there is none with that id in the scope.
    pub fn subscription(&self, scope: &Scope, id: RecordId) -> Result<Subscription, RecordsError> {
        self.read(|connection, failed| {
            let found = find(connection, scope, id).map_err(failed)?;
            found.ok_or(RecordsError::NotFound("subscription"))?.ok_or_else(unreadable)
        })
    }

    /// All subscriptions of the scope, in the order in which they were made.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn subscriptions(&self, scope: &Scope) -> Result<Vec<Subscription>, RecordsError> {
        let sql =
            format!("{SELECT} WHERE (?1 IS NULL OR owner = ?1) AND removed IS NULL ORDER BY n");
        self.read(|connection, failed| {
            let mut statement = connection.prepare_cached(&sql).map_err(failed)?;
            let rows = statement.query_map(params![scope.owner()], row).map_err(failed)?;
            rows.map(|found| found.map_err(failed)?.ok_or_else(unreadable)).collect()
        })
    }

    /// Changes a subscription.
    pub fn change_subscription(
        &self,
        scope: &Scope,
        id: RecordId,
        change: SubscriptionChange,
        now: Timestamp,
    ) -> Promise<Result<Subscription, RecordsError>> {
        let scope = scope.clone();
        self.write(move |connection, failed| {
            let found = find(connection, &scope, id).map_err(failed)?;
            let found = found.ok_or(RecordsError::NotFound("subscription"))?;
            let mut subscription = found.ok_or_else(unreadable)?;
            match change {
                SubscriptionChange::Url(url) => subscription.url = url,
                SubscriptionChange::Events(events) => subscription.events = events,
                SubscriptionChange::Active(is_active) => subscription.is_active = is_active,
                SubscriptionChange::Rotate(until) => rotate(&mut subscription, until, now)?,
            }
            check(&subscription.url, None, &subscription.events)?;
            update(connection, &subscription).map_err(failed)?;
            Ok(subscription)
        })
    }

    /// Who hears of events.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn subscribers(&self) -> Result<Vec<KeyId>, RecordsError> {
        self.read(|connection, failed| {
            let sql = "SELECT DISTINCT owner FROM subscriptions WHERE removed IS NULL
                       ORDER BY owner";
            let mut statement = connection.prepare_cached(sql).map_err(failed)?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(failed)?;
            rows.map(|owner| owner.map_err(failed)?.parse().map_err(|_| unreadable())).collect()
        })
    }

    /// Ends all subscriptions of an owner, and what still waits to be delivered to him. Gives
    /// how many.
    pub fn unsubscribe_owner(
        &self,
        owner: &KeyId,
        now: Timestamp,
    ) -> Promise<Result<usize, RecordsError>> {
        let owner = owner.clone();
        self.write(move |connection, failed| {
            let sql = "UPDATE deliveries SET state = 'dead', error = 'the subscription was ended'
                       WHERE state IN ('waiting', 'sending') AND subscription IN
                           (SELECT n FROM subscriptions WHERE owner = ?1 AND removed IS NULL)";
            connection.execute(sql, params![owner.as_str()]).map_err(failed)?;
            let sql = "UPDATE subscriptions SET removed = ?2, secrets = '[]', is_active = 0
                       WHERE owner = ?1 AND removed IS NULL";
            let values = params![owner.as_str(), now.to_unix()];
            connection.execute(sql, values).map_err(failed)
        })
    }

    /// Ends a subscription. What still waits to be delivered to it is not delivered.
    pub fn unsubscribe(
        &self,
        scope: &Scope,
        id: RecordId,
        now: Timestamp,
    ) -> Promise<Result<(), RecordsError>> {
        let scope = scope.clone();
        self.write(move |connection, failed| {
            let sql = "UPDATE subscriptions SET removed = ?3, secrets = '[]', is_active = 0
                       WHERE id = ?1 AND (?2 IS NULL OR owner = ?2) AND removed IS NULL";
            let changed = connection.execute(sql, params![id.0, scope.owner(), now.to_unix()]);
            if changed.map_err(failed)? == 0 {
                return Err(RecordsError::NotFound("subscription"));
            }
            let sql = "UPDATE deliveries SET state = 'dead', error = 'the subscription was ended'
                       WHERE state IN ('waiting', 'sending')
                           AND subscription = (SELECT n FROM subscriptions WHERE id = ?1)";
            connection.execute(sql, params![id.0]).map_err(failed)?;
            Ok(())
        })
    }
}

fn check(url: &str, description: Option<&str>, events: &[EventKind]) -> Result<(), RecordsError> {
    let longest = url.len().max(description.map_or(0, str::len));
    let why = if url.is_empty() {
        "a subscription needs a URL".to_owned()
    } else if longest > TEXT_MAX {
        format!("a text of {longest} bytes; at most {TEXT_MAX} are kept")
    } else if events.is_empty() {
        "a subscription needs at least one kind of event".to_owned()
    } else {
        return Ok(());
    };
    Err(RecordsError::Refused(why))
}

/// A new secret: 256 random bits.
fn secret() -> Result<Secret, RecordsError> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        RecordsError::Database(format!("the operating system gives no random bytes: {error}"))
    })?;
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Secret { text: format!("whsec_{digits}"), until: None })
}

fn rotate(
    subscription: &mut Subscription,
    until: Timestamp,
    now: Timestamp,
) -> Result<(), RecordsError> {
    let is_used = |secret: &Secret| secret.until.is_none_or(|end| now < end);
    subscription.secrets.retain(is_used);
    if subscription.secrets.len() >= SECRETS_MAX {
        let why = format!("{SECRETS_MAX} secrets are in use: wait until the oldest has ended");
        return Err(RecordsError::Conflict(why));
    }
    for old in &mut subscription.secrets {
        old.until = Some(old.until.map_or(until, |end| end.min(until)));
    }
    subscription.secrets.retain(is_used);
    subscription.secrets.insert(0, secret()?);
    Ok(())
}

const SELECT: &str = "SELECT id, owner, url, description, events, secrets, is_active, created
    FROM subscriptions";

fn find(
    connection: &Connection,
    scope: &Scope,
    id: RecordId,
) -> rusqlite::Result<Option<Option<Subscription>>> {
    let sql = format!("{SELECT} WHERE id = ?1 AND (?2 IS NULL OR owner = ?2) AND removed IS NULL");
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_row(params![id.0, scope.owner()], row).optional()
}

fn row(row: &Row<'_>) -> rusqlite::Result<Option<Subscription>> {
    let owner: String = row.get(1)?;
    let parts = (
        owner.parse().ok(),
        kinds(&row.get::<_, String>(4)?),
        secrets(&row.get::<_, String>(5)?),
        Timestamp::from_unix(row.get(7)?).ok(),
    );
    let (Some(owner), Some(events), Some(secrets), Some(created)) = parts else {
        return Ok(None);
    };
    Ok(Some(Subscription {
        id: RecordId(row.get(0)?),
        owner,
        url: row.get(2)?,
        description: row.get(3)?,
        events,
        secrets,
        is_active: row.get(6)?,
        created,
    }))
}

/// Kinds of events, divided by blanks.
pub(crate) fn kinds(text: &str) -> Option<Vec<EventKind>> {
    text.split_whitespace().map(|kind| kind.parse().ok()).collect()
}

/// The secrets of a subscription, as they stand in the table.
pub(crate) fn secrets(text: &str) -> Option<Vec<Secret>> {
    let value: Value = serde_json::from_str(text).ok()?;
    let secret = |value: &Value| {
        let until = match value.get("until")? {
            Value::Null => None,
            seconds => Some(Timestamp::from_unix(seconds.as_i64()?).ok()?),
        };
        Some(Secret { text: value.get("text")?.as_str()?.to_owned(), until })
    };
    value.as_array()?.iter().map(secret).collect()
}

fn texts(subscription: &Subscription) -> (String, String) {
    let events: Vec<&str> = subscription.events.iter().map(|kind| kind.as_str()).collect();
    let secret = |secret: &Secret| json!({"text": secret.text, "until": secret.until});
    let secrets: Vec<Value> = subscription.secrets.iter().map(secret).collect();
    (events.join(" "), Value::from(secrets).to_string())
}

fn insert(connection: &Connection, new: &Subscription) -> rusqlite::Result<()> {
    let (events, secrets) = texts(new);
    connection.execute(
        "INSERT INTO subscriptions
             (id, owner, url, description, events, secrets, is_active, created)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            new.id.0,
            new.owner.as_str(),
            new.url,
            new.description,
            events,
            secrets,
            new.is_active,
            new.created.to_unix()
        ],
    )?;
    Ok(())
}

fn update(connection: &Connection, changed: &Subscription) -> rusqlite::Result<()> {
    let (events, secrets) = texts(changed);
    connection.execute(
        "UPDATE subscriptions SET url = ?2, events = ?3, secrets = ?4, is_active = ?5
         WHERE id = ?1",
        params![changed.id.0, changed.url, events, secrets, changed.is_active],
    )?;
    Ok(())
}

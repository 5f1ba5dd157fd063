CREATE TABLE meta (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE data_versions (
    n INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

-- What is watched for life. The columns from `status` on are the latest answer; the JSON of the
-- answers is apart, so that a search over all registrations reads narrow rows.
CREATE TABLE registrations (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    kind INTEGER NOT NULL,
    time INTEGER NOT NULL,
    address TEXT NOT NULL,
    address_key BLOB,
    chain TEXT,
    direction INTEGER,
    asset TEXT,
    amount TEXT,
    usd TEXT,
    subject TEXT NOT NULL,
    reference TEXT,
    identity BLOB,
    removed INTEGER,
    status TEXT NOT NULL,
    action TEXT NOT NULL,
    rule TEXT,
    fingerprint BLOB NOT NULL,
    data_version INTEGER NOT NULL REFERENCES data_versions (n)
) STRICT;
CREATE INDEX registrations_by_address ON registrations (address_key) WHERE address_key IS NOT NULL;
CREATE INDEX registrations_by_owner ON registrations (owner, kind);
CREATE INDEX registrations_by_kind ON registrations (kind);
CREATE UNIQUE INDEX registrations_by_identity
    ON registrations (identity) WHERE identity IS NOT NULL;
CREATE INDEX registrations_by_reference ON registrations (reference) WHERE reference IS NOT NULL;

CREATE TABLE answers (
    registration INTEGER PRIMARY KEY REFERENCES registrations (n),
    given TEXT NOT NULL,
    given_verdict TEXT NOT NULL,
    latest TEXT,
    latest_verdict TEXT,
    extra TEXT
) STRICT;

-- Addresses whose registrations have to be screened again.
CREATE TABLE recheck (
    address_key BLOB PRIMARY KEY,
    generation INTEGER NOT NULL,
    after INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE responses (
    owner TEXT NOT NULL,
    key TEXT NOT NULL,
    digest BLOB NOT NULL,
    status INTEGER NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    expires INTEGER NOT NULL,
    PRIMARY KEY (owner, key)
) STRICT;
CREATE INDEX responses_by_expiry ON responses (expires);

CREATE TABLE alerts (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    queue TEXT NOT NULL,
    registration INTEGER NOT NULL REFERENCES registrations (n),
    state TEXT NOT NULL,
    assignee TEXT,
    snoozed_until INTEGER,
    reason TEXT,
    earlier TEXT,
    verdict TEXT NOT NULL,
    answer TEXT NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    entries INTEGER NOT NULL
) STRICT;
CREATE INDEX alerts_by_owner ON alerts (owner);
CREATE INDEX alerts_by_owner_and_queue ON alerts (owner, queue);
CREATE INDEX alerts_by_registration ON alerts (registration);
CREATE INDEX alerts_by_queue ON alerts (queue);

CREATE TABLE alert_history (
    alert INTEGER NOT NULL REFERENCES alerts (n),
    entry INTEGER NOT NULL,
    time INTEGER NOT NULL,
    who TEXT NOT NULL,
    what TEXT NOT NULL,
    text TEXT,
    PRIMARY KEY (alert, entry)
) STRICT, WITHOUT ROWID;

CREATE TABLE subscriptions (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    url TEXT NOT NULL,
    description TEXT,
    events TEXT NOT NULL,
    secrets TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    created INTEGER NOT NULL,
    removed INTEGER
) STRICT;
CREATE INDEX subscriptions_by_owner ON subscriptions (owner);

CREATE TABLE events (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    owner TEXT NOT NULL,
    kind TEXT NOT NULL,
    time INTEGER NOT NULL,
    payload TEXT NOT NULL
) STRICT;

CREATE TABLE deliveries (
    n INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    event INTEGER NOT NULL REFERENCES events (n),
    subscription INTEGER NOT NULL REFERENCES subscriptions (n),
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due INTEGER NOT NULL,
    answered INTEGER,
    error TEXT,
    updated INTEGER NOT NULL
) STRICT;
CREATE INDEX deliveries_due ON deliveries (state, due) WHERE state IN ('waiting', 'sending');
CREATE INDEX deliveries_by_subscription ON deliveries (subscription, state);
CREATE INDEX deliveries_by_event ON deliveries (event);

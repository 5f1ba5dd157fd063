//! The same lookup from SQLite, behind the same HTTP library: no key, no rules, no audit log.

use std::cell::RefCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path as PathPart, State};
use axum::http::StatusCode;
use axum::routing::get;
use hawkshaw_model::Account;
use hawkshaw_screening::AddressKey;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Value, json};

use crate::{Failure, address};

thread_local! {
    static DATABASE: RefCell<Option<Connection>> = const { RefCell::new(None) };
}

pub(crate) fn run(addresses: u64) -> Result<(), Failure> {
    let folder = tempfile::TempDir::new()?;
    let path = folder.path().join("listings.sqlite");
    fill(&path, addresses)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        writeln!(std::io::stdout(), "{} none", socket.local_addr()?)?;
        let router = Router::new()
            .route("/v1/screen/address/{address}", get(look_up))
            .with_state(Arc::new(path));
        loop {
            let (stream, _) = socket.accept().await?;
            stream.set_nodelay(true)?;
            let service = hyper_util::service::TowerToHyperService::new(router.clone());
            let io = hyper_util::rt::TokioIo::new(stream);
            tokio::spawn(async move {
                let _ =
                    hyper::server::conn::http1::Builder::new().serve_connection(io, service).await;
            });
        }
    })
}

fn fill(path: &Path, addresses: u64) -> Result<(), Failure> {
    let mut database = Connection::open(path)?;
    database.execute_batch(
        "PRAGMA journal_mode = WAL;
         CREATE TABLE listings (key BLOB PRIMARY KEY, list TEXT, label TEXT, category TEXT,
             source TEXT, added TEXT) WITHOUT ROWID;",
    )?;
    let all = database.transaction()?;
    {
        let mut insert = all.prepare("INSERT INTO listings VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        for n in 0..addresses {
            let account: Account = format!("eip155:1:{}", address(n)).parse()?;
            insert.execute(params![
                AddressKey::of(&account).0,
                "ofac-sdn",
                "LAZARUS GROUP",
                "sanctions",
                "https://sanctionssearch.ofac.treas.gov/Details.aspx?id=27307",
                "2022-04-14"
            ])?;
        }
    }
    Ok(all.commit()?)
}

async fn look_up(
    State(path): State<Arc<PathBuf>>,
    PathPart(asked): PathPart<String>,
) -> Result<axum::Json<Value>, StatusCode> {
    let account: Account =
        format!("eip155:1:{asked}").parse().map_err(|_| StatusCode::BAD_REQUEST)?;
    let found =
        find(&path, AddressKey::of(&account)).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let status = if found.is_some() { "hit" } else { "not_found" };
    Ok(axum::Json(json!({ "address": asked, "status": status, "matches": [found] })))
}

fn find(path: &Path, key: AddressKey) -> rusqlite::Result<Option<Value>> {
    DATABASE.with_borrow_mut(|kept| {
        let database = match kept {
            Some(database) => database,
            None => kept.insert(Connection::open(path)?),
        };
        let mut select = database.prepare_cached(
            "SELECT list, label, category, source, added FROM listings WHERE key = ?1",
        )?;
        let row = |row: &rusqlite::Row<'_>| {
            let text = |place| row.get::<_, String>(place);
            Ok(json!({
                "list": text(0)?, "label": text(1)?, "category": text(2)?, "source": text(3)?,
                "added": text(4)?,
            }))
        };
        select.query_row([key.0], row).optional()
    })
}

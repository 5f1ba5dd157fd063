//! The service under load: an index, rules, a key, the audit log.

use std::io::{BufRead as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use hawkshaw_records::{Keys, NewKey, Role};
use hawkshaw_screening::{
    AddressIndex, Category, Change, Coverage, IndexBuilder, ListInfo, ListKind, Listing, Overlay,
    RuleSet, Screener,
};
use hawkshaw_server::{App, Event, Limits, Load, ScreenerSource, Settings, SourceError};

use crate::{Failure, address};

/// What answers, and whether there is something newer.
struct Source {
    screener: Mutex<Arc<Screener>>,
    has_changed: AtomicBool,
}

impl ScreenerSource for Source {
    fn load(&self, _: Load) -> Result<Arc<Screener>, SourceError> {
        self.has_changed.store(false, Ordering::SeqCst);
        Ok(self.screener.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn has_changed(&self) -> bool {
        self.has_changed.load(Ordering::SeqCst)
    }
}

pub(crate) fn run(addresses: u64) -> Result<(), Failure> {
    let list = Arc::new(ListInfo {
        id: "ofac-sdn".parse()?,
        name: "OFAC SDN".to_owned(),
        kind: ListKind::Sanctions,
        edition: None,
    });
    let mut builder = IndexBuilder::new();
    for n in 0..addresses {
        builder.add_listing(&listing(&list, &address(n))?)?;
    }
    let index = Arc::new(AddressIndex::from_bytes("load", builder.to_bytes()?)?);
    let (overlay, rules) = (Arc::new(Overlay::new()), Arc::new(RuleSet::built_in()));
    let screener = Arc::new(Screener::new(index, overlay, rules, Coverage::default()));
    let source =
        Arc::new(Source { screener: Mutex::new(screener), has_changed: AtomicBool::new(false) });
    let state = tempfile::TempDir::new()?;
    let key = Keys::open(state.path())?.create(
        NewKey { name: "load".to_owned(), roles: vec![Role::Screen], ..NewKey::default() },
        "2024-01-01".parse()?,
    )?;
    let app = Arc::new(App::open(state.path(), true, Limits::default())?);
    update_when_told(source.clone(), list);
    let settings = Settings { listen: Some("127.0.0.1:0".parse()?), ..Settings::default() };
    let mut bound = None;
    hawkshaw_server::serve(&app, &settings, source, |event| match event {
        Event::Listening { address, .. } => bound = Some(address),
        Event::Ready { .. } => {
            if let Some(address) = bound {
                let _ = writeln!(std::io::stdout(), "{address} {}", key.text);
            }
        }
        _ => {}
    })?;
    Ok(())
}

fn listing(list: &Arc<ListInfo>, address: &str) -> Result<Listing, Failure> {
    Ok(Listing {
        list: list.clone(),
        account: format!("eip155:1:{address}").parse()?,
        label: "LAZARUS GROUP".into(),
        entity: Some("27307".into()),
        category: Category::Sanctions,
        source: "https://sanctionssearch.ofac.treas.gov/Details.aspx?id=27307".into(),
        confidence: 100,
        added: Some("2022-04-14".parse()?),
        removed: None,
        by_cluster: false,
    })
}

/// A line of input lists 1,000 addresses more, as a new edition of a list does.
fn update_when_told(source: Arc<Source>, list: Arc<ListInfo>) {
    std::thread::spawn(move || -> Result<(), Failure> {
        for line in std::io::stdin().lock().lines() {
            line?;
            let more = (0..1_000).map(|n| -> Result<Change, Failure> {
                let listing = listing(&list, &address(u64::MAX / 3 + n))?;
                let (list, account) = (list.id.clone(), listing.account.clone());
                Ok(Change { list, account, listings: vec![listing] })
            });
            let more = more.collect::<Result<Vec<_>, _>>()?;
            let mut screener = source.screener.lock().unwrap_or_else(PoisonError::into_inner);
            let overlay = screener.overlay().with_changes(more);
            *screener = Arc::new(screener.with_overlay(Arc::new(overlay)));
            source.has_changed.store(true, Ordering::SeqCst);
        }
        Ok(())
    });
}

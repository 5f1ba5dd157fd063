//! Answering from new lists, tags and rules without dropping a request.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::app::App;
use crate::problem::{Kind, Problem};
use crate::source::{Load, ScreenerSource, SourceError};

/// How often it is asked whether something changed: a new list is live within a second.
const WATCH: Duration = Duration::from_millis(250);

/// Loads what is answered from, one load at a time.
#[derive(Clone)]
pub(crate) struct Loader {
    source: Arc<dyn ScreenerSource>,
    turn: Arc<Mutex<()>>,
    knows_magic: bool,
}

/// What a load brought.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Loaded {
    /// Which lists, tags, ledger and rules answer now.
    pub(crate) data_version: String,
    /// How long loading took.
    pub(crate) milliseconds: u64,
}

impl Loader {
    pub(crate) fn new(source: Arc<dyn ScreenerSource>) -> Self {
        Self { source, turn: Arc::new(Mutex::new(())), knows_magic: false }
    }

    /// The same whose loads also answer about magic addresses, where that is wished.
    pub(crate) fn knowing_magic(self, knows_magic: bool) -> Self {
        Self { knows_magic, ..self }
    }

    /// Loads and answers from it from now on. Where that fails, what was loaded before stays.
    pub(crate) async fn load(&self, app: &Arc<App>, wanted: Load) -> Result<Loaded, SourceError> {
        let _turn = self.turn.lock().await;
        let (source, began) = (self.source.clone(), Instant::now());
        let read = tokio::task::spawn_blocking(move || source.load(wanted)).await;
        let loaded = read.unwrap_or_else(|_| Err(SourceError("loading met a fault".to_owned())));
        match loaded {
            Ok(screener) => {
                let screener = match self.knows_magic {
                    true => Arc::new(Arc::unwrap_or_clone(screener).with_magic_addresses()),
                    false => screener,
                };
                let data_version = screener.data_version().to_owned();
                app.replace_rules_text(self.source.rules_text());
                app.replace_names(self.source.names());
                app.replace_screener(screener);
                app.metrics.reloads.increment(1);
                let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
                crate::log::info(&format!("loaded {data_version} in {milliseconds} ms"));
                Ok(Loaded { data_version, milliseconds })
            }
            Err(error) => {
                app.metrics.reload_failures.increment(1);
                crate::log::error(&format!("cannot load, and goes on with what there is: {error}"));
                Err(error)
            }
        }
    }

    /// Loads again whenever something changed.
    pub(crate) async fn watch(self, app: Arc<App>) {
        loop {
            tokio::time::sleep(WATCH).await;
            let source = self.source.clone();
            let changed = tokio::task::spawn_blocking(move || source.has_changed()).await;
            if changed.unwrap_or(false) {
                // What went wrong stands in the log.
                let _ = self.load(&app, Load::Noticed).await;
            }
        }
    }

    /// Loads because somebody asked for it.
    pub(crate) async fn on_demand(&self, app: &Arc<App>) -> Result<Loaded, Problem> {
        let refused = |error: SourceError| {
            let detail = format!("nothing changed, because loading failed: {error}");
            Problem::new(Kind::Conflict, detail)
        };
        self.load(app, Load::Asked).await.map_err(refused)
    }
}

impl std::fmt::Debug for Loader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Loader")
    }
}

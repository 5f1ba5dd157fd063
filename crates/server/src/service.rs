//! Running the service: from the first load to the last request.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::listen::{ListenError, Listener};
use crate::reload::Loader;
use crate::routes::routes;
use crate::settings::Settings;
use crate::source::{Load, ScreenerSource, SourceError};
use crate::webhooks::{Reach, WebhookSettings};

/// How often instruments that nobody reads are tidied.
const UPKEEP: Duration = Duration::from_secs(5);

/// Why the service ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// It cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// There is nothing to answer from.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The audit log could not be brought to the disk.
    #[error(transparent)]
    Audit(#[from] hawkshaw_records::AuditError),
    /// The system gives no threads, signals or sockets.
    #[error("cannot start: {0}")]
    System(#[from] std::io::Error),
}

/// What the service says at its start to whoever runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event<'a> {
    /// It listens; until it is ready every question is answered with 503.
    Listening {
        /// Where.
        address: SocketAddr,
        /// Whether it speaks TLS.
        tls: bool,
    },
    /// It answers.
    Ready {
        /// From what.
        data_version: &'a str,
    },
    /// It takes no more connections.
    Stopping,
    /// It ended.
    Stopped {
        /// Whether every request that was under way was answered.
        is_clean: bool,
    },
}

/// Serves until SIGTERM or SIGINT. SIGHUP loads again.
///
/// # Errors
///
/// When it cannot listen, or the first load fails.
pub fn serve(
    app: &Arc<App>,
    settings: &Settings,
    source: Arc<dyn ScreenerSource>,
    mut tell: impl FnMut(Event<'_>),
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(async {
        let mut signals = Signals::new()?;
        serve_until(app, settings, source, &mut tell, signals.stop()).await
    });
    // A load that is still under way is not waited for.
    runtime.shutdown_background();
    served
}

/// Serves until `stop` ends, in a runtime of the caller's. SIGHUP loads again.
///
/// # Errors
///
/// When it cannot listen, or the first load fails.
pub async fn serve_until(
    app: &Arc<App>,
    settings: &Settings,
    source: Arc<dyn ScreenerSource>,
    tell: &mut impl FnMut(Event<'_>),
    stop: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let mut stop = std::pin::pin!(stop);
    let listener = Listener::bind(settings.address(), settings.tls.as_ref()).await?;
    tell(Event::Listening { address: listener.address()?, tls: settings.tls.is_some() });
    let reach =
        Reach { private: settings.webhooks.allow_private, plain: settings.webhooks.allow_http };
    app.start_background(WebhookSettings { reach, ..WebhookSettings::default() })?;
    let keeping = tokio::spawn(crate::keeper::follow(app.clone()));
    let loader = Loader::new(source).knowing_magic(settings.magic_addresses);
    let (tell_stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let router = routes(app, &loader);
    let serving = tokio::spawn(listener.serve(router, app.clone(), async {
        // Whether told or dropped: both mean the end.
        let _ = stopped.await;
    }));
    let first = tokio::select! {
        loaded = loader.load(app, Load::Asked) => Some(loaded?),
        () = &mut stop => None,
    };
    if let Some(loaded) = first {
        tell(Event::Ready { data_version: &loaded.data_version });
        let background = [
            tokio::spawn(loader.clone().watch(app.clone())),
            tokio::spawn(reload_on_signal(loader, app.clone())?),
            tokio::spawn(upkeep(app.clone())),
        ];
        stop.await;
        background.iter().for_each(tokio::task::JoinHandle::abort);
    }
    keeping.abort();
    app.stop();
    tell(Event::Stopping);
    let _ = tell_stop.send(());
    let is_clean = serving.await.unwrap_or(false);
    let closing = app.clone();
    let closed = tokio::task::spawn_blocking(move || closing.close()).await;
    tell(Event::Stopped { is_clean });
    closed.map_err(std::io::Error::other)?.map_err(ServeError::Audit)
}

/// The signals that ask the service to stop.
struct Signals {
    term: tokio::signal::unix::Signal,
    int: tokio::signal::unix::Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { term: signal(SignalKind::terminate())?, int: signal(SignalKind::interrupt())? })
    }

    async fn stop(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.int.recv() => {}
        }
    }
}

fn reload_on_signal(
    loader: Loader,
    app: Arc<App>,
) -> std::io::Result<impl Future<Output = ()> + Send> {
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        while hangup.recv().await.is_some() {
            // What went wrong stands in the log.
            let _ = loader.load(&app, Load::Asked).await;
        }
    })
}

async fn upkeep(app: Arc<App>) {
    loop {
        tokio::time::sleep(UPKEEP).await;
        app.metrics.upkeep();
    }
}

//! The accept loop: connections in, within bounds, until the service stops.

mod connection;
mod tls;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

use crate::app::App;
use crate::limits::Limits;
use crate::listen::connection::{Connection, Watched};

pub(crate) use connection::Connections;
pub use tls::{TlsError, TlsFiles};

/// How often slow connections are looked for.
const PATROL: Duration = Duration::from_millis(500);

/// How long accepting rests when the system has no more sockets.
const REST: Duration = Duration::from_millis(50);

/// A socket that takes requests.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    tls: Option<tls::Acceptor>,
}

impl Listener {
    pub(crate) async fn bind(
        address: SocketAddr,
        tls: Option<&TlsFiles>,
    ) -> Result<Self, ListenError> {
        let tls = tls.map(tls::Acceptor::new).transpose()?;
        let refused = |error| ListenError::Bind { address, error };
        Ok(Self { socket: TcpListener::bind(address).await.map_err(refused)?, tls })
    }

    pub(crate) fn address(&self) -> std::io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until `stop` ends, then lets requests that are under way finish within the limit.
    /// Says whether all did.
    pub(crate) async fn serve(
        self,
        router: Router,
        app: Arc<App>,
        stop: impl Future<Output = ()>,
    ) -> bool {
        let graceful = GracefulShutdown::new();
        let mut patrol = tokio::time::interval(PATROL);
        patrol.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        tokio::pin!(stop);
        loop {
            tokio::select! {
                accepted = self.socket.accept() => match accepted {
                    Ok((socket, peer)) => {
                        self.take(socket, peer, &router, &app, graceful.watcher());
                    }
                    Err(error) => rest(&error).await,
                },
                _ = patrol.tick() => {
                    let closed = app.connections.close_late(&app.limits);
                    app.metrics.connections_closed.increment(closed);
                }
                () = &mut stop => break,
            }
        }
        drop(self.socket);
        let allowed = Limits::seconds(app.limits.shutdown_seconds);
        tokio::time::timeout(allowed, graceful.shutdown()).await.is_ok()
    }

    fn take(
        &self,
        socket: TcpStream,
        peer: SocketAddr,
        router: &Router,
        app: &Arc<App>,
        watcher: Watcher,
    ) {
        let Some(connection) = app.connections.admit(peer.ip(), &app.limits) else {
            app.metrics.connections_refused.increment(1);
            return;
        };
        // Answers are small: waiting to fill packets would only delay them. A socket for which
        // this cannot be set works all the same.
        let _ = socket.set_nodelay(true);
        app.metrics.connections.increment(1);
        let socket = Watched::new(socket, connection.clone());
        let (router, app, tls) = (router.clone(), app.clone(), self.tls.clone());
        tokio::spawn(async move {
            let served = async {
                match tls {
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(socket).await {
                            serve_connection(stream, &connection, router, &app, watcher).await;
                        }
                    }
                    None => serve_connection(socket, &connection, router, &app, watcher).await,
                }
            };
            tokio::select! {
                () = served => {}
                () = connection.closed() => {}
            }
            app.connections.remove(&connection);
            app.metrics.connections.decrement(1);
        });
    }
}

async fn serve_connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    connection: &Arc<Connection>,
    router: Router,
    app: &App,
    watcher: Watcher,
) {
    let watched = connection.clone();
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        watched.busy();
        let request: Request = request.map(Body::new);
        let (router, watched) = (router.clone(), watched.clone());
        async move {
            let answered = router.oneshot(request).await;
            watched.idle();
            answered
        }
    });
    let served = http1::Builder::new()
        .header_read_timeout(None)
        .max_buf_size(Limits::count(app.limits.header_bytes))
        .max_headers(Limits::count(app.limits.headers))
        .serve_connection(TokioIo::new(stream), service);
    // What a client does wrong on its connection is its own affair.
    let _ = watcher.watch(served).await;
}

async fn rest(error: &std::io::Error) {
    // A client that left before it was taken is no reason to wait.
    if error.kind() != std::io::ErrorKind::ConnectionAborted {
        crate::log::error(&format!("cannot accept connections: {error}"));
        tokio::time::sleep(REST).await;
    }
}

/// Why the service cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}: {error}")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// Why.
        error: std::io::Error,
    },
    /// Certificate or key cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

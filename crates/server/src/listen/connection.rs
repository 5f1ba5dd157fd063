//! What a connection is doing, so that slow and idle ones can be told apart and closed.

use std::net::IpAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

use crate::limits::Limits;

/// Nothing is under way.
const IDLE: u8 = 0;
/// The head of a request, or a TLS handshake, is arriving.
const HEAD: u8 = 1;
/// A request is worked on.
const BUSY: u8 = 2;

/// A connection as others see it.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) peer: IpAddr,
    opened: Instant,
    phase: AtomicU8,
    /// Milliseconds after `opened` at which the phase began, or a byte of an answer was last sent.
    since: AtomicU64,
    /// Milliseconds after `opened`, and one, since when the client takes no more of an answer.
    stalled: AtomicU64,
    closing: AtomicBool,
    close: Notify,
}

impl Connection {
    /// A connection that was just accepted: its first request has to come soon.
    pub(crate) fn new(peer: IpAddr) -> Self {
        Self {
            peer,
            opened: Instant::now(),
            phase: AtomicU8::new(HEAD),
            since: AtomicU64::new(0),
            stalled: AtomicU64::new(0),
            closing: AtomicBool::new(false),
            close: Notify::new(),
        }
    }

    fn age(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    fn enter(&self, phase: u8) {
        self.since.store(self.age(), Ordering::Relaxed);
        self.phase.store(phase, Ordering::Release);
    }

    /// A request arrived.
    pub(crate) fn busy(&self) {
        self.enter(BUSY);
    }

    /// It was answered, as far as the head of the answer.
    pub(crate) fn idle(&self) {
        self.enter(IDLE);
    }

    fn read(&self) {
        if self.phase.load(Ordering::Acquire) == IDLE {
            self.enter(HEAD);
        }
    }

    fn wrote(&self) {
        if self.phase.load(Ordering::Acquire) == IDLE {
            self.since.store(self.age(), Ordering::Relaxed);
        }
        self.stalled.store(0, Ordering::Relaxed);
    }

    fn stalls(&self) {
        if self.stalled.load(Ordering::Relaxed) == 0 {
            self.stalled.store(self.age().saturating_add(1), Ordering::Relaxed);
        }
    }

    /// How long it has waited for its client, where it does.
    fn waiting(&self) -> Option<Duration> {
        if self.phase.load(Ordering::Acquire) == BUSY || self.closing.load(Ordering::Relaxed) {
            return None;
        }
        let since = self.since.load(Ordering::Relaxed);
        Some(Duration::from_millis(self.age().saturating_sub(since)))
    }

    /// Whether its client took longer than allowed.
    fn is_late(&self, limits: &Limits) -> bool {
        let stalled = self.stalled.load(Ordering::Relaxed);
        let stall = Duration::from_millis(self.age().saturating_sub(stalled));
        if stalled > 0 && stall > Limits::seconds(limits.write_seconds) {
            return true;
        }
        let allowed = match self.phase.load(Ordering::Acquire) {
            HEAD => limits.header_seconds,
            IDLE => limits.idle_seconds,
            _ => return false,
        };
        self.waiting().is_some_and(|waited| waited > Limits::seconds(allowed))
    }

    fn close(&self) {
        self.closing.store(true, Ordering::Relaxed);
        self.close.notify_one();
    }

    /// Returns when the connection has to be closed.
    pub(crate) async fn closed(&self) {
        self.close.notified().await;
    }
}

/// All connections.
#[derive(Debug, Default)]
pub(crate) struct Connections(Mutex<Vec<Arc<Connection>>>);

impl Connections {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Arc<Connection>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes room for a connection and admits it. Where there are too many, of all or of its
    /// address, the one that has waited longest for its client goes; where none waits, it is
    /// not admitted.
    pub(crate) fn admit(&self, peer: IpAddr, limits: &Limits) -> Option<Arc<Connection>> {
        let peer = network(peer);
        let mut all = self.lock();
        let closing = |c: &&Arc<Connection>| !c.closing.load(Ordering::Relaxed);
        let open = all.iter().filter(closing).count();
        let same = all.iter().filter(closing).filter(|c| c.peer == peer).count();
        let same_full = same >= Limits::count(limits.connections_per_address);
        if same_full || open >= Limits::count(limits.connections) {
            let candidates = all.iter().filter(|c| !same_full || c.peer == peer);
            let (_, oldest) = candidates
                .filter_map(|c| c.waiting().map(|waited| (waited, c)))
                .max_by_key(|(waited, _)| *waited)?;
            oldest.close();
        }
        // Those that were told to go still hold a socket until their task runs.
        if all.len() >= Limits::count(limits.connections).saturating_mul(2) {
            return None;
        }
        let connection = Arc::new(Connection::new(peer));
        all.push(connection.clone());
        Some(connection)
    }

    /// Forgets a connection.
    pub(crate) fn remove(&self, connection: &Arc<Connection>) {
        let mut all = self.lock();
        if let Some(place) = all.iter().position(|one| Arc::ptr_eq(one, connection)) {
            all.swap_remove(place);
        }
    }

    /// Closes those whose clients are too slow, and says how many.
    pub(crate) fn close_late(&self, limits: &Limits) -> u64 {
        let all = self.lock();
        let late = all.iter().filter(|one| one.is_late(limits));
        late.map(|one| one.close()).fold(0, |count, ()| count + 1)
    }
}

/// What counts as one address: of IPv6 a /64, because one host gets that many.
fn network(peer: IpAddr) -> IpAddr {
    match peer.to_canonical() {
        IpAddr::V6(address) => {
            let bits = address.to_bits() >> 64 << 64;
            IpAddr::V6(bits.into())
        }
        v4 => v4,
    }
}

/// A socket that tells its connection what it does.
#[derive(Debug)]
pub(crate) struct Watched<S> {
    socket: S,
    connection: Arc<Connection>,
}

impl<S> Watched<S> {
    pub(crate) fn new(socket: S, connection: Arc<Connection>) -> Self {
        Self { socket, connection }
    }

    fn note<T>(&self, result: Poll<std::io::Result<T>>) -> Poll<std::io::Result<T>> {
        match &result {
            Poll::Ready(Ok(_)) => self.connection.wrote(),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.connection.stalls(),
        }
        result
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.socket).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.connection.read();
        }
        result
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        let result = Pin::new(&mut self.socket).poll_write(context, bytes);
        self.note(result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        let result = Pin::new(&mut self.socket).poll_write_vectored(context, slices);
        self.note(result)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{Connections, network};
    use crate::limits::Limits;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_longest_waiting_connection_makes_room_and_busy_ones_stay() {
        let limits = Limits { connections_per_address: 2, ..Limits::default() };
        let all = Connections::default();
        let first = all.admit(address("192.0.2.1"), &limits).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(5));
        let second = all.admit(address("192.0.2.1"), &limits).unwrap();
        first.busy();
        let third = all.admit(address("192.0.2.1"), &limits).unwrap();
        assert!(second.closing.load(std::sync::atomic::Ordering::Relaxed));
        all.remove(&second);
        third.busy();
        assert!(all.admit(address("192.0.2.1"), &limits).is_none(), "both are at work");
        assert!(all.admit(address("192.0.2.2"), &limits).is_some(), "another address has room");
    }

    #[test]
    fn a_host_has_a_whole_network_of_addresses() {
        assert_eq!(network(address("2001:db8::1")), network(address("2001:db8::ffff:1")));
        assert_ne!(network(address("2001:db8::1")), network(address("2001:db8:0:1::1")));
        assert_eq!(network(address("::ffff:192.0.2.1")), address("192.0.2.1"));
    }
}

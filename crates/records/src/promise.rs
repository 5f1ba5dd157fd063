//! An answer that comes later, for threads that wait and for tasks that are woken.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// An answer that comes later. Await it, or [`wait`](Self::wait) for it on a thread that may
/// stand still.
#[derive(Debug)]
#[must_use = "what was asked for may have failed"]
pub struct Promise<T>(Arc<Shared<T>>);

/// What keeps a promise. Dropped without doing so it gives the answer for that.
#[derive(Debug)]
pub struct Keeper<T> {
    shared: Option<Arc<Shared<T>>>,
    broken: fn() -> T,
}

#[derive(Debug)]
struct Shared<T> {
    state: Mutex<State<T>>,
    arrived: Condvar,
}

#[derive(Debug)]
struct State<T> {
    answer: Option<T>,
    waker: Option<Waker>,
}

/// A promise and what keeps it; `broken` is the answer where nobody gives one.
pub fn promise<T>(broken: fn() -> T) -> (Keeper<T>, Promise<T>) {
    let state = Mutex::new(State { answer: None, waker: None });
    let shared = Arc::new(Shared { state, arrived: Condvar::new() });
    (Keeper { shared: Some(Arc::clone(&shared)), broken }, Promise(shared))
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give(&self, answer: T) {
        let mut state = self.lock();
        state.answer = Some(answer);
        let waker = state.waker.take();
        drop(state);
        self.arrived.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Keeper<T> {
    /// Gives the answer.
    pub fn keep(mut self, answer: T) {
        if let Some(shared) = self.shared.take() {
            shared.give(answer);
        }
    }
}

impl<T> Drop for Keeper<T> {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.take() {
            shared.give((self.broken)());
        }
    }
}

impl<T> Promise<T> {
    /// A promise that is already kept.
    pub fn kept(answer: T) -> Self {
        let state = Mutex::new(State { answer: Some(answer), waker: None });
        Self(Arc::new(Shared { state, arrived: Condvar::new() }))
    }

    /// Stands still until the answer is there.
    pub fn wait(self) -> T {
        let mut state = self.0.lock();
        loop {
            if let Some(answer) = state.answer.take() {
                return answer;
            }
            state = self.0.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<T> Future for Promise<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut state = self.0.lock();
        match state.answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => {
                state.waker = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::promise;
    use std::future::Future as _;
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::task::{Context, Poll, Wake, Waker};

    struct Count(AtomicUsize);

    impl Wake for Count {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn a_thread_waits_for_another() {
        let (keeper, promise) = promise(|| 0);
        let thread = std::thread::spawn(move || promise.wait());
        keeper.keep(7);
        assert_eq!(thread.join().unwrap(), 7);
    }

    #[test]
    fn a_task_is_woken_once_and_a_dropped_keeper_answers() {
        let woken = Arc::new(Count(AtomicUsize::new(0)));
        let waker = Waker::from(Arc::clone(&woken));
        let (keeper, promise) = promise(|| "nobody");
        let mut promise = pin!(promise);
        assert!(promise.as_mut().poll(&mut Context::from_waker(&waker)).is_pending());
        drop(keeper);
        assert_eq!(woken.0.load(Ordering::SeqCst), 1);
        let polled = promise.as_mut().poll(&mut Context::from_waker(&waker));
        assert_eq!(polled, Poll::Ready("nobody"));
    }
}

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{Meter, Pipeline, Plan, windows};

fn plan(workers: usize, ahead: usize) -> Plan {
    Plan { workers, ahead, meter: Meter::default() }
}

#[test]
fn results_come_in_order_whoever_is_first() {
    for workers in [1, 2, 5] {
        let numbers = plan(workers, 7)
            .start(windows(10..=109, 3), |window, _| {
                thread::sleep(Duration::from_micros(window.start() * 7919 % 1500));
                Ok::<_, ()>(window.collect())
            })
            .unwrap();
        let numbers: Vec<u64> = numbers.map(Result::unwrap).collect();
        assert_eq!(numbers, (10..=109).collect::<Vec<_>>());
    }
}

#[test]
fn no_more_is_ahead_than_allowed() {
    let (begun, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, taken) = (Arc::clone(&begun), Arc::new(AtomicUsize::new(0)));
    let (seen, peak) = (Arc::clone(&taken), Arc::clone(&most));
    let pipeline = plan(3, 4)
        .start(0..60_usize, move |number, _| {
            let ahead = counted.fetch_add(1, Ordering::SeqCst) + 1 - seen.load(Ordering::SeqCst);
            peak.fetch_max(ahead, Ordering::SeqCst);
            Ok::<_, ()>(vec![number])
        })
        .unwrap();
    for number in pipeline {
        thread::sleep(Duration::from_millis(1));
        assert_eq!(number.unwrap(), taken.fetch_add(1, Ordering::SeqCst));
    }
    // One more than allowed may begin before the test counts what it took.
    assert!(most.load(Ordering::SeqCst) <= 5, "{most:?}");
}

#[test]
fn the_first_error_is_the_last_item() {
    let mut pipeline = plan(4, 8)
        .start(0..1000, |number, _| if number < 5 { Ok(vec![number]) } else { Err(number) })
        .unwrap();
    let items: Vec<_> = pipeline.by_ref().collect();
    assert_eq!(items, [Ok(0), Ok(1), Ok(2), Ok(3), Ok(4), Err(5)]);
    assert_eq!(pipeline.next(), None);
}

#[test]
fn dropping_ends_the_workers() {
    let begun = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&begun);
    let mut pipeline: Pipeline<usize, ()> = plan(4, 1000)
        .start(0.., move |number, step| {
            counted.fetch_add(1, Ordering::SeqCst);
            let waits = Instant::now();
            while !step.is_over() && number > 0 && waits.elapsed() < Duration::from_secs(20) {
                thread::sleep(Duration::from_millis(1));
            }
            Ok(vec![number])
        })
        .unwrap();
    assert_eq!(pipeline.next(), Some(Ok(0)));
    let workers = std::mem::take(&mut pipeline.workers);
    let ended = Instant::now();
    drop(pipeline);
    for worker in workers {
        worker.join().unwrap();
    }
    assert!(ended.elapsed() < Duration::from_secs(5));
    assert!(begun.load(Ordering::SeqCst) <= 5);
}

#[test]
#[expect(clippy::panic, reason = "a panic is what is tested")]
fn panics_reach_whoever_reads() {
    let mut pipeline = plan(2, 4)
        .start(0..9, |number, _| match number {
            3 => panic!("a bug"),
            _ => Ok::<_, ()>(vec![number]),
        })
        .unwrap();
    let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        pipeline.by_ref().map(Result::unwrap).collect::<Vec<_>>()
    }));
    assert_eq!(*read.unwrap_err().downcast::<&str>().unwrap(), "a bug");
    assert_eq!(pipeline.next(), None);
}

#[test]
fn waiting_is_told_from_work() {
    let meter = Meter::default();
    let plan = Plan { workers: 2, ahead: 2, meter: meter.clone() };
    let pipeline = plan
        .start(0..4, |number, step| {
            step.wait(|| thread::sleep(Duration::from_millis(30)));
            thread::sleep(Duration::from_millis(5));
            Ok::<_, ()>(vec![number])
        })
        .unwrap();
    assert_eq!(pipeline.count(), 4);
    let effort = meter.effort();
    assert!(effort.waited >= Duration::from_millis(4 * 30));
    assert!(effort.worked >= Duration::from_millis(4 * 5));
    assert!(effort.worked < effort.waited);
}

#[test]
fn windows_cover_all_heights_once() {
    let all =
        |heights, size| windows(heights, size).map(|w| [*w.start(), *w.end()]).collect::<Vec<_>>();
    assert_eq!(all(3..=9, 3), [[3, 5], [6, 8], [9, 9]]);
    assert_eq!(all(3..=3, 100), [[3, 3]]);
    assert_eq!(all(0..=1, 0), [[0, 0], [1, 1]]);
    #[expect(clippy::reversed_empty_ranges, reason = "no heights at all")]
    let none = all(5..=4, 3);
    assert!(none.is_empty());
    assert_eq!(all(u64::MAX - 2..=u64::MAX, 2), [[u64::MAX - 2, u64::MAX - 1], [u64::MAX; 2]]);
    assert_eq!(windows(0..=u64::MAX, u64::MAX).count(), 2);
}

//! Limits of size, time, pace and number, and that a stop is heeded.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use hawkshaw_source::{Limits, SourceFault};

use crate::support::{Manner, Reply, Server};
use crate::{client, limits};

#[test]
fn a_gigabyte_is_refused_unread() {
    let announced = Server::in_turn(vec![Reply::json("[").manner(Manner::Flood(1 << 30))]);
    let begun = Instant::now();
    let asked = client(&announced.url(), limits());
    let error = asked.get("x", &[], &[], None).unwrap_err();
    assert!(matches!(error.fault, SourceFault::TooLarge(limit) if limit == 1 << 20));
    assert_eq!(asked.traffic().bytes, 0);
    assert!(begun.elapsed() < Duration::from_secs(2));
}

#[test]
fn a_gigabyte_that_nobody_announced_is_cut_off() {
    let stream = Server::in_turn(vec![Reply::json("[").manner(Manner::Stream(1 << 30))]);
    let begun = Instant::now();
    let asked = client(&stream.url(), limits());
    let error = asked.get("x", &[], &[], None).unwrap_err();
    assert!(matches!(error.fault, SourceFault::TooLarge(limit) if limit == 1 << 20));
    assert_eq!(asked.traffic().bytes, (1 << 20) + 1);
    assert!(begun.elapsed() < Duration::from_secs(2));
    let header = Server::in_turn(vec![Reply::json("[]").header("X", &"x".repeat(1 << 20))]);
    let error = client(&header.url(), limits()).get("x", &[], &[], None).unwrap_err();
    assert!(matches!(error.fault, SourceFault::Unreachable(_)), "{error}");
}

#[test]
fn a_bomb_is_refused_when_it_passes_the_limit() {
    let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..200 {
        bomb.write_all(&zeros).unwrap();
    }
    let bomb = bomb.finish().unwrap();
    assert!(bomb.len() < 1 << 20);
    let server = Server::in_turn(vec![Reply::json(bomb).header("Content-Encoding", "gzip")]);
    let asked = client(&server.url(), limits());
    let error = asked.get("x", &[], &[], None).unwrap_err();
    assert!(matches!(error.fault, SourceFault::TooLarge(limit) if limit == 1 << 20));
    assert_eq!(asked.traffic().bytes, (1 << 20) + 1);
}

#[test]
fn packed_answers_are_unpacked() {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(b"[1, 2, 3]").unwrap();
    let reply = Reply::json(packed.finish().unwrap()).header("Content-Encoding", "gzip");
    let server = Server::in_turn(vec![reply]);
    assert_eq!(client(&server.url(), limits()).get("x", &[], &[], None).unwrap(), b"[1, 2, 3]");
}

#[test]
fn a_drip_ends_with_the_time_limit() {
    let drip = Manner::Drip(Duration::from_millis(150));
    let server = Server::in_turn(vec![Reply::json("x".repeat(1000)).manner(drip)]);
    let limits = Limits { attempts_max: 2, timeout: Duration::from_millis(500), ..limits() };
    let begun = Instant::now();
    let error = client(&server.url(), limits).get("x", &[], &[], None).unwrap_err();
    assert!(matches!(error.fault, SourceFault::TooSlow(time) if time == limits.timeout));
    assert!(begun.elapsed() >= Duration::from_millis(900));
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn no_more_requests_are_under_way_than_allowed() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (under_way, peak) = (Arc::clone(&now), Arc::clone(&most));
    let server = Server::start(move |_| {
        peak.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        thread::sleep(Duration::from_millis(20));
        under_way.fetch_sub(1, Ordering::SeqCst);
        Reply::json("[]")
    });
    let client = client(&server.url(), Limits { concurrent_max: 3, ..limits() });
    thread::scope(|scope| {
        for _ in 0..12 {
            let client = client.clone();
            scope.spawn(move || client.get("x", &[], &[], None).unwrap());
        }
    });
    assert_eq!(server.asked().len(), 12);
    assert!((2..=3).contains(&most.load(Ordering::SeqCst)));
}

#[test]
fn requests_of_all_clones_keep_the_pace() {
    let server = Server::in_turn(vec![Reply::json("[]")]);
    // Twenty a second: one every 50 ms.
    let client = client(&server.url(), Limits { per_second_milli: 20_000, ..limits() });
    let begun = Instant::now();
    thread::scope(|scope| {
        for _ in 0..9 {
            let client = client.clone();
            scope.spawn(move || client.get("x", &[], &[], None).unwrap());
        }
    });
    assert!(begun.elapsed() >= Duration::from_millis(8 * 50));
    assert!(begun.elapsed() < Duration::from_secs(4));
}

#[test]
fn a_stop_ends_waits_and_requests_at_once() {
    let silence = Reply::json("[]").manner(Manner::Silence(Duration::from_secs(8)));
    let busy = Reply::status(429, "").header("Retry-After", "60");
    for reply in [silence, busy] {
        let server = Server::in_turn(vec![reply]);
        let patient = Limits {
            timeout: Duration::from_secs(60),
            back_off_max: Duration::from_secs(60),
            ..limits()
        };
        let client = client(&server.url(), patient);
        let other = client.clone();
        let begun = Instant::now();
        let waits = thread::spawn(move || other.get("x", &[], &[], None));
        while server.asked().is_empty() {
            thread::sleep(Duration::from_millis(5));
        }
        thread::sleep(Duration::from_millis(50));
        client.stop();
        let error = waits.join().unwrap().unwrap_err();
        assert!(matches!(error.fault, SourceFault::Stopped), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(4));
        assert!(matches!(client.get("y", &[], &[], None).unwrap_err().fault, SourceFault::Stopped));
        assert_eq!(server.asked().len(), 1);
    }
}

//! New lists, and the end, without losing a request.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::support::{LISTED, Request, Running, UNKNOWN, listing, screener};

#[test]
fn a_changed_list_is_live_and_no_request_is_lost() {
    let service = Running::start();
    let (done, asked) = (AtomicBool::new(false), AtomicUsize::new(0));
    let target = format!("/v1/screen/address/{UNKNOWN}");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut connection = service.connect();
                while !done.load(Ordering::SeqCst) {
                    connection.ask(&Request::get(&target)).is(200);
                    asked.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        let began = Instant::now();
        service.shelf.put(Ok(screener(&[listing(LISTED), listing(UNKNOWN)])));
        let is_hit = || service.get(&target).is(200).json()["status"] == "hit";
        while !is_hit() {
            assert!(began.elapsed() < Duration::from_secs(60), "the list is not live");
        }
        for _ in 0..20 {
            let listings = [listing(LISTED), listing(UNKNOWN)];
            service.shelf.put(Ok(screener(&listings)));
            service.post("/v1/admin/reload", "").is(200);
        }
        done.store(true, Ordering::SeqCst);
    });
    assert!(asked.load(Ordering::SeqCst) > 0);
}

#[test]
fn requests_that_are_under_way_are_answered_before_the_end() {
    let mut service = Running::start();
    let body = format!("{{\"address\":\"{LISTED}\"}}");
    let request = Request::post("/v1/screen/address", &body).bytes();
    let (first, second) = request.split_at(request.len() - 5);
    let mut late = service.connect();
    late.send(first);
    let mut idle = service.connect();
    idle.ask(&Request::get("/healthz")).is(200);
    service.begin_to_stop();
    std::thread::sleep(Duration::from_millis(300));
    late.send(second);
    assert_eq!(late.read().unwrap().is(200).json()["status"], "hit");
    assert!(late.read().is_none() && idle.read().is_none(), "connections are closed");
    let address = service.address;
    assert!(service.ended(), "every request was answered");
    assert!(std::net::TcpStream::connect(address).is_err());
}

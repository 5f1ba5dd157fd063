//! What cannot be looked up is an error, on every surface: nothing fails open.

use std::sync::Arc;

use hawkshaw_screening::{AddressIndex, Coverage, IndexBuilder, Overlay, RuleSet, Screener};
use serde_json::json;

use crate::support::{LISTED, Request, Running, listing, screener};

const COUNT: usize = 3_000;

fn address(n: usize) -> String {
    format!("0x{:040x}", (n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// A screener of listed addresses, of whose index so many bytes from a place on are other ones.
/// `None`: such an index does not even open.
fn damaged(place: usize, count: usize) -> Option<Arc<Screener>> {
    let mut builder = IndexBuilder::new();
    for n in 0..COUNT {
        builder.add_listing(&listing(&address(n))).unwrap();
    }
    let mut bytes = builder.to_bytes().unwrap();
    let place = bytes.len() * place / 100;
    bytes[place..place + count].iter_mut().for_each(|byte| *byte ^= 0x5a);
    let index = AddressIndex::from_bytes("damaged", bytes).ok()?;
    let (overlay, rules) = (Arc::new(Overlay::new()), Arc::new(RuleSet::built_in()));
    Some(Arc::new(Screener::new(Arc::new(index), overlay, rules, Coverage::default())))
}

#[test]
fn a_damaged_index_is_an_error_and_never_a_clean_answer() {
    let service = Running::start();
    let mut failed = 0;
    for place in (5..100).step_by(10) {
        let Some(screener) = damaged(place, 64) else { continue };
        service.app.replace_screener(screener);
        let mut connection = service.connect();
        let mut lost = None;
        for n in 0..COUNT {
            let target = format!("/v1/screen/address/{}", address(n));
            let said = connection.ask(&Request::get(&target));
            if said.status == 200 {
                assert_eq!(said.json()["status"], "hit", "{place} % {n}");
            } else {
                said.problem(500);
                lost = Some(address(n));
                failed += 1;
            }
        }
        let Some(lost) = lost else { continue };
        service.get("/readyz").problem(503);
        let body = json!({ "address": lost }).to_string();
        service.post("/v1/screen/address", &body).problem(500);
        service.post("/v1/addresses", &body).problem(500);
        let body = json!({ "addresses": [lost] }).to_string();
        service.post("/v1/screen/batch", &body).problem(500);
        let body = json!({
            "counterparties": [lost], "direction": "received",
            "asset": "eip155:1/slip44:60", "amount": "1",
        });
        service.post("/v1/screen/transfer", &body.to_string()).problem(500);
        for target in [format!("/api/v1/address/{lost}"), format!("/api/risk/v2/entities/{lost}")] {
            assert!(service.get(&target).status >= 500, "{target}");
        }
        let body = json!([{ "address": lost }]).to_string();
        assert!(service.post("/public/v1/sanctions/screening", &body).status >= 500);
    }
    assert!(failed > 0, "the damage met no lookup");
    service.app.replace_screener(screener(&[listing(LISTED)]));
    service.get("/readyz").is(200);
}

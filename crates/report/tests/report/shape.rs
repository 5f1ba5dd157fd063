//! The files are what their formats say, and the same every time.

use std::collections::BTreeSet;

use hawkshaw_report::{Manifest, to_edges_csv, to_files, to_graphml, to_json, to_terminals_csv};
use hawkshaw_trace::Trace;
use quick_xml::events::Event;
use serde_json::Value;

use crate::sample::{BTC, ETH, USDC, sample};

fn json() -> Value {
    serde_json::from_slice(&sample().with(to_json)).unwrap()
}

#[test]
fn the_same_findings_give_the_same_bytes() {
    assert_eq!(sample().with(to_files), sample().with(to_files));
}

#[test]
fn json_has_the_fields_of_the_schema_in_order() {
    let text = String::from_utf8(sample().with(to_json)).unwrap();
    let fields = text.lines().filter_map(|line| line.strip_prefix("  \""));
    let fields: Vec<&str> = fields.filter_map(|line| line.split('"').next()).collect();
    let expected = "schema case as_of manifest coverage stolen policies terminals edges balance \
                    timeline noise defects limits secured findings holdings patterns pattern_figures";
    assert_eq!(fields.join(" "), expected);
    let trace = json();
    assert_eq!(trace["schema"], "hawkshaw.trace/1");
    assert_eq!(trace["coverage"]["eip155:1"]["from"], 14_442_000);
    assert_eq!(trace["coverage"]["eip155:1"]["gaps"], serde_json::json!([]));
    let bitcoin = &trace["coverage"]["bip122:000000000019d6689c085ae165831e93"];
    assert_eq!(bitcoin["tip"], Value::Null);
    assert_eq!(trace["balance"]["fifo"][ETH]["difference"], "0");
    assert_eq!(trace["balance"].get("poison"), None);
}

#[test]
fn json_terminals_and_edges_are_as_designed() {
    let trace = json();
    let first = &trace["terminals"][0];
    assert_eq!(first["kind"], "mixer");
    assert_eq!(first["amounts"]["fifo"], "94080000000000000000000");
    assert_eq!(first["origins"]["fifo"][USDC], "8900000000000");
    assert_eq!(first["origins"].get("poison"), None);
    assert_eq!(first["bounds"][ETH], Value::Null);
    assert_eq!(first["can_act"], serde_json::json!([]));
    let terminals = trace["terminals"].as_array().unwrap();
    let find = |actor: &str| terminals.iter().find(|row| row["actor"] == actor).unwrap();
    assert_eq!(find("Northwind")["can_act"][0], "Northwind");
    assert_eq!(find("Northwind")["bounds"][ETH]["hi"], "2400000000000000000000");
    assert!(find("Harbour Exchange")["output"].as_str().unwrap().ends_with(":0"));
    let edges = trace["edges"].as_array().unwrap();
    assert_eq!(edges[0]["link"]["kind"], "theft");
    assert_eq!(edges[0]["at"], serde_json::json!([14_442_835, 3, 1]));
    let swap = edges.iter().find(|edge| edge["link"]["kind"] == "swap").unwrap();
    assert_eq!(swap["link"]["asset"], USDC);
    let reported = edges.iter().find(|edge| edge["grade"] == "reported").unwrap();
    assert_eq!((&reported["tx"], &reported["at"]), (&Value::Null, &Value::Null));
    assert!(reported["source"].is_string());
    assert!(edges[0].get("source").is_none());
    let paying = edges.iter().find(|edge| edge["to"].is_null() && edge["asset"] == BTC).unwrap();
    assert!(paying["from_output"].is_string() && paying["tx"].is_string());
    let point = &trace["timeline"][0];
    assert_eq!(point["fifo"][BTC]["held"], "10000000000");
}

#[test]
fn the_manifest_is_read_back_out_of_the_trace() {
    let sample = sample();
    assert_eq!(Manifest::from_trace_json(&sample.with(to_json)).unwrap(), sample.manifest);
}

#[test]
fn graphml_joins_known_nodes_with_unique_ids() {
    let bytes = sample().with(to_graphml);
    let mut reader = quick_xml::Reader::from_reader(bytes.as_slice());
    let (mut ids, mut ends, mut keys, mut used) =
        (BTreeSet::new(), Vec::new(), BTreeSet::new(), BTreeSet::new());
    let mut buffer = Vec::new();
    loop {
        let event = reader.read_event_into(&mut buffer).unwrap();
        let (Event::Start(tag) | Event::Empty(tag)) = &event else {
            if matches!(event, Event::Eof) {
                break;
            }
            continue;
        };
        let get = |name: &str| {
            let value = tag.try_get_attribute(name).unwrap();
            value.map(|value| value.value.into_owned())
        };
        match tag.name().as_ref() {
            "key" => assert!(keys.insert(get("id").unwrap())),
            "node" => assert!(ids.insert(get("id").unwrap())),
            "edge" => {
                assert!(ids.insert(get("id").unwrap()));
                ends.extend([get("source").unwrap(), get("target").unwrap()]);
            }
            "data" => _ = used.insert(get("key").unwrap()),
            _ => {}
        }
    }
    assert!(ends.iter().all(|end| ids.contains(end)));
    assert!(used.is_subset(&keys));
    assert_eq!(ends.len(), 2 * sample().trace.edges.len());
}

#[test]
fn csv_rows_have_the_fields_of_their_header() {
    let sample = sample();
    let (edges, terminals) = (sample.trace.edges.len(), sample.trace.terminals.len());
    for (bytes, rows) in
        [(sample.with(to_edges_csv), edges), (sample.with(to_terminals_csv), terminals)]
    {
        assert!(bytes.ends_with(b"\r\n"));
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let fields = reader.headers().unwrap().len();
        let records: Vec<_> = reader.records().map(|record| record.unwrap().len()).collect();
        assert_eq!(records, vec![fields; rows]);
    }
}

/// A trace that found nothing, one under poison alone, and one far beyond the caps.
#[test]
fn extremes_are_rendered() {
    let mut empty = sample();
    empty.trace = Trace { terminals: vec![], edges: vec![], timeline: vec![], ..empty.trace };
    empty.trace.findings.clear();
    assert_eq!(empty.with(to_files).len(), 6);

    let mut poison = sample();
    let keep = |list: &mut Vec<_>| *list = list.split_off(6);
    poison.trace.policies = poison.trace.policies.split_off(6);
    poison.trace.balance = vec![None];
    for row in &mut poison.trace.terminals {
        keep(&mut row.amounts);
        row.origins = vec![None];
    }
    poison.trace.edges.iter_mut().for_each(|edge| keep(&mut edge.tainted));
    poison.trace.timeline.iter_mut().for_each(|point| point.by_kind = vec![[].into()]);
    assert_eq!(poison.with(to_files).len(), 6);

    let mut large = sample();
    let edges = large.trace.edges.clone();
    large.trace.edges = edges.iter().cycle().take(20_000).cloned().collect();
    let rows = large.trace.terminals.clone();
    large.trace.terminals = rows.iter().cycle().take(5_000).cloned().collect();
    let files = large.with(to_files);
    assert!(files["report.html"].len() < 12_000_000, "{}", files["report.html"].len());
    let page = String::from_utf8(files["report.html"].clone()).unwrap();
    assert!(page.contains("The first 2,000 rows of 20,000 movements: edges.csv"));
}

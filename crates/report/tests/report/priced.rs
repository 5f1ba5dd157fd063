//! What is said of US dollars, and what is not.

use std::collections::BTreeSet;

use hawkshaw_model::{PriceTable, Usd};
use hawkshaw_report::{
    Colour, TableStyle, to_edges_csv, to_files, to_html, to_json, to_table, to_terminals_csv,
};
use serde_json::Value;

use crate::sample::{BTC, ETH, Sample, USDC, USDT, priced, sample};

fn json(sample: &Sample) -> Value {
    serde_json::from_slice(&sample.with(to_json)).unwrap()
}

fn cents(text: &Value) -> u128 {
    text.as_str().unwrap().replace('.', "").parse().unwrap()
}

/// What 10^-`decimals` units are worth at a price in hundredths of a dollar times 10^-2.
fn worth(amount: &Value, price_hundredths: u128, decimals: u32) -> u128 {
    let units: u128 = amount.as_str().unwrap().parse().unwrap();
    let scale = 10u128.pow(decimals) * 100;
    (units * price_hundredths * 100 + scale / 2) / scale
}

#[test]
fn without_prices_nothing_is_said_of_dollars() {
    for (name, bytes) in sample().with(to_files) {
        let text = String::from_utf8(bytes).unwrap().to_lowercase();
        for word in ["usd_", "us dollar", "\"usd\"", "class=\"usd"] {
            assert!(!text.contains(word), "{name} has {word}");
        }
    }
}

#[test]
fn an_empty_table_of_prices_makes_everything_unknown_and_nothing_zero() {
    let mut sample = priced();
    sample.prices = Some(PriceTable::default());
    let trace = json(&sample);
    let terminals = trace["terminals"].as_array().unwrap();
    assert!(terminals.iter().all(|row| row["usd"] == Value::Null && row.get("usd").is_some()));
    let totals = &trace["usd"];
    assert_eq!(totals["stolen"], serde_json::json!({"amount": "0.00", "unpriced": 3}));
    let some = terminals.iter().filter(|row| row["amounts"]["fifo"] != "0").count();
    assert_eq!(totals["terminals"]["fifo"]["unpriced"], some);
    let style = TableStyle { width: 140, colour: Colour::None };
    let table = sample.with(|findings| to_table(findings, style));
    assert!(table.contains("worth an unknown sum in US dollars then"), "{table}");
    assert!(!table.contains('$'), "{table}");
}

#[test]
fn the_rest_of_the_answer_is_the_same_with_prices() {
    let (mut without, mut with) = (json(&sample()), json(&priced()));
    for trace in [&mut without, &mut with] {
        trace.as_object_mut().unwrap().remove("usd");
        for list in ["terminals", "edges", "stolen"] {
            for row in trace[list].as_array_mut().unwrap() {
                row.as_object_mut().unwrap().remove("usd");
            }
        }
    }
    assert_eq!(without, with);
}

#[test]
fn a_place_is_valued_at_its_last_arrival_and_a_movement_at_its_time() {
    let trace = json(&priced());
    let terminals = trace["terminals"].as_array().unwrap();
    let mut seen = BTreeSet::new();
    for row in terminals {
        let asset = row["asset"].as_str().unwrap();
        let (hundredths, decimals) = match asset {
            ETH => (300_025, 18),
            BTC => (4_200_000, 8),
            _ => continue,
        };
        let usd = &row["usd"];
        let quoted = usd["quote"]["time"].as_i64().unwrap();
        let last = row["last_time"].as_i64().unwrap();
        assert!(quoted <= last && last - quoted < 2 * 86_400);
        assert_eq!(usd["quote"]["source"], "https://prices.example");
        for (policy, amount) in row["amounts"].as_object().unwrap() {
            let expected = worth(amount, hundredths, decimals);
            assert_eq!(cents(&usd["amounts"][policy]), expected, "{policy} of {row}");
        }
        seen.insert(asset.to_owned());
    }
    assert_eq!(seen.len(), 2);
    let edges = trace["edges"].as_array().unwrap();
    for edge in edges.iter().filter(|edge| edge["asset"] == ETH) {
        assert_eq!(cents(&edge["usd"]["amount"]), worth(&edge["amount"], 300_025, 18));
        let tainted = &edge["tainted"]["fifo"];
        assert_eq!(cents(&edge["usd"]["tainted"]["fifo"]), worth(tainted, 300_025, 18));
    }
    let unpriced = edges.iter().filter(|edge| edge["asset"] == USDT);
    let unpriced: Vec<&Value> = unpriced.map(|edge| &edge["usd"]).collect();
    assert!(!unpriced.is_empty() && unpriced.iter().all(|usd| **usd == Value::Null));
}

#[test]
fn totals_sum_what_has_a_price_and_count_what_has_none() {
    let trace = json(&priced());
    let terminals = trace["terminals"].as_array().unwrap();
    let (mut sum, mut unpriced) = (0, 0);
    for row in terminals {
        match &row["usd"] {
            Value::Null => unpriced += u64::from(row["amounts"]["fifo"] != "0"),
            usd => sum += cents(&usd["amounts"]["fifo"]),
        }
    }
    assert!(unpriced > 0, "the sample has USDT, which nobody priced");
    let total = &trace["usd"]["terminals"]["fifo"];
    assert_eq!((cents(&total["amount"]), total["unpriced"].as_u64().unwrap()), (sum, unpriced));
    let each = trace["stolen"].as_array().unwrap();
    let stolen: u128 = each.iter().map(|row| cents(&row["usd"]["amount"])).sum();
    assert_eq!(cents(&trace["usd"]["stolen"]["amount"]), stolen);
    let of = |asset: &str| {
        let row = each.iter().find(|row| row["asset"] == asset).unwrap();
        (cents(&row["usd"]["amount"]), row["usd"]["quotes"][0]["price"].clone())
    };
    assert_eq!(of(USDC), (999_500_000, Value::from("0.9995")), "stablecoins are priced");
    assert_eq!(of(ETH).0, 36_003_000_000);
}

/// Several assets were stolen: places are in the order of the dollars that they stand for.
#[test]
fn places_are_in_the_order_of_dollars_where_all_are_priced() {
    let first = |sample: &Sample| {
        let page = String::from_utf8(sample.with(to_html)).unwrap();
        let table = page.split("<caption>Places by who runs them").nth(1).unwrap();
        let table = table.split("</table>").next().unwrap();
        let rows: Vec<String> =
            table.split("<th scope=\"row\">").skip(1).map(|row| row[..12].to_owned()).collect();
        rows
    };
    let (by_share, by_dollars) = (first(&sample()), first(&priced()));
    assert_ne!(by_share[..6], by_dollars[..6]);
    let page = String::from_utf8(priced().with(to_html)).unwrap();
    assert!(page.contains("stand for the most US dollars at the theft first"));
    let mut missing = priced();
    let rows = [ETH, USDC].map(|id| {
        let table = missing.prices.as_ref().unwrap();
        let asset = id.parse().unwrap();
        let quote = table.quotes(&asset).next().unwrap();
        hawkshaw_model::PriceRow {
            time: quote.quoted_at,
            price: quote.price,
            source: None,
            place: hawkshaw_model::PricePlace { file: "x".into(), unit: "line", line: 2 },
            asset,
        }
    });
    missing.prices = Some(PriceTable::from_rows(rows.into()).unwrap());
    assert_eq!(first(&missing), by_share, "one stolen asset has no price");
}

#[test]
fn csv_has_dollars_with_their_price_and_empty_cells_where_it_is_missing() {
    let sample = priced();
    for (bytes, column) in
        [(sample.with(to_edges_csv), "usd"), (sample.with(to_terminals_csv), "usd_fifo")]
    {
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|known| known == name).unwrap();
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert!(rows.iter().any(|row| row[at(column)].is_empty()));
        for row in rows {
            let is_known = !row[at(column)].is_empty();
            assert_eq!(is_known, &row[at("asset")] != USDT, "{row:?}");
            for name in ["usd_price", "usd_price_time", "usd_price_source"] {
                assert_eq!(is_known, !row[at(name)].is_empty(), "{row:?}");
            }
        }
    }
}

#[test]
fn a_source_of_prices_is_a_stranger_too() {
    let attack = "=cmd|' /C calc'!A0 <script>alert(1)</script> \u{202e}\u{1b}[2J";
    let mut sample = priced();
    let table = sample.prices.take().unwrap();
    let rows = table.assets().flat_map(|(asset, ..)| {
        table.quotes(asset).map(|quote| hawkshaw_model::PriceRow {
            asset: asset.clone(),
            time: quote.quoted_at,
            price: quote.price,
            source: Some(attack.into()),
            place: hawkshaw_model::PricePlace { file: "x".into(), unit: "line", line: 2 },
        })
    });
    sample.prices = Some(PriceTable::from_rows(rows.collect()).unwrap());
    for (name, bytes) in sample.with(to_files) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{name}");
        if name.ends_with("html") || name.ends_with("graphml") {
            assert!(!text.contains("<script>alert"), "{name}");
        }
        if name.ends_with("csv") {
            assert!(!text.contains(",=cmd"), "{name}");
        }
    }
}

#[test]
fn the_table_with_prices() {
    let style = TableStyle { width: 120, colour: Colour::None };
    insta::assert_snapshot!(priced().with(|findings| to_table(findings, style)));
}

#[test]
fn no_line_is_wider_than_the_screen_with_prices() {
    for width in [60, 80, 96, 110, 124, 200] {
        let style = TableStyle { width, colour: Colour::None };
        let text = priced().with(|findings| to_table(findings, style));
        let long = text.lines().find(|line| line.chars().count() > usize::from(width));
        assert_eq!(long, None, "{width}");
    }
}

#[test]
fn sums_beyond_all_money_do_not_wrap() {
    assert_eq!(Usd::from_cents(u128::MAX).to_string().len(), 40);
}

/// The first swap of the sample gives USDC for ETH: with ether cheap enough it is a bad one.
#[test]
fn a_swap_for_less_than_half_is_listed_and_only_that() {
    let priced_at = |price: &str| {
        let mut sample = priced();
        let rows = [(ETH, price), (USDC, "0.9995")].map(|(id, price)| hawkshaw_model::PriceRow {
            asset: id.parse().unwrap(),
            time: "2022-03-23".parse().unwrap(),
            price: price.parse().unwrap(),
            source: None,
            place: hawkshaw_model::PricePlace { file: "x".into(), unit: "line", line: 2 },
        });
        sample.prices = Some(PriceTable::from_rows(rows.into()).unwrap());
        for edge in &mut sample.trace.edges {
            if edge.link.is_some() {
                edge.time = "2022-03-24".parse().unwrap();
            }
        }
        sample
    };
    let trace = json(&priced_at("3000"));
    let edges = trace["edges"].as_array().unwrap();
    let swap = edges.iter().find(|edge| edge["link"]["kind"] == "swap").unwrap();
    let units = |value: &Value| value.as_str().unwrap().parse::<u128>().unwrap();
    // The price at which exactly half comes back, in dollars times 10^10: a base unit of USDC is
    // 9,995 of these.
    let given = units(&swap["link"]["amount"]) * 9_995;
    let half = given * 10u128.pow(18) / units(&swap["amount"]) / 2;
    let price = |times_10_10: u128| {
        format!("{}.{:010}", times_10_10 / 10u128.pow(10), times_10_10 % 10u128.pow(10))
    };
    let listed = |price: &str| {
        let all = json(&priced_at(price))["usd"]["swaps_below_half"].clone();
        all.as_array().unwrap().iter().find(|found| found["tx"] == swap["tx"]).cloned()
    };
    assert_eq!(listed(&price(half + 1)), None);
    let below = price(half - half / 1_000);
    let found = listed(&below).unwrap();
    assert_eq!(found["given"]["amount"], swap["link"]["amount"]);
    assert_eq!(found["received"]["usd"], swap_usd(&priced_at(&below)));
    let style = TableStyle { width: 120, colour: Colour::None };
    let table = priced_at("1").with(|findings| to_table(findings, style));
    assert!(table.contains("swap below half of its worth at"), "{table}");
    let page = String::from_utf8(priced_at("1").with(to_html)).unwrap();
    assert!(page.contains("Swaps for less than half"));
    // Without a price of a side nothing is said.
    let mut half_priced = priced_at("1");
    half_priced.prices = Some(PriceTable::default());
    assert_eq!(json(&half_priced)["usd"]["swaps_below_half"], serde_json::json!([]));
}

fn swap_usd(sample: &Sample) -> Value {
    let trace = json(sample);
    let edges = trace["edges"].as_array().unwrap();
    let swap = edges.iter().find(|edge| edge["link"]["kind"] == "swap").unwrap();
    swap["usd"]["amount"].clone()
}

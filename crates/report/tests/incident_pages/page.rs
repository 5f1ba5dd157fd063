//! The page: everything is on it, nothing is loaded, and no text becomes markup.

use hawkshaw_incidents::{Incident, IncidentLedger, InclusionRule, Standing};

use crate::hostile::{self, FIELDS};
use crate::markup::{assert_numbers, elements, escaped, href, names};
use crate::{dprk, empty, nothing, page_of, with};

const ATTACKS: [&str; 6] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "javascript:alert(1)//",
    "]]></style><!--",
    "&lt;b&gt;",
];

/// Of two incidents one is counted, and one is too weak.
fn stated() -> InclusionRule {
    let actor = Some("group".to_owned());
    InclusionRule { actor, standing: Standing::Stated, ..InclusionRule::default() }
}

#[test]
fn every_text_of_a_stranger_stays_text() {
    let plain = names(&page_of(&hostile::ledger("plain ", "plain"), stated()));
    for attack in ATTACKS {
        let page = page_of(&hostile::ledger(attack, "plain"), stated());
        assert_eq!(names(&page), plain, "{attack}");
        for field in FIELDS {
            let shown = escaped(&format!("{attack}{field}"));
            assert!(page.contains(&shown), "{attack}{field} is not on the page");
        }
    }
}

#[test]
fn links_go_to_web_pages_and_to_places_on_the_page() {
    let plain = names(&page_of(&hostile::ledger("plain ", "plain"), stated()));
    for attack in ATTACKS {
        // White space is in no link of a ledger.
        let link = attack.replace(' ', "+");
        let page = page_of(&hostile::ledger(attack, &link), stated());
        assert_eq!(names(&page), plain, "{attack}");
        let all = elements(&page);
        let ids: Vec<&str> = all.iter().filter_map(|element| element.attribute("id")).collect();
        let links: Vec<&str> = all.iter().filter_map(|element| element.attribute("href")).collect();
        assert!(links.iter().any(|link| link.starts_with("https://a.example/")));
        for link in links {
            let is_place = link.strip_prefix('#').is_some_and(|place| ids.contains(&place));
            assert!(is_place || link.starts_with("https://"), "{link}");
        }
    }
}

#[test]
fn the_page_loads_nothing() {
    let page = page_of(&IncidentLedger::built_in(), dprk());
    let policy = elements(&page)
        .into_iter()
        .find(|element| element.attribute("http-equiv") == Some("Content-Security-Policy"));
    let policy = policy.unwrap().attribute("content").unwrap().replace("&#39;", "'");
    assert!(policy.contains("default-src 'none'"), "{policy}");
    for loader in ["@import", "fetch(", "XMLHttpRequest", "import("] {
        assert!(!page.contains(loader), "{loader}");
    }
    // Patterns of a picture stand in the picture itself.
    for (at, _) in page.match_indices("url(") {
        assert!(page[at..].starts_with("url(#"), "{}", &page[at..at + 40]);
    }
    for element in elements(&page) {
        let loads = ["link", "iframe", "object", "embed", "base", "img", "image", "use", "form"];
        assert!(!loads.contains(&element.name.as_str()), "{element:?}");
        for attribute in ["src", "srcset", "data", "xlink:href", "style", "onclick", "onload"] {
            assert_eq!(element.attribute(attribute), None, "{element:?}");
        }
    }
}

#[test]
fn the_same_ledger_gives_the_same_page() {
    let page = || page_of(&IncidentLedger::built_in(), dprk());
    assert_eq!(page(), page());
}

#[test]
fn every_counted_incident_stands_there_with_all_its_sources() {
    let ledger = IncidentLedger::built_in();
    for rule in [dprk(), InclusionRule::default()] {
        let page = page_of(&ledger, rule.clone());
        let entries: Vec<&str> = page.split("<details class=\"incident\"").skip(1).collect();
        with(&ledger, rule, |statistics, _| {
            assert!(statistics.incidents.len() > 50);
            assert_eq!(entries.len(), statistics.incidents.len());
            for (one, entry) in statistics.incidents.iter().zip(&entries) {
                let anchor = format!(" id=\"i-{}\"", one.incident.id);
                assert!(entry.starts_with(&anchor), "{}", one.incident.id);
                assert_claims(&ledger, one.incident, entry);
            }
        });
    }
}

/// Every claim of an incident has its claimant and its note, and every source its link.
fn assert_claims(ledger: &IncidentLedger, incident: &Incident, entry: &str) {
    let id = &incident.id;
    let has = |text: &str| assert!(entry.contains(&escaped(text)), "{id}: {text}");
    has(&incident.title);
    has(&incident.summary);
    for key in incident.source_keys() {
        let url = &ledger.source(incident, key).unwrap().url;
        assert!(entry.contains(&href(url)), "{id}: {url} is no link");
        let shown = format!(">{}</span>", escaped(url));
        assert!(entry.contains(&shown), "{id}: {url} cannot be read on paper");
    }
    let amounts = incident.amounts.iter().map(|claim| &claim.basis);
    let attributions = incident.attributions.iter().map(|claim| &claim.basis);
    let recoveries = incident.recoveries.iter().map(|claim| &claim.basis);
    let all = amounts.chain(attributions).chain(recoveries);
    for basis in all.clone() {
        has(&basis.by);
        basis.note.iter().for_each(|note| has(note));
    }
    let claims = entry.matches("<span class=\"key-of\">").count();
    assert!(claims >= all.map(|basis| basis.sources.len()).sum(), "{id}: {claims}");
    incident.addresses.iter().for_each(|address| has(&address.account));
}

#[test]
fn what_is_not_counted_stands_there_with_the_reason() {
    let ledger = IncidentLedger::built_in();
    let page = page_of(&ledger, dprk());
    let section = page.split("<section id=\"omitted\"").nth(1).unwrap();
    let rows: Vec<&str> = section.split("</section>").next().unwrap().split("<tr>").collect();
    with(&ledger, dprk(), |statistics, _| {
        assert!(!statistics.omitted.is_empty());
        assert_eq!(rows.len() - 2, statistics.omitted.len(), "before and in the head are none");
        for ((one, why), row) in statistics.omitted.iter().zip(&rows[2..]) {
            let id = &one.incident.id;
            assert!(row.contains(&format!(">{id}</span>")), "{id}");
            assert!(row.contains(why.text()), "{id}: {}", why.text());
            for key in one.incident.source_keys() {
                let url = &ledger.source(one.incident, key).unwrap().url;
                assert!(row.contains(&href(url)), "{id}: {url}");
            }
        }
    });
}

#[test]
fn every_published_total_stands_there_with_its_verdict() {
    let ledger = IncidentLedger::built_in();
    let page = page_of(&ledger, nothing());
    let section = page.split("<section id=\"totals\"").nth(1).unwrap();
    let section = section.split("</section>").next().unwrap();
    let rows: Vec<&str> = section.split("<tr><th scope=\"row\">").skip(1).collect();
    let totals = ledger.compare_all();
    assert_eq!(rows.len(), totals.len());
    for (comparison, row) in totals.iter().zip(rows) {
        let total = comparison.total;
        assert!(row.contains(&escaped(&total.basis.by)), "{}", total.id);
        assert!(row.contains(&format!(">{}</span>", comparison.verdict.text())), "{}", total.id);
        for key in &total.basis.sources {
            let url = &ledger.context_source(key).unwrap().url;
            assert!(row.contains(&href(url)), "{}: {url}", total.id);
        }
    }
}

#[test]
fn nothing_is_said_in_words_where_nothing_is_counted() {
    for (ledger, rule) in empty() {
        let page = page_of(&ledger, rule);
        assert!(page.contains("No incident of the ledger fits the rule."));
        assert!(page.contains("No incident is counted under this rule."));
        assert!(!page.contains("<details class=\"incident\""));
        assert_numbers("page", &page);
    }
}

#[test]
fn a_claim_of_face_value_is_not_shown_as_what_was_taken() {
    let page = page_of(&hostile::ledger("plain ", "plain"), stated());
    assert!(page.contains(" of face value</th>"));
}

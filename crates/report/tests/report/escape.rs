//! Labels come from strangers. None may become markup, a formula, a terminal escape or a page
//! of ten million characters, in any format.

use hawkshaw_model::{Case, TerminalKind};
use hawkshaw_report::{Colour, Findings, TableStyle, to_files, to_table};
use quick_xml::events::Event;

use crate::sample::{Sample, sample};

const ATTACKS: [&str; 9] = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "pay \u{202e}cba\u{2066} me",
    "nul\0 and \u{1b}[2J escape",
    "]]><!ENTITY x SYSTEM \"file:///etc/passwd\">",
    "=HYPERLINK(\"https://evil.example\",\"x\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "-1+1\r\n,second line",
    "&lt;&#39;' onmouseover='x",
];

/// The sample, with a label wherever strangers can put one.
fn attacked(label: &str) -> Sample {
    let mut sample = sample();
    let trace = &mut sample.trace;
    for terminal in &mut trace.terminals {
        terminal.actor = Some(label.to_owned());
    }
    if let Ok(concept) = "gambling".parse() {
        trace.terminals[3].kind = TerminalKind::Service(concept);
    }
    for edge in &mut trace.edges {
        edge.source = Some(format!("https://example.org/{label}"));
    }
    for finding in &mut trace.findings {
        label.clone_into(&mut finding.text);
        finding.account = Some(label.to_owned());
        finding.tx = Some(label.to_owned());
    }
    trace.limits = vec![label.to_owned()];
    trace.noise = [(label.to_owned(), 1)].into();
    trace.defects = [(label.to_owned(), 1)].into();
    let case = Case { title: label.to_owned(), summary: label.to_owned(), ..sample.case };
    sample.case = Case { sources: vec![label.to_owned(), format!("javascript:{label}")], ..case };
    for name in sample.names.values_mut() {
        label.clone_into(name);
    }
    sample
}

fn texts(sample: &Sample) -> Vec<(String, String)> {
    let style = TableStyle { width: 100, colour: Colour::None };
    let all = |findings: &Findings<'_>| {
        let mut files = to_files(findings);
        files.insert("table".to_owned(), to_table(findings, style).into_bytes());
        files
    };
    let text = |(name, bytes)| (name, String::from_utf8(bytes).unwrap());
    sample.with(all).into_iter().map(text).collect()
}

/// Elements and attribute names of a well-formed text.
fn markup(text: &str) -> Vec<String> {
    // The script and the style are ours and hold characters that XML does not allow.
    let parsed = text.replace("<!DOCTYPE html>", "");
    let mut reader = quick_xml::Reader::from_str(&parsed);
    let mut names = Vec::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Start(tag) | Event::Empty(tag) => {
                names.push(tag.name().as_ref().to_owned());
                for attribute in tag.attributes() {
                    let attribute = attribute.expect("a well-formed attribute");
                    names.push(attribute.key.as_ref().to_owned());
                }
            }
            Event::Eof => return names,
            _ => {}
        }
    }
}

#[test]
fn no_label_becomes_markup() {
    let plain = texts(&attacked("plain"));
    for attack in ATTACKS {
        for ((name, text), (_, plain)) in texts(&attacked(attack)).iter().zip(&plain) {
            if name == "report.html" || name == "graph.graphml" {
                // A source with a space is no link: `a` and `href` become `span`.
                let same = |text: &str| -> Vec<String> {
                    let names = markup(text).into_iter();
                    let names = names.filter(|name| !["href", "rel"].contains(&name.as_str()));
                    names.map(|name| if name == "a" { "span".to_owned() } else { name }).collect()
                };
                assert_eq!(same(text), same(plain), "{name} {attack:?}");
            }
        }
    }
}

#[test]
fn nothing_invisible_is_shown() {
    for attack in ATTACKS {
        for (name, text) in texts(&attacked(attack)) {
            let is_csv = name.ends_with("csv");
            let bad = |c: &char| {
                (c.is_control() && *c != '\n' && !(is_csv && *c == '\r'))
                    || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            };
            assert_eq!(text.chars().find(bad), None, "{name} {attack:?}");
        }
    }
}

#[test]
fn no_field_is_a_formula() {
    for attack in ATTACKS {
        for (name, text) in texts(&attacked(attack)) {
            if name.ends_with("csv") {
                let mut reader = csv::Reader::from_reader(text.as_bytes());
                for record in reader.records() {
                    for field in &record.unwrap() {
                        assert!(!field.starts_with(['=', '+', '-', '@', '\t', '\r']), "{field}");
                    }
                }
            }
        }
    }
}

#[test]
fn ten_million_characters_stay_a_label() {
    let plain: usize = texts(&attacked("plain")).iter().map(|(_, text)| text.len()).sum();
    let huge = "é<".repeat(5_000_000);
    let mut sample = attacked("plain");
    sample.trace.terminals[0].actor = Some(huge.clone());
    sample.trace.edges[0].source = Some(huge.clone());
    sample.trace.limits = vec![huge.clone()];
    sample.trace.findings[0].text.clone_from(&huge);
    sample.case.summary.clone_from(&huge);
    sample.case.title = huge;
    let long: usize = texts(&sample).iter().map(|(_, text)| text.len()).sum();
    assert!(long < plain + 400_000, "{plain} {long}");
}

#[test]
fn only_web_pages_are_linked() {
    let page =
        texts(&attacked("x y")).into_iter().find(|(name, _)| name == "report.html").unwrap().1;
    let links = page.split("href=\"").skip(1);
    for link in links {
        assert!(link.starts_with('#') || link.starts_with("http"), "{}", &link[..40]);
    }
    assert!(!page.contains("href=\"javascript"));
}

#[test]
fn the_page_loads_nothing() {
    let page = texts(&sample()).into_iter().find(|(name, _)| name == "report.html").unwrap().1;
    assert!(page.contains("default-src &#39;none&#39;") || page.contains("default-src 'none'"));
    for loader in ["src=", "@import", "url(h", "<link", "<iframe", "fetch(", "<object", "<base"] {
        assert!(!page.contains(loader), "{loader}");
    }
}

//! Drafts: files that the ledger reads, whatever the row holds.

use std::collections::BTreeSet;

use hawkshaw_incidents::{
    DraftActor, DraftError, DraftOptions, DraftSource, Incident, IncidentLedger, Standing, draft,
};
use proptest::prelude::{ProptestConfig, any, proptest};

use crate::support::table;

fn options() -> DraftOptions {
    DraftOptions {
        data_set: DraftSource::Own {
            url: "https://example.com/list.csv".to_owned(),
            publisher: "Example".to_owned(),
            title: "List of \"hacks\"".to_owned(),
            published: Some("2024".parse().unwrap()),
        },
        claimant: "DefiLlama".to_owned(),
        on: "2024-06".parse().unwrap(),
        actor: None,
        taken: BTreeSet::new(),
    }
}

/// The incident that the draft of the first row of a table is read as.
fn drafted(text: &str, options: &DraftOptions) -> Incident {
    let draft = draft(&table(text).rows[0], options).unwrap();
    let ledger = IncidentLedger::from_files(vec![draft.file.clone()]);
    let ledger = ledger.unwrap_or_else(|problems| panic!("{problems}\n{}", draft.file.text));
    ledger.incident(&draft.id).unwrap().clone()
}

#[test]
fn a_draft_says_what_the_row_says() {
    let text = "date,name,classification,technique,amount,chain,bridgeHack,targetType,source,\
        returnedFunds,language\n\
        2024-03-22,Super Sushi Samurai,Protocol Logic,Infinite Mint and Dump,4800000.5,\
        \"['Blast', 'Moon']\",False,Gaming,https://www.rekt.news/sss-rekt/,4600000.0,Solidity\n";
    let incident = drafted(text, &options());
    assert_eq!(incident.id.as_str(), "2024-super-sushi-samurai");
    assert_eq!(incident.dates.theft.as_str(), "2024-03-22");
    assert_eq!(incident.victim.kind.to_string(), "gaming");
    assert_eq!(incident.amounts[0].value.usd.unwrap().to_string(), "4800000.50");
    assert_eq!(incident.amounts[0].basis.by, "DefiLlama");
    assert_eq!(incident.amounts[0].basis.on.as_str(), "2024-06");
    assert_eq!(incident.amounts[0].basis.sources, ["imported-list", "row-link-1"]);
    assert_eq!(incident.recoveries[0].value.usd.unwrap().to_string(), "4600000");
    assert_eq!(incident.technique().to_string(), "contract-flaw");
    assert_eq!(incident.note.as_deref(), Some("Chains that the list names: Moon."));
    let link = &incident.sources["row-link-1"];
    assert_eq!(
        (link.publisher.as_str(), link.seen.to_string()),
        ("rekt.news", "data set".to_owned())
    );
    assert_eq!(link.data_set.as_deref(), Some("imported-list"));
}

#[test]
fn units_of_an_asset_and_an_actor_are_drafted() {
    let text = "Event,year,Amount stolen,Source\nBentFinanceExploiter,2021,513K cvxcrv LP ,\n";
    let with_actor = DraftOptions {
        actor: Some(DraftActor { actor: "lazarus-group".to_owned(), sure: Standing::Suspected }),
        data_set: DraftSource::Shared("heist-list".to_owned()),
        ..options()
    };
    let incident = drafted(text, &with_actor);
    assert_eq!(incident.id.as_str(), "2021-bentfinanceexploiter");
    let native = &incident.amounts[0].native[0];
    assert_eq!((native.asset.as_str(), native.amount.as_str()), ("cvxcrv-LP", "513000"));
    assert_eq!(incident.note.as_deref(), Some("The list writes the amount as 513K cvxcrv LP."));
    assert_eq!(incident.attributions[0].sure, Standing::Suspected);
    assert_eq!(incident.attributions[0].basis.sources, ["heist-list"]);
}

#[test]
fn the_links_of_a_row_are_cited_for_the_amount_and_not_for_the_actor() {
    let sources = |amount: &str| {
        let text = format!("date,name,usd,url\n2022-01-02,A,{amount},https://example.com/a\n");
        let actor = DraftActor { actor: "dprk".to_owned(), sure: Standing::Stated };
        let incident = drafted(&text, &DraftOptions { actor: Some(actor), ..options() });
        let amounts = incident.amounts.iter().flat_map(|claim| claim.basis.sources.clone());
        (amounts.collect::<Vec<_>>(), incident.attributions[0].basis.sources.clone())
    };
    let both = ["imported-list", "row-link-1"].map(str::to_owned).to_vec();
    assert_eq!(sources("5"), (both.clone(), vec!["imported-list".to_owned()]));
    assert_eq!(sources(""), (vec![], both));
}

#[test]
fn ids_are_unique() {
    let row = &table("date,name,usd\n2022-02-03,Qubit (2nd)!,5\n").rows[0];
    let mut options = options();
    let mut ids = Vec::new();
    for _ in 0..4 {
        let draft = draft(row, &options).unwrap();
        ids.push(draft.id.to_string());
        options.taken.insert(draft.id);
    }
    assert_eq!(
        ids,
        ["2022-qubit-2nd", "2022-qubit-2nd-february", "2022-qubit-2nd-2", "2022-qubit-2nd-3"]
    );
}

#[test]
fn a_row_that_cannot_be_drafted_says_why() {
    let error = |row: &str| {
        draft(&table(&format!("date,name,usd\n{row}\n")).rows[0], &options()).unwrap_err()
    };
    assert_eq!(error(",A,5"), DraftError::NoDate { line: 2 });
    assert_eq!(error("2022,,5"), DraftError::NoName { line: 2, name: String::new() });
    assert_eq!(error("2022,？？？,5").to_string().split(':').next(), Some("line 2"));
    assert!(matches!(error("2022,👛,5"), DraftError::NoName { .. }));
    assert_eq!(error("2022,A,"), DraftError::NoClaim { line: 2 });
    assert!(matches!(error("2025,A,5"), DraftError::AfterEdition { .. }));
    assert!(matches!(error(&format!("2022,{},5", "a".repeat(201))), DraftError::NoName { .. }));
}

proptest! {
    // Each case reads the shared files of the ledger.
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_draft_is_read_whatever_the_row_holds(
        name in any::<String>(),
        summary in any::<String>(),
        chain in any::<String>(),
        actor in "[\"'\\\\\n\u{0}-\u{1f}\u{202e}\\]\\[=#]{0,20}",
        amount in "[0-9]{1,9}(\\.[0-9]{1,3})? ?[A-Za-z ()$.]{0,6}",
        link in "(https://[!-~é\u{202e}]{0,30})?",
    ) {
        let name = format!("N{name}");
        let cells = [&name, &summary, &chain, &actor, &amount, &link];
        let quoted: Vec<String> =
            cells.iter().map(|cell| format!("\"{}\"", cell.replace(['"', '\0'], "\"\""))).collect();
        let quoted = quoted.join(",");
        let csv = format!("date,name,summary,chain,actor,amount,source\n2023-04,{quoted}\n");
        let row = &table(&csv).rows[0];
        // The list names an actor, so that a row whose amount is not read claims something too.
        let actor = DraftActor { actor: "dprk".to_owned(), sure: Standing::Likely };
        let draft = draft(row, &DraftOptions { actor: Some(actor), ..options() }).unwrap();
        let ledger = IncidentLedger::from_files(vec![draft.file.clone()]);
        let problems = ledger.as_ref().err().map(ToString::to_string);
        assert_eq!(problems, None, "{}", draft.file.text);
        assert_eq!(ledger.unwrap().incident(&draft.id).unwrap().title, *row.name.as_ref().unwrap());
    }
}

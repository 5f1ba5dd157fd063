//! Reading lists of incidents: every cell is kept, and what is not read is said.

use hawkshaw_incidents::{
    DateOrder, ImportDefectReason, ImportError, ImportField, ImportOptions, Imported,
    ImportedAmount, Kind, TableFormat, Technique, VictimKind, read_table,
};
use proptest::prelude::{any, prop, proptest};

use crate::support::{incidents, read, table};

#[test]
fn defillamas_json_and_csv_say_the_same() {
    let json = r#"[
        {"date": 1711065600, "name": "Super Sushi", "classification": "Protocol Logic",
         "technique": "Reentrancy", "amount": 4800000.0, "chain": ["Blast", "BSC"],
         "bridgeHack": false, "targetType": "Gaming", "source": "https://rekt.news/sss-rekt/",
         "returnedFunds": 4600000, "defillamaId": null, "language": "Solidity"},
        {"date": 1646092800, "name": "A bridge", "classification": "Rugpull", "technique": null,
         "amount": null, "chain": null, "bridgeHack": true, "targetType": "DeFi Protocol",
         "source": null, "returnedFunds": null, "defillamaId": 7, "language": null}
    ]"#;
    let csv = "date,name,classification,technique,amount,chain,bridgeHack,targetType,source,\
        returnedFunds,defillamaId,language\n\
        2024-03-22,Super Sushi,Protocol Logic,Reentrancy,4800000.0,\"['Blast', 'BSC']\",False,\
        Gaming,https://rekt.news/sss-rekt/,4600000.0,,Solidity\n\
        2022-03-01,A bridge,Rugpull,,,[],True,DeFi Protocol,,,7,\n";
    let (json, csv) = (table(json), table(csv));
    assert_eq!((json.format, csv.format), (TableFormat::DefillamaJson, TableFormat::DefillamaCsv));
    for table in [&json, &csv] {
        let [game, bridge] = table.rows.as_slice() else { panic!("two rows") };
        assert_eq!(game.date.as_ref().unwrap().as_str(), "2024-03-22");
        assert_eq!(game.amount.usd().unwrap().to_string(), "4800000");
        assert_eq!(game.returned.unwrap().to_string(), "4600000");
        let chains: Vec<&str> = game.chains.iter().map(|chain| chain.slug()).collect();
        assert_eq!(chains, ["blast", "bnb-chain"]);
        assert_eq!(game.links, ["https://rekt.news/sss-rekt/"]);
        assert_eq!((game.kind, game.victim_kind), (Kind::Theft, VictimKind::Gaming));
        assert_eq!(game.technique, Technique::ContractFlaw);
        assert_eq!(game.extra["language"], "Solidity");
        assert_eq!(bridge.amount, ImportedAmount::Missing);
        assert_eq!((bridge.kind, bridge.victim_kind), (Kind::ExitScam, VictimKind::Bridge));
        assert_eq!(bridge.extra["defillamaId"], "7");
        assert_eq!(table.defects, []);
    }
    assert_eq!((json.rows[0].line, json.rows[1].line), (2, 6));
}

#[test]
fn cells_that_are_not_read_are_defects_and_their_rows_stay() {
    let table = table(
        "date,victim,amount_usd,source\n\
         2022-01-01,A,123.456,https://example.com/a\n\
         2022-13-01,B,-5,nowhere\n\
         someday,,2000000000000,https://example.com/c https://example.com/d\n\
         2022-01-04,D,lots,\n",
    );
    let mut defects: Vec<String> = table.defects.iter().map(ToString::to_string).collect();
    defects.sort();
    assert_eq!(
        defects,
        [
            "line 2 (row 1), amount_usd: `123.456` has more than two decimals and was rounded \
             half up to cents",
            "line 3 (row 2), amount_usd: `-5` is less than nothing",
            "line 3 (row 2), date: `2022-13-01` is a date that does not exist or lies outside of \
             1990 to 2100",
            "line 3 (row 2), source: `nowhere` is no link that begins with https:// or http://",
            "line 4 (row 3), amount_usd: `2000000000000` is more than 10^12 US dollars",
            "line 4 (row 3), date: `someday` is no date that can be read",
            "line 4 (row 3), victim: `` is no name",
            "line 5 (row 4), amount_usd: `lots` is no amount that can be read",
        ]
    );
    assert_eq!(table.defects_by_reason()[&ImportDefectReason::Rounded], 1);
    assert_eq!(table.rows.len(), 4);
    assert_eq!(table.rows[0].amount.usd().unwrap().to_string(), "123.46");
    assert_eq!(table.rows[1].cells[&ImportField::Date], "2022-13-01");
    assert_eq!(table.rows[2].links.len(), 2);
    assert_eq!(table.rows[3].amount, ImportedAmount::Unreadable);
}

#[test]
fn facts_and_year_sums_are_exact() {
    let table = table(
        "date,victim,amount\n\
         2021-05-05,A,0.10\n2021-12-31,B,0.20\n2021,C,\n\
         2022-01-01,D,999999999999.99\n2022-02,E,1.00\n\
         2022-12/2023-01,F,5\n,G,7\n2021-05-05,a,0.1\n",
    );
    let facts = table.facts();
    assert_eq!((facts.rows, facts.with_usd, facts.without_amount), (8, 7, 1));
    assert_eq!((facts.without_full_date, facts.without_date, facts.repeats), (4, 1, 1));
    assert_eq!(table.rows[7].repeats, Some(1));
    assert_eq!(facts.first.unwrap().to_string(), "2021-01-01");
    assert_eq!(facts.last.unwrap().to_string(), "2023-01-31");
    assert_eq!(facts.usd.to_string(), "1000000000013.39");
    let sums = table.year_sums();
    let shown: Vec<String> = sums
        .years
        .iter()
        .map(|(year, sum)| format!("{year} {} {} {}", sum.rows, sum.without_usd, sum.usd))
        .collect();
    assert_eq!(shown, ["2021 4 1 0.40", "2022 2 0 1000000000000.99"]);
    assert_eq!((sums.unknown.rows, sums.unknown.usd.to_string()), (2, "12".to_owned()));
}

#[test]
fn the_order_of_dates_is_asked_for_where_the_column_leaves_it_open() {
    let text = "name,date,usd\nA,01/03/2022,5\nB,07/10/2022,6\n";
    let error = read(text).unwrap_err();
    assert_eq!(error, ImportError::AmbiguousDates { line: 2, text: "01/03/2022".to_owned() });
    for (order, first) in
        [(DateOrder::DayFirst, "2022-03-01"), (DateOrder::MonthFirst, "2022-01-03")]
    {
        let options = ImportOptions { dates: Some(order), ..ImportOptions::default() };
        let table = incidents(read_table("a.csv", text.as_bytes(), &options).unwrap());
        assert_eq!(table.rows[0].date.as_ref().unwrap().as_str(), first);
        assert_eq!(table.dates, Some(order));
    }
    let table = table("name,date,usd\nA,01/03/2022,5\nB,24/06/2022,6\n");
    assert_eq!(table.dates, Some(DateOrder::DayFirst));
}

#[test]
fn a_file_that_is_no_table_is_refused_with_what_it_is() {
    let refused =
        |bytes: &[u8]| read_table("x", bytes, &ImportOptions::default()).unwrap_err().to_string();
    assert!(refused(b"PK\x03\x04").contains("export it as CSV"));
    assert!(refused(b"\xff\xfea\0").contains("UTF-16"));
    assert!(refused(b"date,name\n2022,a\0b\n").contains("line 2: the file is binary"));
    assert!(
        refused(b"date,name\n2022,a\n2023,\xe9\n").contains("line 3: the text is not in UTF-8")
    );
    assert!(refused(b"").contains("no row"));
    assert!(refused(b"date,name,amount\n").contains("no row"));
    assert!(refused(b"[]").contains("no row"));
    assert!(refused(b"{\"a\": [1, 2]}").contains("no list of objects in JSON"));
    assert!(refused(b"[{\"date\": 1, \"name\": \"a\"").starts_with("line 1: "));
    assert!(refused(b"date,name,amount\n2022-01-01,\"cut").contains("line 2: "));
    assert!(
        refused(b"title,url\na,b\n")
            .contains("no column for date; the columns are: `title`, `url`")
    );
    let huge = vec![b'a'; (64 << 20) + 1];
    assert!(refused(&huge).contains("more bytes, and at most 67108864 are read"));
    let rows = "2022,a\n".repeat(1_000_001);
    assert!(refused(format!("date,name\n{rows}").as_bytes()).contains("at most 1000000 are read"));
    let sum = "2022,a,1000000000000\n".repeat(184_468);
    assert!(refused(format!("date,name,usd\n{sum}").as_bytes()).contains("add up to more"));
}

#[test]
fn a_form_that_is_named_is_kept_to() {
    let options = |format| ImportOptions { format: Some(format), dates: None };
    let csv = b"date,name,amount,type\n2022-01-01,A,5,Scam\n";
    let table = read_table("a", csv, &options(TableFormat::Csv)).unwrap();
    assert_eq!(table.format(), TableFormat::Csv);
    assert!(read_table("a", csv, &options(TableFormat::DefillamaJson)).is_err());
    let table = incidents(read_table("a", csv, &options(TableFormat::HeistList)).unwrap());
    assert_eq!(table.rows[0].kind, Kind::Fraud);
}

/// Every cell of the table, wherever it went.
fn cells(imported: &Imported) -> Vec<String> {
    let Imported::Incidents(table) = imported else { return Vec::new() };
    let mut cells: Vec<String> = Vec::new();
    for row in &table.rows {
        cells.extend(row.cells.values().chain(row.extra.values()).cloned());
    }
    cells.sort();
    cells
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_table("x", &bytes, &ImportOptions::default());
    }

    #[test]
    fn no_rows_panic(text in "[-0-9/.,;\"\n ?$a-z\\[\\]{}:]{0,200}") {
        for header in ["date,name,amount\n", "year,a_usd,a_count\n", "Event,Year,Amount stolen\n", "[{\"date\":"] {
            let _ = read(&format!("{header}{text}"));
        }
    }

    #[test]
    fn no_cell_is_lost(
        rows in prop::collection::vec(prop::collection::vec("[a-zA-Z0-9\"\n,$. ]{0,8}", 5), 1..8),
    ) {
        let mut text = "note,date,name,amount_usd,more\n".to_owned();
        for row in &rows {
            let quoted: Vec<String> =
                row.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
            text.push_str(&quoted.join(","));
            text.push('\n');
        }
        let is_kept = |row: &&Vec<String>| row.iter().any(|cell| !cell.trim().is_empty());
        let mut expected: Vec<String> =
            rows.iter().filter(is_kept).flatten().filter(|cell| !cell.is_empty()).cloned().collect();
        expected.sort();
        match read(&text) {
            Ok(imported) => assert_eq!(cells(&imported), expected),
            Err(error) => assert!(error == ImportError::Empty && expected.is_empty(), "{error}"),
        }
    }
}

#[test]
fn a_point_that_can_stand_in_thousands_is_not_read() {
    let read = |amounts: &[&str]| {
        let rows: String = amounts.iter().map(|usd| format!("2022-01-01,A,\"{usd}\"\n")).collect();
        let table = table(&format!("date,name,amount\n{rows}"));
        table.rows.iter().map(|row| row.amount.usd().map(|usd| usd.to_string())).collect::<Vec<_>>()
    };
    let one = |text: &str| Some(text.to_owned());
    assert_eq!(read(&["1.200", "45.500"]), [one("1.20"), one("45.50")]);
    assert_eq!(read(&["1.200.000", "1.200", "$45.500", "7.25"]), [None, None, None, one("7.25")]);
    assert_eq!(read(&["1.200,50", "1.200"]), [None, None]);
}

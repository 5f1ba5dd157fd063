//! Tables of yearly totals.

use hawkshaw_incidents::{TotalDifference, YearlyFigure};

use crate::support::{read, yearly};

#[test]
fn every_printed_total_that_is_not_the_sum_is_reported() {
    let table = yearly(
        read(
            "year,a_usd,a_count,b_usd\n\
             2020,100.50,1,\n2021,200,2,5\n2022,,3,7\n\
             all,300.50,7,12\n2021-2022,200,5,11\nremark,,,\n",
        )
        .unwrap(),
    );
    assert_eq!(table.years, [2020, 2021, 2022]);
    let usd = |text: &str| YearlyFigure::Usd(text.parse().unwrap());
    let sums: Vec<YearlyFigure> = table.columns.iter().map(|column| column.sum).collect();
    assert_eq!(sums, [usd("300.50"), YearlyFigure::Count(6), usd("12")]);
    let lacks: Vec<&[i16]> = table.columns.iter().map(|column| column.lacks.as_slice()).collect();
    assert_eq!(lacks, [&[2022][..], &[], &[2020]]);
    assert_eq!(table.columns[0].source, "a");
    let wrong: Vec<_> = table
        .wrong_totals()
        .into_iter()
        .map(|(column, total)| (column.name.as_str(), total.line, total.difference()))
        .collect();
    assert_eq!(
        wrong,
        [
            ("a_count", 5, TotalDifference::More(YearlyFigure::Count(1))),
            ("b_usd", 6, TotalDifference::Less(usd("1"))),
        ]
    );
}

#[test]
fn what_is_no_figure_is_a_defect_and_no_zero() {
    let table =
        yearly(read("year,a_usd,a_count\n2020,many,1.5\n2020,5,5\n2021,0,2.0\nall,0,2\n").unwrap());
    let mut defects: Vec<String> = table.defects.iter().map(ToString::to_string).collect();
    defects.sort();
    assert_eq!(
        defects,
        [
            "line 2 (row 1), a_count: `1.5` is no count that can be read",
            "line 2 (row 1), a_usd: `many` is no amount that can be read",
            "line 3 (row 2), year: `2020,5,5` is a year that stands in the table a second time",
        ]
    );
    assert_eq!(table.columns[0].lacks, [2020]);
    assert_eq!(table.columns[0].years.len(), 1);
    assert!(table.wrong_totals().is_empty());
}

#[test]
fn a_total_is_held_against_its_own_years_and_only_where_they_are_known() {
    let text = "a_usd,year\n1,2016\n2,2017\n,2018\n3,subtotal 2016-2017\n9,2016 to 2017\n\
                3,all\n9,total\n2,sum\n3,2016-17\n3,subtotal\n2,only 2017\n";
    let table = yearly(read(text).unwrap());
    assert_eq!(table.years, [2016, 2017, 2018]);
    let usd = |text: &str| YearlyFigure::Usd(text.parse().unwrap());
    let differences: Vec<_> = table.columns[0].printed.iter().map(|t| t.difference()).collect();
    assert_eq!(
        differences,
        [
            TotalDifference::None,
            TotalDifference::More(usd("6")),
            TotalDifference::None,
            TotalDifference::Unknown,
            TotalDifference::Less(usd("1")),
            TotalDifference::Unknown,
            TotalDifference::Unknown,
            TotalDifference::None,
        ]
    );
    assert_eq!(table.columns[0].printed[3].lacks, [2018]);
    let error = read("year,a_usd\nmany,5\n").unwrap_err().to_string();
    assert_eq!(error, "line 2: no row has a year such as 2022 under `year`");
}

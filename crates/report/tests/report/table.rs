//! The table as a person sees it.

use hawkshaw_report::{Colour, TableStyle, to_table};

use crate::sample::sample;

fn table(width: u16, colour: Colour) -> String {
    sample().with(|findings| to_table(findings, TableStyle { width, colour }))
}

#[test]
fn the_whole_table() {
    insta::assert_snapshot!(table(100, Colour::None));
}

#[test]
fn no_line_is_wider_than_the_screen() {
    for width in [60, 80, 96, 110, 124, 200] {
        let text = table(width, Colour::None);
        let long = text.lines().find(|line| line.chars().count() > usize::from(width));
        assert_eq!(long, None, "{width}");
    }
}

#[test]
fn colours_are_only_used_where_asked_for() {
    assert!(table(100, Colour::Ansi).contains('\u{1b}'));
    assert!(!table(100, Colour::None).contains('\u{1b}'));
}

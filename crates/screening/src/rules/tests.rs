use super::RuleSet;

#[test]
fn the_built_in_file_reads() {
    let rules = RuleSet::from_toml(RuleSet::built_in_text()).unwrap_or_else(|e| panic!("{e}"));
    assert!(rules.len() > 10 && !rules.is_shadow());
    assert_eq!(rules.digest(), RuleSet::built_in().digest());
}

//! From the text of a rule file to rules.

use std::collections::BTreeMap;
use std::str::FromStr;

use hawkshaw_model::{Amount, AssetId, AssetList, ChainId, Fraction, Policy, Usd, UsdPrice};
use toml::de::DeTable;

use super::check;
use super::problem::RuleProblems;
use super::rule::{
    EvidenceTest, Minimum, QueryTest, Rule, Settings, bits_of, category_bit, policy_place,
};
use super::table::{FILE_BYTES_MAX, Found, Table};
use crate::answer::Status;
use crate::category::{Category, Severity};
use crate::exposure::{ExposureKind, POLICIES};
use crate::listing::ListId;
use crate::query::{Action, Direction};

/// A file has up to so many rules: each is tried for each address.
const RULES_MAX: usize = 500;

/// Estimates in a file.
const ESTIMATES_MAX: usize = 1_000;

/// A rule file, read.
#[derive(Debug, Clone)]
pub(super) struct RuleFile {
    pub(super) version: String,
    pub(super) is_shadow: bool,
    pub(super) settings: Settings,
    pub(super) rules: Vec<Rule>,
}

/// Keys that only exposure has.
const EXPOSURE_KEYS: [&str; 7] =
    ["direction", "asset", "hops_max", "moved_within", "min_usd", "min_amount", "min_share"];

/// Keys that only listings have.
const LISTING_KEYS: [&str; 3] = ["list", "listed_within", "by_wallet"];

/// Reads a rule file.
pub(super) fn read(text: &str) -> Result<RuleFile, RuleProblems> {
    let found = Found::in_text(text);
    let file = parse(&found, text);
    let problems = found.into_problems();
    match file {
        Some(file) if problems.is_empty() => Ok(file),
        _ => Err(RuleProblems::new(problems)),
    }
}

fn parse(found: &Found<'_>, text: &str) -> Option<RuleFile> {
    if text.len() > FILE_BYTES_MAX {
        found.add(0, String::new(), format!("the file is larger than {FILE_BYTES_MAX} bytes"));
        return None;
    }
    let root = match DeTable::parse(text) {
        Ok(root) => root,
        Err(error) => {
            let line = error.span().map_or(0, |span| found.line(&span));
            let what = error.message().replace('\n', ", ");
            found.add(line, String::new(), format!("is no TOML: {what}"));
            return None;
        }
    };
    let table = Table::new(found, root.get_ref(), &(0..0), String::new());
    let file = read_file(&table);
    table.finish();
    Some(file)
}

fn read_file(root: &Table<'_>) -> RuleFile {
    let version = root.text("version").unwrap_or_default().to_owned();
    if !root.has("version") {
        root.wrong("version", "is missing: answers name it; a date such as \"2026-01-31\" will do");
    }
    let settings = settings(root);
    let tables = root.tables("rule", RULES_MAX);
    let rules: Vec<Rule> = tables
        .into_iter()
        .enumerate()
        .map(|(at, table)| rule(table, at + 1, settings.policy))
        .collect();
    check::names(root, &rules);
    // A rule of which a part could not be read seems to ask for less than it does.
    if root.is_sound() {
        check::reachable(root, &rules);
    }
    RuleFile { version, is_shadow: root.flag("shadow").unwrap_or(false), settings, rules }
}

/// No rule, and one action whatever is asked.
pub(super) fn empty(action: Action) -> RuleFile {
    let statuses = [Status::Hit, Status::NotFound, Status::NotCovered, Status::Invalid];
    let by_status = statuses.into_iter().map(|status| (status, action)).collect();
    let settings = Settings { by_status, ..no_settings() };
    RuleFile { version: "none".to_owned(), is_shadow: false, settings, rules: Vec::new() }
}

fn no_settings() -> Settings {
    Settings {
        by_status: BTreeMap::new(),
        policy: policy_place(Policy::Haircut).unwrap_or(0),
        unpriced: Action::Review,
        direct: Minimum::default(),
        indirect: Minimum::default(),
        estimates: BTreeMap::new(),
    }
}

fn settings(root: &Table<'_>) -> Settings {
    let mut settings = no_settings();
    if let Some(table) = root.table("status") {
        for status in [Status::Hit, Status::NotFound, Status::NotCovered, Status::Invalid] {
            if let Some(action) = table.parsed::<Action>(status.as_str()) {
                settings.by_status.insert(status, action);
            }
        }
        table.finish();
    }
    if let Some(table) = root.table("defaults") {
        settings.policy = policy(&table, settings.policy);
        settings.unpriced = table.parsed("unpriced").unwrap_or(settings.unpriced);
        table.finish();
    }
    if let Some(table) = root.table("minimum") {
        settings.direct = minimum(&table, "direct");
        settings.indirect = minimum(&table, "indirect");
        table.finish();
    }
    if let Some(table) = root.table("estimate") {
        settings.estimates = estimates(&table);
        table.finish();
    }
    settings
}

fn minimum(root: &Table<'_>, kind: &str) -> Minimum {
    let Some(table) = root.table(kind) else { return Minimum::default() };
    let minimum = Minimum {
        usd: table.usd("usd").unwrap_or_default(),
        share: table.parsed::<Fraction>("share"),
        large: table.usd("large_usd"),
    };
    if minimum.share.is_some() && !table.has("large_usd") {
        let hint = "above it a small share of a large sum counts too";
        table.wrong("large_usd", format!("is missing beside `share`: {hint}"));
    }
    if minimum.share.is_none() && table.has("large_usd") {
        table.wrong("large_usd", "does nothing without `share`");
    }
    if minimum.large.is_some_and(|large| large < minimum.usd) {
        table.wrong("large_usd", "is below `usd`, so that `share` would decide nothing");
    }
    table.finish();
    minimum
}

fn estimates(table: &Table<'_>) -> BTreeMap<AssetId, (UsdPrice, u8)> {
    let known = AssetList::built_in();
    let mut estimates = BTreeMap::new();
    let keys = table.keys();
    if keys.len() > ESTIMATES_MAX {
        table.wrong("", format!("there are over {ESTIMATES_MAX} estimates"));
    }
    for key in keys.iter().take(ESTIMATES_MAX) {
        let asset = match key.parse::<AssetId>() {
            Ok(asset) => asset,
            Err(error) => {
                table.wrong(key, error.to_string());
                continue;
            }
        };
        let Some(price) = table.parsed::<UsdPrice>(key) else { continue };
        match known.get(&asset) {
            Some(info) => {
                estimates.insert(asset, (price, info.decimals));
            }
            None => {
                let hint = "an estimate needs a known number of decimals";
                table.wrong(key, format!("is no asset of the built-in list: {hint}"));
            }
        }
    }
    estimates
}

fn policy(table: &Table<'_>, default: usize) -> usize {
    let Some(policy) = table.parsed::<Policy>("policy") else { return default };
    policy_place(policy).unwrap_or_else(|| {
        let names: Vec<&str> = POLICIES.iter().map(|policy| policy.as_str()).collect();
        table.wrong("policy", format!("exposure is kept by {} only", names.join(", ")));
        default
    })
}

fn rule(mut table: Table<'_>, number: usize, policy: usize) -> Rule {
    let name = table.text("name").unwrap_or_default().to_owned();
    table.call(match name.as_str() {
        "" => format!("rule {number}"),
        name => format!("rule \"{name}\""),
    });
    if !table.has("name") {
        table.wrong("name", "is missing: answers and the audit log name the rule that decided");
    }
    let action = table.parsed::<Action>("action");
    if !table.has("action") {
        table.wrong("action", "is missing: allow, review, hold or reject");
    }
    let rule = Rule {
        why: table.text("why").map(str::to_owned),
        action,
        is_shadow: table.flag("shadow").unwrap_or(false),
        line: table.line,
        evidence: evidence(&table, policy),
        query: query(&table),
        name,
    };
    table.finish();
    rule
}

fn evidence(table: &Table<'_>, default_policy: usize) -> Option<EvidenceTest> {
    let common = ["exposure", "category", "severity_min", "chain", "confidence_min"];
    fn asked(table: &Table<'_>, keys: &[&'static str]) -> Vec<&'static str> {
        keys.iter().copied().filter(|key| table.has(key)).collect()
    }
    let of_exposure: Vec<&str> = asked(table, &EXPOSURE_KEYS);
    let of_listings: Vec<&str> = asked(table, &LISTING_KEYS);
    let of_both: Vec<&str> = asked(table, &common);
    let test = EvidenceTest {
        kinds: kinds(table, &of_exposure, &of_listings),
        categories: categories(table),
        lists: table.parsed_list::<ListId>("list"),
        chains: table.parsed_list::<ChainId>("chain"),
        confidence_min: table.number("confidence_min", 100).and_then(|n| u8::try_from(n).ok()),
        by_wallet: table.flag("by_wallet"),
        listed_within: duration(table, "listed_within"),
        direction: table.parsed::<Direction>("direction"),
        assets: table.parsed_list::<AssetId>("asset"),
        hops_max: table.number("hops_max", 65_535).and_then(|n| u16::try_from(n).ok()),
        moved_within: duration(table, "moved_within"),
        policy: policy(table, default_policy),
        usd_min: table.usd("min_usd"),
        amount_min: table.parsed::<Amount>("min_amount"),
        share_min: table.parsed::<Fraction>("min_share"),
    };
    check_evidence(table, &test);
    (!of_exposure.is_empty() || !of_listings.is_empty() || !of_both.is_empty()).then_some(test)
}

/// The kinds that a rule is about: those that it names, or those that its other keys can be
/// about.
fn kinds(table: &Table<'_>, exposure: &[&str], listings: &[&str]) -> Vec<ExposureKind> {
    use ExposureKind as K;
    let mut kinds = table.parsed_list::<ExposureKind>("exposure");
    kinds.sort();
    if let ([only, ..], [other, ..]) = (listings, exposure) {
        let what = format!("is about lists, and `{other}` about value that moved: make two rules");
        table.wrong(only, what);
    }
    let moved = kinds.iter().any(|kind| *kind != K::Ownership);
    match (listings, exposure) {
        ([key, ..], _) if moved => {
            let hint = "only the address itself is listed, which is `exposure = \"ownership\"`";
            table.wrong(key, format!("does not go with direct or indirect exposure: {hint}"));
        }
        (_, [key, ..]) if kinds.contains(&K::Ownership) => {
            let hint = "who is listed is so whatever moved: make a rule of its own for ownership";
            table.wrong(key, format!("does not go with ownership: {hint}"));
        }
        _ => {}
    }
    match (kinds.is_empty(), listings, exposure) {
        (false, ..) => kinds,
        (true, [_, ..], _) => vec![K::Ownership],
        (true, [], [_, ..]) => vec![K::Direct, K::Indirect],
        (true, [], []) => vec![K::Ownership, K::Direct, K::Indirect],
    }
}

fn categories(table: &Table<'_>) -> Option<u32> {
    let named = table.parsed_list::<Category>("category");
    let least = table.parsed::<SeverityName>("severity_min");
    if table.has("category") && table.has("severity_min") {
        table.wrong("severity_min", "does not go with `category`: name one of them");
    }
    if let Some(SeverityName(least)) = least {
        let all = [Severity::Low, Severity::Medium, Severity::High, Severity::Severe];
        let from = all.into_iter().filter(|severity| *severity >= least);
        return Some(from.fold(0, |bits, severity| bits | bits_of(severity)));
    }
    let bits = named.iter().fold(0, |bits, category| bits | category_bit(*category));
    table.has("category").then_some(bits)
}

fn check_evidence(table: &Table<'_>, test: &EvidenceTest) {
    if test.amount_min.is_some() && test.assets.len() != 1 {
        table.wrong("min_amount", "is in base units of one asset: name it with `asset`");
    }
    if table.has("policy") && !test.asks_amount() {
        table.wrong("policy", "does nothing without min_usd, min_amount or min_share");
    }
    if test.hops_max == Some(0) {
        table.wrong("hops_max", "is 0, which is ownership: write exposure = \"ownership\"");
    }
    if test.hops_max == Some(1) && test.kinds == [ExposureKind::Indirect] {
        table.wrong("hops_max", "is 1, and indirect exposure has at least 2 hops");
    }
    if test.hops_max.is_some() && test.kinds == [ExposureKind::Direct] {
        table.wrong("hops_max", "does nothing: direct exposure always has 1 hop");
    }
    if test.confidence_min == Some(0) {
        table.wrong("confidence_min", "is 0, which everything has: leave it out");
    }
    if !test.chains.is_empty() {
        for asset in test.assets.iter().filter(|asset| !test.chains.contains(&asset.chain())) {
            table.wrong("chain", format!("is not the chain of the asset {asset}"));
        }
    }
}

fn query(table: &Table<'_>) -> QueryTest {
    let test = QueryTest {
        statuses: table.parsed_list::<Status>("status"),
        direction: table.parsed::<Direction>("transfer"),
        assets: table.parsed_list::<AssetId>("transfer_asset"),
        chains: table.parsed_list::<ChainId>("transfer_chain"),
        usd_min: table.usd("transfer_min_usd"),
        usd_below: table.usd("transfer_below_usd"),
        amount_min: table.parsed::<Amount>("transfer_min_amount"),
        amount_below: table.parsed::<Amount>("transfer_below_amount"),
    };
    if test.statuses.contains(&Status::Invalid) {
        table.wrong("status", "of `invalid` no rule is asked: set it under [status]");
    }
    for key in ["transfer_min_amount", "transfer_below_amount"] {
        if table.has(key) && test.assets.len() != 1 {
            table.wrong(key, "is in base units of one asset: name it with `transfer_asset`");
        }
    }
    let none_between = |below: Option<Usd>, min: Option<Usd>| {
        below.is_some_and(|below| below <= min.unwrap_or_default())
    };
    if none_between(test.usd_below, test.usd_min) {
        table.wrong("transfer_below_usd", "leaves no transfer: it has to be above the minimum");
    }
    let least = test.amount_min.unwrap_or(Amount::ZERO);
    if test.amount_below.is_some_and(|below| below <= least) {
        table.wrong("transfer_below_amount", "leaves no transfer: it has to be above the minimum");
    }
    if !test.chains.is_empty() {
        for asset in test.assets.iter().filter(|asset| !test.chains.contains(&asset.chain())) {
            table.wrong("transfer_chain", format!("is not the chain of the asset {asset}"));
        }
    }
    test
}

/// `90d`, `12h` or `8w`, in seconds.
fn duration(table: &Table<'_>, key: &str) -> Option<i64> {
    let text = table.text(key)?;
    let read = text.char_indices().last().and_then(|(at, unit)| {
        let unit = match unit {
            'h' => 3_600,
            'd' => 86_400,
            'w' => 604_800,
            _ => return None,
        };
        let number: u32 = text.get(..at)?.parse().ok()?;
        i64::from(number).checked_mul(unit).filter(|seconds| *seconds > 0)
    });
    if read.is_none() {
        table.wrong(key, "is no time such as \"12h\", \"90d\" or \"8w\"");
    }
    read
}

/// A severity by its name.
#[derive(Debug, PartialEq, Eq)]
struct SeverityName(Severity);

impl FromStr for SeverityName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "low" => Ok(Self(Severity::Low)),
            "medium" => Ok(Self(Severity::Medium)),
            "high" => Ok(Self(Severity::High)),
            "severe" => Ok(Self(Severity::Severe)),
            _ => Err("is no severity: they are low, medium, high, severe".to_owned()),
        }
    }
}

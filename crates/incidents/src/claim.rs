//! Claims: of amounts, of attribution, of what was frozen or came back.

use serde::Serialize;

use crate::date::PartialDate;
use crate::reader::Table;
use crate::shared::Shared;
use crate::source::Sources;
use crate::usd::Usd;
use crate::vocabulary::{Certainty, Outcome, Priced, Reach, Standing};

/// Who claims something, when, and where it can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Basis {
    /// Who claims it: a name of the claimants.
    pub by: String,
    /// When it was claimed.
    pub on: PartialDate,
    /// Keys of the sources that say so.
    pub sources: Vec<String>,
    /// What a reader should know.
    pub note: Option<String>,
}

/// An amount in US dollars, as far as a claimant narrows it down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct UsdClaim {
    /// The figure.
    pub usd: Option<Usd>,
    /// At least this.
    pub usd_low: Option<Usd>,
    /// At most this.
    pub usd_high: Option<Usd>,
}

impl UsdClaim {
    pub(crate) fn read(table: &Table<'_>) -> Self {
        let claim = Self {
            usd: table.usd("usd"),
            usd_low: table.usd("usd_low"),
            usd_high: table.usd("usd_high"),
        };
        let rising = [claim.usd_low, claim.usd, claim.usd_high].into_iter().flatten().is_sorted();
        if !rising {
            let field = if claim.usd.is_some() { "usd" } else { "usd_low" };
            table.wrong(field, "lies outside of its range");
        }
        claim
    }

    /// The figure, else the bound that is stated.
    pub fn point(&self) -> Option<Usd> {
        self.usd.or(self.usd_low).or(self.usd_high)
    }

    /// The least that the claim allows for.
    pub fn low(&self) -> Option<Usd> {
        self.usd_low.or(self.usd).or(self.usd_high)
    }

    /// The most that the claim allows for.
    pub fn high(&self) -> Option<Usd> {
        self.usd_high.or(self.usd).or(self.usd_low)
    }

    /// Whether it is only a bound: at least, or at most.
    pub fn is_bound(&self) -> bool {
        self.usd.is_none() && (self.usd_low.is_none() || self.usd_high.is_none())
    }

    /// Whether the claimant gave a range or a bound.
    pub fn has_range(&self) -> bool {
        self.usd_low.is_some() || self.usd_high.is_some()
    }
}

/// An amount in units of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NativeAmount {
    /// The symbol, as the source has it. It names no contract.
    pub asset: String,
    /// Whole units, in decimal.
    pub amount: String,
}

/// A claim of how much was stolen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AmountClaim {
    /// In US dollars.
    #[serde(flatten)]
    pub value: UsdClaim,
    /// In units of the assets.
    pub native: Vec<NativeAmount>,
    /// What it is an amount of.
    pub what: Reach,
    /// At the prices of when.
    pub priced: Priced,
    /// How sure the claimant is.
    pub sure: Certainty,
    /// Who claims it.
    #[serde(flatten)]
    pub basis: Basis,
}

/// A claim of who did it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AttributionClaim {
    /// The id of the actor.
    pub actor: String,
    /// How sure the claimant is.
    pub sure: Standing,
    /// Who claims it.
    #[serde(flatten)]
    pub basis: Basis,
}

/// A claim of what was frozen or came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecoveryClaim {
    /// What became of it.
    pub what: Outcome,
    /// In US dollars.
    #[serde(flatten)]
    pub value: UsdClaim,
    /// In units of the assets.
    pub native: Vec<NativeAmount>,
    /// Who claims it.
    #[serde(flatten)]
    pub basis: Basis,
}

/// What is needed to check a claim while it is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame<'a> {
    pub(crate) shared: &'a Shared,
    /// The sources of the file.
    pub(crate) sources: &'a Sources,
    /// When the theft happened: no claim is older.
    pub(crate) theft: Option<&'a PartialDate>,
}

impl Frame<'_> {
    /// The keys under `sources` of a table, each checked to be the key of a source.
    pub(crate) fn keys(&self, table: &Table<'_>) -> Vec<String> {
        let keys = table.texts("sources");
        if keys.is_empty() {
            table.wrong("sources", "is missing or empty: a claim needs a source");
        }
        for key in &keys {
            if !self.sources.contains_key(*key) && !self.shared.sources.contains_key(*key) {
                let shown = hawkshaw_model::Printable(key);
                table.wrong("sources", format!("`{shown}` is the key of no source"));
            }
        }
        keys.into_iter().map(str::to_owned).collect()
    }

    pub(crate) fn basis(&self, table: &Table<'_>) -> Option<Basis> {
        let by = table.text_needed("by");
        if let Some(by) = by
            && self.shared.claimants.kind(by).is_none()
        {
            let hint = self.shared.claimants.nearest(by);
            let hint = hint.map_or_else(String::new, |near| format!(": did you mean `{near}`?"));
            let shown = hawkshaw_model::Printable(by);
            table.wrong("by", format!("`{shown}` is not in claimants.toml{hint}"));
        }
        let on: Option<PartialDate> = table.parsed_needed("on");
        if let (Some(on), Some(theft)) = (&on, self.theft)
            && on.last() < theft.first()
        {
            table.wrong("on", format!("{on} is before the theft, {theft}"));
        }
        let sources = self.keys(table);
        let note = table.text("note").map(str::to_owned);
        Some(Basis { by: by?.to_owned(), on: on?, sources, note })
    }
}

impl AmountClaim {
    pub(crate) fn read(table: &Table<'_>, frame: Frame<'_>) -> Option<Self> {
        let value = UsdClaim::read(table);
        let native = NativeAmount::read_all(table);
        let is_stated = ["usd", "usd_low", "usd_high", "native"].into_iter().any(|f| table.has(f));
        if !is_stated {
            table.wrong("", "states no amount: usd, usd_low, usd_high or native");
        }
        let what = table.parsed("what").unwrap_or(Reach::Taken);
        let priced = table.parsed("priced").unwrap_or(Priced::Unstated);
        let sure = table.parsed_needed("sure");
        let basis = frame.basis(table);
        table.finish();
        Some(Self { value, native, what, priced, sure: sure?, basis: basis? })
    }

    /// Whether it is an estimate for which the claimant gave no range.
    pub fn is_estimate_without_range(&self) -> bool {
        self.sure == Certainty::Estimate && !self.value.has_range()
    }
}

impl AttributionClaim {
    pub(crate) fn read(table: &Table<'_>, frame: Frame<'_>) -> Option<Self> {
        let actor = table.text_needed("actor");
        if let Some(actor) = actor
            && frame.shared.actors.get(actor).is_none()
        {
            let shown = hawkshaw_model::Printable(actor);
            table.wrong("actor", format!("`{shown}` is no id of actors.toml"));
        }
        let sure = table.parsed_needed("sure");
        let basis = frame.basis(table);
        table.finish();
        Some(Self { actor: actor?.to_owned(), sure: sure?, basis: basis? })
    }
}

impl RecoveryClaim {
    pub(crate) fn read(table: &Table<'_>, frame: Frame<'_>) -> Option<Self> {
        let what = table.parsed_needed("what");
        let value = UsdClaim::read(table);
        let native = NativeAmount::read_all(table);
        let basis = frame.basis(table);
        table.finish();
        Some(Self { what: what?, value, native, basis: basis? })
    }
}

impl NativeAmount {
    fn read_all(table: &Table<'_>) -> Vec<Self> {
        table.tables("native").iter().filter_map(Self::read).collect()
    }

    fn read(table: &Table<'_>) -> Option<Self> {
        let asset = table.text_needed("asset");
        if asset.is_some_and(|asset| !is_symbol(asset)) {
            table.wrong("asset", "is no symbol of an asset");
        }
        let amount = table.text_needed("amount");
        if amount.is_some_and(|amount| !is_decimal(amount)) {
            table.wrong(
                "amount",
                "is no decimal number without sign, such as \"173600\" or \"0.5\"",
            );
        }
        table.finish();
        Some(Self { asset: asset?.to_owned(), amount: amount?.to_owned() })
    }
}

/// Whether a text can be the symbol of an asset.
pub(crate) fn is_symbol(text: &str) -> bool {
    let is_sign = |b: u8| b.is_ascii_alphanumeric() || b".$+_-".contains(&b);
    (1..=32).contains(&text.len()) && text.bytes().all(is_sign)
}

/// Whether a text is digits, with at most one point between them.
pub(crate) fn is_decimal(text: &str) -> bool {
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |digits: &str, max: usize| {
        (1..=max).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
    };
    is_number(whole, 30) && is_number(part, 18)
}

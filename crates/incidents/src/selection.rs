//! Which incidents a figure counts, by a stated rule.

use jiff::civil::Date;
use serde::{Serialize, Serializer};

use crate::chain::Chain;
use crate::claim::AttributionClaim;
use crate::date::PartialDate;
use crate::figure::{Figure, Pricing};
use crate::incident::Incident;
use crate::ledger::IncidentLedger;
use crate::usd::Usd;
use crate::vocabulary::{
    ClaimantKind, Kind, Loot, Standing, Technique, VictimKind, Vocabulary as _,
};

/// Which incidents are counted. What is `None` or empty does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InclusionRule {
    /// Attributed to this actor or a part of it.
    pub actor: Option<String>,
    /// By a claim that is at least so sure.
    pub standing: Standing,
    /// By a claim of this claimant.
    pub attributed_by: Option<String>,
    /// Of these kinds.
    pub kinds: Vec<Kind>,
    /// This was taken.
    pub loot: Option<Loot>,
    /// From such victims.
    pub victim: Option<VictimKind>,
    /// On this chain, also among others.
    pub chain: Option<Chain>,
    /// Begun by this technique, also among others.
    pub technique: Option<Technique>,
    /// From a victim in this country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Not before this day.
    pub from: Option<Date>,
    /// Before this day.
    pub to: Option<Date>,
    /// Of at least this amount.
    pub usd_min: Option<Usd>,
}

impl Default for InclusionRule {
    /// Every theft, whatever was taken and whoever did it.
    fn default() -> Self {
        Self {
            actor: None,
            standing: Standing::Suspected,
            attributed_by: None,
            kinds: vec![Kind::Theft],
            loot: None,
            victim: None,
            chain: None,
            technique: None,
            country: None,
            from: None,
            to: None,
            usd_min: None,
        }
    }
}

/// An incident with its amount under the price rule.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// Its amount.
    pub figure: Figure,
}

impl Serialize for Counted<'_> {
    /// As the id and the amount.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        let mut fields = serializer.serialize_struct("Counted", 4)?;
        fields.serialize_field("id", &self.incident.id)?;
        fields.serialize_field("usd", &self.figure.usd)?;
        fields.serialize_field("usd_low", &self.figure.low)?;
        fields.serialize_field("usd_high", &self.figure.high)?;
        fields.end()
    }
}

/// Why an incident that nearly fits the rule is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Omission {
    /// Its amount is already in that of a counted incident.
    PartOfCounted,
    /// It may lie inside or outside of the time: its date is known too coarsely.
    DateUnclear,
    /// It fits but for the attribution: nobody who counts is as sure.
    AttributionTooWeak,
    /// It fits but for its kind.
    OtherKind,
    /// It fits but for its amount, which is unknown.
    AmountUnknown,
}

impl Omission {
    /// The reason as words.
    pub fn text(self) -> &'static str {
        match self {
            Self::PartOfCounted => "its amount is already in that of a counted incident",
            Self::DateUnclear => "its date is known too coarsely",
            Self::AttributionTooWeak => "its attribution is weaker than the rule asks for",
            Self::OtherKind => "it is of another kind",
            Self::AmountUnknown => "its amount is unknown",
        }
    }
}

/// The incidents that a rule counts, and those that it nearly does.
#[derive(Debug, Clone)]
pub struct Selection<'a> {
    /// Which incidents are counted.
    pub rule: InclusionRule,
    /// Which claim gives an amount.
    pub pricing: Pricing,
    /// The incidents, by date of theft and id.
    pub counted: Vec<Counted<'a>>,
    /// Incidents that nearly fit, with the reason, by date of theft and id.
    pub omitted: Vec<(Counted<'a>, Omission)>,
}

impl<'a> Selection<'a> {
    /// The incidents of a ledger that a rule counts.
    pub fn new(ledger: &'a IncidentLedger, rule: InclusionRule, pricing: Pricing) -> Self {
        let mut counted = Vec::new();
        let mut omitted = Vec::new();
        for incident in ledger.incidents() {
            let one = Counted { incident, figure: Figure::of(incident, &pricing) };
            match rule.judge(ledger, &one) {
                Judgement::Counted => counted.push(one),
                Judgement::Omitted(why) => omitted.push((one, why)),
                Judgement::Other => {}
            }
        }
        let is_counted = |incident: &Incident| {
            counted.iter().any(|one: &Counted<'_>| one.incident.id == incident.id)
        };
        let parts: Vec<Counted<'_>> = counted
            .iter()
            .copied()
            .filter(|one| ledger.wholes(one.incident).any(is_counted))
            .collect();
        counted.retain(|one| parts.iter().all(|part| part.incident.id != one.incident.id));
        omitted.extend(parts.into_iter().map(|part| (part, Omission::PartOfCounted)));
        let order = |one: &Counted<'a>| (one.incident.dates.theft.first(), &one.incident.id);
        counted.sort_by_key(order);
        omitted.sort_by_key(|(one, _)| order(one));
        Self { rule, pricing, counted, omitted }
    }

    /// The sum of the amounts.
    pub fn sum(&self) -> Usd {
        self.counted.iter().filter_map(|one| one.figure.usd).sum()
    }

    /// The counted incidents without an amount under the price rule.
    pub fn without_amount(&self) -> impl Iterator<Item = &Counted<'a>> {
        self.counted.iter().filter(|one| one.figure.usd.is_none())
    }

    /// The same rule for another span of time.
    pub fn within(&self, ledger: &'a IncidentLedger, from: Date, to: Date) -> Self {
        let rule = InclusionRule { from: Some(from), to: Some(to), ..self.rule.clone() };
        Self::new(ledger, rule, self.pricing.clone())
    }
}

enum Judgement {
    Counted,
    Omitted(Omission),
    Other,
}

impl InclusionRule {
    fn judge(&self, ledger: &IncidentLedger, one: &Counted<'_>) -> Judgement {
        let incident = one.incident;
        let time = self.time(incident);
        if !self.fits_plainly(incident) || time == Time::Outside {
            return Judgement::Other;
        }
        let attribution = self.attribution(ledger, incident);
        if attribution == Attribution::None {
            return Judgement::Other;
        }
        let mut misses = Vec::new();
        if time == Time::Unclear {
            misses.push(Omission::DateUnclear);
        }
        if attribution == Attribution::Weak {
            misses.push(Omission::AttributionTooWeak);
        }
        if !self.kinds.is_empty() && !self.kinds.contains(&incident.kind) {
            misses.push(Omission::OtherKind);
        }
        if let Some(min) = self.usd_min {
            match one.figure.usd {
                None => misses.push(Omission::AmountUnknown),
                Some(usd) if usd < min => return Judgement::Other,
                Some(_) => {}
            }
        }
        match misses[..] {
            [] => Judgement::Counted,
            [only] => Judgement::Omitted(only),
            _ => Judgement::Other,
        }
    }

    /// Whether an incident fits where there is no doubt about what it is.
    fn fits_plainly(&self, incident: &Incident) -> bool {
        let techniques = incident.began.iter().flat_map(|began| &began.how);
        self.loot.is_none_or(|loot| incident.loot == loot)
            && self.victim.is_none_or(|kind| incident.victim.kind == kind)
            && self.chain.is_none_or(|chain| incident.chains.contains(&chain))
            && self.technique.is_none_or(|wanted| {
                techniques.clone().any(|technique| *technique == wanted)
                    || incident.technique() == wanted
            })
            && self
                .country
                .as_ref()
                .is_none_or(|code| incident.victim.country.as_ref() == Some(code))
    }

    fn time(&self, incident: &Incident) -> Time {
        let theft = &incident.dates.theft;
        let is_in = |day: Date| {
            self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day < to)
        };
        let touches = self.from.is_none_or(|from| from <= theft.last())
            && self.to.is_none_or(|to| theft.first() < to);
        match (is_in(theft.first()) && is_in(theft.last()), touches) {
            (true, _) => Time::Inside,
            (false, true) => Time::Unclear,
            (false, false) => Time::Outside,
        }
    }

    fn attribution(&self, ledger: &IncidentLedger, incident: &Incident) -> Attribution {
        let Some(actor) = &self.actor else { return Attribution::Sure };
        let mut of_actor = incident.attributions.iter().filter(|claim| {
            claim.sure != Standing::Denied && ledger.actors().is_within(&claim.actor, actor)
        });
        if self.claim_that_counts(ledger, incident).is_some() {
            Attribution::Sure
        } else if of_actor.next().is_some() {
            Attribution::Weak
        } else {
            Attribution::None
        }
    }

    /// The first claim of attribution that fits the rule; of a rule without an actor the first
    /// that is no denial.
    pub(crate) fn claim_that_counts<'a>(
        &self,
        ledger: &IncidentLedger,
        incident: &'a Incident,
    ) -> Option<&'a AttributionClaim> {
        self.claims_that_count(ledger, incident).next()
    }

    /// The claims of attribution that fit the rule, in the order of the file.
    fn claims_that_count<'a>(
        &self,
        ledger: &IncidentLedger,
        incident: &'a Incident,
    ) -> impl Iterator<Item = &'a AttributionClaim> {
        let is_of_actor = |claim: &AttributionClaim| {
            self.actor.as_ref().is_none_or(|actor| {
                ledger.actors().is_within(&claim.actor, actor)
                    && claim.sure >= self.standing
                    && self.attributed_by.as_ref().is_none_or(|name| claim.basis.by == *name)
            })
        };
        let claims = incident.attributions.iter();
        claims.filter(move |claim| claim.sure != Standing::Denied && is_of_actor(claim))
    }

    /// When an incident was first attributed by a claim that fits the rule; `None` where the file
    /// does not say when anybody first did. The claim of a data set is dated by its edition, and
    /// says nothing of when it was first made.
    pub(crate) fn first_attributed(
        &self,
        ledger: &IncidentLedger,
        incident: &Incident,
    ) -> Option<PartialDate> {
        let first = incident.dates.attributed.as_ref()?;
        let is_of_set = |claim: &AttributionClaim| {
            ledger.claimants().kind(&claim.basis.by) == Some(ClaimantKind::DataSet)
        };
        if self.claims_that_count(ledger, incident).any(|claim| claim.basis.on == *first) {
            return Some(first.clone());
        }
        let others = self.claims_that_count(ledger, incident).filter(|claim| !is_of_set(claim));
        PartialDate::earliest(others.map(|claim| &claim.basis.on))
    }

    /// The rule as a sentence, for people.
    pub fn text(&self, ledger: &IncidentLedger) -> String {
        let kinds: Vec<String> = self.kinds.iter().map(|kind| kind.label()).collect();
        let mut text = match kinds.len() {
            0 => "incidents of every kind".to_owned(),
            _ => format!("incidents of the kind {}", kinds.join(" or ")),
        };
        let mut add = |part: String| {
            text.push_str(", ");
            text.push_str(&part);
        };
        match self.loot {
            Some(Loot::Crypto) => add("of cryptocurrency".to_owned()),
            Some(Loot::Fiat) => add("of money in banks".to_owned()),
            None => {}
        }
        if let Some(id) = &self.actor {
            let name = ledger.actors().get(id).map_or(id.as_str(), |actor| &actor.name);
            let by = self.attributed_by.as_deref().unwrap_or("somebody");
            let sure = match self.standing {
                Standing::Stated => "as a fact",
                Standing::Likely => "at least as likely",
                Standing::Suspected | Standing::Denied => "at least as a suspicion",
            };
            add(format!("attributed {sure} by {by} to {name} or a part of it"));
        }
        if let Some(kind) = self.victim {
            add(format!("victim: {}", kind.label()));
        }
        if let Some(chain) = self.chain {
            add(format!("chain: {}", chain.name()));
        }
        if let Some(technique) = self.technique {
            add(format!("technique: {}", technique.label()));
        }
        if let Some(code) = &self.country {
            add(format!("country: {code}"));
        }
        match (self.from, self.to) {
            (Some(from), Some(to)) => add(format!("stolen from {from} to before {to}")),
            (Some(from), None) => add(format!("stolen from {from}")),
            (None, Some(to)) => add(format!("stolen before {to}")),
            (None, None) => {}
        }
        if let Some(min) = self.usd_min {
            add(format!("of at least {}", min.for_people()));
        }
        text
    }
}

#[derive(PartialEq, Eq)]
enum Time {
    Inside,
    Unclear,
    Outside,
}

#[derive(PartialEq, Eq)]
enum Attribution {
    Sure,
    Weak,
    None,
}

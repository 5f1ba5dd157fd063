//! Which tag of an account counts, and which tags disagree.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use hawkshaw_model::{Account, Actor, ActorId, ConceptId, Printable, Stop, Tag, TerminalKind};

use crate::confidence::STOPPING_LEVEL_MIN;
use crate::taxonomy::{is_abuse, is_blamed, terminal_kind};

/// In what tags disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ConflictKind {
    /// They name different kinds of service.
    Kinds,
    /// They name different actors.
    Actors,
    /// One names a service, the other an offender or a victim.
    StopsOrNot,
}

/// Two tags of one account that disagree, and which of them counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The account.
    pub account: Account,
    /// In what they disagree.
    pub kind: ConflictKind,
    /// The tag that counts.
    pub winner: Tag,
    /// The tag that does not.
    pub loser: Tag,
    /// Why, as a sentence for people.
    pub why: String,
}

/// The tags of one account, judged together.
#[derive(Debug)]
pub(crate) struct Judgement<'a> {
    tags: &'a [Tag],
    actors: &'a BTreeMap<ActorId, Actor>,
    /// The best tag that names a service, and the kind that it names.
    service: Option<(&'a Tag, TerminalKind)>,
    /// The most certain tag that names an offender or a victim.
    blame: Option<&'a Tag>,
}

impl<'a> Judgement<'a> {
    /// Judges tags, the most certain of which come first.
    pub(crate) fn of(tags: &'a [Tag], actors: &'a BTreeMap<ActorId, Actor>) -> Self {
        let service = tags
            .iter()
            .filter(|tag| tag.confidence.level >= STOPPING_LEVEL_MIN)
            .filter_map(|tag| kind_of(tag, actors).map(|kind| (tag, kind)))
            .min_by_key(|(tag, kind)| (Reverse(tag.confidence.level), kind.name(), &tag.label));
        let blame = tags.iter().find(|tag| tag.concepts.iter().any(is_blamed));
        Self { tags, actors, service, blame }
    }

    /// Whether following stops, and as what.
    pub(crate) fn stop(&self) -> Option<Stop> {
        let (tag, kind) = self.service.as_ref().filter(|(tag, _)| !self.is_overruled(tag))?;
        Some(Stop { kind: kind.clone(), actor: Some(self.name(tag)) })
    }

    /// The best short name: of the tag that decides, else of the most certain one.
    pub(crate) fn best_name(&self) -> Option<String> {
        let decides = self.service.as_ref().map(|(tag, _)| *tag);
        let best = decides.filter(|tag| !self.is_overruled(tag));
        best.or(self.blame).or(self.tags.first()).map(|tag| self.name(tag))
    }

    /// Every pair of the deciding tag with one that disagrees.
    pub(crate) fn conflicts(&self, account: &Account) -> Vec<Conflict> {
        let mut conflicts = Vec::new();
        let mut add = |kind, winner: &Tag, loser: &Tag, why| {
            let (winner, loser) = (winner.clone(), loser.clone());
            conflicts.push(Conflict { account: account.clone(), kind, winner, loser, why });
        };
        if let Some((best, kind)) = &self.service {
            for tag in self.tags.iter().filter(|tag| tag != best) {
                let other = kind_of(tag, self.actors);
                if other.is_some_and(|other| other != *kind) {
                    add(ConflictKind::Kinds, best, tag, why(best, tag));
                }
            }
            if let Some(blame) = self.blame {
                let stands = !self.is_overruled(best);
                let (winner, loser) = if stands { (*best, blame) } else { (blame, *best) };
                let reason = match (stands, winner.confidence.level == loser.confidence.level) {
                    (true, true) => "equally sure, and only a surer tag keeps a service from \
                                     stopping a trace"
                        .to_owned(),
                    _ => why(winner, loser),
                };
                add(ConflictKind::StopsOrNot, winner, loser, reason);
            }
        }
        let named = |tag: &&Tag| tag.actor.is_some();
        let decides = self.service.as_ref().map(|(tag, _)| *tag).filter(named);
        if let Some(best) = decides.or_else(|| self.tags.iter().find(named)) {
            for tag in self.tags.iter().filter(named).filter(|tag| tag.actor != best.actor) {
                add(ConflictKind::Actors, best, tag, why(best, tag));
            }
        }
        conflicts
    }

    /// Whether a strictly surer tag names an offender or a victim.
    fn is_overruled(&self, service: &Tag) -> bool {
        self.blame.is_some_and(|blame| blame.confidence.level > service.confidence.level)
    }

    /// The name of the actor, else the label, safe to show.
    fn name(&self, tag: &Tag) -> String {
        let actor = tag.actor.as_ref().and_then(|id| self.actors.get(id));
        let text = actor.map_or(tag.label.as_str(), |actor| actor.label.as_str());
        Printable(text.trim()).to_string()
    }
}

/// The kind of service that a tag names: by its own concepts, else by its actor's categories.
/// A tag that names an abuse inherits none: the actor of a hack is not who holds the loot.
fn kind_of(tag: &Tag, actors: &BTreeMap<ActorId, Actor>) -> Option<TerminalKind> {
    let own = terminal_kind(&tag.concepts);
    if own.is_some() || tag.concepts.iter().any(is_abuse) {
        return own;
    }
    let categories: &[ConceptId] = &actors.get(tag.actor.as_ref()?)?.categories;
    terminal_kind(categories)
}

fn why(winner: &Tag, loser: &Tag) -> String {
    let (sure, unsure) = (&winner.confidence, &loser.confidence);
    if sure.level > unsure.level {
        format!("{} ({}) is surer than {} ({})", sure.id, sure.level, unsure.id, unsure.level)
    } else {
        format!("both have the level {}: the first by kind and label counts", sure.level)
    }
}

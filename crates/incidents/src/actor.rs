//! Whom claims of attribution name.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::reader::Table;
use crate::source::is_key;

/// A group, a state or a kind of person that claims of attribution name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Actor {
    /// The id, such as `lazarus-group`.
    pub id: String,
    /// The name.
    pub name: String,
    /// Of whom it is a part: claims about the part count for the whole.
    pub part_of: Option<String>,
    /// Other names.
    pub aliases: Vec<String>,
}

/// Every actor, by id.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Actors(BTreeMap<String, Actor>);

impl Actors {
    pub(crate) fn read(table: &Table<'_>) -> Option<Self> {
        let mut actors = BTreeMap::new();
        let list = table.table("actor")?;
        for (id, entry) in list.named_tables() {
            if !is_key(id) {
                entry.wrong("", "an id is made of a-z, 0-9 and single dashes");
            }
            let name = entry.text_needed("name");
            let part_of = entry.text("part_of").map(str::to_owned);
            let aliases = entry.texts("aliases").into_iter().map(str::to_owned).collect();
            entry.finish();
            if let Some(name) = name.map(str::to_owned) {
                actors.insert(id.to_owned(), Actor { id: id.to_owned(), name, part_of, aliases });
            }
        }
        let actors = Self(actors);
        for (id, entry) in list.named_tables() {
            let Some(actor) = actors.get(id) else { continue };
            if actor.part_of.as_ref().is_some_and(|whole| actors.get(whole).is_none()) {
                entry.wrong("part_of", "names no actor");
            } else if actors.is_in_circle(id) {
                entry.wrong("part_of", "leads back to the actor itself");
            }
        }
        Some(actors)
    }

    /// The actor with this id.
    pub fn get(&self, id: &str) -> Option<&Actor> {
        self.0.get(id)
    }

    /// The actor that a text means: by its id, else by its name or another name.
    pub fn named(&self, text: &str) -> Option<&Actor> {
        let wanted = text.trim().to_lowercase();
        let is_name = |name: &String| name.to_lowercase() == wanted;
        let has_name = |actor: &&Actor| is_name(&actor.name) || actor.aliases.iter().any(is_name);
        self.get(text).or_else(|| self.0.values().find(has_name))
    }

    /// Every actor, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Actor> {
        self.0.values()
    }

    /// Whether an actor is another one or a part of it.
    pub fn is_within(&self, id: &str, whole: &str) -> bool {
        self.line(id).any(|actor| actor.id == whole)
    }

    /// The whole that an actor belongs to; itself where it is a part of none.
    pub fn whole(&self, id: &str) -> Option<&Actor> {
        self.line(id).last()
    }

    /// The actor, what it is a part of, and so on.
    fn line(&self, id: &str) -> impl Iterator<Item = &Actor> {
        let next = |actor: &&Actor| actor.part_of.as_deref().and_then(|whole| self.get(whole));
        // One more than there are, so that a circle of all comes back to where it began.
        std::iter::successors(self.get(id), next).take(self.0.len() + 1)
    }

    fn is_in_circle(&self, id: &str) -> bool {
        self.line(id).skip(1).any(|actor| actor.id == id)
    }
}

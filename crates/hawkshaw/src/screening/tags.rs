//! Tags as listings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hawkshaw_attribution::{Defects, FolderIncludes, Format, TagIndex};
use hawkshaw_model::{Actor, ActorId, Printable, Tag, TagSubject};
use hawkshaw_screening::{Category, ListInfo, ListKind, Listing};

use crate::exit::Failure;
use crate::{input, screen};

/// Who made the OFAC list, as its readers say.
const OFAC_CREATOR: &str = "U.S. Treasury, Office of Foreign Assets Control";

/// Defects of a kind that are shown one by one.
const EXAMPLES_SHOWN: usize = 3;

/// The listings of files of tags.
#[derive(Debug)]
pub(super) struct Tags {
    listings: Vec<Listing>,
    defects: Defects,
    /// Tags of transactions: no address has them.
    of_transactions: usize,
    /// Files of lists of addresses without any.
    empty_lists: Vec<String>,
}

/// What one file gave.
struct FileOfTags {
    name: String,
    format: Format,
    index: TagIndex,
}

/// Reads files of tags, several at once.
pub(super) fn read(paths: &[PathBuf]) -> Result<Tags, Failure> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (first, rest) = paths.split_at(paths.len().min(1));
    let piece = rest.len().div_ceil(threads).max(1);
    let mut files = read_all(first)?;
    let parts: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            rest.chunks(piece).map(|part| scope.spawn(move || read_all(part))).collect();
        threads.into_iter().map(std::thread::ScopedJoinHandle::join).collect()
    });
    for part in parts {
        // A panic of a thread is a panic of all.
        files.extend(part.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?);
    }
    Ok(Tags::of(&files))
}

fn read_all(paths: &[PathBuf]) -> Result<Vec<FileOfTags>, Failure> {
    paths.iter().map(|path| read_file(path)).collect()
}

fn read_file(path: &Path) -> Result<FileOfTags, Failure> {
    let bytes = input::read(path)?;
    let mut index = TagIndex::new();
    let name = path.display().to_string();
    let summary = index.add_file(&name, &bytes, &FolderIncludes::beside(path));
    let format = summary.map_err(Failure::bad_data)?.format;
    Ok(FileOfTags { name, format, index })
}

impl FileOfTags {
    /// Whether it is a list that always names addresses, and names none. The lists of the EU, the
    /// United Kingdom and the United Nations may have none.
    fn names_nothing(&self) -> bool {
        let always = [
            Format::OfacText,
            Format::OfacJson,
            Format::AddressText,
            Format::AddressJson,
            Format::SdnCsv,
            Format::SdnXml,
            Format::SdnPlainXml,
        ];
        always.contains(&self.format) && self.index.tags().next().is_none()
    }
}

impl Tags {
    fn of(files: &[FileOfTags]) -> Self {
        let mut actors: BTreeMap<&ActorId, &Actor> = BTreeMap::new();
        for file in files {
            file.index.actors().for_each(|actor| {
                actors.entry(&actor.id).or_insert(actor);
            });
        }
        let lists = Lists::new();
        let mut all = Self {
            listings: Vec::new(),
            defects: Defects::new(),
            of_transactions: 0,
            empty_lists: Vec::new(),
        };
        for file in files {
            if file.names_nothing() {
                all.empty_lists.push(Printable(&file.name).to_string());
            }
            all.defects.merge(file.index.defects().clone());
            for tag in file.index.tags() {
                let list = lists.of(file.format, tag);
                match list.and_then(|list| listing(tag, list, &actors)) {
                    Some(listing) => all.listings.push(listing),
                    None => all.of_transactions += 1,
                }
            }
        }
        all
    }

    pub(super) fn listings(&self) -> &[Listing] {
        &self.listings
    }

    pub(super) fn into_listings(self) -> Vec<Listing> {
        self.listings
    }

    /// Files of lists of addresses without any: what was fetched is no list, or not all of it.
    pub(super) fn empty_lists(&self) -> &[String] {
        &self.empty_lists
    }

    /// Says what was wrong with tags: how often, and for the first ones where.
    pub(super) fn say_defects(&self, quiet: bool) {
        for (reason, count, examples) in self.defects.iter() {
            screen::say(quiet, &format!("tags: {count} × {}", reason.name()));
            for example in examples.iter().take(EXAMPLES_SHOWN) {
                let (file, what) = (Printable(&example.file), Printable(&example.what));
                screen::say(quiet, &format!("  {file}:{}: {what}", example.line));
            }
        }
        if self.of_transactions > 0 {
            let text =
                format!("tags: {} are of transactions and name no address", self.of_transactions);
            screen::say(quiet, &text);
        }
    }
}

/// The lists that files are of, as `hawkshaw lists update` names them too.
const LISTS: [(&str, &str, ListKind); 9] = [
    ("tags", "Tags", ListKind::Tags),
    ("own-list", "A bare list of addresses", ListKind::Own),
    ("explorer-labels", "Labels of block explorers", ListKind::Tags),
    ("ofac-sdn", "OFAC Specially Designated Nationals", ListKind::Sanctions),
    ("ofac-addresses", "OFAC, addresses taken from the list", ListKind::Sanctions),
    ("eu-fsf", "European Union, consolidated list", ListKind::Sanctions),
    ("uk-sanctions", "United Kingdom, sanctions list", ListKind::Sanctions),
    ("uk-ofsi", "United Kingdom, consolidated list of OFSI", ListKind::Sanctions),
    ("un-sc", "United Nations Security Council", ListKind::Sanctions),
];

/// The list of a tag, by the kind of its file. In our own file of tags, where files of several
/// kinds come together, its creator tells.
fn id_of(format: Format, tag: &Tag) -> &'static str {
    match format {
        Format::SdnCsv | Format::SdnXml | Format::SdnPlainXml => "ofac-sdn",
        Format::OfacText | Format::OfacJson => "ofac-addresses",
        Format::AddressText | Format::AddressJson => "own-list",
        Format::EuXml | Format::EuCsv => "eu-fsf",
        Format::UkXml | Format::UkCsv => "uk-sanctions",
        Format::OfsiCsv => "uk-ofsi",
        Format::UnXml => "un-sc",
        Format::LabelMap => "explorer-labels",
        Format::Store if tag.creator == OFAC_CREATOR => "ofac-sdn",
        _ => "tags",
    }
}

/// The lists, made once and shared by their listings.
struct Lists(Vec<Arc<ListInfo>>);

impl Lists {
    fn new() -> Self {
        let list = |(id, name, kind): &(&str, &str, ListKind)| {
            let id = id.parse().ok()?;
            Some(Arc::new(ListInfo { id, name: (*name).to_owned(), kind: *kind, edition: None }))
        };
        Self(LISTS.iter().filter_map(list).collect())
    }

    /// The list of a tag; every list that [`id_of`] names is one of [`LISTS`].
    fn of(&self, format: Format, tag: &Tag) -> Option<&Arc<ListInfo>> {
        let id = id_of(format, tag);
        self.0.iter().find(|list| list.id.as_str() == id)
    }
}

/// A tag as a listing. When it was last changed is not when the address came on the list.
fn listing(
    tag: &Tag,
    list: &Arc<ListInfo>,
    actors: &BTreeMap<&ActorId, &Actor>,
) -> Option<Listing> {
    let TagSubject::Account(account) = &tag.subject else { return None };
    let actor = tag.actor.as_ref();
    let known = actor.and_then(|id| actors.get(id));
    let category = match Category::of(&tag.concepts) {
        // Who runs it says more than words that are of no category, and words more than nothing.
        Category::Other => match known.map(|actor| Category::of(&actor.categories)) {
            None | Some(Category::Other) => Category::of_words(&tag.label, &tag.source),
            Some(category) => category,
        },
        category => category,
    };
    let label = match (tag.label.trim(), known) {
        ("", Some(actor)) => actor.label.as_str(),
        (label, _) => label,
    };
    Some(Listing {
        list: Arc::clone(list),
        account: account.clone(),
        label: label.into(),
        entity: actor.map(|actor| actor.as_str().into()),
        category,
        source: tag.source.as_str().into(),
        confidence: tag.confidence.level,
        added: None,
        removed: None,
        by_cluster: false,
    })
}

#[cfg(test)]
mod tests {
    use super::{LISTS, Lists};

    #[test]
    fn every_list_has_an_id() {
        assert_eq!(Lists::new().0.len(), LISTS.len());
    }
}

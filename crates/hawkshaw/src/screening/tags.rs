//! Tags as listings.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hawkshaw_attribution::{Defects, FolderIncludes, Format, TagIndex};
use hawkshaw_model::{Actor, ActorId, Digest, Printable, Tag, TagSubject};
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
    digest: Digest,
}

/// What one file gave.
struct FileOfTags {
    digest: Digest,
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
    Ok(FileOfTags { digest: Digest::of(&bytes), format, index })
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
            digest: digest(files),
        };
        for file in files {
            all.defects.merge(file.index.defects().clone());
            for tag in file.index.tags() {
                let list = lists.of(file.format, tag);
                match listing(tag, list, &actors) {
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

    /// What names the bytes of all files.
    pub(super) fn digest(&self) -> Digest {
        self.digest
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

fn digest(files: &[FileOfTags]) -> Digest {
    let mut digests: Vec<String> = files.iter().map(|file| file.digest.to_string()).collect();
    digests.sort();
    Digest::of(digests.concat().as_bytes())
}

/// The lists that tags are of.
struct Lists {
    ofac: Arc<ListInfo>,
    tags: Arc<ListInfo>,
    labels: Arc<ListInfo>,
}

impl Lists {
    fn new() -> Self {
        let list = |id: &str, name: &str, kind| {
            // These ids are of the letters that ids have.
            id.parse()
                .ok()
                .map(|id| Arc::new(ListInfo { id, name: name.to_owned(), kind, edition: None }))
        };
        let tags = || list("tags", "Tags", ListKind::Tags);
        let known = (
            list("ofac-sdn", "OFAC Specially Designated Nationals", ListKind::Sanctions),
            tags(),
            list("explorer-labels", "Labels of block explorers", ListKind::Tags),
        );
        match known {
            (Some(ofac), Some(tags), Some(labels)) => Self { ofac, tags, labels },
            _ => unreachable!("the ids of lists that are built in are ids"),
        }
    }

    /// The list of a tag, by the kind of its file. In our own file of tags, where files of several
    /// kinds come together, its creator tells.
    fn of(&self, format: Format, tag: &Tag) -> &Arc<ListInfo> {
        match format {
            Format::OfacText | Format::OfacJson | Format::SdnCsv | Format::SdnXml => &self.ofac,
            Format::LabelMap => &self.labels,
            Format::Store if tag.creator == OFAC_CREATOR => &self.ofac,
            _ => &self.tags,
        }
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
        // Who runs it says more than words that are of no category.
        Category::Other => known.map_or(Category::Other, |actor| Category::of(&actor.categories)),
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

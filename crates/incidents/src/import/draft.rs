//! Files for the ledger, drafted from rows that it does not have. People complete them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use hawkshaw_model::Printable;

use crate::claim::is_symbol;
use crate::date::PartialDate;
use crate::import::draft_id::free_id;
use crate::import::toml_text::{quoted, quoted_list};
use crate::import::{ImportField, ImportedAmount, ImportedRow};
use crate::incident::IncidentId;
use crate::ledger::LedgerFile;
use crate::usd::Usd;
use crate::vocabulary::{Kind, Standing, Technique};

/// What a draft says beside what its row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftOptions {
    /// The list, as a source.
    pub data_set: DraftSource,
    /// Who claims what the list says: a name of `claimants.toml`.
    pub claimant: String,
    /// The date of the edition: when it was claimed.
    pub on: PartialDate,
    /// Whom the list as a whole names, if it names somebody.
    pub actor: Option<DraftActor>,
    /// Ids that are taken. Whoever drafts several rows adds the id of each draft.
    pub taken: BTreeSet<IncidentId>,
}

/// The list that a row is from, as a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DraftSource {
    /// A key of `sources.toml`.
    Shared(String),
    /// A source that the draft brings.
    Own {
        /// The link to the list.
        url: String,
        /// Who published it.
        publisher: String,
        /// What it is called.
        title: String,
        /// When it was published.
        published: Option<PartialDate>,
    },
}

/// Whom a list names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftActor {
    /// The id, of `actors.toml`.
    pub actor: String,
    /// How sure the list is.
    pub sure: Standing,
}

/// A file for the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The id of the incident.
    pub id: IncidentId,
    /// Path below the folder of the ledger, and text.
    pub file: LedgerFile,
}

/// Why a row cannot be drafted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DraftError {
    /// It has no date.
    #[error("line {line}: the row has no date")]
    NoDate {
        /// The line, from 1.
        line: usize,
    },
    /// It has no name, or one of which no id can be made.
    #[error(
        "line {line}: `{}` is no name that an id can be made of: it needs letters a-z or digits, \
         and at most 200 characters",
        Printable(name)
    )]
    NoName {
        /// The line, from 1.
        line: usize,
        /// The name.
        name: String,
    },
    /// It has neither an amount, nor does the list name an actor.
    #[error("line {line}: the row has no amount and the list names no actor, so it claims nothing")]
    NoClaim {
        /// The line, from 1.
        line: usize,
    },
    /// It is dated after the edition of the list.
    #[error("line {line}: the row is of {theft}, after the edition of the list, {on}")]
    AfterEdition {
        /// The line, from 1.
        line: usize,
        /// The date of the row.
        theft: PartialDate,
        /// The date of the edition.
        on: PartialDate,
    },
}

const LIST_KEY: &str = "imported-list";

/// Drafts a file for a row.
///
/// # Errors
///
/// Where the row has no date, no usable name or nothing to claim, or is younger than the list.
pub fn draft(row: &ImportedRow, options: &DraftOptions) -> Result<Draft, DraftError> {
    const NAME_CHARACTERS_MAX: usize = 200;
    let line = row.line;
    let theft = row.date.as_ref().ok_or(DraftError::NoDate { line })?;
    let name = row.name.clone().unwrap_or_default();
    if options.on.last() < theft.first() {
        let (theft, on) = (theft.clone(), options.on.clone());
        return Err(DraftError::AfterEdition { line, theft, on });
    }
    if !row.amount.is_read() && options.actor.is_none() {
        return Err(DraftError::NoClaim { line });
    }
    let is_short = name.chars().count() <= NAME_CHARACTERS_MAX;
    let id = free_id(theft, &name, &options.taken).filter(|_| is_short);
    let id = id.ok_or_else(|| DraftError::NoName { line, name: name.clone() })?;
    let mut writer = Writer { row, options, name: &name, text: String::new() };
    writer.head(&id, theft);
    writer.amount();
    writer.attribution();
    writer.returned();
    writer.began();
    writer.sources();
    let path = format!("{}/{id}.toml", &id.as_str()[..4]);
    Ok(Draft { file: LedgerFile { name: path, text: writer.text }, id })
}

/// Writes the file, part by part.
struct Writer<'a> {
    row: &'a ImportedRow,
    options: &'a DraftOptions,
    name: &'a str,
    text: String,
}

impl Writer<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn field(&mut self, name: &str, text: &str) {
        let _ = writeln!(self.text, "{name} = {}", quoted(text));
    }

    /// The keys of the sources: the list, and the links of the row.
    fn keys(&self) -> String {
        let mut keys = vec![self.list_key().to_owned()];
        keys.extend((1..=self.links().len()).map(link_key));
        quoted_list(keys.iter().map(String::as_str))
    }

    fn list_key(&self) -> &str {
        match &self.options.data_set {
            DraftSource::Shared(key) => key,
            DraftSource::Own { .. } => LIST_KEY,
        }
    }

    /// The links of the row that are not the list itself.
    fn links(&self) -> Vec<&str> {
        let list = match &self.options.data_set {
            DraftSource::Own { url, .. } => url.as_str(),
            DraftSource::Shared(_) => "",
        };
        self.row.links.iter().map(String::as_str).filter(|link| *link != list).collect()
    }

    fn list_keys(&self) -> String {
        quoted_list([self.list_key()])
    }

    /// Who claims it, when, and where: in the list and behind the links of the row.
    fn basis(&mut self) {
        let keys = self.keys();
        self.basis_with(&keys);
    }

    fn basis_with(&mut self, keys: &str) {
        self.field("by", &self.options.claimant);
        self.field("on", self.options.on.as_str());
        self.line(&format!("sources = {keys}"));
    }

    fn head(&mut self, id: &IncidentId, theft: &PartialDate) {
        let row = self.row;
        self.line("# Drafted from a row of a list: to be read, completed and corrected.");
        self.field("id", id.as_str());
        self.field("title", self.name);
        let summary = self.summary();
        self.field("summary", &summary);
        let is_attempt = row.kind == Kind::Theft
            && row.amount.usd().is_none_or(|usd| usd == Usd::ZERO)
            && self.name.to_lowercase().contains("attempt");
        let kind = if is_attempt { Kind::Attempt } else { row.kind };
        self.field("kind", &kind.to_string());
        self.field("loot", "crypto");
        if !row.chains.is_empty() {
            let chains = quoted_list(row.chains.iter().map(|chain| chain.slug()));
            self.line(&format!("chains = {chains}"));
        }
        if let ImportedAmount::Native(native) = &row.amount {
            let assets = quoted_list([symbol(&native.asset).as_str()]);
            self.line(&format!("assets = {assets}"));
        }
        if let Some(note) = self.note() {
            self.field("note", &note);
        }
        self.line("\n[dates]");
        self.field("theft", theft.as_str());
        self.line("\n[victim]");
        self.field("name", self.name);
        self.field("kind", &row.victim_kind.to_string());
    }

    fn summary(&self) -> String {
        let own = self.row.summary.as_deref().map(|text| shortened(&evened(text), 3_000));
        own.filter(|text| !text.is_empty()).unwrap_or_else(|| {
            format!("{}: an entry of the list that is named as the source.", self.name)
        })
    }

    /// What no field of the ledger takes.
    fn note(&self) -> Option<String> {
        let row = self.row;
        let mut parts = Vec::new();
        if !row.chains_unknown.is_empty() {
            parts.push(format!("Chains that the list names: {}.", row.chains_unknown.join(", ")));
        }
        if let Some(actor) = &row.actor {
            parts.push(format!("The list names as the actor: {actor}."));
        }
        if let ImportedAmount::Native(native) = &row.amount
            && symbol(&native.asset) != native.asset
        {
            parts.push(format!("The list writes the amount as {}.", row.text(ImportField::Amount)));
        }
        if let ImportedAmount::Unreadable = row.amount {
            parts.push(format!("The list has as the amount: {}.", row.text(ImportField::Amount)));
        }
        (!parts.is_empty()).then(|| shortened(&evened(&parts.join(" ")), 3_000))
    }

    fn amount(&mut self) {
        let value = match &self.row.amount {
            ImportedAmount::Usd(usd) => format!("usd = {}", whole_or_text(*usd)),
            ImportedAmount::Native(native) => format!(
                "native = [{{ asset = {}, amount = {} }}]",
                quoted(&symbol(&native.asset)),
                quoted(&native.amount)
            ),
            ImportedAmount::Missing | ImportedAmount::Unreadable => return,
        };
        self.line("\n[[amount]]");
        self.line(&value);
        self.field("sure", "unstated");
        self.basis();
    }

    fn attribution(&mut self) {
        let Some(actor) = &self.options.actor else { return };
        self.line("\n[[attribution]]");
        self.field("actor", &actor.actor);
        self.field("sure", &actor.sure.to_string());
        // The list names the actor, its links may not; but a source needs something that cites it.
        let keys = if self.row.amount.is_read() { self.list_keys() } else { self.keys() };
        self.basis_with(&keys);
    }

    fn returned(&mut self) {
        let Some(usd) = self.row.returned.filter(|usd| *usd > Usd::ZERO) else { return };
        self.line("\n[[recovery]]");
        self.field("what", "returned");
        self.line(&format!("usd = {}", whole_or_text(usd)));
        self.basis();
    }

    fn began(&mut self) {
        let word = match self.row.text(ImportField::Technique) {
            "" => self.row.text(ImportField::Class),
            word => word,
        };
        let is_unknown = self.row.technique == Technique::Unknown;
        if word.is_empty() && is_unknown {
            return;
        }
        let how = quoted_list([self.row.technique.to_string().as_str()]);
        let word = shortened(&evened(word), 1_000);
        self.line("\n[began]");
        self.line(&format!("how = {how}"));
        self.field("text", &format!("In the words of the list: {word}."));
        let keys = self.keys();
        self.line(&format!("sources = {keys}"));
    }

    fn sources(&mut self) {
        if let DraftSource::Own { url, publisher, title, published } = &self.options.data_set {
            self.line(&format!("\n[sources.{LIST_KEY}]"));
            self.field("url", url);
            self.field("publisher", publisher);
            self.field("title", &shortened(title, 199));
            if let Some(published) = published {
                self.field("published", published.as_str());
            }
            self.field("seen", "read");
        }
        let links: Vec<String> = self.links().into_iter().map(str::to_owned).collect();
        for (at, link) in links.iter().enumerate() {
            self.line(&format!("\n[sources.{}]", link_key(at + 1)));
            self.field("url", link);
            self.field("publisher", &shortened(host(link), 199));
            self.field("title", self.name);
            self.field("seen", "data set");
            let key = self.list_key().to_owned();
            self.field("data_set", &key);
        }
    }
}

fn link_key(number: usize) -> String {
    format!("row-link-{number}")
}

/// Whole dollars as a number, others as text.
fn whole_or_text(usd: Usd) -> String {
    if usd.cents().is_multiple_of(100) { usd.to_string() } else { quoted(&usd.to_string()) }
}

/// An asset as a symbol, what symbols do not have replaced by dashes.
fn symbol(asset: &str) -> String {
    if is_symbol(asset) {
        return asset.to_owned();
    }
    let is_sign = |c: char| c.is_ascii_alphanumeric() || ".$+_-".contains(c);
    asset.chars().map(|c| if is_sign(c) { c } else { '-' }).take(32).collect()
}

/// The text with single spaces.
fn evened(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn shortened(text: &str, characters_max: usize) -> String {
    match text.char_indices().nth(characters_max) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The host of a link.
fn host(link: &str) -> &str {
    let rest = link.split_once("://").map_or(link, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    if host.is_empty() { rest } else { host }
}

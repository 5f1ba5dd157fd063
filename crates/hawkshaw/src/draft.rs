//! The case of a bare address, transaction or output: everything that it brought is assumed to
//! be stolen.

mod thefts;

use std::fmt::Write as _;

use hawkshaw_model::{AssetList, Ledger, Printable, Timestamp};

pub(crate) use self::thefts::Found;
use crate::exit::Failure;
use crate::target::{Target, short};

/// A case that nobody wrote.
#[derive(Debug)]
pub(crate) struct Draft {
    id: String,
    title: String,
    summary: String,
    pub(crate) found: Found,
}

impl Draft {
    /// The case of a target that was typed as `text`, on a ledger.
    pub(crate) fn new(
        ledger: &dyn Ledger,
        target: &Target,
        text: &str,
        since: Option<Timestamp>,
    ) -> Result<Self, Failure> {
        let found = thefts::find(ledger, target, since, &AssetList::built_in())?;
        let since = since.map_or_else(String::new, |since| format!(" since {since}"));
        let left_out = match found.change {
            0 => String::new(),
            1 => ", but for 1 output that is change of who paid".to_owned(),
            change => format!(", but for {change} outputs that are change of who paid"),
        };
        let what = target.what();
        let chain = target.chain().map_or("an unknown chain", |chain| chain.name());
        Ok(Self {
            id: format!("case-{}", short(text)),
            title: format!("{what} on {chain}"),
            summary: format!(
                "Assumed to be stolen: all that came by {what}{since}{left_out}. Nobody has checked \
                 this."
            ),
            found,
        })
    }

    /// The `case.toml`, whose facts rest on a source, with a word to whoever reads it.
    pub(crate) fn to_toml(&self, source: Option<&str>, word: &str) -> String {
        let mut text = format!(
            "id = {}\ntitle = {}\nsummary = {}\nsources = [{}]\n\n",
            toml_text(&self.id),
            toml_text(&self.title),
            toml_text(&self.summary),
            source.map(toml_text).unwrap_or_default(),
        );
        for line in word.lines() {
            let _ = writeln!(text, "# {line}");
        }
        for theft in &self.found.thefts {
            let _ = write!(text, "\n{theft}");
        }
        text.push('\n');
        text
    }
}

/// A text as a TOML string.
pub(crate) fn toml_text(text: &str) -> String {
    let plain = Printable(text).to_string();
    format!("\"{}\"", plain.replace('\\', "\\\\").replace('"', "\\\""))
}

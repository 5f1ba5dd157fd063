//! The answer for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hawkshaw_model::{Account, AccountIx, Amount, AssetId, AssetList, Ledger, Printable, TxIx};
use hawkshaw_wallets::{Clusters, Flow, Withheld};

use super::answer::{About, Answer, Known, Status, statement};
use super::ground::Ground;
use crate::exit::Failure;
use crate::screen;

/// What every answer rests on.
const INFERENCE: &str = "Grade: inference. Addresses are joined because outputs of theirs were \
    spent in one transaction, which as a rule one owner signs. Where several people signed and it \
    does not show, this is wrong. It says nothing of who the owner is.";

/// Text in the making.
struct Writer<'a> {
    ledger: &'a dyn Ledger,
    assets: &'a AssetList,
    chain: usize,
    asset: Option<AssetId>,
    width: usize,
    colour: bool,
    out: String,
}

pub(super) fn render(
    ground: &Ground,
    answers: &[Answer],
    known: &BTreeMap<usize, Known>,
    assets: &AssetList,
) -> Result<String, Failure> {
    let mut out = String::new();
    let mut shown: Vec<(AccountIx, Account)> = Vec::new();
    for answer in answers {
        if !out.is_empty() {
            out.push('\n');
        }
        let mut writer = Writer::new(ground, assets, answer.chain);
        writer.headline(&answer.account.address_for_people());
        writer.paragraph(&statement(answer));
        if let (Some(about), Some(known)) = (&answer.about, super::known_of(answer, known)) {
            let earlier = shown.iter().find(|(number, _)| *number == about.number);
            if let Some((_, earlier)) = earlier {
                writer.own(answer);
                let earlier = earlier.address_for_people();
                writer.paragraph(&format!("It is in the cluster of {earlier}, shown above."));
            } else {
                shown.push((about.number, answer.account.clone()));
                writer.answer(answer, about, &known.clusters)?;
            }
        }
        if let Some(chain) = answer.chain {
            ground.coverage(chain).iter().for_each(|said| writer.paragraph(said));
        } else if answer.status == Status::NotFound {
            let name = answer.account.chain().name();
            writer.paragraph(&format!("The ledger holds nothing of {name}."));
        }
        out.push_str(&writer.out);
    }
    Ok(out)
}

impl<'a> Writer<'a> {
    fn new(ground: &'a Ground, assets: &'a AssetList, chain: Option<usize>) -> Self {
        let ledger = ground.ledger();
        let id = chain.and_then(|chain| ledger.chains().get(chain)).map(|chain| &chain.id);
        let asset = id.and_then(|id| ledger.native_asset(id)).map(|ix| ledger.asset(ix).clone());
        Self {
            ledger,
            assets,
            chain: chain.unwrap_or(0),
            asset,
            width: usize::from(screen::width().max(60)),
            colour: screen::is_colourful(),
            out: String::new(),
        }
    }

    fn bold(&mut self, text: &str) {
        let (on, off) = if self.colour { ("\u{1b}[1m", "\u{1b}[0m") } else { ("", "") };
        let _ = writeln!(self.out, "{on}{text}{off}");
    }

    fn headline(&mut self, text: &str) {
        self.bold(&whole(text));
    }

    fn heading(&mut self, text: &str) {
        self.out.push('\n');
        self.bold(text);
    }

    /// Words that fit the width.
    fn paragraph(&mut self, text: &str) {
        self.wrapped("", text);
    }

    fn wrapped(&mut self, indent: &str, text: &str) {
        let mut line = indent.to_owned();
        let mut is_empty = true;
        for word in whole(text).split_whitespace() {
            let length = line.chars().count() + 1 + word.chars().count();
            if !is_empty && length > self.width {
                let _ = writeln!(self.out, "{}", line.trim_end());
                indent.clone_into(&mut line);
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        let _ = writeln!(self.out, "{}", line.trim_end());
    }

    fn units(&self, amount: Option<Amount>) -> String {
        match (amount, &self.asset) {
            (None, _) => "unknown".to_owned(),
            (Some(amount), Some(asset)) => self.assets.units(asset, amount),
            (Some(amount), None) => amount.to_string(),
        }
    }

    fn symbol(&self) -> String {
        let symbol = self.asset.as_ref().map_or("", |asset| self.assets.symbol(asset));
        Printable(symbol).to_string()
    }

    fn tx(&self, tx: TxIx) -> Result<(String, String), Failure> {
        let about = self.ledger.transaction(tx).map_err(Failure::bad_data)?;
        let hash = about.hash.map_or_else(|| "(no hash)".to_owned(), |hash| hash.to_string());
        Ok((hash, about.time.to_string()))
    }

    fn local_tx(&self, tx: u32) -> Result<(String, String), Failure> {
        self.tx(TxIx(self.ledger.chains()[self.chain].txs.start + u64::from(tx)))
    }

    fn address(&self, account: u32) -> Result<String, Failure> {
        let account = self.ledger.account(AccountIx(account)).map_err(Failure::bad_data)?;
        Ok(whole(&account.address_for_people()))
    }

    fn flow(&self, flow: &Flow) -> String {
        let balance = match flow.balance() {
            Some(balance) => format!("holds {}", self.units(Some(balance))),
            None => "spent more than it received: the ledger does not hold everything".to_owned(),
        };
        format!(
            "received {}, spent {} with fees, {balance} ({})",
            self.units(flow.received),
            self.units(flow.spent),
            self.symbol()
        )
    }

    /// What the address itself did.
    fn own(&mut self, answer: &Answer) {
        if let Some(own) = &answer.own {
            let text = format!("The address itself {}.", self.flow(&own.flow));
            self.paragraph(&text);
        }
    }

    fn answer(
        &mut self,
        answer: &Answer,
        about: &About,
        clusters: &Clusters,
    ) -> Result<(), Failure> {
        self.own(answer);
        let portrait = &about.portrait;
        if portrait.size > 1 {
            let text = format!("The cluster {}.", self.flow(&portrait.flow));
            self.paragraph(&text);
            let returned = self.units(portrait.returned);
            let symbol = self.symbol();
            self.paragraph(&format!(
                "Of what it received, {returned} {symbol} came out of its own transactions, as \
                 change or moves within it."
            ));
        }
        if let Some((first, last)) = portrait.flow.span {
            let (_, first) = self.tx(first)?;
            let (_, last) = self.tx(last)?;
            let txs = counted(portrait.flow.txs, "transaction", "transactions");
            let when = if first == last {
                format!("at {first}")
            } else {
                format!("from {first} to {last}")
            };
            self.paragraph(&format!("Active {when}, in {txs}."));
        }
        if let Some(actor) = clusters.actor_of(about.number) {
            self.paragraph(&format!("Tags name one actor in it: {actor}."));
        }
        for (_, text) in about.warnings(clusters) {
            self.out.push('\n');
            self.wrapped("", &format!("Warning: {text}"));
        }
        self.tags(about);
        self.members(about)?;
        self.joining(about)?;
        self.jumps(about)?;
        self.withheld(about)?;
        self.vetoes(about, clusters)?;
        self.out.push('\n');
        if portrait.size > 1 {
            self.paragraph(INFERENCE);
        }
        Ok(())
    }

    fn tags(&mut self, about: &About) {
        if about.tagged.is_empty() {
            return;
        }
        self.heading("Tags");
        for (account, tags) in &about.tagged {
            for tag in tags {
                let actor = tag.actor.as_ref().map_or_else(String::new, |actor| {
                    format!(", actor {}", Printable(actor.as_str()))
                });
                let _ = writeln!(
                    self.out,
                    "  {}  {}{actor} (confidence {}, {})",
                    whole(&account.address_for_people()),
                    Printable(&tag.label),
                    tag.confidence.level,
                    Printable(&tag.source)
                );
            }
        }
        self.left_out(about.tagged_left_out as u64, "tagged addresses");
    }

    fn members(&mut self, about: &About) -> Result<(), Failure> {
        let portrait = &about.portrait;
        if portrait.size < 2 || portrait.members.is_empty() {
            return Ok(());
        }
        self.heading("Addresses, in the order in which the ledger has them");
        let mut rows =
            vec![["address", "received", "spent", "txs", "first", "last"].map(str::to_owned)];
        for member in &portrait.members {
            let (mut first, mut last) = (String::new(), String::new());
            if let Some((from, to)) = member.flow.span {
                (first, last) = (self.tx(from)?.1, self.tx(to)?.1);
            }
            rows.push([
                self.address(member.account.0)?,
                self.units(member.flow.received),
                self.units(member.flow.spent),
                member.flow.txs.to_string(),
                first,
                last,
            ]);
        }
        self.table(&rows, &[1, 2, 3]);
        let left_out = u64::from(portrait.size).saturating_sub(portrait.members.len() as u64);
        self.left_out(left_out, "addresses");
        Ok(())
    }

    fn joining(&mut self, about: &About) -> Result<(), Failure> {
        let portrait = &about.portrait;
        if portrait.joining.is_empty() {
            return Ok(());
        }
        self.heading("Transactions that made it, those that joined the most first");
        let mut rows =
            vec![["transaction", "time", "inputs", "addresses", "clusters"].map(str::to_owned)];
        for joining in &portrait.joining {
            let (hash, time) = self.tx(joining.tx)?;
            rows.push([
                hash,
                time,
                joining.inputs.to_string(),
                joining.accounts.to_string(),
                format!("{} to 1", joining.clusters),
            ]);
        }
        self.table(&rows, &[2, 3, 4]);
        let left_out = portrait.joining_count.saturating_sub(portrait.joining.len());
        self.left_out(left_out as u64, "transactions");
        Ok(())
    }

    fn jumps(&mut self, about: &About) -> Result<(), Failure> {
        if about.jumps.is_empty() {
            return Ok(());
        }
        self.heading("Transactions that joined large clusters");
        let mut rows = vec![["transaction", "time", "largest", "second"].map(str::to_owned)];
        for jump in &about.jumps {
            let (hash, time) = self.local_tx(jump.tx)?;
            rows.push([hash, time, jump.largest.to_string(), jump.second.to_string()]);
        }
        self.table(&rows, &[2, 3]);
        self.left_out(about.jumps_left_out as u64, "transactions");
        Ok(())
    }

    fn withheld(&mut self, about: &About) -> Result<(), Failure> {
        let portrait = &about.portrait;
        if portrait.withheld_counts.is_empty() {
            return Ok(());
        }
        self.heading("Withheld: spent together with others, and not joined");
        for (why, count) in &portrait.withheld_counts {
            let text =
                format!("{}: {}", counted(*count, "transaction", "transactions"), words(*why));
            self.wrapped("  ", &text);
        }
        let mut rows =
            vec![["transaction", "time", "why", "its addresses", "others"].map(str::to_owned)];
        for withheld in &portrait.withheld {
            let (hash, time) = self.tx(withheld.tx)?;
            rows.push([
                hash,
                time,
                withheld.why.as_str().to_owned(),
                withheld.accounts.to_string(),
                counted(withheld.others as u64, "cluster", "clusters"),
            ]);
        }
        self.table(&rows, &[3, 4]);
        let all: u64 = portrait.withheld_counts.values().sum();
        self.left_out(all.saturating_sub(portrait.withheld.len() as u64), "transactions");
        Ok(())
    }

    fn vetoes(&mut self, about: &About, clusters: &Clusters) -> Result<(), Failure> {
        for veto in &about.vetoes {
            let (hash, time) = self.local_tx(veto.tx)?;
            let [one, other] = veto.accounts;
            let [its, theirs] = veto.actors.map(|actor| clusters.actor_name(actor).to_owned());
            let text = format!(
                "Vetoed: {hash} ({time}) spends from {} ({its}) and from {} ({theirs}).",
                self.address(one)?,
                self.address(other)?
            );
            self.wrapped("  ", &text);
        }
        self.left_out(about.vetoes_left_out as u64, "vetoes");
        Ok(())
    }

    fn left_out(&mut self, count: u64, what: &str) {
        if count > 0 {
            let _ = writeln!(self.out, "  and {count} more {what}: --members 0 lists all");
        }
    }

    /// A table whose columns are as wide as they need to be; those of numbers end together.
    fn table<const N: usize>(&mut self, rows: &[[String; N]], numbers: &[usize]) {
        let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max().unwrap_or(0);
        let widths: [usize; N] = std::array::from_fn(width);
        for row in rows {
            let mut line = String::new();
            for (at, cell) in row.iter().enumerate() {
                let gap = " ".repeat(widths[at] - cell.chars().count());
                let (before, after) =
                    if numbers.contains(&at) { (&gap[..], "") } else { ("", &gap[..]) };
                let _ = write!(line, "  {before}{cell}{after}");
            }
            let _ = writeln!(self.out, "{}", line.trim_end());
        }
    }
}

/// Why a transaction joined nothing, in words.
fn words(why: Withheld) -> String {
    use hawkshaw_wallets::PayJoinMark::{MixedKinds, UnnecessaryInput};
    match why {
        Withheld::Mix(class) => {
            format!("it looks like {}, in which several people mix their coins", class.name())
        }
        Withheld::PayJoin(UnnecessaryInput) => "a payment with an input that it did not need, as \
            when the payee put in coins of his own (PayJoin)"
            .to_owned(),
        Withheld::PayJoin(MixedKinds) => "a payment from addresses of different kinds, as when \
            the payee put in coins of his own (PayJoin)"
            .to_owned(),
        Withheld::Veto => "tags give its inputs to different actors".to_owned(),
    }
}

fn counted(count: u64, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// Text without characters that act on a screen, however long it is: an address is never cut.
fn whole(text: &str) -> String {
    const PIECE_CHARACTERS: usize = 200;
    let characters: Vec<char> = text.chars().collect();
    let pieces = characters.chunks(PIECE_CHARACTERS);
    pieces.map(|piece| Printable(&String::from_iter(piece)).to_string()).collect()
}

//! Ledgers of outputs as stories, with scripts of every kind.
//!
//! ```text
//! 1: a = -> w/miner 50               # a coinbase
//! 2: b = a:0, u:7 70 -> h/c 100, d/x 0, none 5
//! ```
//!
//! `w/` is P2WPKH, `h/` P2PKH, `s/` P2SH, `t/` P2TR, `d/` data, `none` without an address; an
//! input that no line makes needs its holder and amount: `u:7 w/u 70`. The number is the height,
//! ten minutes each.

use std::collections::BTreeMap;

use hawkshaw_ledger::{MemoryLedger, OutputRow, Side};
use hawkshaw_model::{
    Account, Address, ChainId, Ledger as _, Mix, MixClass, OutPoint, OutputIx, ReadError, Stop,
    TerminalKind, Timestamp, TxHash, TxId, TxIx, UtxoTx,
};
use hawkshaw_wallets::change::{Change, Surroundings, Verdict, change};
use hawkshaw_wallets::peel::{
    End, Origin, OriginEnd, Payee, PeelChain, PeelSettings, carried, follow, follow_transaction,
    origin, origin_of,
};

/// A story as a ledger.
pub(crate) struct Told {
    pub(crate) ledger: MemoryLedger,
}

pub(crate) fn hash(name: &str) -> TxHash {
    let mut bytes = [0; 32];
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    bytes.into()
}

pub(crate) fn account(name: &str) -> Account {
    let (kind, name) = name.split_once('/').unwrap();
    let body = |length: usize| {
        let mut bytes = name.as_bytes().to_vec();
        bytes.resize(length, 0);
        bytes
    };
    let script = match kind {
        "w" => [&[0x00, 0x14][..], &body(20)].concat(),
        "h" => [&[0x76, 0xa9, 0x14][..], &body(20), &[0x88, 0xac]].concat(),
        "s" => [&[0xa9, 0x14][..], &body(20), &[0x87]].concat(),
        "t" => [&[0x51, 0x20][..], &body(32)].concat(),
        "d" => [&[0x6a][..], name.as_bytes()].concat(),
        other => panic!("no kind of script: {other}"),
    };
    Account::new(ChainId::bitcoin(), Address::Script(script.into_boxed_slice()))
}

/// The name that an account spells.
pub(crate) fn name_of(account: &Account) -> String {
    let Address::Script(script) = account.address() else { panic!("no script") };
    let from = match script[0] {
        0x76 => 3,
        0x6a => 1,
        _ => 2,
    };
    let letters = script[from..].iter().take_while(|byte| byte.is_ascii_alphanumeric());
    letters.map(|byte| char::from(*byte)).collect()
}

/// Services are those whose names begin so; `mix…` transactions are CoinJoins.
pub(crate) fn stop(account: &Account) -> Option<Stop> {
    let name = name_of(account);
    let kind = match &name {
        name if name.starts_with("exch") => TerminalKind::Exchange,
        name if name.starts_with("swap") => TerminalKind::SwapService,
        _ => return None,
    };
    Some(Stop { kind, actor: Some(name) })
}

impl Told {
    #[track_caller]
    pub(crate) fn new(story: &str) -> Self {
        let mut made: BTreeMap<(String, u32), (Option<Account>, u64)> = BTreeMap::new();
        let mut rows = Vec::new();
        let lines = story.lines().map(|line| line.split('#').next().unwrap().trim());
        for (number, line) in lines.filter(|line| !line.is_empty()).enumerate() {
            let (height, rest) = line.split_once(": ").unwrap();
            let (name, legs) = rest.split_once(" = ").unwrap();
            let (inputs, outputs) = legs.split_once("->").unwrap();
            let height: u64 = height.parse().unwrap();
            let inputs = inputs.split(',').map(str::trim).filter(|text| !text.is_empty());
            let inputs: Vec<&str> = inputs.collect();
            let row = |side, leg_index: usize, outpoint, holder, amount: u64| OutputRow {
                chain: ChainId::bitcoin(),
                height,
                tx_index: if inputs.is_empty() { 0 } else { 1 + u32::try_from(number).unwrap() },
                time: Timestamp::from_unix(1_600_000_000 + 600 * i64::try_from(height).unwrap())
                    .unwrap(),
                tx: hash(name),
                side,
                leg_index: u32::try_from(leg_index).unwrap(),
                outpoint,
                holder,
                amount: amount.into(),
            };
            for (at, input) in inputs.iter().enumerate() {
                let mut words = input.split_whitespace();
                let (tx, vout) = words.next().unwrap().split_once(':').unwrap();
                let vout: u32 = vout.parse().unwrap();
                let (holder, amount) = match (words.next(), words.next()) {
                    (Some(holder), Some(amount)) => {
                        (Some(account(holder)), amount.parse().unwrap())
                    }
                    _ => made[&(tx.to_owned(), vout)].clone(),
                };
                let outpoint = OutPoint::new(TxId::new(ChainId::bitcoin(), hash(tx)), vout);
                rows.push(row(Side::In, at, Some(outpoint), holder, amount));
            }
            for (at, output) in outputs.split(',').map(str::trim).enumerate() {
                let (holder, amount) = output.rsplit_once(' ').unwrap();
                let holder = (holder != "none").then(|| account(holder));
                let amount: u64 = amount.parse().unwrap();
                made.insert(
                    (name.to_owned(), u32::try_from(at).unwrap()),
                    (holder.clone(), amount),
                );
                rows.push(row(Side::Out, at, None, holder, amount));
            }
        }
        let (ledger, _) = MemoryLedger::from_rows(Vec::new(), rows).unwrap();
        Self { ledger }
    }

    pub(crate) fn tx(&self, name: &str) -> UtxoTx {
        let tx = self.ledger.find_tx(&TxId::new(ChainId::bitcoin(), hash(name))).unwrap().unwrap();
        self.ledger.utxo_tx(tx).unwrap().unwrap()
    }

    pub(crate) fn output(&self, text: &str) -> OutputIx {
        let (tx, vout) = text.split_once(':').unwrap();
        let tx = TxId::new(ChainId::bitcoin(), hash(tx));
        self.ledger.find_output(&OutPoint::new(tx, vout.parse().unwrap())).unwrap().unwrap()
    }

    /// The name of a transaction.
    pub(crate) fn name(&self, tx: TxIx) -> String {
        let hash = self.ledger.transaction(tx).unwrap().hash.unwrap();
        let letters = hash.as_bytes().iter().take_while(|byte| **byte != 0);
        letters.map(|byte| char::from(*byte)).collect()
    }

    fn with<T>(&self, ask: impl FnOnce(&Surroundings<'_>) -> T) -> T {
        let mix = |tx: &UtxoTx| -> Result<Option<Mix>, ReadError> {
            let is_mix = self.name(tx.tx).starts_with("mix");
            let class = MixClass::Wasabi1;
            Ok(is_mix.then(|| Mix { class, confidence: 990, rule: "named so", equal: Vec::new() }))
        };
        ask(&Surroundings { ledger: &self.ledger, mix: &mix, stop: &stop })
    }

    pub(crate) fn change(&self, tx: &str) -> Change {
        self.with(|around| change(around, &self.tx(tx))).unwrap()
    }

    pub(crate) fn follow(&self, output: &str, settings: &PeelSettings) -> PeelChain {
        let start = carried(&self.ledger, self.output(output)).unwrap().unwrap();
        let known = Default::default();
        self.with(|around| follow(around, settings, &known, vec![start])).unwrap()
    }

    pub(crate) fn follow_tx(&self, tx: &str) -> PeelChain {
        let settings = PeelSettings::default();
        self.with(|around| follow_transaction(around, &settings, &self.tx(tx))).unwrap()
    }

    pub(crate) fn origin(&self, output: &str) -> Origin {
        let (tx, _) = output.split_once(':').unwrap();
        let settings = PeelSettings::default();
        let outputs = [self.output(output)];
        self.with(|around| origin(around, &settings, &self.tx(tx), &outputs)).unwrap()
    }

    pub(crate) fn origin_of(&self, tx: &str) -> Origin {
        let settings = PeelSettings::default();
        self.with(|around| origin_of(around, &settings, &self.tx(tx))).unwrap()
    }

    /// The verdict on a transaction: `:1 by 4`, or the word of the abstention.
    pub(crate) fn verdict(&self, tx: &str) -> String {
        match self.change(tx).verdict {
            Verdict::Change { outputs, margin } => {
                let outputs: Vec<String> = outputs.iter().map(|vout| format!(":{vout}")).collect();
                format!("{} by {margin}", outputs.join(" "))
            }
            Verdict::Abstains(why) => why.as_str().to_owned(),
        }
    }

    /// A chain on a line: its transactions, what was peeled, how it ends, and what is left.
    /// `p1 p2 | exch 10, ?bob 5 | unspent | 70`.
    pub(crate) fn tell(&self, chain: &PeelChain) -> String {
        let hops: Vec<String> = chain.hops.iter().map(|hop| self.name(hop.tx)).collect();
        let peels = chain.hops.iter().flat_map(|hop| &hop.peels).map(|peel| {
            let name = |account| name_of(&self.ledger.account(account).unwrap());
            let to = match &peel.to {
                Payee::Service { account, .. } => name(*account),
                Payee::Address(account) => format!("?{}", name(*account)),
                Payee::NoAddress => "none".to_owned(),
                Payee::Unspendable => "data".to_owned(),
            };
            let back = if peel.returned_in.is_some() { " back" } else { "" };
            let onto = peel.onto.iter().filter_map(|stop| stop.actor.as_ref());
            let onto: String = onto.map(|actor| format!(" onto {actor}")).collect();
            format!("{to} {}{back}{onto}", peel.amount)
        });
        let peels: Vec<String> = peels.collect();
        let end = match &chain.end {
            End::Unresolved(why) => format!("unresolved {}", why.as_str()),
            other => other.as_str().to_owned(),
        };
        let at = chain.end.tx().map_or_else(String::new, |tx| format!(" {}", self.name(tx)));
        let rest: Vec<String> = chain.rest.iter().map(|one| one.amount.to_string()).collect();
        format!("{} | {} | {end}{at} | {}", hops.join(" "), peels.join(", "), rest.join(" "))
    }

    #[track_caller]
    pub(crate) fn check(&self, output: &str, expected: &str) {
        assert_eq!(self.tell(&self.follow(output, &PeelSettings::default())), expected);
    }

    /// The way back: transactions, and why it ends.
    pub(crate) fn tell_origin(&self, origin: &Origin) -> String {
        let steps: Vec<String> = origin.steps.iter().map(|step| self.name(step.tx)).collect();
        let at = match &origin.end {
            OriginEnd::Paid(change) => format!(" {}", self.name(change.tx)),
            OriginEnd::Mix { tx, .. } => format!(" {}", self.name(*tx)),
            OriginEnd::Gathered { sources } => format!(" {sources}"),
            _ => String::new(),
        };
        format!("{} | {}{at}", steps.join(" "), origin.end.as_str())
    }
}

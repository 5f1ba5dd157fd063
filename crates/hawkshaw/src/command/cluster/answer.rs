//! What is known of each address that was asked for.

use std::collections::BTreeMap;
use std::rc::Rc;

use hawkshaw_attribution::TagIndex;
use hawkshaw_model::{Account, AccountIx, Printable, Tag, UtxoTx};
use hawkshaw_wallets::{Clusters, JUMP_MIN, Jump, MemberFlow, Portrait, Veto, is_keyless};

use super::ground::Ground;
use super::{inquiry, mix};
use crate::exit::Failure;

/// An account that is asked for.
#[derive(Debug)]
pub(super) struct Subject {
    pub(super) account: Account,
    /// The place of its chain in the ledger, where the ledger has it.
    pub(super) place: Option<usize>,
    /// Its number, where the ledger has it.
    pub(super) number: Option<AccountIx>,
}

impl Subject {
    /// The chain whose clusters are needed.
    pub(super) fn chain(&self) -> Option<usize> {
        self.number.and(self.place)
    }
}

/// The clusters of a chain.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) clusters: Clusters,
    pub(super) chain: usize,
}

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// The ledger does not have the address.
    NotFound,
    /// Anybody can spend from it.
    Keyless,
    /// Nothing was spent from it.
    NeverSpent,
    /// It was spent from, and never together with others in a way that tells.
    Alone,
    /// It is one of several.
    Cluster,
}

impl Status {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Keyless => "keyless",
            Self::NeverSpent => "never_spent",
            Self::Alone => "alone",
            Self::Cluster => "cluster",
        }
    }
}

/// The answer about an address.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) account: Account,
    pub(super) chain: Option<usize>,
    pub(super) status: Status,
    /// What the address itself did.
    pub(super) own: Option<MemberFlow>,
    /// Its cluster, where the ledger has it.
    pub(super) about: Option<Rc<About>>,
}

/// What is known of a cluster.
#[derive(Debug)]
pub(super) struct About {
    /// Its first account.
    pub(super) id: Account,
    pub(super) number: AccountIx,
    pub(super) portrait: Portrait,
    /// Accounts of it with their tags: those that were listed, and how many were not.
    pub(super) tagged: Vec<(Account, Vec<Tag>)>,
    pub(super) tagged_left_out: usize,
    pub(super) vetoes: Vec<Veto>,
    pub(super) vetoes_left_out: usize,
    pub(super) jumps: Vec<Jump>,
    pub(super) jumps_left_out: usize,
    /// Whether no cluster of the ledger is larger.
    pub(super) is_largest: bool,
}

impl About {
    /// What a person must know before relying on it, as kinds and sentences.
    pub(super) fn warnings(&self, clusters: &Clusters) -> Vec<(&'static str, String)> {
        let mut warnings = Vec::new();
        let size = self.portrait.size;
        if self.is_largest && size >= JUMP_MIN {
            let all = clusters.account_count();
            warnings.push((
                "largest_cluster",
                format!(
                    "This is the largest cluster of the ledger: {size} of its {all} addresses. \
                     Such a cluster is a large service, or several owners whom one wrong union \
                     joined. That an address is in it does not show whose it is."
                ),
            ));
        }
        let jumps = self.jumps.len() + self.jumps_left_out;
        if jumps > 0 {
            warnings.push((
                "jump",
                format!(
                    "{jumps} of its transactions joined two clusters that had {JUMP_MIN} addresses \
                     or more each. If one of them was made by several people, everything beyond it \
                     is wrongly here: look at them first."
                ),
            ));
        }
        let vetoes = self.vetoes.len() + self.vetoes_left_out;
        if vetoes > 0 {
            warnings.push((
                "different_actors",
                format!(
                    "{vetoes} transactions would have joined it with accounts that tags give to \
                     another actor, and were not taken to. Either they were made by several \
                     people, or a tag is wrong."
                ),
            ));
        }
        warnings
    }
}

/// The answers, in the order of the subjects.
pub(super) fn all(
    ground: &Ground,
    subjects: &[Subject],
    known: &BTreeMap<usize, Known>,
    tags: &TagIndex,
    list_max: usize,
) -> Result<Vec<Answer>, Failure> {
    let mut made: BTreeMap<AccountIx, Rc<About>> = BTreeMap::new();
    let mut answers = Vec::new();
    for subject in subjects {
        let not_found = Answer {
            account: subject.account.clone(),
            chain: subject.place,
            status: Status::NotFound,
            own: None,
            about: None,
        };
        let found = subject.number.zip(subject.place.and_then(|place| known.get(&place)));
        let Some((number, known)) = found else {
            answers.push(not_found);
            continue;
        };
        let root = known.clusters.cluster_of(number);
        let about = match made.get(&root) {
            Some(about) => Rc::clone(about),
            None => {
                let of_root = subjects.iter().filter_map(|other| other.number);
                let asked: Vec<AccountIx> =
                    of_root.filter(|other| known.clusters.cluster_of(*other) == root).collect();
                let about = Rc::new(about(ground, known, root, &asked, tags, list_max)?);
                made.insert(root, Rc::clone(&about));
                about
            }
        };
        let own = about.portrait.asked.iter().find(|member| member.account == number).copied();
        let status = match own {
            _ if is_keyless(&subject.account) => Status::Keyless,
            Some(own) if own.flow.inputs == 0 => Status::NeverSpent,
            _ if about.portrait.size > 1 => Status::Cluster,
            _ => Status::Alone,
        };
        answers.push(Answer { status, own, about: Some(about), ..not_found });
    }
    Ok(answers)
}

fn about(
    ground: &Ground,
    known: &Known,
    root: AccountIx,
    asked: &[AccountIx],
    tags: &TagIndex,
    list_max: usize,
) -> Result<About, Failure> {
    let (ledger, clusters) = (ground.ledger(), &known.clusters);
    let rule = |tx: &UtxoTx| mix(ledger, tx);
    let asking = inquiry(ground, known.chain, &rule, list_max);
    let portrait = clusters.portrait(root, asked, &asking).map_err(Failure::bad_data)?;
    let id = ledger.account(root).map_err(Failure::bad_data)?;
    let mut tagged = Vec::new();
    for account in tags.accounts().filter(|account| account.chain() == id.chain()) {
        let number = ledger.find_account(account).map_err(Failure::bad_data)?;
        if number.is_some_and(|number| clusters.cluster_of(number) == root) {
            tagged.push((account.clone(), tags.tags_of(account).to_vec()));
        }
    }
    let inside = |account: u32| clusters.cluster_of(AccountIx(account)) == root;
    let vetoes = clusters.vetoes().iter().copied();
    let vetoes = vetoes.filter(|veto| veto.accounts.iter().any(|account| inside(*account)));
    let jumps = clusters.jumps().iter().copied().filter(|jump| inside(jump.account));
    let (tagged, tagged_left_out) = bounded(tagged, list_max);
    let (vetoes, vetoes_left_out) = bounded(vetoes.collect(), list_max);
    let (jumps, jumps_left_out) = bounded(jumps.collect(), list_max);
    let largest = clusters.largest().map_or(0, |(_, size)| size);
    Ok(About {
        is_largest: portrait.size > 1 && portrait.size >= largest,
        id,
        number: root,
        portrait,
        tagged,
        tagged_left_out,
        vetoes,
        vetoes_left_out,
        jumps,
        jumps_left_out,
    })
}

/// The beginning of a list, and how much of it is left out.
fn bounded<T>(mut list: Vec<T>, max: usize) -> (Vec<T>, usize) {
    let left_out = list.len().saturating_sub(max);
    list.truncate(max);
    (list, left_out)
}

/// What a status means, as a sentence.
pub(super) fn statement(answer: &Answer) -> String {
    let shown = answer.account.address_for_people();
    let shown = Printable(&shown);
    match (answer.status, &answer.about) {
        (Status::NotFound, _) | (_, None) => format!(
            "{shown} is not in this ledger. That says nothing about the address: it may be used \
             where the ledger has no data."
        ),
        (Status::Keyless, _) => format!(
            "{shown} asks for no key, so that anybody can spend from it: having spent from it \
             shows nothing of who did, and it is in no cluster."
        ),
        (Status::NeverSpent, _) => format!(
            "No input of {shown} is known: nothing was spent from it in this ledger, so nothing \
             can be said of what else its owner has. It was paid, and anybody can pay anybody."
        ),
        (Status::Alone, Some(about)) if about.portrait.withheld_counts.is_empty() => format!(
            "{shown} was never spent from together with another address in this ledger: nothing \
             can be said of what else its owner has."
        ),
        (Status::Alone, Some(_)) => format!(
            "{shown} was spent from together with others only in transactions that several people \
             may have made: no other address can be said to be its owner's."
        ),
        (Status::Cluster, Some(about)) => format!(
            "{shown} is one of {} addresses that one wallet probably spends from.",
            about.portrait.size
        ),
    }
}

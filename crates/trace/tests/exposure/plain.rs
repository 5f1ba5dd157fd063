//! A plain implementation of `docs/exposure.md`, without swaps and routers, beside the engine on
//! random ledgers.

use std::collections::BTreeMap;

use hawkshaw_fixture::random::Seeded;
use hawkshaw_fixture::text::name_of;
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::Ledger as _;

use crate::{Asked, ask};

const NAMES: [&str; 8] = ["a", "b", "c", "d", "e", "f", "g", "h"];
const SOURCES: usize = 4;

/// How much is of each source.
type Parts = [u64; SOURCES];
/// By account, source and whether it is direct: under each policy.
type Received = BTreeMap<(String, usize, bool), [u64; 3]>;

/// Divides so many of the parts off: the first of them together, rounded down.
fn take(parts: &mut Parts, amount: u64) -> Parts {
    let whole: u64 = parts.iter().sum();
    let (mut upto, mut given, mut taken) = (0, 0, [0; SOURCES]);
    for (part, taken) in parts.iter_mut().zip(&mut taken) {
        upto += *part;
        let end = (upto * amount).checked_div(whole).unwrap_or(0);
        *taken = end - given;
        given = end;
        *part -= *taken;
    }
    taken
}

/// The tainted part of a debit of `x` from `balance`, of which `tainted` is.
fn debit(policy: usize, x: u64, tainted: u64, balance: u64) -> u64 {
    match policy {
        0 => x.min(tainted),
        1 if x == balance => tainted,
        1 => tainted * x / balance.max(1),
        _ => x.saturating_sub(balance - tainted),
    }
}

/// What legs get of a pool: dirty first, in proportion, clean first.
fn split(policy: usize, legs: &[u64], tainted: u64) -> Vec<u64> {
    let total: u64 = legs.iter().sum();
    let mut sum = 0;
    let upto = |sum: u64| match policy {
        0 => sum.min(tainted),
        1 => tainted * sum / total,
        _ => sum.saturating_sub(total - tainted),
    };
    let part = |leg: &u64| {
        let before = upto(sum);
        sum += leg;
        upto(sum) - before
    };
    legs.iter().map(part).collect()
}

/// Who is a source, and where following stops.
struct Roles {
    owners: BTreeMap<&'static str, usize>,
    stops: Vec<&'static str>,
}

impl Roles {
    fn draw(rng: &mut Seeded) -> Self {
        let mut owners = BTreeMap::new();
        for source in 0..SOURCES {
            owners.insert(*rng.pick(&NAMES), source);
        }
        let stops = NAMES.iter().filter(|_| rng.chance(15)).copied().collect();
        Self { owners, stops }
    }

    fn asked(&self, story: &str) -> Asked {
        let mut sources: Vec<Vec<&'static str>> = vec![Vec::new(); SOURCES];
        for (name, source) in &self.owners {
            sources[*source].push(name);
        }
        let sources: Vec<&[&'static str]> = sources.iter().map(Vec::as_slice).collect();
        ask(story, &sources).stops(&self.stops)
    }

    fn record(&self, received: &mut Received, to: &str, direct: &Parts, parts: &[Parts; 3]) {
        for source in 0..SOURCES {
            let amounts = parts.map(|parts| parts[source]);
            if self.owners.get(to) == Some(&source) || amounts == [0; 3] {
                continue;
            }
            let key = (to.to_owned(), source, direct[source] > 0);
            let sums = received.entry(key).or_default();
            sums.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += amount);
        }
    }
}

/// What the engine says.
fn engine(asked: &Asked) -> Received {
    let (ledger, _) =
        MemoryLedger::from_rows(asked.story.transfers.clone(), asked.story.outputs.clone())
            .unwrap();
    let mut received = Received::new();
    for receipt in asked.ask_on(&ledger).receipts {
        let name = name_of(&ledger.account(receipt.account).unwrap());
        let source = usize::try_from(receipt.source.unwrap()).unwrap();
        let amounts = receipt.amounts.map(|amount| u64::try_from(amount.to_u256()).unwrap());
        received.insert((name, source, receipt.is_direct), amounts);
    }
    received
}

/// A balance, and under each policy what of it is of which source.
#[derive(Default, Clone)]
struct Holding {
    balance: u64,
    parts: [Parts; 3],
}

impl Holding {
    fn debit(&mut self, amount: u64) -> [Parts; 3] {
        // What is missing must have been there.
        self.balance = self.balance.max(amount);
        let mut taken = [[0; SOURCES]; 3];
        for (policy, taken) in taken.iter_mut().enumerate() {
            let parts = &mut self.parts[policy];
            let tainted = parts.iter().sum();
            *taken = take(parts, debit(policy, amount, tainted, self.balance));
        }
        self.balance -= amount;
        taken
    }
}

fn accounts(seed: u64) {
    let mut rng = Seeded::new(seed);
    let roles = Roles::draw(&mut rng);
    let mut story = String::new();
    let mut holdings: BTreeMap<&str, Holding> = BTreeMap::new();
    let mut received = Received::new();
    for height in 1..=rng.within(5, 60) {
        let payer = *rng.pick(&NAMES);
        let mut moves = Vec::new();
        for payee in NAMES.iter().filter(|name| **name != payer) {
            if rng.chance(25) {
                moves.push((*payee, rng.within(1, 30)));
            }
        }
        let fee = rng.chance(30).then(|| rng.within(1, 5));
        if moves.is_empty() {
            continue;
        }
        let mut words: Vec<String> =
            moves.iter().map(|(payee, x)| format!("{payer} -> {payee} {x} ETH")).collect();
        words.extend(fee.map(|fee| format!("{payer} -> fee {fee} ETH")));
        story += &format!("{height}: {}\n", words.join(", "));
        let is_stop = roles.stops.contains(&payer);
        let owner = roles.owners.get(payer);
        for (payee, amount) in moves {
            let holding = holdings.entry(payer).or_default();
            let mut taken = holding.debit(amount);
            if is_stop {
                taken = [[0; SOURCES]; 3];
            }
            if let Some(owner) = owner.filter(|owner| roles.owners.get(payee) != Some(*owner)) {
                for parts in &mut taken {
                    parts[*owner] += amount - parts.iter().sum::<u64>();
                }
            }
            let mut direct = [0; SOURCES];
            direct.iter_mut().enumerate().for_each(|(at, one)| {
                *one = u64::from(owner == Some(&at));
            });
            roles.record(&mut received, payee, &direct, &taken);
            let holding = holdings.entry(payee).or_default();
            holding.balance += amount;
            if !roles.stops.contains(&payee) {
                for (held, more) in holding.parts.iter_mut().zip(taken) {
                    held.iter_mut().zip(more).for_each(|(held, more)| *held += more);
                }
            }
        }
        if let Some(fee) = fee {
            holdings.entry(payer).or_default().debit(fee);
        }
    }
    if story.is_empty() {
        return;
    }
    assert_eq!(engine(&roles.asked(&story)), received, "seed {seed}\n{story}");
}

/// An unspent output.
struct Coin {
    name: String,
    holder: &'static str,
    amount: u64,
    parts: [Parts; 3],
}

fn outputs(seed: u64) {
    let mut rng = Seeded::new(seed);
    let roles = Roles::draw(&mut rng);
    let mut story = String::new();
    let mut coins: Vec<Coin> = Vec::new();
    let mut received = Received::new();
    for height in 1..=rng.within(5, 50) {
        let mut spent: Vec<Coin> = Vec::new();
        while !coins.is_empty() && spent.len() < 3 && rng.chance(60) {
            spent.push(coins.swap_remove(rng.index(coins.len())));
        }
        let is_coinbase = spent.is_empty();
        let whole: u64 = spent.iter().map(|coin| coin.amount).sum();
        let mut left = if is_coinbase { rng.within(5, 60) } else { whole };
        let mut legs: Vec<(&'static str, u64)> = Vec::new();
        while left > 1 && legs.len() < 4 && (legs.is_empty() || rng.chance(75)) {
            let amount = rng.within(1, left);
            legs.push((*rng.pick(&NAMES), amount));
            left -= amount;
        }
        if legs.is_empty() {
            continue;
        }
        let inputs: Vec<&str> = spent.iter().map(|coin| coin.name.as_str()).collect();
        let words: Vec<String> = legs.iter().map(|(to, x)| format!("{to} {x}")).collect();
        story += &format!("{height}: t{height} = {} -> {}\n", inputs.join(", "), words.join(", "));
        let mut pool = [[0; SOURCES]; 3];
        let mut direct = [0; SOURCES];
        let mut own: BTreeMap<&str, (u64, [u64; 3])> = BTreeMap::new();
        for coin in &spent {
            let mut parts = coin.parts;
            if let Some(owner) = roles.owners.get(coin.holder) {
                for parts in &mut parts {
                    parts[*owner] += coin.amount - parts.iter().sum::<u64>();
                    direct[*owner] += parts[*owner];
                }
            }
            let (paid, tainted) = own.entry(coin.holder).or_default();
            *paid += coin.amount;
            for (policy, parts) in parts.iter().enumerate() {
                tainted[policy] += parts.iter().sum::<u64>();
                pool[policy].iter_mut().zip(parts).for_each(|(all, part)| *all += part);
            }
        }
        let mut amounts: Vec<u64> = legs.iter().map(|leg| leg.1).collect();
        amounts.push(if is_coinbase { 0 } else { left });
        let mut given = vec![[[0; SOURCES]; 3]; legs.len()];
        if !is_coinbase {
            for policy in 0..3 {
                let tainted = pool[policy].iter().sum();
                for (leg, part) in split(policy, &amounts, tainted).into_iter().enumerate() {
                    let taken = take(&mut pool[policy], part);
                    if let Some(given) = given.get_mut(leg) {
                        given[policy] = taken;
                    }
                }
            }
        }
        let mut payees: Vec<&str> = Vec::new();
        for (index, (to, amount)) in legs.iter().enumerate() {
            if !payees.contains(to) {
                payees.push(to);
            }
            let is_stop = roles.stops.contains(to);
            let parts = if is_stop { [[0; SOURCES]; 3] } else { given[index] };
            coins.push(Coin {
                name: format!("t{height}:{index}"),
                holder: to,
                amount: *amount,
                parts,
            });
        }
        for payee in payees {
            let mine = || legs.iter().enumerate().filter(|(_, leg)| leg.0 == payee);
            let got: u64 = mine().map(|(_, leg)| leg.1).sum();
            let (paid, tainted) = own.get(payee).copied().unwrap_or_default();
            let mut parts = [[0; SOURCES]; 3];
            for (policy, parts) in parts.iter_mut().enumerate() {
                let mut all = [0; SOURCES];
                for (index, _) in mine() {
                    all.iter_mut().zip(given[index][policy]).for_each(|(all, part)| *all += part);
                }
                let beyond = all.iter().sum::<u64>().saturating_sub(tainted[policy]);
                *parts = take(&mut all, beyond.min(got.saturating_sub(paid)));
            }
            roles.record(&mut received, payee, &direct, &parts);
        }
    }
    assert_eq!(engine(&roles.asked(&story)), received, "seed {seed}\n{story}");
}

#[test]
fn on_random_account_ledgers() {
    (0..1_500).for_each(accounts);
}

#[test]
fn on_random_chains_of_outputs() {
    (0..1_500).for_each(outputs);
}

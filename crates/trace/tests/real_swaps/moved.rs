//! A transaction as what it moved, summed plainly, and traced as a theft of what went in.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::U256;
use hawkshaw_fixture::text::tx_hash;
use hawkshaw_ledger::{MemoryLedger, TransferRow};
use hawkshaw_model::{
    Account, Amount, AssetId, AssetInfo, AssetList, Case, ChainId, ChainPoint, Timestamp,
    TransferKind,
};
use hawkshaw_trace::{Detail, Noise, Options, Scene, Stops, Terminal, Trace, trace};

/// The contract of wrapped ether.
pub(crate) const WETH: &str = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
const ZERO: &str = "0x0000000000000000000000000000000000000000";

/// Something that moved; an empty token is ether.
#[derive(Debug, Clone)]
pub(crate) struct Moved {
    pub(crate) token: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) amount: U256,
}

/// A transaction: what moved, and the pools that say that they swapped in it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transaction {
    pub(crate) moved: Vec<Moved>,
    pub(crate) pools: BTreeSet<String>,
    /// Who sent it, where the data say.
    pub(crate) sender: Option<String>,
    /// Pools into or out of which liquidity was put.
    pub(crate) funded: BTreeSet<String>,
}

/// What an account gained and lost of a token.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Net {
    pub(crate) got: U256,
    pub(crate) paid: U256,
}

impl Transaction {
    /// Wrapped ether out of nothing, respectively into nothing.
    pub(crate) fn wrap(&mut self, who: String, amount: U256, is_wrap: bool) {
        let (from, to) = if is_wrap { (ZERO.to_owned(), who) } else { (who, ZERO.to_owned()) };
        self.moved.push(Moved { token: WETH.to_owned(), from, to, amount });
    }

    /// What everybody gained and lost, by plain sums.
    pub(crate) fn nets(&self) -> BTreeMap<(String, String), Net> {
        let mut nets: BTreeMap<(String, String), Net> = BTreeMap::new();
        for moved in self.moved.iter().filter(|moved| moved.from != moved.to) {
            let key = |who: &String| (who.clone(), moved.token.clone());
            let from = nets.entry(key(&moved.from)).or_default();
            from.paid = from.paid.saturating_add(moved.amount);
            let to = nets.entry(key(&moved.to)).or_default();
            to.got = to.got.saturating_add(moved.amount);
        }
        for net in nets.values_mut() {
            let both = net.got.min(net.paid);
            *net = Net { got: net.got - both, paid: net.paid - both };
        }
        nets.retain(|_, net| !net.got.is_zero() || !net.paid.is_zero());
        nets
    }

    /// Accounts that are no pools and lost exactly one token, with it and how much.
    pub(crate) fn givers(&self) -> Vec<(String, String, U256)> {
        let mut lost: BTreeMap<String, Vec<(String, U256)>> = BTreeMap::new();
        for ((who, token), net) in self.nets() {
            let is_outside = who != ZERO && who != WETH && !self.pools.contains(&who);
            if is_outside && !net.paid.is_zero() {
                lost.entry(who).or_default().push((token, net.paid));
            }
        }
        let single = lost.into_iter().filter(|(_, tokens)| tokens.len() == 1);
        single
            .map(|(who, mut tokens)| (who, tokens.remove(0)))
            .map(|(w, (t, x))| (w, t, x))
            .collect()
    }

    /// The trace of what an account gave, had it been stolen just before.
    pub(crate) fn followed(&self, thief: &str, token: &str, amount: U256) -> Trace {
        let victim = "0x00000000000000000000000000000000000e1c71";
        let theft = row(
            1,
            0,
            0,
            &Moved {
                token: token.to_owned(),
                from: victim.to_owned(),
                to: thief.to_owned(),
                amount,
            },
        );
        let theft = TransferRow { tx: Some(tx_hash("theft")), ..theft };
        let sender = self.sender.as_deref().and_then(account);
        let moved = self.moved.iter().zip(0..).map(|(moved, event)| TransferRow {
            sender: sender.clone(),
            ..row(2, 0, event, moved)
        });
        let rows: Vec<TransferRow> = std::iter::once(theft).chain(moved).collect();
        let mut case: Case = hawkshaw_fixture::text::case_of(&["theft"]);
        // Whether tokens are known is not what is tested here.
        let tokens: BTreeSet<&AssetId> = rows.iter().map(|row| &row.asset).collect();
        let info = |id: &AssetId| AssetInfo {
            id: id.clone(),
            symbol: "T".to_owned(),
            decimals: 0,
            issuer: None,
        };
        case.assets = tokens.into_iter().map(info).collect();
        let mut assets = AssetList::built_in();
        case.assets.iter().for_each(|info| assets.add(info.clone()));
        let (ledger, _) = MemoryLedger::from_rows(rows, Vec::new()).unwrap();
        let options = Options {
            stops: Stops::Tagged,
            noise: Noise::KEPT,
            floor: "0".parse().unwrap(),
            detail: Detail::Full,
            ..Options::default()
        };
        trace(&Scene::new(&ledger, &case, &assets, &|_| None, &options)).unwrap()
    }

    /// Follows what each giver gave. Whoever swapped it has what he got of it, to the unit, and
    /// no pool has any. Returns how many were followed, and how many of them swapped.
    pub(crate) fn check(&self, name: &str, in_pools: &mut Vec<String>) -> (usize, usize) {
        let nets = self.nets();
        let (mut followed, mut swapped) = (0, 0);
        for (giver, token, amount) in self.givers() {
            let trace = self.followed(&giver, &token, amount);
            followed += 1;
            for terminal in &trace.terminals {
                let place = terminal.account.as_ref().map(Account::address_in_files);
                let is_pool = place.is_some_and(|place| self.pools.contains(&place));
                if is_pool {
                    // Never without saying so.
                    assert!(trace.findings.iter().any(|f| f.rule == "ambiguous-swap"), "{name}");
                    let said: Vec<_> =
                        trace.findings.iter().map(|f| (f.rule, &f.account, &f.text)).collect();
                    in_pools.push(format!("{name}: {giver} {token} {said:?}"));
                }
            }
            let got: Vec<(&String, U256)> = nets
                .iter()
                .filter(|((who, _), net)| *who == giver && !net.got.is_zero())
                .map(|((_, token), net)| (token, net.got))
                .collect();
            let is_conserved = |terminal: &&Terminal| {
                let amounts = trace.policies.iter().zip(&terminal.amounts);
                amounts.into_iter().any(|(policy, held)| policy.is_conserving() && !held.is_zero())
            };
            let held: Vec<&Terminal> = trace.terminals.iter().filter(is_conserved).collect();
            if let ([(token, y)], [terminal]) = (&got[..], &held[..]) {
                let place = terminal.account.as_ref().map(Account::address_in_files);
                if place.as_deref() == Some(giver.as_str()) && terminal.asset == asset(token) {
                    let conserving = trace.policies.iter().zip(&terminal.amounts);
                    for (policy, held) in conserving.filter(|(policy, _)| policy.is_conserving()) {
                        assert_eq!(held.to_u256(), *y, "{name}: {policy}");
                    }
                    swapped += 1;
                }
            }
        }
        (followed, swapped)
    }
}

fn account(address: &str) -> Option<Account> {
    (address != ZERO).then(|| format!("eip155:1:{address}").parse().unwrap())
}

pub(crate) fn asset(token: &str) -> AssetId {
    let id = if token.is_empty() {
        "eip155:1/slip44:60".to_owned()
    } else {
        format!("eip155:1/erc20:{token}")
    };
    id.parse().unwrap()
}

fn row(height: u64, tx_index: u32, event_index: u32, moved: &Moved) -> TransferRow {
    TransferRow {
        chain: ChainId::ethereum(),
        point: Some(ChainPoint { height, tx_index, event_index }),
        time: Timestamp::from_unix(1_600_000_000 + i64::try_from(height).unwrap()).unwrap(),
        tx: Some(tx_hash("swap")),
        kind: match (account(&moved.from), account(&moved.to)) {
            (None, _) => TransferKind::Mint,
            (_, None) => TransferKind::Burn,
            _ if moved.token.is_empty() => TransferKind::Internal,
            _ => TransferKind::Token,
        },
        asset: asset(&moved.token),
        from: account(&moved.from),
        to: account(&moved.to),
        amount: Amount::from_u256(moved.amount),
        sender: None,
        source: None,
    }
}

//! What the transactions beside a candidate say of it.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use hawkshaw_coinjoin::{Verdict, verdict};
use hawkshaw_ledger::{MemoryLedger, OutputRow, Side};
use hawkshaw_model::{
    Account, Address, ChainId, Ledger as _, OutPoint, Timestamp, TxHash, TxId, TxIx,
};

/// Transactions one after the other, which are numbered from 0.
#[derive(Debug, Default)]
struct Chain {
    rows: Vec<OutputRow>,
    made: Vec<Vec<(u64, u64)>>,
    scripts: u64,
}

/// What an input spends: an output of the chain, or a coin from elsewhere.
#[derive(Debug, Clone, Copy)]
enum Spend {
    Own(usize, u32),
    Elsewhere(u64),
}

use Spend::{Elsewhere, Own};

fn hash(number: u64) -> TxHash {
    let mut bytes = [0; 32];
    bytes[24..].copy_from_slice(&number.to_be_bytes());
    TxHash::from(bytes)
}

fn account(script: u64) -> Account {
    let bytes = [vec![0x00, 0x14], vec![0; 12], script.to_be_bytes().to_vec()].concat();
    Account::new(ChainId::bitcoin(), Address::Script(bytes.into_boxed_slice()))
}

impl Chain {
    fn fresh(&mut self) -> u64 {
        self.scripts += 1;
        self.scripts
    }

    /// Adds a transaction that pays amounts to new scripts, and gives its number.
    fn add(&mut self, spends: &[Spend], amounts: &[u64]) -> usize {
        let outputs: Vec<(u64, u64)> = amounts.iter().map(|a| (*a, self.fresh())).collect();
        self.pay(spends, &outputs)
    }

    /// Adds a transaction that pays amounts to scripts, and gives its number.
    fn pay(&mut self, spends: &[Spend], outputs: &[(u64, u64)]) -> usize {
        let number = self.made.len();
        let height = number as u64 + 1;
        for (at, spend) in (0..).zip(spends) {
            let (tx, vout, amount, script) = match *spend {
                Own(tx, vout) => {
                    let (amount, script) = self.made[tx][usize::try_from(vout).unwrap()];
                    (tx as u64 + 1, vout, amount, script)
                }
                Elsewhere(amount) => (1_000_000 + self.scripts, at, amount, self.fresh()),
            };
            let outpoint = OutPoint::new(TxId::new(ChainId::bitcoin(), hash(tx)), vout);
            self.leg(height, Side::In, at, Some(outpoint), (amount, script));
        }
        for (at, output) in (0..).zip(outputs) {
            self.leg(height, Side::Out, at, None, *output);
        }
        self.made.push(outputs.to_vec());
        number
    }

    fn leg(
        &mut self,
        height: u64,
        side: Side,
        leg_index: u32,
        outpoint: Option<OutPoint>,
        (amount, script): (u64, u64),
    ) {
        self.rows.push(OutputRow {
            chain: ChainId::bitcoin(),
            height,
            tx_index: 1,
            time: Timestamp::from_unix(1_600_000_000 + i64::try_from(height).unwrap()).unwrap(),
            tx: hash(height),
            side,
            leg_index,
            outpoint,
            holder: Some(account(script)),
            amount: amount.into(),
        });
    }

    fn verdict(&self, tx: usize) -> Verdict {
        let (ledger, _) = MemoryLedger::from_rows(Vec::new(), self.rows.clone()).unwrap();
        let legs = ledger.utxo_tx(TxIx(tx as u64)).unwrap().unwrap();
        verdict(&ledger, &legs).unwrap()
    }
}

const POOL: u64 = 1_000_000;
const PREMIX: u64 = 1_003_000;

fn pool_mix(chain: &mut Chain, mixed: [Spend; 3]) -> usize {
    let premixed = [Elsewhere(PREMIX), Elsewhere(PREMIX)];
    chain.add(&[&mixed[..], &premixed].concat(), &[POOL; 5])
}

#[test]
fn a_mix_that_spends_another_is_surer() {
    let mut chain = Chain::default();
    let first = pool_mix(&mut chain, [Elsewhere(POOL); 3]);
    let second = pool_mix(&mut chain, [Own(first, 0), Elsewhere(POOL), Elsewhere(POOL)]);
    assert_eq!(
        (chain.verdict(first).class(), chain.verdict(first).confidence()),
        ("whirlpool", 990)
    );
    assert_eq!(chain.verdict(second).confidence(), 995);
}

#[test]
fn coins_of_a_pool_come_from_mixes() {
    let mut chain = Chain::default();
    let payout = |chain: &mut Chain| chain.add(&[Elsewhere(9 * POOL)], &[POOL, 7 * POOL]);
    let (one, other) = (payout(&mut chain), payout(&mut chain));
    let mix = pool_mix(&mut chain, [Own(one, 0), Own(other, 0), Elsewhere(POOL)]);
    assert_eq!(chain.verdict(mix).rule(), "coins-of-no-mix");
    assert_eq!(chain.verdict(mix).class(), "none");
}

/// Three participants with a coin each and change.
const PARTS: [(u64, u64); 3] =
    [(5_000_000, 3_000_500), (9_000_000, 7_000_300), (4_000_000, 1_990_000)];
const JOINED: u64 = 2_000_000;

fn joined() -> Vec<u64> {
    PARTS.iter().flat_map(|(_, change)| [JOINED, *change]).collect()
}

#[test]
fn whoever_spends_one_transaction_alone_mixes_with_nobody() {
    let mut chain = Chain::default();
    let coins: Vec<Spend> = PARTS.iter().map(|(coin, _)| Elsewhere(*coin)).collect();
    let real = chain.add(&coins, &joined());
    assert_eq!(chain.verdict(real).class(), "joinmarket");
    let amounts: Vec<u64> = PARTS.iter().map(|(coin, _)| *coin).collect();
    let split = chain.add(&[Elsewhere(20_000_000)], &amounts);
    let own = chain.add(&[Own(split, 0), Own(split, 1), Own(split, 2)], &joined());
    assert_eq!(chain.verdict(own).rule(), "inputs-of-one-transaction");
}

#[test]
fn whoever_pays_old_addresses_does_not_mix() {
    let mut chain = Chain::default();
    let scripts: Vec<u64> = (0..6).map(|_| chain.fresh()).collect();
    let old: Vec<(u64, u64)> = scripts.iter().map(|script| (10_000, *script)).collect();
    chain.pay(&[Elsewhere(100_000)], &old);
    let coins: Vec<Spend> = PARTS.iter().map(|(coin, _)| Elsewhere(*coin)).collect();
    let again: Vec<(u64, u64)> = joined().into_iter().zip(scripts).collect();
    let paid = chain.pay(&coins, &again);
    assert_eq!(chain.verdict(paid).rule(), "reused-addresses");
    let fresh = chain.add(&coins, &joined());
    assert_eq!(chain.verdict(fresh).class(), "joinmarket");
}

/// A taker who pays much for the miner of a transaction fits no sums; what he spends says it.
#[test]
fn two_parents_make_up_for_sums() {
    let mut chain = Chain::default();
    let coins: Vec<Spend> = PARTS.iter().map(|(coin, _)| Elsewhere(*coin)).collect();
    let (one, other) = (chain.add(&coins, &joined()), chain.add(&coins, &joined()));
    let odd = [2_000_000, 950_123, 2_000_000, 4_950_211, 2_000_000, 900_001];
    let spends = [Own(one, 1), Own(other, 3), Elsewhere(2_999_000)];
    let linked = chain.add(&spends, &odd);
    let verdict = chain.verdict(linked);
    assert_eq!((verdict.class(), verdict.rule()), ("joinmarket", "joinmarket-parents"));
    let apart = [Elsewhere(3_000_500), Elsewhere(7_000_300), Elsewhere(2_999_000)];
    let alone = chain.add(&apart, &odd);
    assert_eq!(chain.verdict(alone).class(), "none");
}

/// The mix need not be in the table, and confirms where it is.
#[test]
fn a_tx0_is_one_without_its_mix() {
    let mut chain = Chain::default();
    let outputs = [50_000, PREMIX, PREMIX, 700_000];
    let tx0 = chain.add(&[Elsewhere(2_800_000)], &outputs);
    let payload = [vec![0x6a, 0x40], vec![0x9c; 64]].concat();
    let data = Account::new(ChainId::bitcoin(), Address::Script(payload.into_boxed_slice()));
    chain.leg(1, Side::Out, 4, None, (0, 0));
    chain.rows.last_mut().unwrap().holder = Some(data);
    assert_eq!((chain.verdict(tx0).class(), chain.verdict(tx0).confidence()), ("tx0", 985));
    let rest = [Elsewhere(POOL), Elsewhere(POOL), Elsewhere(POOL), Elsewhere(PREMIX)];
    chain.add(&[&[Own(tx0, 1)][..], &rest].concat(), &[POOL; 5]);
    assert_eq!(chain.verdict(tx0).confidence(), 992);
}

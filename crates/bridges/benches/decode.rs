//! How fast transactions are looked through for what bridges left: transactions a second on one
//! thread, from memory.
//!
//! `cargo bench -p hawkshaw-bridges --bench decode` makes 200,000 transactions from a seed, each
//! with calldata and three logs, of which 1 % carry the logs of a bridge (a deposit or a payout
//! of Across, Celer, CCTP or THORChain, in turn), then the same with none and with all of them
//! of bridges, and prints the best of five runs. Beside it stands what a plain search takes that
//! compares the topic of every log with every topic of the decoders and decodes nothing.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    reason = "a benchmark prints rates"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use alloy_primitives::{U256, hex, keccak256};
use hawkshaw_bridges::{Log, TxRecord, decode_all, decoders};
use hawkshaw_model::{Account, Address, Amount, ChainId, Timestamp, TxHash};

const TRANSACTIONS: u64 = 200_000;
const RUNS: usize = 5;

/// A generator of numbers: splitmix64, <https://prng.di.unimi.it/splitmix64.c>.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next().to_le_bytes()[0])
    }

    fn account(&mut self) -> Account {
        Account::new(ChainId::ethereum(), Address::Evm(self.bytes()))
    }
}

fn main() {
    println!(
        "{:<34} {:>14} {:>10} {:>16}",
        "transactions of bridges", "transactions/s", "legs", "plain search/s"
    );
    for (name, every) in [("none", 0), ("one in a hundred", 100), ("all", 1)] {
        let records = records(every);
        let mut legs = 0;
        let best = best_of(|| {
            legs = records.iter().map(|record| decode_all(black_box(record)).legs.len()).sum();
        });
        let topics: Vec<[u8; 32]> = decoders()
            .flat_map(|decoder| decoder.signatures())
            .map(|text| keccak256(text).0)
            .collect();
        let plain = best_of(|| {
            let found = |log: &&Log| log.topics.first().is_some_and(|topic| topics.contains(topic));
            let count = |record: &TxRecord| black_box(record).logs.iter().filter(found).count();
            black_box(records.iter().map(count).sum::<usize>());
        });
        println!("{name:<34} {:>14.0} {legs:>10} {:>16.0}", rate(best), rate(plain));
    }
}

fn rate(time: Duration) -> f64 {
    TRANSACTIONS as f64 / time.as_secs_f64()
}

fn best_of(mut work: impl FnMut()) -> Duration {
    let timed = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..RUNS).map(|_| timed(&mut work)).min().unwrap()
}

/// Transactions of which each so manieth is of a bridge; 0 is none.
fn records(every: u64) -> Vec<TxRecord> {
    let mut random = Random(7);
    (0..TRANSACTIONS)
        .map(|number| {
            let mut logs: Vec<Log> = (0..3).map(|at| plain_log(&mut random, at)).collect();
            if every != 0 && number % every == 0 {
                logs[1] = bridge_log(number / every);
            }
            TxRecord {
                chain: ChainId::ethereum(),
                height: number / 150,
                time: Timestamp::from_unix(1_700_000_000).unwrap(),
                tx: TxHash::from(random.bytes::<32>()),
                sender: Some(random.account()),
                to: Some(random.account()),
                success: Some(true),
                value: Some(Amount::from(random.next())),
                calldata: [&hex!("a9059cbb")[..], &random.bytes::<64>()].concat(),
                logs,
                outputs: Vec::new(),
            }
        })
        .collect()
}

fn plain_log(random: &mut Random, event: u32) -> Log {
    let topics = vec![random.bytes(), random.bytes(), random.bytes()];
    Log { event, emitter: random.account(), topics, data: random.bytes::<64>().to_vec() }
}

fn word(value: u64) -> [u8; 32] {
    U256::from(value).to_be_bytes()
}

/// A log of a bridge, in turn.
fn bridge_log(number: u64) -> Log {
    let who = word(0x1111_2222);
    let (emitter, signature, topics, data): (_, _, Vec<[u8; 32]>, Vec<[u8; 32]>) = match number % 4
    {
        0 => (
            hex!("5c7bcd6e7de5423a257d81b442095a1a6ced35c5"),
            "FundsDeposited(bytes32,bytes32,uint256,uint256,uint256,uint256,uint32,uint32,uint32,\
             bytes32,bytes32,bytes32,bytes)",
            vec![word(8_453), word(number), who],
            vec![
                who,
                who,
                word(100),
                word(99),
                word(1),
                word(2),
                word(0),
                who,
                word(0),
                word(320),
                word(0),
            ],
        ),
        1 => (
            hex!("5427fefa711eff984124bfbb1ab6fbf5e3da1820"),
            "Relay(bytes32,address,address,address,uint256,uint64,bytes32)",
            Vec::new(),
            vec![word(1), who, who, who, word(100), word(56), word(number)],
        ),
        2 => (
            hex!("bd3fa81b58ba92a82136038b25adec7066af3155"),
            "DepositForBurn(uint64,address,uint256,address,bytes32,uint32,bytes32,bytes32)",
            vec![word(number), who, who],
            vec![word(100), who, word(3), who, word(0)],
        ),
        _ => {
            let mut memo = [0; 64];
            let text = b"=:e:0x098b716b8aaf21512996dc57eb0615e2383e2f96:0/1/0";
            memo[..text.len()].copy_from_slice(text);
            let (front, back) = memo.split_at(32);
            (
                hex!("d37bbe5744d730a1d98d8dc97c42f0ca46ad7146"),
                "Deposit(address,address,uint256,string)",
                vec![who, word(0)],
                vec![
                    word(100),
                    word(64),
                    word(52),
                    front.try_into().unwrap(),
                    back.try_into().unwrap(),
                ],
            )
        }
    };
    Log {
        event: 1,
        emitter: Account::new(ChainId::ethereum(), Address::Evm(emitter)),
        topics: [vec![keccak256(signature).0], topics].concat(),
        data: data.concat(),
    }
}

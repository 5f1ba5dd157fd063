//! Random bridges: who deposits what, and what each deposit brought.

use std::borrow::Cow;

use hawkshaw_bridges::{Leg, Side, TokenMap, Trust};
use hawkshaw_model::{Amount, AssetId, ChainId, Timestamp, TxHash};

/// A generator of numbers: xorshift64* (Vigna 2016).
#[derive(Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    /// Whether something happens that does so in `percent` of a hundred cases.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            let other = usize::try_from(self.below(u64::try_from(at).unwrap() + 1)).unwrap();
            items.swap(at, other);
        }
    }
}

/// What bridges do.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Habit {
    pub(crate) passages: u64,
    pub(crate) users: u64,
    /// Millionths that the bridge keeps at most.
    pub(crate) fee_ppm: u64,
    /// Of a hundred deposits, how many are claimed days or weeks later.
    pub(crate) late: u64,
    /// Of a hundred rows, how many are missing on a side.
    pub(crate) missing: u64,
    /// Of a hundred amounts, how many are round.
    pub(crate) round: u64,
    /// Of a hundred rows, how many carry the identifier of another.
    pub(crate) wrong_ids: u64,
    /// How many of a user's payouts may share a transaction.
    pub(crate) batch: bool,
}

impl Habit {
    pub(crate) const PLAIN: Self = Self {
        passages: 2_000,
        users: 500,
        fee_ppm: 0,
        late: 3,
        missing: 2,
        round: 40,
        wrong_ids: 0,
        batch: false,
    };
}

/// Legs, and for each deposit and payout which passage it is of.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) deposits: Vec<Leg>,
    pub(crate) payouts: Vec<Leg>,
    pub(crate) deposit_of: Vec<u64>,
    pub(crate) payout_of: Vec<u64>,
    pub(crate) tokens: TokenMap,
}

/// Decimals of the tokens on both chains.
const TOKENS: [(u32, u32); 4] = [(6, 18), (18, 18), (6, 6), (18, 8)];
const START: u64 = 1_650_000_000;

pub(crate) fn chain(far: bool) -> ChainId {
    if far { "eip155:56" } else { "eip155:1" }.parse().unwrap()
}

pub(crate) fn token(number: u64, far: bool) -> AssetId {
    let contract = 0xa000 + number * 2 + u64::from(far);
    format!("{}/erc20:0x{contract:040x}", chain(far)).parse().unwrap()
}

pub(crate) fn leg(side: Side, far: bool, time: u64, tx: u64) -> Leg {
    let mut hash = [0; 32];
    hash[24..].copy_from_slice(&tx.to_be_bytes());
    hash[0] = u8::from(far);
    Leg {
        side,
        bridge: Cow::Borrowed("invented"),
        id: None,
        chain: chain(far),
        time: Timestamp::from_unix(i64::try_from(time).unwrap()).unwrap(),
        tx: TxHash::from(hash),
        event: 0,
        asset: None,
        amount: None,
        payer: None,
        custody: None,
        receiver: None,
        far_chain: None,
        far_asset: None,
        far_amount: None,
        emitter: None,
        trust: Trust::Known,
    }
}

impl World {
    pub(crate) fn new(seed: u64, habit: Habit) -> Self {
        let mut dice = Dice::new(seed);
        let mut deposits = Vec::new();
        let mut payouts = Vec::new();
        for passage in 0..habit.passages {
            let (deposit, payout) = passage_of(&mut dice, habit, passage);
            if !dice.percent(habit.missing) {
                deposits.push((deposit, passage));
            }
            if !dice.percent(habit.missing) {
                payouts.push((payout, passage));
            }
        }
        if habit.batch {
            batch(&mut dice, &mut payouts);
        }
        for side in [&mut deposits, &mut payouts] {
            for (leg, _) in side.iter_mut() {
                if dice.percent(habit.wrong_ids) {
                    leg.id = Some(dice.below(habit.passages).to_string());
                }
            }
            dice.shuffle(side);
        }
        let mut tokens = TokenMap::new();
        for number in 0..4 {
            tokens.add(&token(number, number % 2 == 0), &token(number, number % 2 == 1));
        }
        let (deposits, deposit_of) = deposits.into_iter().unzip();
        let (payouts, payout_of) = payouts.into_iter().unzip();
        Self { deposits, payouts, deposit_of, payout_of, tokens }
    }

    /// The same with its rows in another order.
    pub(crate) fn shuffled(&self, seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let mut shuffle = |legs: &[Leg], of: &[u64]| -> (Vec<Leg>, Vec<u64>) {
            let mut rows: Vec<_> = legs.iter().cloned().zip(of.iter().copied()).collect();
            dice.shuffle(&mut rows);
            rows.into_iter().unzip()
        };
        let (deposits, deposit_of) = shuffle(&self.deposits, &self.deposit_of);
        let (payouts, payout_of) = shuffle(&self.payouts, &self.payout_of);
        Self { deposits, payouts, deposit_of, payout_of, tokens: self.tokens.clone() }
    }

    /// Deposits of which the payout is there.
    pub(crate) fn complete(&self) -> usize {
        let paid: std::collections::HashSet<_> = self.payout_of.iter().collect();
        self.deposit_of.iter().filter(|of| paid.contains(of)).count()
    }
}

fn passage_of(dice: &mut Dice, habit: Habit, passage: u64) -> (Leg, Leg) {
    // Few users do much, most do little.
    let rank = dice.below(habit.users) * dice.below(habit.users) / habit.users.max(1);
    let number = dice.below(4);
    let (near, far) = TOKENS[usize::try_from(number).unwrap()];
    let micros = if dice.percent(habit.round) {
        [100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000]
            [usize::try_from(dice.below(5)).unwrap()]
    } else {
        let bits = 10 + dice.below(24);
        1_000 + dice.below(1 << bits)
    };
    let kept = u128::from(micros) * u128::from(dice.below(habit.fee_ppm + 1)) / 1_000_000;
    let scaled = |micros: u128, decimals: u32| Amount::from(micros * 10u128.pow(decimals - 6));
    let time = START + dice.below(90 * 86_400);
    let wait = if dice.percent(habit.late) {
        86_400 + dice.below(30 * 86_400)
    } else {
        60 + dice.below(300) * dice.below(10)
    };
    let mut deposit = leg(Side::Deposit, false, time, dice.next());
    let mut payout = leg(Side::Payout, true, time + wait, dice.next());
    for (leg, far_side) in [(&mut deposit, false), (&mut payout, true)] {
        leg.id = Some(passage.to_string());
        leg.receiver = Some(format!("{:040x}", 0xbeef_0000 + rank));
        leg.asset = Some(token(number, far_side));
        leg.event = u32::try_from(dice.below(9)).unwrap();
    }
    deposit.amount = Some(scaled(u128::from(micros), near));
    payout.amount = Some(scaled(u128::from(micros) - kept, far));
    (deposit, payout)
}

/// Some users claim several passages in one transaction.
fn batch(dice: &mut Dice, payouts: &mut [(Leg, u64)]) {
    payouts.sort_by_key(|(leg, of)| (leg.receiver.clone(), leg.time, *of));
    for at in 1..payouts.len() {
        let (before, after) = payouts.split_at_mut(at);
        let (last, next) = (&before[at - 1].0, &mut after[0].0);
        if last.receiver == next.receiver && dice.percent(20) {
            // The later claim takes the earlier one along.
            let (time, tx, event) = (next.time, next.tx, next.event);
            let earlier = &mut before[at - 1].0;
            (earlier.time, earlier.tx, earlier.event) = (time, tx, event + 1);
        }
    }
}

//! The story of the invented theft, movement by movement.

use std::collections::BTreeMap;

use hawkshaw_model::{
    Account, Amount, ChainId, ChainPoint, Grade, OutPoint, Policy, TerminalKind, Timestamp, TxHash,
    TxId,
};
use hawkshaw_trace::{
    Balance, Bounds, Coverage, Edge, Finding, Link, Party, StolenAsset, Terminal, TimelinePoint,
    Trace,
};

use super::{BTC, ETH, USDC, USDT, account, asset, milli, script, time, tx};

const POLICIES: [Policy; 7] = Policy::ALL;
/// How far each policy moves value between mixer and exchange, in thousandths of ETH.
const SHIFT: [i64; 7] = [900_000, 0, 420_000, -350_000, 100_000, -1_100_000, 0];

#[derive(Default)]
pub(super) struct Story {
    edges: Vec<Edge>,
    terminals: Vec<Terminal>,
    count: u64,
}

impl Story {
    pub(super) fn ethereum(&mut self) {
        let (bridge, thief) = (1, 2);
        self.pay(0, bridge, thief, ETH, 120_000_000, Some(Link::Theft), None);
        self.pay(2, bridge, thief, USDC, 10_000_000_000, Some(Link::Theft), None);
        let frozen = self.stop(TerminalKind::Held, None, Some(account(11)), USDC, 200);
        for (index, (helper, usdc, eth)) in
            [(10, 6_000_000_000, 2_000_000), (11, 4_000_000_000, 1_160_000)].into_iter().enumerate()
        {
            let minutes = 20 + 7 * u64::try_from(index).unwrap();
            self.pay(minutes, thief, helper, USDC, usdc, None, None);
            let given = if helper == 11 { usdc - 500_000_000 } else { usdc };
            let link = Link::Swap { asset: asset(USDC), amount: milli(USDC, given) };
            self.pay(minutes + 1, helper, helper, ETH, eth, Some(link), None);
            self.pay(minutes + 4, helper, thief, ETH, eth, None, None);
        }
        self.origin(frozen, 1, milli(USDC, 500_000_000));
        let mixer =
            self.stop(TerminalKind::Mixer, Some("Example Mixer"), Some(account(900)), ETH, 34_400);
        for number in 0..14 {
            let (depositor, minutes) = (100 + number, 12_000 + 1_700 * number);
            self.pay(minutes, thief, depositor, ETH, 6_500_000 + number * 70_000, None, None);
            let arrived = 6_499_000 + number * 70_000;
            self.pay(minutes + 300, depositor, 900, ETH, arrived, None, Some(mixer));
        }
        self.origin(mixer, 0, milli(ETH, 94_500_000));
        self.origin(mixer, 1, milli(USDC, 8_900_000_000));
        let fee = self.stop(TerminalKind::Fee, None, None, ETH, 43_000);
        self.fee(20_000, thief, 800, fee);
        self.origin(fee, 0, milli(ETH, 800));
        let floor = self.stop(TerminalKind::BelowFloor, None, None, ETH, 9_000);
        self.origin(floor, 0, milli(ETH, 11_400));
        self.terminals[floor].summed = Some(23);
        let dust = self.stop(TerminalKind::NoData, None, Some(account(77)), ETH, 8_000);
        self.pay(8_000, thief, 77, ETH, 2_200_000, None, Some(dust));
        self.edges.last_mut().unwrap().grade = Grade::Reported;
        self.edges.last_mut().unwrap().source = Some("https://example.org/thread/9?a=1&b=2".into());
        self.edges.last_mut().unwrap().tx = None;
        self.edges.last_mut().unwrap().at = None;
        self.origin(dust, 0, milli(ETH, 2_200_000));
    }

    pub(super) fn exchanges(&mut self) {
        let thief = 2;
        for (index, (middle, name, deposits)) in [
            (50, "Northwind", vec![(911, 2_400_000), (912, 1_600_000), (913, 900_000)]),
            (51, "Tidewater", vec![(920, 1_200_000)]),
            (52, "Lakeside Exchange", vec![(930, 700_000), (931, 330_000)]),
        ]
        .into_iter()
        .enumerate()
        {
            let minutes = 6_000 + 900 * u64::try_from(index).unwrap();
            let total: u64 = deposits.iter().map(|(_, amount)| amount).sum();
            self.pay(minutes, thief, middle, ETH, total, None, None);
            for (deposit, amount) in deposits {
                let place = Some(account(deposit));
                let stop = self.stop(TerminalKind::Exchange, Some(name), place, ETH, minutes + 60);
                self.pay(minutes + 60, middle, deposit, ETH, amount, None, Some(stop));
                self.origin(stop, 0, milli(ETH, amount));
                let (lo, hi) = (milli(ETH, amount * 9 / 10), milli(ETH, amount));
                self.terminals[stop].bounds[0] = Some(Bounds { lo, hi });
            }
        }
        let service = self.stop(TerminalKind::InferredService, None, Some(account(61)), ETH, 9_100);
        self.pay(9_000, thief, 60, ETH, 1_500_000, None, None);
        self.pay(9_100, 60, 61, ETH, 1_500_000, None, Some(service));
        self.edges.last_mut().unwrap().grade = Grade::Inference;
        self.origin(service, 0, milli(ETH, 1_500_000));
        self.pay(10_000, thief, 70, ETH, 1_000_000, None, None);
        let link = Link::Swap { asset: asset(ETH), amount: milli(ETH, 1_000_000) };
        self.pay(10_010, 70, 70, USDT, 3_050_000_000, Some(link), None);
        let frozen = self.stop(TerminalKind::Frozen, None, Some(account(71)), USDT, 10_400);
        self.pay(10_400, 70, 71, USDT, 2_440_000_000, None, Some(frozen));
        self.origin(frozen, 0, milli(ETH, 800_000));
        let held = self.stop(TerminalKind::Held, None, Some(account(70)), USDT, 10_010);
        self.origin(held, 0, milli(ETH, 200_000));
        let bridge = self.stop(
            TerminalKind::Bridge,
            Some("Example Bridge Two"),
            Some(account(80)),
            ETH,
            11_000,
        );
        self.pay(11_000, thief, 80, ETH, 3_000_000, None, Some(bridge));
        self.origin(bridge, 0, milli(ETH, 3_000_000));
    }

    /// Five peels, each of which pays an exchange 12 BTC.
    pub(super) fn bitcoin(&mut self) {
        let mut left = 10_000_000;
        let mut output = out("b2".repeat(32).parse().unwrap(), 0);
        let mut holder = script(0);
        let theft = Edge {
            tx: Some("b2".repeat(32).parse().unwrap()),
            from: Party::Transaction,
            to: party(&output, &holder),
            link: Some(Link::Theft),
            ..self.edge(5, BTC, left)
        };
        self.edges.push(theft);
        for hop in 1..=5 {
            let minutes = 400 * hop;
            let paying = Edge {
                tx: Some(tx(5_000 + hop)),
                from: party(&output, &holder),
                to: Party::Transaction,
                ..self.edge(minutes, BTC, left)
            };
            self.edges.push(paying);
            let deposit = script(700 + hop % 2);
            let kind = TerminalKind::Exchange;
            let stop =
                self.stop(kind, Some("Harbour Exchange"), Some(deposit.clone()), BTC, minutes);
            let peel = out(tx(5_000 + hop), 0);
            self.terminals[stop].output = Some(peel.clone());
            self.origin(stop, 2, milli(BTC, 1_200_000));
            left -= 1_200_100;
            output = out(tx(5_000 + hop), 1);
            holder = script(hop);
            for (to, amount, terminal) in [
                (party(&peel, &deposit), 1_200_000, Some(stop)),
                (party(&output, &holder), left, None),
            ] {
                let paid = Edge {
                    tx: Some(tx(5_000 + hop)),
                    from: Party::Transaction,
                    to,
                    terminal,
                    ..self.edge(minutes, BTC, amount)
                };
                self.edges.push(paid);
            }
        }
        let held = self.stop(TerminalKind::Held, None, Some(holder), BTC, 2_000);
        self.terminals[held].output = Some(output);
        self.origin(held, 2, milli(BTC, left));
        let fee = self.stop(TerminalKind::Fee, None, None, BTC, 2_000);
        self.origin(fee, 2, milli(BTC, 500));
    }

    /// Lets the thief hold what is left, so that everything adds up, and shifts a part between
    /// mixer and exchange by policy.
    pub(super) fn finish(mut self) -> Trace {
        let stolen =
            [(ETH, 120_000_000), (USDC, 10_000_000_000), (BTC, 10_000_000)].map(|(id, amount)| {
                StolenAsset { asset: asset(id), amount: milli(id, amount), first_time: time(0) }
            });
        let rest = self.stop(TerminalKind::Held, None, Some(account(2)), ETH, 50);
        for (index, stolen) in stolen.iter().enumerate() {
            let sum = self.sum(1, index);
            self.origin(rest, index, stolen.amount.checked_sub(sum).unwrap());
        }
        for (policy, shift) in SHIFT.iter().enumerate() {
            let shift = milli(ETH, shift.unsigned_abs());
            for (kind, plus) in [(TerminalKind::Mixer, false), (TerminalKind::Exchange, true)] {
                let plus = plus == (SHIFT[policy] > 0);
                let row = self.terminals.iter_mut().find(|row| row.kind == kind).unwrap();
                let Some(origins) = &mut row.origins[policy] else { continue };
                for amount in [&mut origins[0], &mut row.amounts[policy]] {
                    let moved =
                        if plus { amount.checked_add(shift) } else { amount.checked_sub(shift) };
                    *amount = moved.unwrap();
                }
            }
        }
        let balance = (0..POLICIES.len()).map(|policy| self.balance(policy, &stolen)).collect();
        self.terminals.sort_by_key(|row| std::cmp::Reverse(row.kind == TerminalKind::Mixer));
        self.relink();
        Trace {
            policies: POLICIES.to_vec(),
            timeline: self.timeline(),
            stolen: stolen.to_vec(),
            balance,
            coverage: coverage(),
            as_of: time(70_000),
            noise: [("zero-value".to_owned(), 125), ("address-poisoning".to_owned(), 38)].into(),
            defects: [("amount-not-a-number".to_owned(), 1)].into(),
            secured: Vec::new(),
            findings: vec![Finding {
                rule: "inferred-service",
                tx: None,
                account: Some(account(61).to_string()),
                text: "stopped here, unverified: 4,120 transactions with 900 senders and 811 \
                       receivers in the 30 days before the value arrived"
                    .to_owned(),
            }],
            limits: vec!["bounds were computed for the 1,000 largest terminals only".to_owned()],
            holdings: 61,
            terminals: self.terminals,
            edges: self.edges,
        }
    }

    fn balance(&self, policy: usize, stolen: &[StolenAsset]) -> Option<Vec<Balance>> {
        let rows = stolen.iter().enumerate();
        let row = |(index, stolen): (usize, &StolenAsset)| Balance {
            stolen: stolen.amount,
            accounted: self.sum(policy, index),
        };
        POLICIES[policy].is_conserving().then(|| rows.map(row).collect())
    }

    fn sum(&self, policy: usize, stolen: usize) -> Amount {
        let origins = self.terminals.iter().filter_map(|row| row.origins[policy].as_ref());
        let amounts = origins.map(|origins| origins[stolen]);
        amounts.fold(Amount::ZERO, |sum, amount| sum.checked_add(amount).unwrap())
    }

    /// After the mixer was put first, the indices of the others have moved.
    fn relink(&mut self) {
        for edge in &mut self.edges {
            edge.terminal = edge.terminal.map(|old| match old {
                1 => 0,
                0 => 1,
                other => other,
            });
        }
    }

    fn timeline(&self) -> Vec<TimelinePoint> {
        let mut times: Vec<Timestamp> = self.edges.iter().map(|edge| edge.time).collect();
        times.sort();
        times.dedup();
        times.into_iter().map(|time| self.point(time)).collect()
    }

    fn point(&self, time: Timestamp) -> TimelinePoint {
        let of = |policy: usize| {
            let mut kinds: BTreeMap<TerminalKind, Vec<Amount>> = BTreeMap::new();
            for row in &self.terminals {
                let Some(origins) = &row.origins[policy] else { continue };
                let arrived = self.arrived(row, time);
                for (index, origin) in origins.iter().enumerate() {
                    let there = part(*origin, arrived);
                    let rest = origin.checked_sub(there).unwrap();
                    for (kind, amount) in [(row.kind.clone(), there), (TerminalKind::Held, rest)] {
                        let sums = kinds.entry(kind).or_insert_with(|| vec![Amount::ZERO; 3]);
                        sums[index] = sums[index].checked_add(amount).unwrap();
                    }
                }
            }
            kinds
        };
        TimelinePoint { time, by_kind: (0..POLICIES.len()).map(of).collect() }
    }

    /// How many of the payments to a terminal had been made, and of how many.
    fn arrived(&self, row: &Terminal, time: Timestamp) -> (u64, u64) {
        let index = self.terminals.iter().position(|other| std::ptr::eq(other, row));
        let brought = self.edges.iter().filter(|edge| edge.terminal == index);
        let all = brought.clone().count() as u64;
        let made = brought.filter(|edge| edge.time <= time).count() as u64;
        if all == 0 { (u64::from(row.last_time <= time), 1) } else { (made, all) }
    }

    fn edge(&mut self, minutes: u64, id: &str, amount: u64) -> Edge {
        self.count += 1;
        let amount = milli(id, amount);
        let asset = asset(id);
        Edge {
            grade: Grade::Ledger,
            chain: asset.chain(),
            tx: Some(tx(self.count)),
            at: Some(ChainPoint { height: 14_442_835 + minutes * 4, tx_index: 3, event_index: 1 }),
            time: time(minutes),
            from: Party::Nobody,
            to: Party::Nobody,
            asset,
            amount,
            tainted: vec![amount; POLICIES.len()],
            link: None,
            source: None,
            terminal: None,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a row of a table reads best as a row")]
    fn pay(
        &mut self,
        minutes: u64,
        from: u64,
        to: u64,
        id: &str,
        amount: u64,
        link: Option<Link>,
        terminal: Option<usize>,
    ) {
        let edge = Edge {
            from: Party::Account(account(from)),
            to: Party::Account(account(to)),
            link,
            terminal,
            ..self.edge(minutes, id, amount)
        };
        self.edges.push(edge);
    }

    fn fee(&mut self, minutes: u64, from: u64, amount: u64, terminal: usize) {
        let edge = Edge {
            from: Party::Account(account(from)),
            terminal: Some(terminal),
            ..self.edge(minutes, ETH, amount)
        };
        self.edges.push(edge);
    }

    fn stop(
        &mut self,
        kind: TerminalKind,
        actor: Option<&str>,
        account: Option<Account>,
        id: &str,
        minutes: u64,
    ) -> usize {
        let asset = asset(id);
        let origins = |policy: &Policy| policy.is_conserving().then(|| vec![Amount::ZERO; 3]);
        self.terminals.push(Terminal {
            kind,
            actor: actor.map(str::to_owned),
            chain: asset.chain(),
            account,
            output: None,
            asset,
            amounts: vec![Amount::ZERO; POLICIES.len()],
            origins: POLICIES.iter().map(origins).collect(),
            bounds: vec![None; 3],
            first_time: time(minutes),
            last_time: time(minutes),
            transfers: 1,
            summed: None,
        });
        self.terminals.len() - 1
    }

    fn origin(&mut self, terminal: usize, stolen: usize, amount: Amount) {
        let row = &mut self.terminals[terminal];
        for origins in row.origins.iter_mut().flatten() {
            origins[stolen] = amount;
        }
        let is_usdt = row.asset == asset(USDT);
        let now = if is_usdt { milli(USDT, 1_220_000_000) } else { amount };
        for held in &mut row.amounts {
            if row.asset.chain() == ChainId::bitcoin() || stolen == 0 || held.is_zero() {
                *held = now;
            }
        }
    }
}

fn part(amount: Amount, (part, of): (u64, u64)) -> Amount {
    let [part, of] = [part, of].map(|number| Amount::from(number).to_u256());
    Amount::from_u256(amount.to_u256() * part / of)
}

fn out(tx: TxHash, vout: u32) -> OutPoint {
    OutPoint::new(TxId::new(ChainId::bitcoin(), tx), vout)
}

fn party(output: &OutPoint, holder: &Account) -> Party {
    Party::Output { output: output.clone(), account: Some(holder.clone()) }
}

fn coverage() -> BTreeMap<ChainId, Coverage> {
    [(ChainId::ethereum(), Some((14_442_000, 14_722_000))), (ChainId::bitcoin(), None)]
        .map(|(chain, heights)| (chain, Coverage { heights, times: (time(0), time(70_000)) }))
        .into()
}

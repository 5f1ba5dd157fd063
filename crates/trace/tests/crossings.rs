//! Taint that goes from chain to chain, with numbers worked out by hand.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use hawkshaw_fixture::random::{RandomLedger, Seeded};
use hawkshaw_fixture::text::{
    Story, account, asset, bitcoin_account, case_of, native_asset, tx_hash,
};
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{
    Account, Amount, AssetList, Case, ChainId, Crossing, Destination, Fraction, Grade, LinkClass,
    Mix, MixClass, OutPoint, Passage, Payout, Policy, Stolen, Stop, TerminalKind, TransferKind,
    TxId, UtxoTx,
};
use hawkshaw_trace::{Link, MixRule, Options, Scene, Stops, Trace, trace};

/// A side on Ethereum: transaction, asset, amount, and who keeps or receives it.
fn on_ethereum(tx: &str, symbol: &str, amount: u64, who: &str) -> Passage {
    Passage {
        tx: TxId::new(ChainId::ethereum(), tx_hash(tx)),
        event: None,
        asset: asset(symbol),
        amount: units(amount),
        account: (!who.is_empty()).then(|| account(who)),
    }
}

/// A side on Bitcoin: an output of a transaction.
fn on_bitcoin(tx: &str, vout: u32, amount: u64) -> Passage {
    Passage {
        tx: TxId::new(ChainId::bitcoin(), tx_hash(tx)),
        event: Some(vout),
        asset: native_asset(&ChainId::bitcoin()),
        amount: units(amount),
        account: None,
    }
}

fn units(amount: u64) -> Amount {
    amount.to_string().parse().unwrap()
}

fn crossing(deposit: Passage, payouts: Vec<(u64, Passage)>) -> Crossing {
    Crossing {
        bridge: "thorchain".to_owned(),
        class: LinkClass::Identifier,
        grade: Grade::Protocol,
        candidates: 1,
        id: Some("AB12".to_owned()),
        deposit,
        destination: Destination {
            chain: Some(ChainId::bitcoin()),
            receiver: Some("bc1qreceiver".to_owned()),
        },
        payouts: payouts
            .into_iter()
            .map(|(part, passage)| Payout { passage, part: units(part) })
            .collect(),
    }
}

fn run(story: &str, stolen: &[&str], crossings: &[Crossing]) -> Trace {
    follow(&story.parse().unwrap(), &case_of(stolen), crossings)
}

fn follow(story: &Story, case: &Case, crossings: &[Crossing]) -> Trace {
    follow_mixed(story, case, crossings, &|_| Ok(None))
}

fn follow_mixed(story: &Story, case: &Case, crossings: &[Crossing], mix: &MixRule<'_>) -> Trace {
    let (ledger, _) =
        MemoryLedger::from_rows(story.transfers.clone(), story.outputs.clone()).unwrap();
    let options = Options {
        floor: "0".parse::<Fraction>().unwrap(),
        stops: Stops::Tagged,
        ..Options::default()
    };
    let nowhere = |_: &Account| None::<Stop>;
    let assets = AssetList::built_in();
    let scene = Scene { crossings, mix, ..Scene::new(&ledger, case, &assets, &nowhere, &options) };
    trace(&scene).unwrap()
}

/// What stands at each place under a policy: `bridge vault ETH 3 [3]`.
fn told(trace: &Trace, policy: Policy) -> String {
    let at = trace.policies.iter().position(|p| *p == policy).unwrap();
    let mut lines: Vec<String> = trace
        .terminals
        .iter()
        .filter(|terminal| !terminal.amounts[at].is_zero())
        .map(|terminal| {
            let who = match (&terminal.account, &terminal.output) {
                (_, Some(output)) => format!("{}", output.vout()),
                (Some(account), None) => hawkshaw_fixture::text::name_of(account),
                (None, None) => "-".to_owned(),
            };
            let symbol = hawkshaw_fixture::text::symbol_of(&terminal.asset);
            let symbol = if symbol.starts_with("bip122") { "BTC".to_owned() } else { symbol };
            let origins: Vec<String> =
                terminal.origins[at].iter().flatten().map(ToString::to_string).collect();
            let origins = origins.join(" ");
            format!("{} {who} {symbol} {} [{origins}]", terminal.kind, terminal.amounts[at])
        })
        .collect();
    lines.sort();
    lines.join(", ")
}

fn rules(trace: &Trace) -> Vec<&str> {
    trace.findings.iter().map(|finding| finding.rule).collect()
}

/// Whose coins an output of a CoinJoin brought to a bridge cannot be told; where all of them are
/// the thief's, it can.
#[test]
fn a_mix_goes_before_the_mouth_of_a_bridge() {
    let links =
        [crossing(on_bitcoin("mix", 0, 50), vec![(50, on_ethereum("out", "ETH", 500, "mule"))])];
    let mix = |_: &UtxoTx| {
        let (class, rule) = (MixClass::Wasabi2, "told");
        Ok(Some(Mix { class, confidence: 990, rule, equal: Vec::new() }))
    };
    let story = |inputs: &str| {
        format!(
            "1: clean = -> other 60
             2: theft = -> thief 60, thief 60
             3: mix = {inputs} -> vault 50, change 60
             9 out: vaulte -> mule 500 ETH"
        )
        .parse()
        .unwrap()
    };
    let case = case_of(&["theft:0", "theft:1"]);
    let found = follow_mixed(&story("theft:0, clean:0"), &case, &links, &mix);
    assert_eq!(
        told(&found, Policy::Fifo),
        "held 1 BTC 60 [60], mixer - BTC 60 [60]",
        "{:?}",
        found.findings
    );
    assert_eq!(rules(&found), ["coinjoin"]);
    let found = follow_mixed(&story("theft:0, theft:1"), &case, &links, &mix);
    assert_eq!(
        told(&found, Policy::Fifo),
        "fee - BTC 10 [10], held 1 BTC 60 [60], held mule ETH 500 [50]"
    );
    assert_eq!(rules(&found), ["coinjoin-of-one"]);
}

/// Ether goes in, bitcoin comes out, and is spent on: also when the clock of the far chain is
/// behind, because the deposit comes first whatever the clocks say.
#[test]
fn ether_becomes_bitcoin_whatever_the_clocks_say() {
    for [a, b, c] in [[7, 8, 9], [2, 3, 4]] {
        let story = format!(
            "1 steal: victim -> thief 1000 ETH
             5 in: thief -> vault 1000 ETH
             6: vault -> somebody 400 ETH
             {a}: funds = -> vaultb 900
             {b}: out = funds:0 -> mule 70, vaultb 830
             {c}: on = out:0 -> cash 60"
        );
        let links = [crossing(
            on_ethereum("in", "ETH", 1000, "vault"),
            vec![(1000, on_bitcoin("out", 0, 70))],
        )];
        let found = run(&story, &["steal"], &links);
        for policy in [Policy::Fifo, Policy::DirtyFirst, Policy::Haircut, Policy::CleanFirst] {
            assert_eq!(told(&found, policy), "fee - BTC 10 [143], held 0 BTC 60 [857]", "{policy}");
        }
        let out = found.edges.iter().find(|edge| matches!(edge.link, Some(Link::BridgeOut { .. })));
        assert_eq!(out.unwrap().grade, Grade::Protocol);
        assert!(found.findings.is_empty(), "{:?}", found.findings);
    }
}

#[test]
fn bitcoin_becomes_ether_and_goes_on() {
    let story = "1: coin = -> victim 50
         2: steal = coin:0 -> thief 50
         3: in = steal:0 -> vaultb 49
         4 out: vault -> mule 300 ETH
         5: mule -> friend 100 ETH
         6: churn = in:0 -> other 49";
    let links =
        [crossing(on_bitcoin("in", 0, 49), vec![(49, on_ethereum("out", "ETH", 300, "mule"))])];
    let found = run(story, &["steal:0"], &links);
    assert_eq!(
        told(&found, Policy::Fifo),
        "fee - BTC 1 [1], held friend ETH 100 [16], held mule ETH 200 [33]"
    );
}

/// A streaming swap pays in pieces, a refund gives back what was not swapped, and what nobody
/// got stays with the bridge.
#[test]
fn pieces_refunds_and_rests_add_up() {
    let story = "1 steal: victim -> thief 100 ETH
         2 in: thief -> vault 100 ETH
         3: funds = -> vaultb 900
         4: one = funds:0 -> mule 30, vaultb 870
         4 refund: vault -> thief 20 ETH
         5: two = one:1 -> mule 30, vaultb 840";
    let payouts = vec![
        (30, on_bitcoin("one", 0, 30)),
        (30, on_bitcoin("two", 0, 30)),
        (20, on_ethereum("refund", "ETH", 20, "thief")),
    ];
    let found =
        run(story, &["steal"], &[crossing(on_ethereum("in", "ETH", 100, "vault"), payouts)]);
    assert_eq!(
        told(&found, Policy::Lifo),
        "bridge vault ETH 20 [20], held 0 BTC 30 [30], held 0 BTC 30 [30], held thief ETH 20 [20]"
    );
    // Every edge names a transaction of its own chain.
    for edge in &found.edges {
        let tx = edge.tx.unwrap();
        let of_bitcoin = ["funds", "one", "two"].map(tx_hash).contains(&tx);
        assert_eq!(of_bitcoin, edge.chain == ChainId::bitcoin(), "{edge:?}");
    }
}

/// Clean value that goes in with it comes out with it.
#[test]
fn a_mixed_deposit_comes_out_mixed() {
    let story = "1: mint -> thief 50 ETH
         2 steal: victim -> thief 50 ETH
         3 in: thief -> vault 80 ETH
         4 out: router -> mule 40 USDC";
    let links = [crossing(
        on_ethereum("in", "ETH", 80, "vault"),
        vec![(80, on_ethereum("out", "USDC", 40, "mule"))],
    )];
    let found = run(story, &["steal"], &links);
    assert_eq!(told(&found, Policy::Fifo), "held mule USDC 15 [30], held thief ETH 20 [20]");
    assert_eq!(told(&found, Policy::Haircut), "held mule USDC 20 [40], held thief ETH 10 [10]");
    assert_eq!(told(&found, Policy::DirtyFirst), "held mule USDC 25 [50]");
    let bounds = found.terminals.iter().find(|t| t.asset == asset("USDC")).unwrap().bounds[0];
    assert_eq!(bounds, None, "a bound would rest on a price");
}

/// Burned on one side and minted on the other.
#[test]
fn what_is_burned_comes_out_minted() {
    let story = "1 steal: victim -> thief 100 USDC
         2 in: thief -> burn 100 USDC
         3 out: mint -> mule 100 USDC";
    let links = [crossing(
        on_ethereum("in", "USDC", 100, ""),
        vec![(100, on_ethereum("out", "USDC", 100, "mule"))],
    )];
    let found = run(story, &["steal"], &links);
    assert_eq!(told(&found, Policy::Fifo), "held mule USDC 100 [100]");
}

/// What a bridge pays to a contract that exchanges it at once goes on to whoever gets the
/// proceeds.
#[test]
fn what_comes_out_may_be_swapped_in_the_same_transaction() {
    for payer in ["router", "mint"] {
        let story = format!(
            "1 steal: victim -> thief 100 ETH
             2 in: thief -> vault 100 ETH
             3 out: {payer} -> executor 50 USDC, executor -> pool 50 USDC, pool -> mule 20 WETH"
        );
        let links = [crossing(
            on_ethereum("in", "ETH", 100, "vault"),
            vec![(100, on_ethereum("out", "USDC", 50, "executor"))],
        )];
        let found = run(&story, &["steal"], &links);
        assert_eq!(told(&found, Policy::Fifo), "held mule WETH 20 [100]", "{payer}");
    }
}

/// A bridge that wraps what it is paid keeps wrapped ether.
#[test]
fn a_bridge_may_wrap_what_goes_in() {
    let story = "1 steal: victim -> thief 100 ETH
         2 in: thief -> spoke 100 ETH, spoke -> weth 100 ETH, mint -> spoke 100 WETH
         3 out: router -> mule 60 USDC";
    let mut story: Story = story.parse().unwrap();
    let wrapped = story.transfers.iter_mut().find(|row| row.asset == asset("WETH")).unwrap();
    wrapped.kind = TransferKind::Wrap;
    let contract = asset("WETH").contract();
    let paid = story.transfers.iter_mut().find(|row| row.to == Some(account("weth"))).unwrap();
    paid.to = contract;
    let links = [crossing(
        on_ethereum("in", "WETH", 100, "spoke"),
        vec![(100, on_ethereum("out", "USDC", 60, "mule"))],
    )];
    let found = follow(&story, &case_of(&["steal"]), &links);
    assert_eq!(told(&found, Policy::Fifo), "held mule USDC 60 [100]");
}

#[test]
fn a_deposit_without_payout_ends_at_the_bridge_and_says_where_it_goes() {
    let story = "1 steal: victim -> thief 100 ETH
         2 in: thief -> vault 60 ETH, thief -> fee 1 ETH";
    let found =
        run(story, &["steal"], &[crossing(on_ethereum("in", "ETH", 60, "vault"), Vec::new())]);
    assert_eq!(
        told(&found, Policy::Fifo),
        "bridge vault ETH 60 [60], fee - ETH 1 [1], held thief ETH 39 [39]"
    );
    assert_eq!(found.terminals[0].actor.as_deref(), Some("thorchain"));
    let said = &found.findings[0];
    assert_eq!(said.rule, "bridge-unmatched");
    assert!(said.text.contains("bc1qreceiver"), "{}", said.text);
}

/// A memo that anybody can write does not end the trail: what a thief pays into his own pocket
/// is followed on, and where he said that it goes is told.
#[test]
fn a_mere_claim_does_not_end_the_trail() {
    let story = "1 steal: victim -> thief 100 ETH
         2 in: thief -> pocket 60 ETH
         3: pocket -> cash 50 ETH";
    let mut claim = crossing(on_ethereum("in", "ETH", 60, "pocket"), Vec::new());
    claim.grade = Grade::Inference;
    let found = run(story, &["steal"], &[claim]);
    assert_eq!(
        told(&found, Policy::Fifo),
        "held cash ETH 50 [50], held pocket ETH 10 [10], held thief ETH 40 [40]"
    );
    assert_eq!(rules(&found), ["bridge-unmatched"]);
    assert!(found.findings[0].text.contains("followed on"), "{:?}", found.findings);
    // With a payout the claim is followed, and said to be one.
    let mut claim = crossing(
        on_ethereum("in", "ETH", 60, "pocket"),
        vec![(60, on_ethereum("out", "USDC", 7, "mule"))],
    );
    claim.grade = Grade::Inference;
    let found = run(&format!("{story}\n4 out: router -> mule 7 USDC"), &["steal"], &[claim]);
    assert_eq!(rules(&found), ["bridge-claimed"]);
}

/// The part of a payout that could not be followed stays with the bridge, and goes to no other.
#[test]
fn what_a_failed_payout_stands_for_goes_to_no_other() {
    let story = "1 steal: victim -> thief 100 ETH
         2 early: router -> a 10 USDC
         3 in: thief -> vault 100 ETH
         4 none: router -> x 1 USDC
         5 out: router -> b 10 USDC";
    for failing in ["early", "none"] {
        let links = [crossing(
            on_ethereum("in", "ETH", 100, "vault"),
            vec![
                (70, on_ethereum(failing, "USDC", 10, "a")),
                (30, on_ethereum("out", "USDC", 10, "b")),
            ],
        )];
        let found = run(story, &["steal"], &links);
        assert_eq!(
            told(&found, Policy::Fifo),
            "bridge vault ETH 70 [70], held b USDC 10 [30]",
            "{failing}"
        );
    }
}

/// What only statistics connect is said and not followed.
#[test]
fn statistics_are_not_followed() {
    let story = "1 steal: victim -> thief 100 ETH
         2 in: thief -> vault 60 ETH
         3 out: router -> mule 60 USDC";
    let mut link = crossing(
        on_ethereum("in", "ETH", 60, "vault"),
        vec![(60, on_ethereum("out", "USDC", 60, "mule"))],
    );
    link.class = LinkClass::Statistics;
    link.candidates = 7;
    let found = run(story, &["steal"], &[link]);
    assert_eq!(told(&found, Policy::Fifo), "bridge vault ETH 60 [60], held thief ETH 40 [40]");
    assert!(found.findings[0].text.contains("7 payouts"), "{:?}", found.findings);
}

/// A transaction that only announces a deposit moves nothing, and one that only announces a
/// payout brings nothing.
#[test]
fn announcements_without_payments_move_nothing() {
    let story = "1 steal: victim -> thief 100 ETH
         2 in: thief -> friend 30 ETH, a -> b 5 USDC
         3 real: thief -> vault 50 ETH
         4 out: router -> other 60 USDC";
    let nothing = crossing(
        on_ethereum("in", "USDT", 60, "vault"),
        vec![(60, on_ethereum("out", "USDC", 60, "other"))],
    );
    let unpaid = crossing(
        on_ethereum("real", "ETH", 50, "vault"),
        vec![(50, on_ethereum("out", "USDC", 60, "mule"))],
    );
    // The ledger has to hold the asset for the first to be looked at.
    let story = format!("{story}\n5: x -> y 1 USDT");
    let found = run(&story, &["steal"], &[nothing, unpaid]);
    assert_eq!(
        told(&found, Policy::Fifo),
        "bridge vault ETH 50 [50], held friend ETH 30 [30], held thief ETH 20 [20]"
    );
    assert_eq!(rules(&found), ["bridge-without-payment", "bridge-without-payment"]);
}

/// Two deposits of one transaction into one vault share what was paid in by what they say.
#[test]
fn two_deposits_of_one_transaction_are_kept_apart() {
    let story = "1 steal: victim -> thief 90 ETH
         2 in: thief -> vault 90 ETH
         3 one: router -> a 10 USDC
         4 two: router -> b 100 USDT";
    let links = [
        crossing(
            on_ethereum("in", "ETH", 30, "vault"),
            vec![(30, on_ethereum("one", "USDC", 10, "a"))],
        ),
        crossing(
            on_ethereum("in", "ETH", 60, "vault"),
            vec![(60, on_ethereum("two", "USDT", 100, "b"))],
        ),
    ];
    let found = run(story, &["steal"], &links);
    assert_eq!(told(&found, Policy::Fifo), "held a USDC 10 [30], held b USDT 100 [60]");
}

/// Two payouts each of which waits for the other contradict each other: one is given up, and
/// every unit is still accounted for.
#[test]
fn chains_that_wait_for_each_other_are_told_apart() {
    let story = "1 steal: victim -> thief 100 ETH
         5 in: thief -> vault 100 ETH
         6: funds = -> vaultb 900
         7: out = funds:0 -> mule 70, vaultb 830
         2 early: vault -> x 5 USDC
         8: back = out:0 -> vaultb 70";
    let links = [
        crossing(on_ethereum("in", "ETH", 100, "vault"), vec![(100, on_bitcoin("out", 0, 70))]),
        crossing(on_bitcoin("back", 0, 70), vec![(70, on_ethereum("early", "USDC", 5, "x"))]),
    ];
    let found = run(story, &["steal"], &links);
    assert_eq!(told(&found, Policy::Fifo), "bridge vaultb BTC 70 [100]");
    assert_eq!(rules(&found), ["bridge-too-early"]);
}

/// Whatever crossings are claimed of whatever ledger, every unit is accounted for (the engine
/// asserts it) and the answer is the same twice.
#[test]
fn any_crossings_of_any_ledgers_add_up() {
    let mut followed = 0;
    for seed in 0..400 {
        let accounts = RandomLedger::of_accounts(seed);
        let outputs = RandomLedger::of_outputs(seed);
        let story =
            Story { transfers: accounts.story.transfers.clone(), outputs: outputs.story.outputs };
        let mut case = accounts.case.clone();
        case.stolen
            .extend(outputs.case.stolen.into_iter().filter(|s| matches!(s, Stolen::Output(_))));
        let mut dice = Seeded::new(seed);
        let mut passages: Vec<Passage> = Vec::new();
        for row in &story.transfers {
            let Some(tx) = row.tx else { continue };
            passages.push(Passage {
                tx: TxId::new(row.chain.clone(), tx),
                event: None,
                asset: row.asset.clone(),
                amount: row.amount,
                account: row.to.clone(),
            });
        }
        for row in story.outputs.iter().filter(|row| row.outpoint.is_none()) {
            passages.push(Passage {
                tx: TxId::new(row.chain.clone(), row.tx),
                event: Some(row.leg_index),
                asset: native_asset(&row.chain),
                amount: row.amount,
                account: row.holder.clone(),
            });
        }
        let mut links = Vec::new();
        for _ in 0..6 {
            let mut any =
                || passages[usize::try_from(dice.below(passages.len() as u64)).unwrap()].clone();
            let deposit = any();
            let payouts = vec![(1, any()), (2, any())];
            links.push(crossing(deposit, payouts));
        }
        let found = follow(&story, &case, &links);
        assert_eq!(found, follow(&story, &case, &links));
        followed +=
            found.edges.iter().filter(|e| matches!(e.link, Some(Link::BridgeOut { .. }))).count();
    }
    assert!(followed > 100, "only {followed} payouts were followed");
}

/// Names used above exist on both chains.
#[test]
fn outputs_are_at_their_holders() {
    let story = "1: coin = -> victim 50
         2: steal = coin:0 -> thief 50";
    let found = run(story, &["steal:0"], &[]);
    let output = found.terminals[0].output.clone().unwrap();
    assert_eq!(output, OutPoint::new(TxId::new(ChainId::bitcoin(), tx_hash("steal")), 0));
    assert_eq!(found.terminals[0].account, Some(bitcoin_account("thief")));
    assert_eq!(found.terminals[0].kind, TerminalKind::Held);
}

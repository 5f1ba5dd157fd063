//! THORChain and Maya.

use hawkshaw_bridges::{DefectKind, Side, Trust, TxRecord, decode_all};
use hawkshaw_model::{Amount, ChainId};

use crate::made::{
    account, bitcoin, chain, leg, legs, log, output, record, text, told, uint, word,
};

const ROUTER: &str = "0xd37bbe5744d730a1d98d8dc97c42f0ca46ad7146";
const MAYA: &str = "0xe3985e6b61b814f7cdb188766562ba71b446b46d";
const VAULT: &str = "0x6a16f961e24e6e90bd9f950f768dc42a7f305664";
const THIEF: &str = "0x9951544f600e95c2ca5f967c0567b9bf50de72d0";
const TX: &str = "0x2b6fa2acfb7e87f3ca39331b071f3479ee6cff8a2967d0fddbb6459172a03afc";
const BTC_TX: &str = "1111111111111111111111111111111111111111111111111111111111111111";
const BTC: &str = "bc1q2yjae3xdnlwwk6hxf7jxjdt0waupl8qglv3qs7";
const BTC_VAULT: &str = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
const NO: &str = "0x0000000000000000000000000000000000000000";
const USDT: &str = "0xdac17f958d2ee523a2206206994597c13d831ec7";

fn deposit(router: &str, asset: &str, memo: &str) -> TxRecord {
    let ethereum = chain(1);
    let fields = [word(VAULT), word(asset), uint(10_u64.pow(18)), text(memo)];
    let log = log(router, "Deposit(address,address,uint256,string)", &[0, 1], &fields);
    let mut made = record(&ethereum, TX, vec![log]);
    made.sender = Some(account(&ethereum, THIEF));
    made
}

fn payout(memo: &str) -> TxRecord {
    let fields = [word(VAULT), word(THIEF), word(NO), uint(5_u64), text(memo)];
    let signature = "TransferOut(address,address,address,uint256,string)";
    record(&chain(1), TX, vec![log(ROUTER, signature, &[0, 1], &fields)])
}

/// A swap to Bitcoin: the memo is that of the transaction 0x2b6fa2ac… on Ethereum.
#[test]
fn a_swap_from_ethereum_to_bitcoin() {
    let paid_in = leg(&deposit(MAYA, NO, &format!("=:b:{BTC}:115252390/3/0:ns:5")));
    assert_eq!(
        told(&paid_in),
        format!(
            "Deposit thorchain Claim asset=eip155:1/slip44:60 amount=1000000000000000000 \
             payer={THIEF} custody={VAULT} receiver={BTC} \
             far=bip122:000000000019d6689c085ae165831e93 \
             far_asset=bip122:000000000019d6689c085ae165831e93/slip44:0 far_amount=115252390"
        )
    );
    let memo = format!("OUT:{}", TX[2..].to_uppercase());
    let out = leg(&bitcoin(BTC_TX, (BTC, 115_300_000), memo.as_bytes()));
    assert_eq!(
        told(&out),
        format!(
            "Payout thorchain Claim asset=bip122:000000000019d6689c085ae165831e93/slip44:0 \
             amount=115300000 receiver={BTC}"
        )
    );
    assert_eq!(paid_in.id.as_deref(), Some(&TX[2..]));
    assert_eq!(paid_in.id, out.id);
}

#[test]
fn a_swap_from_bitcoin_to_ethereum_that_streams_and_a_refund() {
    let memo = format!("=:ETH.ETH:{}:0/1/5", THIEF.to_uppercase().replace("0X", "0x"));
    let paid_in = leg(&bitcoin(BTC_TX, (BTC_VAULT, 7), memo.as_bytes()));
    assert_eq!(paid_in.side, Side::Deposit);
    assert_eq!(paid_in.receiver.as_deref(), Some(THIEF));
    assert_eq!(paid_in.custody, Some(account(&ChainId::bitcoin(), BTC_VAULT)));
    let out = payout(&format!("OUT:{BTC_TX}"));
    let twice = TxRecord { logs: vec![out.logs[0].clone(), out.logs[0].clone()], ..out };
    for out in legs(&twice) {
        assert_eq!((out.side, &out.id), (Side::Payout, &paid_in.id));
        assert_eq!(out.payer, Some(account(&chain(1), VAULT)));
        assert_eq!(out.receiver.as_deref(), Some(THIEF));
    }
    let refund = leg(&bitcoin(BTC_TX, (BTC, 6), format!("REFUND:{}", &TX[2..]).as_bytes()));
    assert_eq!((refund.side, refund.id.as_deref()), (Side::Refund, Some(&TX[2..])));
}

#[test]
fn tokens_stay_with_old_routers_and_memos_that_nobody_reads_are_refunded() {
    let token = leg(&deposit(ROUTER, USDT, &format!("=:b:{BTC}")));
    assert_eq!(token.custody, Some(account(&chain(1), ROUTER)));
    assert_eq!(token.asset.unwrap().local(), format!("erc20:{USDT}"));
    for memo in ["please", "=:NO.SUCH:thing", "", "OUT OF MIND"] {
        let decoded = decode_all(&deposit(ROUTER, NO, memo));
        assert_eq!(decoded.defects[0].kind, DefectKind::Memo);
        assert_eq!((decoded.legs[0].side, &decoded.legs[0].receiver), (Side::Deposit, &None));
    }
    for memo in ["MIGRATE:100", "-:BTC.BTC:10000", "BOND:thor1abc"] {
        assert_eq!(legs(&deposit(ROUTER, NO, memo)), []);
    }
    // Somebody else's contract with the same event.
    assert_eq!(legs(&deposit(THIEF, NO, "hello")), []);
    let spoofed = leg(&deposit(THIEF, NO, &format!("=:b:{BTC}")));
    assert_eq!((spoofed.trust, spoofed.custody), (Trust::Unknown, Some(account(&chain(1), VAULT))));
}

#[test]
fn payouts_through_an_exchange_name_what_the_receiver_gets() {
    let memo = text(&format!("OUT:{BTC_TX}"));
    let (one, two) = (uint(1_u64), uint(2_u64));
    let call =
        [word(VAULT), word(MAYA), one.clone(), word(USDT), word(THIEF), two.clone(), memo.clone()];
    let extra = [text("payload"), text("from")];
    let fifth: Vec<_> = call.iter().cloned().chain(extra.clone()).collect();
    let sixth = [word(VAULT), word(MAYA), word(NO), one, word(USDT), word(THIEF), two, memo];
    let sixth: Vec<_> = sixth.into_iter().chain(extra).collect();
    let logs = vec![
        log(
            ROUTER,
            "TransferOutAndCall(address,address,uint256,address,address,uint256,string)",
            &[0],
            &call,
        ),
        log(
            ROUTER,
            "TransferOutAndCallV5(address,address,uint256,address,address,uint256,string,bytes,string)",
            &[0, 4],
            &fifth,
        ),
        log(
            ROUTER,
            "TransferOutAndCallV2(address,address,address,uint256,address,address,uint256,string,bytes,string)",
            &[0],
            &sixth,
        ),
    ];
    for leg in legs(&record(&chain(1), TX, logs)) {
        let (id, asset) = (leg.id.as_deref().unwrap(), leg.asset.as_ref().unwrap().local());
        assert_eq!((id, asset), (BTC_TX, format!("erc20:{USDT}").as_str()));
        assert_eq!((leg.amount, leg.receiver.as_deref()), (None, Some(THIEF)));
    }
}

#[test]
fn plain_transfers_carry_memos_as_calldata() {
    let ethereum = chain(43_114);
    let mut made = record(&ethereum, TX, Vec::new());
    made.sender = Some(account(&ethereum, THIEF));
    made.to = Some(account(&ethereum, VAULT));
    made.value = Some(Amount::from(9_u64));
    made.calldata = format!("=:BTC.BTC:{BTC}").into_bytes();
    let paid_in = leg(&made);
    assert_eq!(paid_in.custody, made.to);
    assert_eq!(paid_in.amount, made.value);
    made.success = Some(false);
    assert_eq!(legs(&made), []);
    made.success = None;
    made.calldata = b"\xa9\x05\x9c\xbb not a memo".to_vec();
    assert_eq!(legs(&made), []);
}

#[test]
fn long_memos_go_on_in_further_outputs_and_change_is_passed_over() {
    let memo = format!("=:ETH.ETH:{THIEF}/{BTC}:123456789/1/0:some-affiliate:15");
    let (front, rest) = memo.split_at(79);
    let mut made = bitcoin(BTC_TX, (BTC, 1), format!("{front}^").as_bytes());
    for (part, vout) in rest.as_bytes().chunks(20).zip(2..) {
        let mut program = part.to_vec();
        program.resize(20, 0);
        let script = format!("script:0014{}", alloy_primitives::hex::encode(program));
        made.outputs.push(output(vout, &script, 294));
    }
    made.outputs.push(output(9, BTC_VAULT, 5_000));
    let paid_in = leg(&made);
    assert_eq!(paid_in.receiver.as_deref(), Some(THIEF));
    assert_eq!(paid_in.far_amount.unwrap().to_string(), "1234567890000000000");
    made.sender = Some(account(&ChainId::bitcoin(), BTC));
    assert_ne!(leg(&made).custody, made.sender);
}

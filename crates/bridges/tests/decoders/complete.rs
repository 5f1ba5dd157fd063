//! What events leave out, from the movements of their transactions.

use std::convert::Infallible;

use hawkshaw_bridges::{Leg, Movement, Side, complete};
use hawkshaw_model::{Amount, ChainId};

use crate::made::{Field, account, bytes, chain, leg, log, record, uint, word};

const TX: &str = "0xcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc";
const TOKEN: &str = "0x1111111111111111111111111111111111111111";
const OTHER: &str = "0x2222222222222222222222222222222222222222";
const THIEF: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";
const FRIEND: &str = "0xa0e1c89ef1a489c9c7de96311ed5ce5d32c20e4b";
const NO: &str = "0x0000000000000000000000000000000000000000";

fn moved(chain: &ChainId, token: &str, from: &str, to: &str, amount: u64) -> Movement {
    Movement {
        asset: format!("{chain}/erc20:{token}").parse().unwrap(),
        amount: Amount::from(amount),
        from: (from != NO).then(|| account(chain, from)),
        to: (to != NO).then(|| account(chain, to)),
    }
}

fn oft() -> Leg {
    let fields = [word(TX), uint(30_184_u64), word(THIEF), uint(10_u64), uint(9_u64)];
    let sent = log(TOKEN, "OFTSent(bytes32,uint32,address,uint256,uint256)", &[0, 2], &fields);
    hawkshaw_bridges::decode_all(&record(&chain(1), TX, vec![sent])).legs.remove(0)
}

fn completed(mut legs: Vec<Leg>, movements: &[Movement]) -> Vec<Leg> {
    let before = legs.clone();
    let found = complete(&mut legs, |_, _| Ok::<_, Infallible>(movements.to_vec())).unwrap();
    assert_eq!(found, before.iter().zip(&legs).filter(|(before, after)| before != after).count());
    legs
}

#[test]
fn the_token_of_an_oft_is_what_its_sender_gives_up() {
    let ethereum = chain(1);
    let burned = [moved(&ethereum, TOKEN, THIEF, NO, 10)];
    let burned = completed(vec![oft()], &burned).remove(0);
    assert_eq!(burned.asset.unwrap().local(), format!("erc20:{TOKEN}"));
    assert_eq!(burned.custody, None);
    // An adapter keeps another token than itself.
    let locked =
        [moved(&ethereum, OTHER, THIEF, TOKEN, 10), moved(&ethereum, TOKEN, THIEF, FRIEND, 3)];
    let locked = completed(vec![oft()], &locked).remove(0);
    assert_eq!(locked.asset.unwrap().local(), format!("erc20:{OTHER}"));
    assert_eq!(locked.custody, Some(account(&ethereum, TOKEN)));
    // Two tokens that would do are one too many.
    let both = [moved(&ethereum, OTHER, THIEF, FRIEND, 10), moved(&ethereum, TOKEN, THIEF, NO, 10)];
    assert_eq!(completed(vec![oft()], &both).remove(0).asset, None);
    assert_eq!(completed(vec![oft()], &[]).remove(0).asset, None);
}

#[test]
fn a_state_of_polygon_pays_whom_the_deposit_names() {
    const PREDICATE: &str = "0x40ec5b33f54e0e8a33a975908c5ba1c14e5bbbdf";
    const SENDER: &str = "0x28e4f3a7f651294b9564800b2d01f35189a5bfbe";
    let polygon = chain(137);
    let deposit = |receiver: &str| {
        let fields = [word(THIEF), word(receiver), word(TOKEN), uint(5_u64)];
        let locked = "LockedERC20(address,address,address,uint256)";
        let synced = [uint(1_234_u64), word(PREDICATE), bytes(b"")];
        let logs = vec![
            log(PREDICATE, locked, &[0, 1, 2], &fields),
            log(SENDER, "StateSynced(uint256,address,bytes)", &[0, 1], &synced),
        ];
        leg(&record(&chain(1), TX, logs))
    };
    let fields = [uint(1_234_u64), uint(1_u64)];
    let receiver = "0x0000000000000000000000000000000000001001";
    let committed = log(receiver, "StateCommitted(uint256,bool)", &[0], &fields);
    let payout = leg(&record(&polygon, TX, vec![committed]));
    let movements = [moved(&polygon, OTHER, NO, FRIEND, 5), moved(&polygon, OTHER, NO, THIEF, 7)];
    let legs = completed(vec![deposit(FRIEND), payout.clone()], &movements);
    assert_eq!(legs[1].receiver.as_deref(), Some(FRIEND));
    assert_eq!(legs[1].amount, Some(Amount::from(5_u64)));
    assert_eq!(legs[1].asset.as_ref().unwrap().local(), format!("erc20:{OTHER}"));
    // A number that two deposits have names nobody.
    let legs = completed(vec![deposit(FRIEND), deposit(THIEF), payout.clone()], &movements);
    assert_eq!(legs[2], payout);
}

#[test]
fn the_amount_after_a_fee_is_what_the_receiver_gets() {
    let arbitrum = chain(42_161);
    let bridge = "0x6f4e8eba4d337f874ab57478acc2cb5bacdc19c9";
    let fields = [word(FRIEND), word(TOKEN), uint(50_u64), uint(2_u64), Field::Word([7; 32])];
    let withdraw = "TokenWithdraw(address,address,uint256,uint256,bytes32)";
    let payout = leg(&record(&arbitrum, TX, vec![log(bridge, withdraw, &[0, 4], &fields)]));
    let movements = [
        moved(&arbitrum, TOKEN, bridge, FRIEND, 48),
        moved(&arbitrum, TOKEN, THIEF, FRIEND, 1),
        moved(&arbitrum, TOKEN, bridge, OTHER, 9),
    ];
    let payout = completed(vec![payout], &movements).remove(0);
    assert_eq!((payout.side, payout.amount), (Side::Payout, Some(Amount::from(48_u64))));
    assert_eq!(payout.payer, Some(account(&arbitrum, bridge)));
}

#[test]
fn a_wrapped_asset_that_came_unwrapped_is_the_native_one() {
    const WETH: &str = "0x4200000000000000000000000000000000000006";
    const POOL: &str = "0x09aea4b2242abc8bb4bb78d537a67a245a7bec64";
    let base = chain(8_453);
    let signature = "FilledRelay(bytes32,bytes32,uint256,uint256,uint256,uint256,uint256,uint32,\
                     uint32,bytes32,bytes32,bytes32,bytes32,bytes32,(bytes32,bytes32,uint256,\
                     uint8))";
    let fields = [
        word(WETH),
        word(WETH),
        uint(50_u64),
        uint(49_u64),
        uint(1_u64),
        uint(1_u64),
        uint(7_u64),
        uint(0_u64),
        uint(0_u64),
        word(NO),
        word(THIEF),
        word(FRIEND),
        word(FRIEND),
        word(NO),
        word(FRIEND),
        word(NO),
        uint(49_u64),
        uint(0_u64),
    ];
    let payout = leg(&record(&base, TX, vec![log(POOL, signature, &[5, 6, 10], &fields)]));
    let wrapped = moved(&base, WETH, THIEF, POOL, 49);
    let native = Movement {
        asset: "eip155:8453/slip44:60".parse().unwrap(),
        ..moved(&base, WETH, POOL, FRIEND, 49)
    };
    let told = |movements: &[Movement]| {
        completed(vec![payout.clone()], movements).remove(0).asset.unwrap().to_string()
    };
    assert_eq!(told(&[wrapped.clone(), native.clone()]), "eip155:8453/slip44:60");
    let token = format!("eip155:8453/erc20:{WETH}");
    assert_eq!(told(std::slice::from_ref(&wrapped)), token);
    // A contract gets the wrapper.
    assert_eq!(told(&[moved(&base, WETH, POOL, FRIEND, 49), native]), token);
    assert_eq!(told(&[]), token);
}

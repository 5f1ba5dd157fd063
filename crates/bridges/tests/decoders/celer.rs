//! Celer's cBridge.

use alloy_primitives::{hex, keccak256};
use hawkshaw_bridges::{Side, Trust};

use crate::made::{Field, account, bytes, call, chain, leg, legs, log, record, told, uint, word};

const TX: &str = "0x5555555555555555555555555555555555555555555555555555555555555555";
const BRIDGE: &str = "0x5427fefa711eff984124bfbb1ab6fbf5e3da1820";
const POLYGON: &str = "0x88dcdc47d2f83a99cf0000fdf667a468bb958a78";
const VAULT: &str = "0xb37d31b2a74029b5951a2778f959282e2d518595";
const PEGGED: &str = "0xd443fe6bf23a4c9b78312391a30ff881a097580e";
const USDT: &str = "0xdac17f958d2ee523a2206206994597c13d831ec7";
const WETH: &str = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
const POLYGON_USDT: &str = "0xc2132d05d31c914a87c6611c10748aeb04b58e8f";
const THIEF: &str = "0x9470317577a983a625895e58ed1295ae78f9fb38";
const FRIEND: &str = "0xa0e1c89ef1a489c9c7de96311ed5ce5d32c20e4b";
const SEND: &str = "Send(bytes32,address,address,address,uint256,uint64,uint64,uint32)";
const RELAY: &str = "Relay(bytes32,address,address,address,uint256,uint64,bytes32)";

/// What `Bridge.sol` hashes.
fn transfer_id(token: &str, amount: u128, far: u64, nonce: u64) -> [u8; 32] {
    let mut packed = Vec::new();
    for part in [THIEF, FRIEND, token] {
        packed.extend(hex::decode(part).unwrap());
    }
    packed.extend([0; 16]);
    packed.extend(amount.to_be_bytes());
    for part in [far, nonce, 1] {
        packed.extend(part.to_be_bytes());
    }
    keccak256(packed).0
}

#[test]
fn a_transfer_through_a_pool() {
    let id = transfer_id(USDT, 2_582_973_375, 137, 1_640_000_000_123);
    let fields = [
        Field::Word(id),
        word(THIEF),
        word(FRIEND),
        word(USDT),
        uint(2_582_973_375_u64),
        uint(137_u64),
        uint(1_640_000_000_123_u64),
        uint(5_000_u64),
    ];
    let mut made = record(&chain(1), TX, vec![log(BRIDGE, SEND, &[], &fields)]);
    let paid_in = leg(&made);
    assert_eq!(
        told(&paid_in),
        format!(
            "Deposit celer Known asset=eip155:1/erc20:{USDT} amount=2582973375 payer={THIEF} \
             custody={BRIDGE} receiver={FRIEND} far=eip155:137"
        )
    );
    let fields = [
        word("0x01"),
        word(THIEF),
        word(FRIEND),
        word(POLYGON_USDT),
        uint(2_580_000_000_u64),
        uint(1_u64),
        Field::Word(id),
    ];
    let out = leg(&record(&chain(137), TX, vec![log(POLYGON, RELAY, &[], &fields)]));
    assert_eq!(
        told(&out),
        format!(
            "Payout celer Known asset=eip155:137/erc20:{POLYGON_USDT} amount=2580000000 \
             payer={POLYGON} receiver={FRIEND} far=eip155:1"
        )
    );
    assert_eq!(paid_in.id, out.id);
    // The calldata say the same where no log is at hand, and nothing twice where one is.
    let fields = [
        word(FRIEND),
        word(USDT),
        uint(2_582_973_375_u64),
        uint(137_u64),
        uint(1_640_000_000_123_u64),
        uint(5_000_u64),
    ];
    made.calldata = call("send(address,address,uint256,uint64,uint64,uint32)", &fields);
    made.to = Some(account(&chain(1), BRIDGE));
    made.sender = Some(account(&chain(1), THIEF));
    assert_eq!(leg(&made), paid_in);
    made.logs.clear();
    let by_call = leg(&made);
    assert_eq!((&by_call.id, told(&by_call)), (&paid_in.id, told(&paid_in)));
    // Another contract with the same call is none of Celer's.
    made.to = Some(account(&chain(1), FRIEND));
    assert_eq!(legs(&made), []);
}

#[test]
fn native_value_is_hashed_as_its_wrapper() {
    let mut made = record(&chain(1), TX, Vec::new());
    let fields = [word(FRIEND), uint(7_u64), uint(137_u64), uint(9_u64), uint(5_000_u64)];
    made.calldata = call("sendNative(address,uint256,uint64,uint64,uint32)", &fields);
    made.to = Some(account(&chain(1), BRIDGE));
    made.sender = Some(account(&chain(1), THIEF));
    let paid_in = leg(&made);
    assert_eq!(paid_in.id, Some(hex::encode(transfer_id(WETH, 7, 137, 9))));
    assert_eq!(paid_in.asset.unwrap().local(), format!("erc20:{WETH}"));
}

#[test]
fn a_refund_names_the_transfer_and_liquidity_names_nothing() {
    let withdraw = |reference: Field| {
        let fields = [word("0x09"), uint(5_u64), word(THIEF), word(USDT), uint(99_u64), reference];
        let signature = "WithdrawDone(bytes32,uint64,address,address,uint256,bytes32)";
        record(&chain(1), TX, vec![log(BRIDGE, signature, &[], &fields)])
    };
    let refund = leg(&withdraw(word("0xab")));
    assert_eq!((refund.side, refund.receiver.as_deref()), (Side::Refund, Some(THIEF)));
    assert!(refund.id.unwrap().ends_with("00ab"));
    assert_eq!(legs(&withdraw(word("0x00"))), []);
}

#[test]
fn tokens_that_are_pegged_to_a_vault() {
    let id = word("0x1234");
    let deposit = log(
        VAULT,
        "Deposited(bytes32,address,address,uint256,uint64,address,uint64)",
        &[],
        &[
            id.clone(),
            word(THIEF),
            word(USDT),
            uint(5_u64),
            uint(56_u64),
            word(FRIEND),
            uint(1_u64),
        ],
    );
    let mint = |far: u64| {
        log(
            PEGGED,
            "Mint(bytes32,address,address,uint256,uint64,bytes32,address)",
            &[],
            &[
                word("0x77"),
                word(POLYGON_USDT),
                word(FRIEND),
                uint(5_u64),
                uint(far),
                id.clone(),
                word(THIEF),
            ],
        )
    };
    let paid_in = leg(&record(&chain(1), TX, vec![deposit]));
    let out = leg(&record(&chain(56), TX, vec![mint(1)]));
    assert_eq!((&paid_in.id, paid_in.side), (&out.id, Side::Deposit));
    assert_eq!((out.side, out.trust), (Side::Payout, Trust::Known));
    assert_eq!(leg(&record(&chain(56), TX, vec![mint(56)])).side, Side::Refund);
    let burn = log(
        PEGGED,
        "Burn(bytes32,address,address,uint256,uint64,address,uint64)",
        &[],
        &[
            word("0x55"),
            word(POLYGON_USDT),
            word(THIEF),
            uint(5_u64),
            uint(1_u64),
            word(FRIEND),
            uint(1_u64),
        ],
    );
    let release = log(
        VAULT,
        "Withdrawn(bytes32,address,address,uint256,uint64,bytes32,address)",
        &[],
        &[
            word("0x66"),
            word(FRIEND),
            word(USDT),
            uint(5_u64),
            uint(56_u64),
            word("0x55"),
            word(THIEF),
        ],
    );
    let burned = leg(&record(&chain(56), TX, vec![burn]));
    let released = leg(&record(&chain(1), TX, vec![release]));
    assert_eq!((&burned.id, &burned.custody), (&released.id, &None));
    assert_eq!(released.payer, Some(account(&chain(1), VAULT)));
    let old = log(
        PEGGED,
        "Burn(bytes32,address,address,uint256,address)",
        &[],
        &[word("0x55"), word(POLYGON_USDT), word(THIEF), uint(5_u64), word(FRIEND)],
    );
    let old = leg(&record(&chain(56), TX, vec![old]));
    assert_eq!((&old.id, old.receiver.as_deref()), (&burned.id, Some(FRIEND)));
}

/// The message of a relay on Polygon as `../shared/data/connector_bridge` has it, shortened to
/// what is signed: <https://polygonscan.com>.
#[test]
fn a_relay_by_its_calldata() {
    let message = hex::decode(
        "0a149470317577a983a625895e58ed1295ae78f9fb3812149470317577a983a625895e58ed1295ae78f9fb38\
         1a14c2132d05d31c914a87c6611c10748aeb04b58e8f220499d84fbf28013089013a20ee2f5a848883d6c560\
         8c794dbad768baa970ec1e8a94ae075f70118a402eefb5",
    );
    let fields = [bytes(&message.unwrap()), bytes(b""), bytes(b""), bytes(b"")];
    let mut made = record(&chain(137), TX, Vec::new());
    made.calldata = call("relay(bytes,bytes[],address[],uint256[])", &fields);
    made.to = Some(account(&chain(137), POLYGON));
    let out = leg(&made);
    assert_eq!(
        told(&out),
        format!(
            "Payout celer Known asset=eip155:137/erc20:{POLYGON_USDT} amount=2581090239 \
             payer={POLYGON} receiver={THIEF} far=eip155:1"
        )
    );
    assert_eq!(
        out.id.as_deref(),
        Some("ee2f5a848883d6c5608c794dbad768baa970ec1e8a94ae075f70118a402eefb5")
    );
}

/// Transfers from Ethereum to Polygon of December 2021: transaction, sender and receiver, token,
/// amount, nonce, and the id that the payout on Polygon names. Source: `connector_bridge`
/// (<https://github.com/Connector-Tool/Connector>), <https://etherscan.io>.
#[test]
fn ids_of_real_transfers() {
    for (tx, sender, token, amount, nonce, id) in REAL {
        let mut made = record(&chain(1), tx, Vec::new());
        let fields = [
            word(sender),
            word(token),
            uint(*amount),
            uint(137_u64),
            uint(*nonce),
            uint(5_000_u64),
        ];
        made.calldata = call("send(address,address,uint256,uint64,uint64,uint32)", &fields);
        made.to = Some(account(&chain(1), BRIDGE));
        made.sender = Some(account(&chain(1), sender));
        assert_eq!(leg(&made).id.as_deref(), Some(*id));
    }
}

type Real = (&'static str, &'static str, &'static str, u128, u64, &'static str);

const REAL: &[Real] = &[
    (
        "0xf1fb8077e3cce92857fb9c5a5f4a33d8a44f172cea9a7f89346d0116ff6cb54a",
        "0x9470317577a983a625895e58ed1295ae78f9fb38",
        "0xdac17f958d2ee523a2206206994597c13d831ec7",
        2582253832,
        1640669605688,
        "ee2f5a848883d6c5608c794dbad768baa970ec1e8a94ae075f70118a402eefb5",
    ),
    (
        "0xee8db1253abf2785b5918d17d6deaf8f8be139f66e7f013c0df42147b147c6d3",
        "0x465d5140f67a0699ba4ecdaf334a027d9029f033",
        "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
        12000000000,
        1639012489783,
        "2250b746c248659e42b61df63ce54d3a6db681b53828633c812cf467ff952484",
    ),
    (
        "0x383c5ee0acf2d2a6d58efb3732c6739c31691722b29379c69170ba280f60a7ff",
        "0x495be629bf457f831256d4b08bb9c45ae5eba8f1",
        "0xdac17f958d2ee523a2206206994597c13d831ec7",
        280138874,
        1640432256852,
        "b0a66abe85db93a5a19f7680ca029556f0a1bf6e2adf636bb5e24c080767c71f",
    ),
    (
        "0x034cb1b0474a0491ded77ece890d4d2c130e8c3d1ec4215df08bafc1b0384425",
        "0xe26a8bd2aa293393ad4aae3ee80370b6f1a82330",
        "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
        30000000,
        1639840141926,
        "e7fcfcbf3fd02a675fb6fe3c1607f3149644ab0f7437e7bd7eaaa0243190f10a",
    ),
    (
        "0x381d6edb2c48a821dcd95fa678bd682be9df251fb0e467aa5c4ca8492cf35484",
        "0xae0a3a2bca6301e24d56871860e9ea32595b1529",
        "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2",
        100000000000000000,
        1639299307195,
        "c51b90c7f4e30735020023c24e6b3d7c8ff1249aed52c89fd2f6d85d885fa8b6",
    ),
];

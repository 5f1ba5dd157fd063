//! deBridge, Chainflip, Hop, Wormhole.

use alloy_primitives::{U256, hex};
use hawkshaw_bridges::{Side, Trust, decode_all};

use crate::made::{Field, account, bytes, call, chain, leg, legs, log, record, told, uint, word};

const TX: &str = "0x9999999999999999999999999999999999999999999999999999999999999999";
const USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
const WETH: &str = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
const THIEF: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";
const FRIEND: &str = "0xa0e1c89ef1a489c9c7de96311ed5ce5d32c20e4b";
const TAKER: &str = "0x07ae8551be970cb1cca11dd7a11f47ae82e70e67";

fn raw(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn order(take_chain: u64, receiver: &[u8], token: &[u8]) -> Field {
    Field::Tuple(vec![
        uint(1_u64),
        bytes(&raw(THIEF)),
        uint(1_u64),
        bytes(&raw(USDC)),
        uint(100_u64),
        uint(take_chain),
        bytes(token),
        uint(99_u64),
        bytes(receiver),
        bytes(b""),
        bytes(b""),
        bytes(b""),
        bytes(b""),
        bytes(b""),
    ])
}

#[test]
fn an_order_of_debridge() {
    const SOURCE: &str = "0xef4fb24ad0916217251f553c0596f8edc630eb66";
    const DESTINATION: &str = "0xe7351fd770a37282b91d153ee690b63579d6dd7f";
    const CREATED: &str = "CreatedOrder((uint64,bytes,uint256,bytes,uint256,uint256,bytes,uint256,\
                           bytes,bytes,bytes,bytes,bytes,bytes),bytes32,bytes,uint256,uint256,\
                           uint32,bytes)";
    const FULFILLED: &str = "FulfilledOrder((uint64,bytes,uint256,bytes,uint256,uint256,bytes,\
                             uint256,bytes,bytes,bytes,bytes,bytes,bytes),bytes32,address,address)";
    let made = |order: Field| {
        let fields =
            [order, word(TX), bytes(b""), uint(1_u64), uint(2_u64), uint(3_u64), bytes(b"")];
        record(&chain(1), TX, vec![log(SOURCE, CREATED, &[], &fields)])
    };
    let ether = [0; 20];
    let paid_in = leg(&made(order(100_000_026, &raw(FRIEND), &ether)));
    assert_eq!(
        told(&paid_in),
        format!(
            "Deposit debridge Known asset=eip155:1/erc20:{USDC} amount=100 payer={THIEF} \
             custody={SOURCE} receiver={} far=tron:0x2b6653dc \
             far_asset=tron:0x2b6653dc/slip44:195 far_amount=99",
            hawkshaw_model::Address::Tron(raw(FRIEND).try_into().unwrap())
        )
    );
    let solana = leg(&made(order(7_565_164, &[7; 32], &[9; 32])));
    assert_eq!(solana.receiver.map(|receiver| receiver.len()), Some(43));
    assert_eq!(solana.far_chain.unwrap().as_str(), "other:sol");
    let fields = [order(8_453, &raw(FRIEND), &ether), word(TX), word(TAKER), word(TAKER)];
    let out = leg(&record(&chain(8_453), TX, vec![log(DESTINATION, FULFILLED, &[], &fields)]));
    assert_eq!(
        told(&out),
        format!(
            "Payout debridge Known asset=eip155:8453/slip44:60 amount=99 payer={TAKER} \
             receiver={FRIEND} far=eip155:1 far_asset=eip155:1/erc20:{USDC} far_amount=100"
        )
    );
    assert_eq!(out.id, paid_in.id);
    let fields = [word(TX), word(THIEF), uint(100_u64), word(USDC)];
    let cancelled = "ClaimedOrderCancel(bytes32,address,uint256,address)";
    let back = leg(&record(&chain(1), TX, vec![log(SOURCE, cancelled, &[], &fields)]));
    assert_eq!((back.side, &back.id), (Side::Refund, &paid_in.id));
}

#[test]
fn chainflip_says_where_to_and_pays_by_calls() {
    const VAULT: &str = "0xf5e10380213880111522dd0efd3dbb45b9f62bcc";
    const BTC: &str = "bc1q2yjae3xdnlwwk6hxf7jxjdt0waupl8qglv3qs7";
    let fields =
        [uint(3_u64), bytes(BTC.as_bytes()), uint(5_u64), uint(10_u64), word(THIEF), bytes(b"cf")];
    let signature = "SwapNative(uint32,bytes,uint32,uint256,address,bytes)";
    let paid_in = leg(&record(&chain(1), TX, vec![log(VAULT, signature, &[4], &fields)]));
    assert_eq!(
        told(&paid_in),
        format!(
            "Deposit chainflip Known asset=eip155:1/slip44:60 amount=10 payer={THIEF} \
             custody={VAULT} receiver={BTC} far=bip122:000000000019d6689c085ae165831e93 \
             far_asset=bip122:000000000019d6689c085ae165831e93/slip44:0"
        )
    );
    assert_eq!(paid_in.id, None);
    let fields = [
        uint(4_u64),
        bytes(&raw(FRIEND)),
        uint(7_u64),
        word(USDC),
        uint(10_u64),
        word(THIEF),
        bytes(b"cf"),
    ];
    let signature = "SwapToken(uint32,bytes,uint32,address,uint256,address,bytes)";
    let token = leg(&record(&chain(1), TX, vec![log(VAULT, signature, &[5], &fields)]));
    assert_eq!(token.receiver.as_deref(), Some(FRIEND));
    assert_eq!(
        token.far_asset.unwrap().to_string(),
        "eip155:42161/erc20:0xaf88d065e77c8cc2239327c5edb3a432268e5831"
    );
    // Signature, no deployments, no fetches, two transfers.
    let mut words: Vec<Field> = vec![uint(1_u64), uint(2_u64), word(THIEF)];
    words.extend([192_u64, 224, 256, 0, 0, 2].map(uint));
    for (token, amount) in [("0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee", 5_u64), (USDC, 6)] {
        words.extend([word(token), word(FRIEND), uint(amount)]);
    }
    let mut made = record(&chain(1), TX, Vec::new());
    made.to = Some(account(&chain(1), VAULT));
    made.calldata = call(
        "allBatch((uint256,uint256,address),(bytes32,address)[],(address,address)[],(address,address,uint256)[])",
        &words,
    );
    let paid = legs(&made);
    assert_eq!(
        paid.iter().map(told).collect::<Vec<_>>(),
        [
            format!(
                "Payout chainflip Known asset=eip155:1/slip44:60 amount=5 payer={VAULT} receiver={FRIEND}"
            ),
            format!(
                "Payout chainflip Known asset=eip155:1/erc20:{USDC} amount=6 payer={VAULT} receiver={FRIEND}"
            ),
        ]
    );
    made.to = Some(account(&chain(1), FRIEND));
    assert_eq!(legs(&made), []);
}

#[test]
fn hop_from_a_rollup_has_an_id() {
    const BRIDGE: &str = "0x3666f603cc164936c1b87e207f36beba4ac5f18a";
    let fields = [
        word(TX),
        uint(1_u64),
        word(FRIEND),
        uint(10_u64),
        word("0x01"),
        uint(1_u64),
        uint(0_u64),
        uint(0_u64),
        uint(0_u64),
    ];
    let signature =
        "TransferSent(bytes32,uint256,address,uint256,bytes32,uint256,uint256,uint256,uint256)";
    let paid_in = leg(&record(&chain(10), TX, vec![log(THIEF, signature, &[0, 1, 2], &fields)]));
    assert_eq!((paid_in.receiver.as_deref(), paid_in.trust), (Some(FRIEND), Trust::Unknown));
    let bonded = log(BRIDGE, "WithdrawalBonded(bytes32,uint256)", &[0], &[word(TX), uint(10_u64)]);
    let fields = [word(TX), word(FRIEND), uint(10_u64), word("0x01")];
    let withdrew = log(BRIDGE, "Withdrew(bytes32,address,uint256,bytes32)", &[0, 1], &fields);
    for out in legs(&record(&chain(1), TX, vec![bonded, withdrew])) {
        assert_eq!((out.side, &out.id), (Side::Payout, &paid_in.id));
    }
    let fields = [
        uint(10_u64),
        word(FRIEND),
        uint(9_u64),
        uint(0_u64),
        uint(0_u64),
        word(TAKER),
        uint(1_u64),
    ];
    let signature = "TransferSentToL2(uint256,address,uint256,uint256,uint256,address,uint256)";
    let down = leg(&record(&chain(1), TX, vec![log(BRIDGE, signature, &[0, 1, 5], &fields)]));
    let fields = [word(FRIEND), uint(9_u64), uint(0_u64), uint(0_u64), word(TAKER), uint(1_u64)];
    let signature = "TransferFromL1Completed(address,uint256,uint256,uint256,address,uint256)";
    let came = leg(&record(&chain(10), TX, vec![log(THIEF, signature, &[0, 4], &fields)]));
    assert_eq!((down.id, &down.receiver, down.amount), (None, &came.receiver, came.amount));
}

const CORE: &str = "0x98f3c9e6e3face36baad05fe09d375ef1464288b";
const TOKENS: &str = "0x3ee18b2214aff97000d974cf647e7c347e8fa585";
const BNB_TOKENS: &str = "0xb6f6d86a8f9879a9c87f643768d9efc38c1da6e7";

fn wide(text: &str) -> [u8; 32] {
    let mut wide = [0; 32];
    wide[12..].copy_from_slice(&raw(text));
    wide
}

/// A transfer from Ethereum to BNB Smart Chain.
fn payload(token: &str, amount: u64, to: [u8; 32], chain: u16) -> Vec<u8> {
    [
        &[1][..],
        &U256::from(amount).to_be_bytes::<32>(),
        &wide(token),
        &2_u16.to_be_bytes(),
        &to,
        &chain.to_be_bytes(),
        &[0; 32],
    ]
    .concat()
}

fn published(payload: &[u8], sender: &str) -> hawkshaw_bridges::TxRecord {
    let fields = [word(sender), uint(77_u64), uint(0_u64), bytes(payload), uint(1_u64)];
    let signature = "LogMessagePublished(address,uint64,uint32,bytes,uint8)";
    record(&chain(1), TX, vec![log(CORE, signature, &[0], &fields)])
}

#[test]
fn wormhole_by_emitter_and_sequence() {
    // Eight decimals travel: 1.5 ether is 150,000,000.
    let sent = payload(WETH, 150_000_000, wide(FRIEND), 4);
    let paid_in = leg(&published(&sent, TOKENS));
    assert_eq!(
        told(&paid_in),
        format!(
            "Deposit wormhole Known asset=eip155:1/erc20:{WETH} amount=1500000000000000000 \
             custody={TOKENS} receiver={FRIEND} far=eip155:56"
        )
    );
    let id = format!("2:{}:77", hex::encode(wide(TOKENS)));
    assert_eq!(paid_in.id.as_deref(), Some(id.as_str()));
    // Who else uses the core bridge transfers nothing.
    assert_eq!(legs(&published(&sent, THIEF)), []);
    assert_eq!(legs(&published(b"\x02hello", TOKENS)), []);
    let signature = "TransferRedeemed(uint16,bytes32,uint64)";
    let fields = [uint(2_u64), Field::Word(wide(TOKENS)), uint(77_u64)];
    let mut made = record(&chain(56), TX, vec![log(BNB_TOKENS, signature, &[0, 1, 2], &fields)]);
    let out = leg(&made);
    assert_eq!((&out.id, &out.receiver, out.trust), (&paid_in.id, &None, Trust::Known));
    // Version, guardians, two signatures; time, nonce, chain, emitter, sequence, finality.
    let mut message = vec![1, 0, 0, 0, 4, 2];
    message.resize(message.len() + 2 * 66 + 8, 0);
    message.extend(2_u16.to_be_bytes());
    message.extend(wide(TOKENS));
    message.extend(77_u64.to_be_bytes());
    message.push(1);
    message.extend(&sent);
    made.calldata = call("completeTransfer(bytes)", &[bytes(&message)]);
    made.to = Some(account(&chain(56), BNB_TOKENS));
    let with_calldata = leg(&made);
    assert_eq!(with_calldata.receiver.as_deref(), Some(FRIEND));
    // Wrapped tokens of other chains have no name here, and eight decimals.
    assert_eq!(
        (&with_calldata.asset, with_calldata.amount.unwrap().to_string()),
        (&None, "150000000".to_owned())
    );
    made.logs.clear();
    assert_eq!(leg(&made).id, paid_in.id);
    made.calldata.truncate(90);
    assert_eq!(decode_all(&made).legs, []);
}

#[test]
fn wormhole_to_solana() {
    let account =
        hex::decode("c6fa7af3bedbad3a3d65f36aabc97431b1bbe4c2d2f6e0e47ca60203452f5d61").unwrap();
    let paid_in = leg(&published(&payload(USDC, 5, account.try_into().unwrap(), 1), TOKENS));
    assert_eq!(paid_in.receiver.as_deref(), Some("EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v"));
    assert_eq!(paid_in.amount.unwrap().to_string(), "5");
    assert_eq!(paid_in.far_chain.unwrap().as_str(), "other:sol");
}

//! The bridges that belong to a chain: Ronin, Polygon, Arbitrum, Optimism.

use alloy_primitives::{U256, hex, keccak256};
use hawkshaw_bridges::{DefectKind, Leg, Log, Side, Trust, TxRecord, decode_all};

use crate::made::{Field, account, bytes, call, chain, leg, legs, log, record, told, uint, word};

const TX: &str = "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const THIEF: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";
const FRIEND: &str = "0xa0e1c89ef1a489c9c7de96311ed5ce5d32c20e4b";
const WETH: &str = "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2";
const USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
const NO: &str = "0x0000000000000000000000000000000000000000";

/// The theft itself: the withdrawal of 173,600 ether by the transaction
/// 0xc28fad5e8d5e0ce6a2eaf67b6687be5d58113e16be590824d6cfa1a94467d0b7,
/// <https://etherscan.io/tx/0xc28fad5e8d5e0ce6a2eaf67b6687be5d58113e16be590824d6cfa1a94467d0b7#eventlog>.
#[test]
fn the_theft_from_ronin() {
    const GATEWAY: &str = "0x1a2a1c938ce3ec39b6d47113c7955baa9dd454f2";
    let amount: U256 = "173600000000000000000000".parse().unwrap();
    let fields = [uint(2_000_000_u64), word(THIEF), word(WETH), uint(amount)];
    let signature = "TokenWithdrew(uint256,address,address,uint256)";
    let tx = "0xc28fad5e8d5e0ce6a2eaf67b6687be5d58113e16be590824d6cfa1a94467d0b7";
    let out = leg(&record(&chain(1), tx, vec![log(GATEWAY, signature, &[0, 1, 2], &fields)]));
    assert_eq!(
        told(&out),
        format!(
            "Payout ronin Known asset=eip155:1/erc20:{WETH} amount=173600000000000000000000 \
             payer={GATEWAY} receiver={THIEF} far=eip155:2020"
        )
    );
    // What a withdrawal that was asked for looks like on Ronin.
    let fields =
        [uint(2_000_000_u64), word(THIEF), word(USDC), word(WETH), uint(20_u64), uint(amount)];
    let signature = "TokenWithdrew(uint256,address,address,address,uint32,uint256)";
    let ronin = "0xe35d62ebe18413d96ca2a2f7cf215bb21a406b4b";
    let paid_in = leg(&record(&chain(2_020), TX, vec![log(ronin, signature, &[0, 1, 2], &fields)]));
    assert_eq!((paid_in.side, &paid_in.id, paid_in.far_asset), (Side::Deposit, &out.id, out.asset));
}

#[test]
fn ronin_numbers_both_directions() {
    const GATEWAY: &str = "0x64192819ac13ef72bf6b5ae239ac672b43a9af08";
    const RONIN: &str = "0x0cf8ff40a508bdbc39fbe1bb679dcba64e65c7df";
    let receipt = |name: &str, standard: u64| {
        let signature = format!(
            "{name}(bytes32,(uint256,uint8,(address,address,uint256),(address,address,uint256),\
             (uint8,uint256,uint256)))"
        );
        let fields = [
            word("0x01"),
            uint(9_u64),
            uint(0_u64),
            word(THIEF),
            word(WETH),
            uint(1_u64),
            word(FRIEND),
            word(USDC),
            uint(2_020_u64),
            uint(standard),
            uint(0_u64),
            uint(5_u64),
        ];
        (signature, fields)
    };
    let made = |id: u64, emitter: &str, name: &str, standard: u64| {
        let (signature, fields) = receipt(name, standard);
        record(&chain(id), TX, vec![log(emitter, &signature, &[], &fields)])
    };
    let paid_in = leg(&made(1, GATEWAY, "DepositRequested", 0));
    assert_eq!(
        told(&paid_in),
        format!(
            "Deposit ronin Known asset=eip155:1/erc20:{WETH} amount=5 payer={THIEF} \
             custody={GATEWAY} receiver={FRIEND} far=eip155:2020 \
             far_asset=eip155:2020/erc20:{USDC} far_amount=5"
        )
    );
    let out = leg(&made(2_020, RONIN, "Deposited", 0));
    assert_eq!((&out.id, out.receiver.as_deref()), (&paid_in.id, Some(FRIEND)));
    let up = leg(&made(2_020, RONIN, "WithdrawalRequested", 0));
    let came = leg(&made(1, GATEWAY, "Withdrew", 0));
    assert_eq!((&up.id, up.receiver.as_deref()), (&came.id, Some(THIEF)));
    assert_eq!(came.receiver.as_deref(), Some(THIEF));
    assert_ne!(up.id, paid_in.id);
    assert_eq!(legs(&made(1, GATEWAY, "Withdrew", 1)), []);
}

#[test]
fn polygon_by_the_number_of_the_state() {
    const TOKENS: &str = "0x40ec5b33f54e0e8a33a975908c5ba1c14e5bbbdf";
    const ETHER: &str = "0x8484ef722627bf18ca5ae6bcf031c23e6e922b30";
    const SENDER: &str = "0x28e4f3a7f651294b9564800b2d01f35189a5bfbe";
    let locked = "LockedERC20(address,address,address,uint256)";
    let locked =
        log(TOKENS, locked, &[0, 1, 2], &[word(THIEF), word(FRIEND), word(USDC), uint(5_u64)]);
    let synced = |emitter: &str| {
        let fields = [uint(1_234_u64), word(TOKENS), bytes(b"state")];
        log(emitter, "StateSynced(uint256,address,bytes)", &[0, 1], &fields)
    };
    let paid_in = leg(&record(&chain(1), TX, vec![locked.clone(), synced(SENDER)]));
    assert_eq!(
        told(&paid_in),
        format!(
            "Deposit polygon Known asset=eip155:1/erc20:{USDC} amount=5 payer={THIEF} \
             custody={TOKENS} receiver={FRIEND} far=eip155:137 far_amount=5"
        )
    );
    let forged = decode_all(&record(&chain(1), TX, vec![locked, synced(THIEF)]));
    assert_eq!((&forged.legs[0].id, forged.defects[0].kind), (&None, DefectKind::NoCompanion));
    let committed = |done: u64| {
        let fields = [uint(1_234_u64), uint(done)];
        let receiver = "0x0000000000000000000000000000000000001001";
        record(&chain(137), TX, vec![log(receiver, "StateCommitted(uint256,bool)", &[0], &fields)])
    };
    let out = leg(&committed(1));
    assert_eq!((&out.id, out.trust), (&paid_in.id, Trust::Known));
    assert_eq!(legs(&committed(0)), []);
    let exited = log(ETHER, "ExitedEther(address,uint256)", &[0], &[word(FRIEND), uint(9_u64)]);
    let exited = leg(&record(&chain(1), TX, vec![exited]));
    assert_eq!((exited.id, exited.receiver.as_deref()), (None, Some(FRIEND)));
    let manager = "0x401f6c983ea34274ec46f84d70b31c151321188b";
    let fields = [word(FRIEND), word(USDC), uint(7_u64), uint(55_u64)];
    let block = log(manager, "NewDepositBlock(address,address,uint256,uint256)", &[0, 1], &fields);
    let plasma = leg(&record(&chain(1), TX, vec![block]));
    let child = "0xd9c7c4ed4b66858301d0cb28cc88bf655fe34861";
    let native = "0x0000000000000000000000000000000000001010";
    let fields = [word(USDC), word(native), word(FRIEND), uint(7_u64), uint(55_u64)];
    let signature = "TokenDeposited(address,address,address,uint256,uint256)";
    let came = leg(&record(&chain(137), TX, vec![log(child, signature, &[0, 1, 2], &fields)]));
    assert_eq!(plasma.id, came.id);
    assert_eq!(came.asset.unwrap().to_string(), "eip155:137/slip44:966");
}

const BRIDGE: &str = "0x8315177ab297ba92a06054ce80a67ed4dbd7ed3a";
const INBOX: &str = "0x4dbd4fc535ac27206064b68ffcf827b0a60bab3f";
const OUTBOX: &str = "0x0b9857ae2d4a3dbe74ffe1d7df045bb7f96e4840";
const GATEWAY: &str = "0xa3a7b6f88361f48403514059f1f16c8e78d60eec";
const ARBITRUM_GATEWAY: &str = "0x09e9222e96e7b4ae2a407b98d48e330053351eee";
const RETRYABLE: &str = "0x000000000000000000000000000000000000006e";
const ARB_SYS: &str = "0x0000000000000000000000000000000000000064";

/// The ticket of message 9: value, receiver, calldata.
fn ticket(value: u64, to: &str, retry: &[u8]) -> TxRecord {
    let fields =
        [word("0x01"), word(TX), uint(0_u64), uint(0_u64), word(NO), uint(0_u64), uint(0_u64)];
    let signature = "RedeemScheduled(bytes32,bytes32,uint64,uint64,address,uint256,uint256)";
    let mut made = record(
        &chain(42_161),
        "0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
        vec![log(RETRYABLE, signature, &[0, 1, 2], &fields)],
    );
    let fields = [
        uint(9_u64),
        uint(1_u64),
        uint(2_u64),
        uint(value),
        uint(0_u64),
        uint(0_u64),
        uint(0_u64),
        word(NO),
        word(NO),
        word(to),
        bytes(retry),
    ];
    let signature = "submitRetryable(bytes32,uint256,uint256,uint256,uint256,uint64,uint256,\
                     address,address,address,bytes)";
    made.calldata = call(signature, &fields);
    made
}

#[test]
fn a_token_goes_down_to_arbitrum() {
    let fields = [
        uint(9_u64),
        word("0x01"),
        word(INBOX),
        uint(9_u64),
        word(GATEWAY),
        word("0x02"),
        uint(0_u64),
        uint(0_u64),
    ];
    let delivered =
        "MessageDelivered(uint256,bytes32,address,uint8,address,bytes32,uint256,uint64)";
    let delivered = log(BRIDGE, delivered, &[0, 1], &fields);
    let fields = [word(USDC), word(THIEF), word(FRIEND), uint(9_u64), uint(5_u64)];
    let initiated = "DepositInitiated(address,address,address,uint256,uint256)";
    let initiated = log(GATEWAY, initiated, &[1, 2, 3], &fields);
    let paid_in = leg(&record(&chain(1), TX, vec![delivered, initiated]));
    assert_eq!(
        told(&paid_in),
        format!(
            "Deposit arbitrum Known asset=eip155:1/erc20:{USDC} amount=5 payer={THIEF} \
             custody={GATEWAY} receiver={FRIEND} far=eip155:42161 far_amount=5"
        )
    );
    let retry = [word(USDC), word(THIEF), word(FRIEND), uint(5_u64), bytes(b"")];
    let retry = call("finalizeInboundTransfer(address,address,address,uint256,bytes)", &retry);
    let out = leg(&ticket(0, ARBITRUM_GATEWAY, &retry));
    assert_eq!((&out.id, out.receiver.as_deref()), (&paid_in.id, Some(FRIEND)));
    // The leg is of the transaction that redeems the ticket.
    assert_eq!(format!("0x{}", out.tx), TX);
    assert_eq!(legs(&ticket(0, FRIEND, b"call")), []);
    let fields = [word(USDC), word(THIEF), word(FRIEND), uint(5_u64)];
    let finalized = "DepositFinalized(address,address,address,uint256)";
    let made =
        record(&chain(42_161), TX, vec![log(ARBITRUM_GATEWAY, finalized, &[0, 1, 2], &fields)]);
    assert_eq!((leg(&made).id, leg(&made).amount), (None, out.amount));
}

#[test]
fn ether_goes_down_to_arbitrum() {
    let inbox = |data: &[u8]| {
        let fields = [uint(9_u64), bytes(data)];
        let signature = "InboxMessageDelivered(uint256,bytes)";
        record(&chain(1), TX, vec![log(INBOX, signature, &[0], &fields)])
    };
    let amount = U256::from(7_u64).to_be_bytes::<32>();
    let plain = leg(&inbox(&[&hex::decode(FRIEND).unwrap()[..], &amount].concat()));
    let ticketed = [
        word(FRIEND),
        uint(6_u64),
        uint(7_u64),
        uint(1_u64),
        word(THIEF),
        word(THIEF),
        uint(0_u64),
        uint(0_u64),
        uint(0_u64),
    ];
    let ticketed = leg(&inbox(&crate::made::encode(&ticketed)));
    for deposit in [&plain, &ticketed] {
        assert_eq!(deposit.receiver.as_deref(), Some(FRIEND));
        assert_eq!(deposit.amount.unwrap().to_string(), "7");
        assert_eq!(deposit.custody, Some(account(&chain(1), BRIDGE)));
    }
    assert_eq!(legs(&inbox(b"a message of somebody")), []);
    let out = leg(&ticket(6, FRIEND, b""));
    assert_eq!(
        (&out.id, out.receiver.as_deref(), out.amount),
        (&ticketed.id, Some(FRIEND), ticketed.far_amount)
    );
}

fn outbox(value: u64, to: &str, more: Option<Log>) -> TxRecord {
    let executed = "OutBoxTransactionExecuted(address,address,uint256,uint256)";
    let fields = [word(to), word(THIEF), uint(0_u64), uint(4_321_u64)];
    let triggered = [word(OUTBOX), word(to), uint(value), bytes(b"")];
    let mut logs = vec![log(OUTBOX, executed, &[0, 1, 2], &fields)];
    logs.extend(more);
    logs.push(log(
        BRIDGE,
        "BridgeCallTriggered(address,address,uint256,bytes)",
        &[0, 1],
        &triggered,
    ));
    record(&chain(1), TX, logs)
}

#[test]
fn ether_and_tokens_come_up_from_arbitrum() {
    let up = |value: u64| {
        let fields = [
            word(THIEF),
            word(FRIEND),
            word("0x01"),
            uint(4_321_u64),
            uint(1_u64),
            uint(1_u64),
            uint(1_u64),
            uint(value),
            bytes(b""),
        ];
        let signature =
            "L2ToL1Tx(address,address,uint256,uint256,uint256,uint256,uint256,uint256,bytes)";
        log(ARB_SYS, signature, &[1, 2, 3], &fields)
    };
    let paid_in = leg(&record(&chain(42_161), TX, vec![up(8)]));
    let out = leg(&outbox(8, FRIEND, None));
    assert_eq!(paid_in.id.as_deref(), Some("42161:out:0:4321"));
    assert_eq!(
        (&paid_in.id, &paid_in.receiver, paid_in.amount),
        (&out.id, &out.receiver, out.amount)
    );
    let fields = [word(USDC), word(THIEF), word(FRIEND), uint(4_321_u64), uint(0_u64), uint(5_u64)];
    let initiated = "WithdrawalInitiated(address,address,address,uint256,uint256,uint256)";
    let initiated = log(ARBITRUM_GATEWAY, initiated, &[1, 2, 3], &fields);
    let paid_in = leg(&record(&chain(42_161), TX, vec![up(0), initiated]));
    let finalized = "WithdrawalFinalized(address,address,address,uint256,uint256)";
    let fields = [word(USDC), word(THIEF), word(FRIEND), uint(0_u64), uint(5_u64)];
    for topics in [[1, 2, 3], [0, 1, 2]] {
        let finalized = log(GATEWAY, finalized, &topics, &fields);
        let out = leg(&outbox(0, GATEWAY, Some(finalized)));
        assert_eq!((&out.id, out.receiver.as_deref()), (&paid_in.id, Some(FRIEND)));
        assert_eq!(out.asset.as_ref().unwrap().local(), format!("erc20:{USDC}"));
    }
    // Before Nitro.
    let fields = [
        word(THIEF),
        word(FRIEND),
        uint(99_u64),
        uint(3_u64),
        uint(2_u64),
        uint(0_u64),
        uint(0_u64),
        uint(0_u64),
        uint(8_u64),
        bytes(b""),
    ];
    let classic = "L2ToL1Transaction(address,address,uint256,uint256,uint256,uint256,uint256,\
                   uint256,uint256,bytes)";
    let classic =
        leg(&record(&chain(42_161), TX, vec![log(ARB_SYS, classic, &[1, 2, 3], &fields)]));
    assert_eq!(classic.id.as_deref(), Some("42161:out:3:2"));
}

const BASE: &str = "0x3154cf16ccdb4c6d922629664174b904d80f2c35";
const MESSENGER: &str = "0x866e82a600a1414e583f7f13623f1ac5d58b0afa";
const L2_BRIDGE: &str = "0x4200000000000000000000000000000000000010";
const L2_MESSENGER: &str = "0x4200000000000000000000000000000000000007";

/// What the messenger sends, and the hash that the other one marks, by the rules of
/// `Hashing.sol` and Solidity's own encoding.
fn message(value: u64) -> ([Log; 2], [u8; 32]) {
    let nonce: U256 = (U256::from(1) << 240) + U256::from(77);
    let fields = [word(L2_BRIDGE), word(BASE), bytes(b"finalize"), uint(nonce), uint(200_000_u64)];
    let sent = log(MESSENGER, "SentMessage(address,address,bytes,uint256,uint256)", &[0], &fields);
    let extension = [word(BASE), uint(value)];
    let extension = log(MESSENGER, "SentMessageExtension1(address,uint256)", &[0], &extension);
    let relay = [
        uint(nonce),
        word(BASE),
        word(L2_BRIDGE),
        uint(value),
        uint(200_000_u64),
        bytes(b"finalize"),
    ];
    let relay = call("relayMessage(uint256,address,address,uint256,uint256,bytes)", &relay);
    ([sent, extension], keccak256(relay).0)
}

fn arrived(names: &[(&str, &[usize], Vec<Field>)], hash: [u8; 32]) -> Leg {
    let mut logs: Vec<Log> =
        names.iter().map(|(name, topics, fields)| log(L2_BRIDGE, name, topics, fields)).collect();
    logs.push(log(L2_MESSENGER, "RelayedMessage(bytes32)", &[0], &[Field::Word(hash)]));
    leg(&record(&chain(8_453), TX, logs))
}

#[test]
fn ether_goes_down_to_base_by_the_hash_of_the_message() {
    let fields = [word(THIEF), word(FRIEND), uint(5_u64), bytes(b"")];
    let ([sent, extension], hash) = message(5);
    let logs = vec![
        log(BASE, "ETHDepositInitiated(address,address,uint256,bytes)", &[0, 1], &fields),
        log(BASE, "ETHBridgeInitiated(address,address,uint256,bytes)", &[0, 1], &fields),
        sent,
        extension,
    ];
    // Two names, one passage.
    let paid_in = leg(&record(&chain(1), TX, logs));
    assert_eq!(
        told(&paid_in),
        format!(
            "Deposit optimism Known asset=eip155:1/slip44:60 amount=5 payer={THIEF} custody={BASE} \
             receiver={FRIEND} far=eip155:8453 far_asset=eip155:8453/slip44:60 far_amount=5"
        )
    );
    let old = [
        word(NO),
        word("0xdeaddeaddeaddeaddeaddeaddeaddeaddead0000"),
        word(THIEF),
        word(FRIEND),
        uint(5_u64),
        bytes(b""),
    ];
    let came = [
        (
            "DepositFinalized(address,address,address,address,uint256,bytes)",
            &[0, 1, 2][..],
            old.to_vec(),
        ),
        ("ETHBridgeFinalized(address,address,uint256,bytes)", &[0, 1], fields.to_vec()),
    ];
    let out = arrived(&came, hash);
    assert_eq!(
        (&out.id, out.asset.unwrap().to_string()),
        (&paid_in.id, "eip155:8453/slip44:60".to_owned())
    );
    // Before Bedrock there was the old name only.
    let out = arrived(&came[..1], hash);
    assert_eq!(out.asset.unwrap().to_string(), "eip155:8453/slip44:60");
    assert_eq!(out.receiver.as_deref(), Some(FRIEND));
}

#[test]
fn a_token_goes_down_and_up() {
    const BASE_USDC: &str = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";
    let down = [word(USDC), word(BASE_USDC), word(THIEF), word(FRIEND), uint(5_u64), bytes(b"")];
    let up = [word(BASE_USDC), word(USDC), word(THIEF), word(FRIEND), uint(5_u64), bytes(b"")];
    let sent = "ERC20BridgeInitiated(address,address,address,address,uint256,bytes)";
    let came = "ERC20BridgeFinalized(address,address,address,address,uint256,bytes)";
    let ([message_sent, extension], hash) = message(0);
    let logs = vec![log(BASE, sent, &[0, 1, 2], &down), message_sent, extension];
    let paid_in = leg(&record(&chain(1), TX, logs));
    let out = arrived(&[(came, &[0, 1, 2], up.to_vec())], hash);
    assert_eq!((&paid_in.id, &paid_in.far_asset), (&out.id, &out.asset));
    // Up: what the rollup burns, Ethereum releases.
    let up = leg_without_message(L2_BRIDGE, 8_453, sent, &up);
    assert_eq!((up.far_chain, up.custody), (Some(chain(1)), None));
    let spoofed = leg_without_message(FRIEND, 1, sent, &down);
    assert_eq!((spoofed.trust, spoofed.far_chain), (Trust::Unknown, None));
}

fn leg_without_message(emitter: &str, id: u64, signature: &str, fields: &[Field]) -> Leg {
    let made = record(&chain(id), TX, vec![log(emitter, signature, &[0, 1, 2], fields)]);
    let decoded = decode_all(&made);
    assert_eq!(decoded.defects[0].kind, DefectKind::NoCompanion);
    decoded.legs[0].clone()
}

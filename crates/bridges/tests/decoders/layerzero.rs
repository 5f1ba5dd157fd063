//! LayerZero and Stargate.

use alloy_primitives::{U256, hex, keccak256};
use hawkshaw_bridges::{DefectKind, Leg, Log, Side, Trust, decode_all};

use crate::made::{Field, bytes, chain, encode, leg, log, record, told, uint, word};

const TX: &str = "0x6666666666666666666666666666666666666666666666666666666666666666";
const ENDPOINT: &str = "0x1a44076050125825900e736c501f859c50fe728c";
const NODE: &str = "0x4d73adb72bc3dd368966edd0f0b2148401a178e2";
const POOL: &str = "0xc026395860db2d07ee33e05fe50ed7bd583189c7";
const BASE_POOL: &str = "0x27a16dc786820b16e5c9028b75b99f6f604b5d26";
const USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
const MESSAGING: &str = "0x6d6620efa72948c5f68a3c8646d58c00d3f4a980";
const TOKEN: &str = "0x1111111111111111111111111111111111111111";
const TWIN: &str = "0x2222222222222222222222222222222222222222";
const THIEF: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";
const FRIEND: &str = "0xa0e1c89ef1a489c9c7de96311ed5ce5d32c20e4b";
const SENT: &str = "OFTSent(bytes32,uint32,address,uint256,uint256)";
const RECEIVED: &str = "OFTReceived(bytes32,uint32,address,uint256)";

fn wide(text: &str) -> [u8; 32] {
    let mut wide = [0; 32];
    wide[12..].copy_from_slice(&hex::decode(text).unwrap());
    wide
}

/// The id of a message from Ethereum to Base.
fn guid(sender: &str, receiver: &str) -> [u8; 32] {
    let packed = [
        &9_u64.to_be_bytes()[..],
        &30_101_u32.to_be_bytes(),
        &wide(sender),
        &30_184_u32.to_be_bytes(),
        &wide(receiver),
    ];
    keccak256(packed.concat()).0
}

fn packet(sender: &str, receiver: &str, message: &[u8]) -> Log {
    let packed = [
        &[1][..],
        &9_u64.to_be_bytes(),
        &30_101_u32.to_be_bytes(),
        &wide(sender),
        &30_184_u32.to_be_bytes(),
        &wide(receiver),
        &guid(sender, receiver),
        message,
    ];
    let fields = [bytes(&packed.concat()), bytes(b"options"), word(NODE)];
    log(ENDPOINT, "PacketSent(bytes,bytes,address)", &[], &fields)
}

fn sent(emitter: &str, guid: [u8; 32]) -> Log {
    let fields = [Field::Word(guid), uint(30_184_u64), word(THIEF), uint(1_000_u64), uint(999_u64)];
    log(emitter, SENT, &[0, 2], &fields)
}

fn arrived(emitter: &str, sender: &str, receiver: &str) -> Leg {
    let fields =
        [Field::Word(guid(sender, receiver)), uint(30_101_u64), word(FRIEND), uint(999_u64)];
    let origin = [uint(30_101_u64), word(sender), uint(9_u64), word(receiver)];
    let delivered = "PacketDelivered((uint32,bytes32,uint64),address)";
    let logs =
        vec![log(emitter, RECEIVED, &[0, 2], &fields), log(ENDPOINT, delivered, &[], &origin)];
    leg(&record(&chain(8_453), TX, logs))
}

#[test]
fn a_token_of_version_2_by_its_guid() {
    let message = [&wide(FRIEND)[..], &999_u64.to_be_bytes()].concat();
    let logs = vec![packet(TOKEN, TWIN, &message), sent(TOKEN, guid(TOKEN, TWIN))];
    let paid_in = leg(&record(&chain(1), TX, logs.clone()));
    assert_eq!(
        told(&paid_in),
        format!(
            "Deposit layerzero Claim amount=1000 payer={THIEF} receiver={FRIEND} \
             far=eip155:8453 far_amount=999"
        )
    );
    let out = arrived(TWIN, TOKEN, TWIN);
    assert_eq!(
        told(&out),
        format!("Payout layerzero Claim amount=999 receiver={FRIEND} far=eip155:1")
    );
    assert_eq!(paid_in.id, out.id);
    // What no endpoint confirms is worth nothing.
    let decoded = decode_all(&record(&chain(1), TX, logs[1..].to_vec()));
    assert_eq!(decoded.legs[0].trust, Trust::Unknown);
    let mut forged = logs;
    forged[0].emitter = forged[1].emitter.clone();
    assert_eq!(decode_all(&record(&chain(1), TX, forged)).legs[0].trust, Trust::Unknown);
}

#[test]
fn stargate_2_by_taxi_and_by_bus() {
    let taxi = [&[1, 0, 1][..], &wide(FRIEND), &999_u64.to_be_bytes()].concat();
    let logs = vec![packet(MESSAGING, TWIN, &taxi), sent(POOL, guid(MESSAGING, TWIN))];
    let paid_in = leg(&record(&chain(1), TX, logs));
    assert_eq!(
        told(&paid_in),
        format!(
            "Deposit layerzero Known asset=eip155:1/erc20:{USDC} amount=1000 payer={THIEF} \
             custody={POOL} receiver={FRIEND} far=eip155:8453 far_amount=999"
        )
    );
    let out = arrived(BASE_POOL, MESSAGING, TWIN);
    assert_eq!((out.side, out.trust, &out.id), (Side::Payout, Trust::Known, &paid_in.id));
    let passenger = [&[0, 1][..], &wide(FRIEND), &999_u64.to_be_bytes(), &[0]].concat();
    let fields = [uint(30_184_u64), uint(5_u64), uint(7_u64), bytes(&passenger)];
    let rode = log(MESSAGING, "BusRode(uint32,uint72,uint80,bytes)", &[], &fields);
    let on_the_bus = leg(&record(&chain(1), TX, vec![rode, sent(POOL, [0; 32])]));
    assert_eq!((&on_the_bus.id, on_the_bus.receiver.as_deref()), (&None, Some(FRIEND)));
}

const PACKET: &str = "Packet(bytes)";
const PACKET_RECEIVED: &str = "PacketReceived(uint16,bytes,address,uint64,bytes32)";

fn packet_1(sender: &str, receiver: &str, payload: &[u8]) -> Log {
    let packed = [
        &8_u64.to_be_bytes()[..],
        &101_u16.to_be_bytes(),
        &hex::decode(sender).unwrap(),
        &102_u16.to_be_bytes(),
        &hex::decode(receiver).unwrap(),
        payload,
    ];
    log(NODE, PACKET, &[], &[bytes(&packed.concat())])
}

fn arrival_1(sender: &str, receiver: &str) -> Log {
    let sender = hex::decode(sender).unwrap();
    let fields = [uint(101_u64), bytes(&sender), word(receiver), uint(8_u64), word("0x01")];
    log(NODE, PACKET_RECEIVED, &[0, 2], &fields)
}

#[test]
fn stargate_1_by_path_and_nonce() {
    const ETH_POOL: &str = "0x38ea452219524bb87e18de1c24d3bb59510bd783";
    const BNB_POOL: &str = "0x9aa83081aa06af7208dcc7a4cb72c94d057d2cda";
    let swap: Vec<Field> = [102_u64, 2, 0, 1_000_000, 0, 10, 20, 30].map(uint).to_vec();
    let swap: Vec<Field> = swap
        .into_iter()
        .enumerate()
        .map(|(at, field)| if at == 2 { word(THIEF) } else { field })
        .collect();
    let mut payload: Vec<Field> = (0..12).map(|_| uint(0_u64)).collect();
    payload[0] = uint(1_u64);
    payload.push(bytes(&hex::decode(FRIEND).unwrap()));
    payload.push(bytes(b""));
    let logs = vec![
        log(
            ETH_POOL,
            "Swap(uint16,uint256,address,uint256,uint256,uint256,uint256,uint256)",
            &[],
            &swap,
        ),
        packet_1(MESSAGING, TWIN, &encode(&payload)),
    ];
    let paid_in = leg(&record(&chain(1), TX, logs));
    assert_eq!(paid_in.receiver.as_deref(), Some(FRIEND));
    assert_eq!(paid_in.payer.unwrap().address_in_files(), THIEF);
    let remote = [word(FRIEND), uint(1_000_000_u64), uint(0_u64), uint(0_u64)];
    let logs = vec![
        arrival_1(MESSAGING, TWIN),
        log(BNB_POOL, "SwapRemote(address,uint256,uint256,uint256)", &[], &remote),
    ];
    let out = leg(&record(&chain(56), TX, logs));
    assert_eq!((paid_in.id, paid_in.trust), (out.id, Trust::Known));
    // 18 digits on BNB Smart Chain, six between pools.
    assert_eq!(out.amount.unwrap().to_u256(), U256::from(10).pow(U256::from(18)));
    assert_eq!(out.far_chain, Some(chain(1)));
}

#[test]
fn a_token_of_version_1() {
    let fields = [uint(102_u64), word(THIEF), bytes(&hex::decode(FRIEND).unwrap()), uint(5_u64)];
    let send = "SendToChain(uint16,address,bytes,uint256)";
    let logs = vec![packet_1(TOKEN, TWIN, b""), log(TOKEN, send, &[0, 1], &fields)];
    let paid_in = leg(&record(&chain(1), TX, logs.clone()));
    let fields = [uint(101_u64), word(FRIEND), uint(5_u64)];
    let received = log(TWIN, "ReceiveFromChain(uint16,address,uint256)", &[0, 1], &fields);
    let out = leg(&record(&chain(56), TX, vec![arrival_1(TOKEN, TWIN), received]));
    assert_eq!((&paid_in.id, &paid_in.receiver), (&out.id, &out.receiver));
    assert_eq!((paid_in.trust, out.trust), (Trust::Claim, Trust::Claim));
    let decoded = decode_all(&record(&chain(1), TX, logs[1..].to_vec()));
    assert_eq!(decoded.defects[0].kind, DefectKind::NoCompanion);
    let fields = [uint(102_u64), word(THIEF), word(FRIEND), uint(5_u64)];
    let send = log(TOKEN, "SendToChain(uint16,address,bytes32,uint256)", &[0, 1], &fields);
    let again = leg(&record(&chain(1), TX, vec![packet_1(TOKEN, TWIN, b""), send]));
    assert_eq!(again.id, paid_in.id);
}

//! Across, in all its versions.

use hawkshaw_bridges::{Leg, Log, Trust, decode_all};

use crate::made::{Field, bytes, chain, leg, log, record, told, uint, word};

const TX: &str = "0x4444444444444444444444444444444444444444444444444444444444444444";
const POOL: &str = "0x5c7bcd6e7de5423a257d81b442095a1a6ced35c5";
const BASE_POOL: &str = "0x09aea4b2242abc8bb4bb78d537a67a245a7bec64";
const OLD_POOL: &str = "0x4d9079bb4165aeb4084c526a32695dcfd2f77381";
const ARBITRUM_OLD_POOL: &str = "0xb88690461ddbab6f04dfad7df66b7725942feb9c";
const USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
const BASE_USDC: &str = "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913";
const THIEF: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";
const FRIEND: &str = "0xa0e1c89ef1a489c9c7de96311ed5ce5d32c20e4b";
const RELAYER: &str = "0x07ae8551be970cb1cca11dd7a11f47ae82e70e67";
const NO: &str = "0x00";

const DEPOSIT_3: &str = "V3FundsDeposited(address,address,uint256,uint256,uint256,uint32,uint32,\
                         uint32,uint32,address,address,address,bytes)";
const DEPOSIT_35: &str = "FundsDeposited(bytes32,bytes32,uint256,uint256,uint256,uint256,uint32,\
                          uint32,uint32,bytes32,bytes32,bytes32,bytes)";
const FILL_3: &str = "FilledV3Relay(address,address,uint256,uint256,uint256,uint256,uint32,uint32,\
                      uint32,address,address,address,address,bytes,(address,bytes,uint256,uint8))";
const FILL_35: &str = "FilledRelay(bytes32,bytes32,uint256,uint256,uint256,uint256,uint256,uint32,\
                       uint32,bytes32,bytes32,bytes32,bytes32,bytes32,(bytes32,bytes32,uint256,\
                       uint8))";

fn deposit(signature: &str) -> Leg {
    let fields = [
        word(USDC),
        word(BASE_USDC),
        uint(1_000_u64),
        uint(990_u64),
        uint(8_453_u64),
        uint(2_345_678_u64),
        uint(1_u64),
        uint(99_u64),
        uint(0_u64),
        word(THIEF),
        word(FRIEND),
        word(NO),
        bytes(b""),
    ];
    leg(&record(&chain(1), TX, vec![log(POOL, signature, &[4, 5, 9], &fields)]))
}

fn fill(signature: &str, output: u64, to: &str) -> Log {
    let mut fields = vec![
        word(USDC),
        word(BASE_USDC),
        uint(1_000_u64),
        uint(output),
        uint(10_u64),
        uint(1_u64),
        uint(2_345_678_u64),
        uint(99_u64),
        uint(0_u64),
        word(NO),
        word(RELAYER),
        word(THIEF),
        word(to),
    ];
    if signature == FILL_3 {
        fields.push(bytes(b""));
        let changed = vec![word(to), bytes(b""), uint(output), uint(0_u64)];
        fields.push(Field::Tuple(changed));
    } else {
        fields.extend([word(NO), word(to), word(NO), uint(output), uint(0_u64)]);
    }
    log(BASE_POOL, signature, &[5, 6, 10], &fields)
}

#[test]
fn the_recipient_is_paid_and_the_relayer_pays() {
    for (sent, filled) in [(DEPOSIT_3, FILL_3), (DEPOSIT_35, FILL_35), (DEPOSIT_3, FILL_35)] {
        let paid_in = deposit(sent);
        assert_eq!(
            told(&paid_in),
            format!(
                "Deposit across Known asset=eip155:1/erc20:{USDC} amount=1000 payer={THIEF} \
                 custody={POOL} receiver={FRIEND} far=eip155:8453 \
                 far_asset=eip155:8453/erc20:{BASE_USDC} far_amount=990"
            )
        );
        let out = leg(&record(&chain(8_453), TX, vec![fill(filled, 990, FRIEND)]));
        assert_eq!(
            told(&out),
            format!(
                "Payout across Known asset=eip155:8453/erc20:{BASE_USDC} amount=990 \
                 payer={RELAYER} receiver={FRIEND} far=eip155:1"
            )
        );
        assert!(paid_in.id.as_deref().unwrap().starts_with("1:2345678:"));
        assert_eq!(paid_in.id, out.id);
    }
}

/// Anybody may pay a wei to himself under the number of another's deposit.
#[test]
fn a_fill_that_nobody_asked_for_has_another_id() {
    let paid_in = deposit(DEPOSIT_35);
    for (output, to) in [(1, FRIEND), (990, RELAYER)] {
        let out = leg(&record(&chain(8_453), TX, vec![fill(FILL_35, output, to)]));
        assert_ne!(out.id, paid_in.id);
    }
    let spoofed = log(THIEF, FILL_35, &[5, 6, 10], &[]);
    let spoofed = Log {
        data: fill(FILL_35, 990, FRIEND).data,
        topics: fill(FILL_35, 990, FRIEND).topics,
        ..spoofed
    };
    let out = leg(&record(&chain(8_453), TX, vec![spoofed]));
    assert_eq!((out.trust, out.id), (Trust::Unknown, paid_in.id));
}

#[test]
fn version_2_pays_after_fees_and_perhaps_in_parts() {
    let sent = log(
        OLD_POOL,
        "FundsDeposited(uint256,uint256,uint256,uint64,uint32,uint32,address,address,address)",
        &[4, 6, 8],
        &[
            uint(1_000_u64),
            uint(1_u64),
            uint(42_161_u64),
            uint(10_u64.pow(16)),
            uint(77_u64),
            uint(1_u64),
            word(USDC),
            word(FRIEND),
            word(THIEF),
        ],
    );
    let paid_in = leg(&record(&chain(1), TX, vec![sent]));
    let filled = log(
        ARBITRUM_OLD_POOL,
        "FilledRelay(uint256,uint256,uint256,uint256,uint256,uint256,uint64,uint64,uint64,uint32,address,address,address,address,bool)",
        &[11, 12],
        &[
            uint(1_000_u64),
            uint(400_u64),
            uint(400_u64),
            uint(1_u64),
            uint(1_u64),
            uint(42_161_u64),
            uint(10_u64.pow(16)),
            uint(10_u64.pow(16)),
            uint(10_u64.pow(16)),
            uint(77_u64),
            word(BASE_USDC),
            word(RELAYER),
            word(THIEF),
            word(FRIEND),
            uint(0_u64),
        ],
    );
    let out = leg(&record(&chain(42_161), TX, vec![filled]));
    assert_eq!(paid_in.id, out.id);
    assert_eq!(out.amount.unwrap().to_string(), "392");
    assert_eq!(out.receiver.as_deref(), Some(FRIEND));
}

#[test]
fn version_2_5_pays_whom_the_depositor_named_last() {
    let sent = log(
        POOL,
        "FundsDeposited(uint256,uint256,uint256,int64,uint32,uint32,address,address,address,bytes)",
        &[2, 4, 8],
        &[
            uint(1_000_u64),
            uint(1_u64),
            uint(8_453_u64),
            uint(0_u64),
            uint(78_u64),
            uint(1_u64),
            word(USDC),
            word(THIEF),
            word(THIEF),
            bytes(b""),
        ],
    );
    let paid_in = leg(&record(&chain(1), TX, vec![sent]));
    let changed = vec![word(FRIEND), bytes(b""), uint(0_u64), uint(0_u64), uint(0_u64)];
    let filled = log(
        BASE_POOL,
        "FilledRelay(uint256,uint256,uint256,uint256,uint256,uint256,int64,int64,uint32,address,address,address,address,bytes,(address,bytes,int64,bool,int256))",
        &[4, 8, 11],
        &[
            uint(1_000_u64),
            uint(1_000_u64),
            uint(1_000_u64),
            uint(1_u64),
            uint(1_u64),
            uint(8_453_u64),
            uint(0_u64),
            uint(0_u64),
            uint(78_u64),
            word(BASE_USDC),
            word(RELAYER),
            word(THIEF),
            word(THIEF),
            bytes(b""),
            Field::Tuple(changed),
        ],
    );
    let out = leg(&record(&chain(8_453), TX, vec![filled]));
    assert_eq!((paid_in.id, out.receiver.as_deref()), (out.id, Some(FRIEND)));
}

#[test]
fn a_chain_that_nobody_knows_is_said() {
    let mut sent = record(&chain(1), TX, Vec::new());
    let fields = [uint(0_u64), uint(u128::MAX)];
    sent.logs = vec![log(POOL, DEPOSIT_35, &[0, 1], &fields)];
    let decoded = decode_all(&sent);
    assert_eq!((decoded.legs.len(), decoded.defects.len()), (0, 1));
}

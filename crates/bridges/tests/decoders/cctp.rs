//! Circle's CCTP.

use alloy_primitives::{U256, hex};
use hawkshaw_bridges::{DefectKind, Log, Side, Trust, decode_all};

use crate::made::{bytes, chain, leg, log, record, told, uint, word};

const TX: &str = "0x3333333333333333333333333333333333333333333333333333333333333333";
const MESSENGER_1: &str = "0xbd3fa81b58ba92a82136038b25adec7066af3155";
const TRANSMITTER_1: &str = "0xc30362313fbba5cf9163f0bb16a0e01f01a896ca";
const ARBITRUM_MESSENGER_1: &str = "0x19330d10d9cc8751218eaf51e8885d058642e08a";
const MESSENGER_2: &str = "0x28b5a0e9c621a5badaa536219b3a228c8168cf5d";
const TRANSMITTER_2: &str = "0x81d40f21f12a8f0e3252bccb954d722d4c464b64";
const USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
const ARBITRUM_USDC: &str = "0xaf88d065e77c8cc2239327c5edb3a432268e5831";
const THIEF: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";
const NO: &str = "0x00";

fn body(amount: u64, fee: Option<u64>) -> Vec<u8> {
    let word = |text: &str| {
        let mut word = [0; 32];
        word[12..].copy_from_slice(&hex::decode(text).unwrap());
        word
    };
    let number = |value: u64| U256::from(value).to_be_bytes::<32>();
    let version = u32::from(fee.is_some()).to_be_bytes().to_vec();
    let mut body =
        [version, word(USDC).to_vec(), word(THIEF).to_vec(), number(amount).to_vec()].concat();
    body.extend(word(THIEF));
    if let Some(fee) = fee {
        let expiry = if fee == 0 { 0 } else { 20_000_000 };
        body.extend([number(500), number(fee), number(expiry)].concat());
        body.extend(b"hook");
    }
    body
}

fn mint(emitter: &str, version: u8) -> Log {
    let mut fields = vec![word(THIEF), uint(90_u64), word(ARBITRUM_USDC)];
    let mut signature = "MintAndWithdraw(address,uint256,address)";
    if version == 2 {
        fields.push(uint(1_u64));
        signature = "MintAndWithdraw(address,uint256,address,uint256)";
    }
    log(emitter, signature, &[0, 2], &fields)
}

#[test]
fn version_1_by_domain_and_nonce() {
    let burn = log(
        MESSENGER_1,
        "DepositForBurn(uint64,address,uint256,address,bytes32,uint32,bytes32,bytes32)",
        &[0, 1, 3],
        &[
            uint(4711_u64),
            word(USDC),
            uint(90_u64),
            word(THIEF),
            word(THIEF),
            uint(3_u64),
            word(NO),
            word(NO),
        ],
    );
    let paid_in = leg(&record(&chain(1), TX, vec![burn]));
    assert_eq!(
        told(&paid_in),
        format!(
            "Deposit cctp Known asset=eip155:1/erc20:{USDC} amount=90 payer={THIEF} \
             receiver={THIEF} far=eip155:42161"
        )
    );
    let received = log(
        TRANSMITTER_1,
        "MessageReceived(address,uint32,uint64,bytes32,bytes)",
        &[0, 2],
        &[
            word(MESSENGER_1),
            uint(0_u64),
            uint(4711_u64),
            word(MESSENGER_1),
            bytes(&body(90, None)),
        ],
    );
    let logs = vec![mint(ARBITRUM_MESSENGER_1, 1), received];
    let out = leg(&record(&chain(42_161), TX, logs.clone()));
    assert_eq!(
        told(&out),
        format!(
            "Payout cctp Known asset=eip155:42161/erc20:{ARBITRUM_USDC} amount=90 \
             receiver={THIEF} far=eip155:1 far_amount=90"
        )
    );
    assert_eq!(paid_in.id.as_deref(), Some("v1:0:4711"));
    assert_eq!(paid_in.id, out.id);
    // Without the mint it may be a message of somebody else.
    let decoded = decode_all(&record(&chain(42_161), TX, logs[1..].to_vec()));
    assert_eq!(decoded.defects[0].kind, DefectKind::NoCompanion);
    assert_eq!((decoded.legs[0].trust, &decoded.legs[0].asset), (Trust::Unknown, &None));
}

fn sent(amount: u64) -> Log {
    let mut message = [1_u32, 0, 3].map(u32::to_be_bytes).concat();
    message.resize(12 + 4 * 32 + 8, 0);
    message.extend(body(amount, Some(0)));
    log(TRANSMITTER_2, "MessageSent(bytes)", &[], &[bytes(&message)])
}

fn burn_2(amount: u64) -> Log {
    log(
        MESSENGER_2,
        "DepositForBurn(address,uint256,address,bytes32,uint32,bytes32,bytes32,uint256,uint32,bytes)",
        &[0, 2, 8],
        &[
            word(USDC),
            uint(amount),
            word(THIEF),
            word(THIEF),
            uint(3_u64),
            word(NO),
            word(NO),
            uint(500_u64),
            uint(1_000_u64),
            bytes(b"hook"),
        ],
    )
}

#[test]
fn version_2_by_what_both_sides_write_alike() {
    let logs = vec![sent(91), burn_2(91), sent(92), burn_2(92)];
    let decoded = decode_all(&record(&chain(1), TX, logs));
    let [first, second] = decoded.legs.as_slice() else { panic!("{decoded:#?}") };
    assert_ne!(first.id, second.id);
    let received = log(
        TRANSMITTER_2,
        "MessageReceived(address,uint32,bytes32,bytes32,uint32,bytes)",
        &[0, 2, 4],
        &[
            word(MESSENGER_2),
            uint(0_u64),
            word(TX),
            word(MESSENGER_2),
            uint(1_000_u64),
            bytes(&body(91, Some(1))),
        ],
    );
    let out = leg(&record(&chain(42_161), TX, vec![mint(MESSENGER_2, 2), received]));
    assert_eq!((out.side, out.trust, &out.id), (Side::Payout, Trust::Known, &first.id));
    assert_eq!(out.amount.unwrap().to_string(), "90");
    assert!(first.id.as_deref().unwrap().starts_with("v2:0:3:"));
    // A message that somebody else sent does not lend its id to a burn.
    let mut foreign = sent(91);
    foreign.emitter = mint(THIEF, 1).emitter;
    let decoded = decode_all(&record(&chain(1), TX, vec![foreign, burn_2(91)]));
    assert_eq!((&decoded.legs[0].id, decoded.defects[0].kind), (&None, DefectKind::NoCompanion));
}

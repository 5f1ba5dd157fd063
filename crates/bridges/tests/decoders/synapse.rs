//! Synapse.

use alloy_primitives::{hex, keccak256};
use hawkshaw_bridges::{Side, Trust};

use crate::made::{account, bytes, chain, encode, leg, log, record, told, uint, word};

const TX: &str = "0x8888888888888888888888888888888888888888888888888888888888888888";
const BRIDGE: &str = "0x2796317b0ff8538f253012862c06787adfb8ceb6";
const ARBITRUM: &str = "0x6f4e8eba4d337f874ab57478acc2cb5bacdc19c9";
const QUOTES: &str = "0x5523d3c98809dddb82c686e152f5c58b1b0fb59e";
const USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
const NUSD: &str = "0x2913e812cf0dcca30fb28e6cac3d2dcff4497688";
const THIEF: &str = "0x098b716b8aaf21512996dc57eb0615e2383e2f96";
const FRIEND: &str = "0xa0e1c89ef1a489c9c7de96311ed5ce5d32c20e4b";

#[test]
fn kappa_is_the_hash_of_the_text_of_the_hash() {
    let fields = [word(FRIEND), uint(42_161_u64), word(USDC), uint(50_u64)];
    let deposit = log(BRIDGE, "TokenDeposit(address,uint256,address,uint256)", &[0], &fields);
    let mut made = record(&chain(1), TX, vec![deposit]);
    made.sender = Some(account(&chain(1), THIEF));
    let paid_in = leg(&made);
    assert_eq!(
        told(&paid_in),
        format!(
            "Deposit synapse Known asset=eip155:1/erc20:{USDC} amount=50 payer={THIEF} \
             custody={BRIDGE} receiver={FRIEND} far=eip155:42161"
        )
    );
    let kappa = hex::encode(keccak256(TX));
    let fields = [word(FRIEND), word(NUSD), uint(48_u64), uint(2_u64), word(&kappa)];
    let mint = "TokenMint(address,address,uint256,uint256,bytes32)";
    let out = leg(&record(&chain(42_161), TX, vec![log(ARBITRUM, mint, &[0, 4], &fields)]));
    assert_eq!((&paid_in.id, out.side, out.trust), (&out.id, Side::Payout, Trust::Known));
    assert_eq!(out.amount.unwrap().to_string(), "48");
    let withdraw = "TokenWithdraw(address,address,uint256,uint256,bytes32)";
    let withdrawn =
        leg(&record(&chain(42_161), TX, vec![log(ARBITRUM, withdraw, &[0, 4], &fields)]));
    assert_eq!((withdrawn.id, withdrawn.amount), (out.id, None));
}

#[test]
fn burned_tokens_have_no_keeper_and_swapped_ones_no_name() {
    for (signature, count) in [
        ("TokenRedeem(address,uint256,address,uint256)", 4),
        ("TokenRedeemV2(bytes32,uint256,address,uint256)", 4),
        ("TokenRedeemAndRemove(address,uint256,address,uint256,uint8,uint256,uint256)", 7),
        ("TokenRedeemAndSwap(address,uint256,address,uint256,uint8,uint8,uint256,uint256)", 8),
    ] {
        let mut fields = vec![word(FRIEND), uint(1_u64), word(NUSD), uint(50_u64)];
        fields.resize(count, uint(0_u64));
        let redeemed =
            leg(&record(&chain(42_161), TX, vec![log(ARBITRUM, signature, &[0], &fields)]));
        assert_eq!((redeemed.side, &redeemed.custody), (Side::Deposit, &None));
        assert_eq!(redeemed.receiver.as_deref(), Some(FRIEND));
    }
    for (done, named) in [(0_u64, true), (1, false)] {
        let mut fields = vec![word(FRIEND), word(NUSD), uint(48_u64), uint(2_u64)];
        fields.resize(8, uint(0_u64));
        fields.extend([uint(done), word("0xab")]);
        let signature = "TokenMintAndSwap(address,address,uint256,uint256,uint8,uint8,uint256,\
                         uint256,bool,bytes32)";
        let out = leg(&record(&chain(1), TX, vec![log(BRIDGE, signature, &[0, 9], &fields)]));
        assert_eq!(
            (out.asset.is_some(), out.amount.unwrap().to_string()),
            (named, "48".to_owned())
        );
    }
}

#[test]
fn a_quote_names_receiver_and_relayer() {
    let request = [uint(1_u64), uint(42_161_u64), word(THIEF), word(FRIEND), word(USDC)];
    let fields = [
        word("0xabcd"),
        word(THIEF),
        bytes(&encode(&request)),
        uint(42_161_u64),
        word(USDC),
        word("0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"),
        uint(50_u64),
        uint(49_u64),
        uint(0_u64),
    ];
    let signature =
        "BridgeRequested(bytes32,address,bytes,uint32,address,address,uint256,uint256,bool)";
    let paid_in = leg(&record(&chain(1), TX, vec![log(QUOTES, signature, &[0, 1], &fields)]));
    assert_eq!(paid_in.receiver.as_deref(), Some(FRIEND));
    assert_eq!(paid_in.far_asset.unwrap().to_string(), "eip155:42161/slip44:60");
    let fields = [
        word("0xabcd"),
        word(BRIDGE),
        word(FRIEND),
        uint(1_u64),
        word(USDC),
        word(NUSD),
        uint(50_u64),
        uint(49_u64),
        uint(0_u64),
    ];
    let signature =
        "BridgeRelayed(bytes32,address,address,uint32,address,address,uint256,uint256,uint256)";
    let out = leg(&record(&chain(42_161), TX, vec![log(QUOTES, signature, &[0, 1, 2], &fields)]));
    assert_eq!((&out.id, out.receiver.as_deref()), (&paid_in.id, Some(FRIEND)));
    assert_eq!(
        (out.payer.unwrap().address_in_files(), out.amount),
        (BRIDGE.to_owned(), paid_in.far_amount)
    );
    let fields = [word("0xabcd"), word(THIEF), word(USDC), uint(50_u64)];
    let signature = "BridgeDepositRefunded(bytes32,address,address,uint256)";
    let back = leg(&record(&chain(1), TX, vec![log(QUOTES, signature, &[0, 1], &fields)]));
    assert_eq!((back.side, back.id), (Side::Refund, paid_in.id));
}

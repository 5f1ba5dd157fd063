//! Logs by their first topic: the Keccak-256 hash of the signature of the event.

use std::sync::LazyLock;

use alloy_primitives::keccak256;
use rustc_hash::FxHashMap;

/// What a log is understood as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Meaning {
    /// A transfer of ERC-20 or ERC-721.
    Transfer,
    /// A transfer of one token of ERC-1155.
    Single,
    /// A transfer of several tokens of ERC-1155.
    Batch,
    /// Native value was wrapped.
    Wrap,
    /// Native value was unwrapped.
    Unwrap,
    /// The contract that keeps the native balances of a chain made new value.
    NativeMint,
    /// The same contract destroyed value that was sent to it.
    NativeBurn,
    /// The contract through which native value comes in from another chain paid somebody.
    NativeIn,
    /// The issuer destroyed what a frozen account held, without a log of a transfer.
    Destroyed,
    /// It is kept as it is.
    Kept,
}

/// The events that are understood, by signature, with where the signature is from.
const KNOWN: &[(&str, Meaning)] = &[
    // ERC-20, ERC-721.
    ("Transfer(address,address,uint256)", Meaning::Transfer),
    ("Approval(address,address,uint256)", Meaning::Kept),
    // ERC-1155.
    ("TransferSingle(address,address,address,uint256,uint256)", Meaning::Single),
    ("TransferBatch(address,address,address,uint256[],uint256[])", Meaning::Batch),
    // WETH9, <https://github.com/gnosis/canonical-weth>.
    ("Deposit(address,uint256)", Meaning::Wrap),
    ("Withdrawal(address,uint256)", Meaning::Unwrap),
    // L2BaseToken of ZKsync Era, 0x…800a, <https://github.com/matter-labs/era-contracts>.
    ("Mint(address,uint256)", Meaning::NativeMint),
    ("Withdrawal(address,address,uint256)", Meaning::NativeBurn),
    ("WithdrawalWithMessage(address,address,uint256,bytes)", Meaning::NativeBurn),
    // MRC20 of Polygon, 0x…1010, <https://github.com/maticnetwork/contracts>.
    ("Deposit(address,address,uint256,uint256,uint256)", Meaning::NativeIn),
    // TetherToken, 0xdac17f958d2ee523a2206206994597c13d831ec7.
    ("AddedBlackList(address)", Meaning::Kept),
    ("RemovedBlackList(address)", Meaning::Kept),
    ("DestroyedBlackFunds(address,uint256)", Meaning::Destroyed),
    ("Issue(uint256)", Meaning::Kept),
    ("Redeem(uint256)", Meaning::Kept),
    // Circle's FiatToken, <https://github.com/circlefin/stablecoin-evm>.
    ("Blacklisted(address)", Meaning::Kept),
    ("UnBlacklisted(address)", Meaning::Kept),
    // ERC-173.
    ("OwnershipTransferred(address,address)", Meaning::Kept),
    // Bridges. What the fields are stands with the decoders, in `hawkshaw-bridges`, whose tests
    // compare the lists.
    // Across, <https://github.com/across-protocol/contracts>.
    (
        "FundsDeposited(uint256,uint256,uint256,uint64,uint32,uint32,address,address,address)",
        Meaning::Kept,
    ),
    (
        "FundsDeposited(uint256,uint256,uint256,int64,uint32,uint32,address,address,address,bytes)",
        Meaning::Kept,
    ),
    (
        "V3FundsDeposited(address,address,uint256,uint256,uint256,uint32,uint32,uint32,uint32,\
         address,address,address,bytes)",
        Meaning::Kept,
    ),
    (
        "FundsDeposited(bytes32,bytes32,uint256,uint256,uint256,uint256,uint32,uint32,uint32,\
         bytes32,bytes32,bytes32,bytes)",
        Meaning::Kept,
    ),
    (
        "FilledRelay(uint256,uint256,uint256,uint256,uint256,uint256,uint64,uint64,uint64,uint32,\
         address,address,address,address,bool)",
        Meaning::Kept,
    ),
    (
        "FilledRelay(uint256,uint256,uint256,uint256,uint256,uint256,int64,int64,uint32,address,\
         address,address,address,bytes,(address,bytes,int64,bool,int256))",
        Meaning::Kept,
    ),
    (
        "FilledV3Relay(address,address,uint256,uint256,uint256,uint256,uint32,uint32,uint32,\
         address,address,address,address,bytes,(address,bytes,uint256,uint8))",
        Meaning::Kept,
    ),
    (
        "FilledRelay(bytes32,bytes32,uint256,uint256,uint256,uint256,uint256,uint32,uint32,\
         bytes32,bytes32,bytes32,bytes32,bytes32,(bytes32,bytes32,uint256,uint8))",
        Meaning::Kept,
    ),
    // Circle's CCTP, <https://github.com/circlefin/evm-cctp-contracts>.
    (
        "DepositForBurn(uint64,address,uint256,address,bytes32,uint32,bytes32,bytes32)",
        Meaning::Kept,
    ),
    (
        "DepositForBurn(address,uint256,address,bytes32,uint32,bytes32,bytes32,uint256,uint32,\
         bytes)",
        Meaning::Kept,
    ),
    ("MessageSent(bytes)", Meaning::Kept),
    ("MessageReceived(address,uint32,uint64,bytes32,bytes)", Meaning::Kept),
    ("MessageReceived(address,uint32,bytes32,bytes32,uint32,bytes)", Meaning::Kept),
    ("MintAndWithdraw(address,uint256,address)", Meaning::Kept),
    ("MintAndWithdraw(address,uint256,address,uint256)", Meaning::Kept),
    // Celer's cBridge, <https://github.com/celer-network/sgn-v2-contracts>.
    ("Send(bytes32,address,address,address,uint256,uint64,uint64,uint32)", Meaning::Kept),
    ("Relay(bytes32,address,address,address,uint256,uint64,bytes32)", Meaning::Kept),
    ("WithdrawDone(bytes32,uint64,address,address,uint256,bytes32)", Meaning::Kept),
    ("Deposited(bytes32,address,address,uint256,uint64,address)", Meaning::Kept),
    ("Deposited(bytes32,address,address,uint256,uint64,address,uint64)", Meaning::Kept),
    ("Withdrawn(bytes32,address,address,uint256,uint64,bytes32,address)", Meaning::Kept),
    ("Mint(bytes32,address,address,uint256,uint64,bytes32,address)", Meaning::Kept),
    ("Burn(bytes32,address,address,uint256,address)", Meaning::Kept),
    ("Burn(bytes32,address,address,uint256,uint64,address,uint64)", Meaning::Kept),
    // LayerZero and Stargate, <https://github.com/LayerZero-Labs>,
    // <https://github.com/stargate-protocol>.
    ("OFTSent(bytes32,uint32,address,uint256,uint256)", Meaning::Kept),
    ("OFTReceived(bytes32,uint32,address,uint256)", Meaning::Kept),
    ("SendToChain(uint16,address,bytes,uint256)", Meaning::Kept),
    ("SendToChain(uint16,address,bytes32,uint256)", Meaning::Kept),
    ("ReceiveFromChain(uint16,address,uint256)", Meaning::Kept),
    ("Swap(uint16,uint256,address,uint256,uint256,uint256,uint256,uint256)", Meaning::Kept),
    ("SwapRemote(address,uint256,uint256,uint256)", Meaning::Kept),
    ("PacketSent(bytes,bytes,address)", Meaning::Kept),
    ("PacketDelivered((uint32,bytes32,uint64),address)", Meaning::Kept),
    ("Packet(bytes)", Meaning::Kept),
    ("PacketReceived(uint16,bytes,address,uint64,bytes32)", Meaning::Kept),
    ("BusRode(uint32,uint72,uint80,bytes)", Meaning::Kept),
    // THORChain and Maya, <https://gitlab.com/thorchain/ethereum/eth-router>.
    ("Deposit(address,address,uint256,string)", Meaning::Kept),
    ("TransferOut(address,address,address,uint256,string)", Meaning::Kept),
    ("TransferOutAndCall(address,address,uint256,address,address,uint256,string)", Meaning::Kept),
    (
        "TransferOutAndCallV5(address,address,uint256,address,address,uint256,string,bytes,string)",
        Meaning::Kept,
    ),
    (
        "TransferOutAndCallV2(address,address,address,uint256,address,address,uint256,string,\
         bytes,string)",
        Meaning::Kept,
    ),
    // Arbitrum's bridge, <https://github.com/OffchainLabs/nitro-contracts>.
    ("DepositInitiated(address,address,address,uint256,uint256)", Meaning::Kept),
    ("InboxMessageDelivered(uint256,bytes)", Meaning::Kept),
    ("RedeemScheduled(bytes32,bytes32,uint64,uint64,address,uint256,uint256)", Meaning::Kept),
    ("DepositFinalized(address,address,address,uint256)", Meaning::Kept),
    ("WithdrawalInitiated(address,address,address,uint256,uint256,uint256)", Meaning::Kept),
    (
        "L2ToL1Tx(address,address,uint256,uint256,uint256,uint256,uint256,uint256,bytes)",
        Meaning::Kept,
    ),
    (
        "L2ToL1Transaction(address,address,uint256,uint256,uint256,uint256,uint256,uint256,\
         uint256,bytes)",
        Meaning::Kept,
    ),
    ("OutBoxTransactionExecuted(address,address,uint256,uint256)", Meaning::Kept),
    ("WithdrawalFinalized(address,address,address,uint256,uint256)", Meaning::Kept),
    (
        "MessageDelivered(uint256,bytes32,address,uint8,address,bytes32,uint256,uint64)",
        Meaning::Kept,
    ),
    ("BridgeCallTriggered(address,address,uint256,bytes)", Meaning::Kept),
    // Chainflip, <https://github.com/chainflip-io/chainflip-eth-contracts>.
    ("SwapNative(uint32,bytes,uint32,uint256,address,bytes)", Meaning::Kept),
    ("SwapNative(uint32,bytes,uint32,uint256,address)", Meaning::Kept),
    ("SwapToken(uint32,bytes,uint32,address,uint256,address,bytes)", Meaning::Kept),
    ("SwapToken(uint32,bytes,uint32,address,uint256,address)", Meaning::Kept),
    ("XCallNative(uint32,bytes,uint32,uint256,address,bytes,uint256,bytes)", Meaning::Kept),
    ("XCallToken(uint32,bytes,uint32,address,uint256,address,bytes,uint256,bytes)", Meaning::Kept),
    // deBridge's DLN, <https://docs.debridge.finance>.
    (
        "CreatedOrder((uint64,bytes,uint256,bytes,uint256,uint256,bytes,uint256,bytes,bytes,\
         bytes,bytes,bytes,bytes),bytes32,bytes,uint256,uint256,uint32,bytes)",
        Meaning::Kept,
    ),
    (
        "FulfilledOrder((uint64,bytes,uint256,bytes,uint256,uint256,bytes,uint256,bytes,bytes,\
         bytes,bytes,bytes,bytes),bytes32,address,address)",
        Meaning::Kept,
    ),
    ("ClaimedOrderCancel(bytes32,address,uint256,address)", Meaning::Kept),
    // Hop, <https://github.com/hop-protocol/contracts>.
    (
        "TransferSent(bytes32,uint256,address,uint256,bytes32,uint256,uint256,uint256,uint256)",
        Meaning::Kept,
    ),
    ("WithdrawalBonded(bytes32,uint256)", Meaning::Kept),
    ("Withdrew(bytes32,address,uint256,bytes32)", Meaning::Kept),
    ("TransferSentToL2(uint256,address,uint256,uint256,uint256,address,uint256)", Meaning::Kept),
    ("TransferFromL1Completed(address,uint256,uint256,uint256,address,uint256)", Meaning::Kept),
    // The OP Stack, <https://github.com/ethereum-optimism/optimism>.
    ("ETHBridgeInitiated(address,address,uint256,bytes)", Meaning::Kept),
    ("ETHBridgeFinalized(address,address,uint256,bytes)", Meaning::Kept),
    ("ERC20BridgeInitiated(address,address,address,address,uint256,bytes)", Meaning::Kept),
    ("ERC20BridgeFinalized(address,address,address,address,uint256,bytes)", Meaning::Kept),
    ("ETHDepositInitiated(address,address,uint256,bytes)", Meaning::Kept),
    ("ETHWithdrawalFinalized(address,address,uint256,bytes)", Meaning::Kept),
    ("ERC20DepositInitiated(address,address,address,address,uint256,bytes)", Meaning::Kept),
    ("ERC20WithdrawalFinalized(address,address,address,address,uint256,bytes)", Meaning::Kept),
    ("WithdrawalInitiated(address,address,address,address,uint256,bytes)", Meaning::Kept),
    ("DepositFinalized(address,address,address,address,uint256,bytes)", Meaning::Kept),
    ("SentMessage(address,address,bytes,uint256,uint256)", Meaning::Kept),
    ("SentMessageExtension1(address,uint256)", Meaning::Kept),
    ("RelayedMessage(bytes32)", Meaning::Kept),
    // Polygon's bridges, <https://github.com/maticnetwork/pos-portal>.
    ("LockedEther(address,address,uint256)", Meaning::Kept),
    ("LockedERC20(address,address,address,uint256)", Meaning::Kept),
    ("ExitedEther(address,uint256)", Meaning::Kept),
    ("ExitedERC20(address,address,uint256)", Meaning::Kept),
    ("NewDepositBlock(address,address,uint256,uint256)", Meaning::Kept),
    ("TokenDeposited(address,address,address,uint256,uint256)", Meaning::Kept),
    ("StateCommitted(uint256,bool)", Meaning::Kept),
    ("StateSynced(uint256,address,bytes)", Meaning::Kept),
    // Ronin's bridge, <https://github.com/axieinfinity/ronin-dpos-contracts>.
    (
        "DepositRequested(bytes32,(uint256,uint8,(address,address,uint256),(address,address,\
         uint256),(uint8,uint256,uint256)))",
        Meaning::Kept,
    ),
    (
        "Deposited(bytes32,(uint256,uint8,(address,address,uint256),(address,address,uint256),\
         (uint8,uint256,uint256)))",
        Meaning::Kept,
    ),
    (
        "WithdrawalRequested(bytes32,(uint256,uint8,(address,address,uint256),(address,address,\
         uint256),(uint8,uint256,uint256)))",
        Meaning::Kept,
    ),
    (
        "Withdrew(bytes32,(uint256,uint8,(address,address,uint256),(address,address,uint256),\
         (uint8,uint256,uint256)))",
        Meaning::Kept,
    ),
    ("TokenDeposited(uint256,address,address,address,uint32,uint256)", Meaning::Kept),
    ("TokenDeposited(uint256,address,address,uint256)", Meaning::Kept),
    ("TokenWithdrew(uint256,address,address,address,uint32,uint256)", Meaning::Kept),
    ("TokenWithdrew(uint256,address,address,uint256)", Meaning::Kept),
    // Synapse, <https://github.com/synapsecns/synapse-contracts>.
    ("TokenDeposit(address,uint256,address,uint256)", Meaning::Kept),
    (
        "TokenDepositAndSwap(address,uint256,address,uint256,uint8,uint8,uint256,uint256)",
        Meaning::Kept,
    ),
    ("TokenRedeem(address,uint256,address,uint256)", Meaning::Kept),
    (
        "TokenRedeemAndSwap(address,uint256,address,uint256,uint8,uint8,uint256,uint256)",
        Meaning::Kept,
    ),
    ("TokenRedeemAndRemove(address,uint256,address,uint256,uint8,uint256,uint256)", Meaning::Kept),
    ("TokenRedeemV2(bytes32,uint256,address,uint256)", Meaning::Kept),
    ("TokenWithdraw(address,address,uint256,uint256,bytes32)", Meaning::Kept),
    ("TokenMint(address,address,uint256,uint256,bytes32)", Meaning::Kept),
    (
        "TokenWithdrawAndRemove(address,address,uint256,uint256,uint8,uint256,uint256,bool,\
         bytes32)",
        Meaning::Kept,
    ),
    (
        "TokenMintAndSwap(address,address,uint256,uint256,uint8,uint8,uint256,uint256,bool,\
         bytes32)",
        Meaning::Kept,
    ),
    (
        "BridgeRequested(bytes32,address,bytes,uint32,address,address,uint256,uint256,bool)",
        Meaning::Kept,
    ),
    (
        "BridgeRelayed(bytes32,address,address,uint32,address,address,uint256,uint256,uint256)",
        Meaning::Kept,
    ),
    ("BridgeDepositRefunded(bytes32,address,address,uint256)", Meaning::Kept),
    // Wormhole, <https://github.com/wormhole-foundation/wormhole>.
    ("LogMessagePublished(address,uint64,uint32,bytes,uint8)", Meaning::Kept),
    ("TransferRedeemed(uint16,bytes32,uint64)", Meaning::Kept),
    // Tornado Cash, <https://github.com/tornadocash/tornado-core>.
    ("Deposit(bytes32,uint32,uint256)", Meaning::Kept),
    ("Withdrawal(address,bytes32,address,uint256)", Meaning::Kept),
];

static MEANINGS: LazyLock<FxHashMap<[u8; 32], Meaning>> = LazyLock::new(|| {
    KNOWN.iter().map(|(signature, meaning)| (keccak256(signature).0, *meaning)).collect()
});

/// What a log with this first topic is understood as.
pub(super) fn meaning(topic: &[u8; 32]) -> Option<Meaning> {
    MEANINGS.get(topic).copied()
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, MEANINGS, Meaning, meaning};
    use alloy_primitives::hex;

    /// Topics as explorers show them.
    #[test]
    fn signatures_give_the_topics_that_are_on_chain() {
        for (topic, expected) in [
            ("ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef", Meaning::Transfer),
            ("e1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c", Meaning::Wrap),
            ("7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65", Meaning::Unwrap),
            ("8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925", Meaning::Kept),
            ("42e160154868087d6bfdc0ca23d96a1c1cfa32f1b72ba9ba27b69b98a0d819dc", Meaning::Kept),
            ("8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0", Meaning::Kept),
            ("2fa9ca894982930190727e75500a97d8dc500233a5065e0f3126c48fbe0343c0", Meaning::Kept),
            ("6eb224fb001ed210e379b335e35efe88672a8ce935d981a6896b27ffdf52a3b2", Meaning::Kept),
            ("ef519b7eb82aaf6ac376a6df2d793843ebfd593de5f1a0601d3cc6ab49ebb395", Meaning::Kept),
            ("4e2ca0515ed1aef1395f66b5303bb5d6f1bf9d61a353fa53f73f8ac9973fa9f6", Meaning::NativeIn),
            ("c3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62", Meaning::Single),
            ("4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb", Meaning::Batch),
            ("a945e51eec50ab98c161376f0db4cf2aeba3ec92755fe2fcd388bdbbb80ff196", Meaning::Kept),
        ] {
            let bytes: [u8; 32] = hex::decode(topic).unwrap().try_into().unwrap();
            assert_eq!(meaning(&bytes), Some(expected), "{topic}");
        }
        assert_eq!(MEANINGS.len(), KNOWN.len());
    }
}

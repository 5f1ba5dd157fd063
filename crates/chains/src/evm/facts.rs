//! What is known of EVM chains: their native asset, the contracts that wrap or show it, and
//! where they differ from Ethereum.

use alloy_primitives::{Address, address};
use hawkshaw_model::ChainId;

use super::log::Token;
use super::topics::{self, Meaning};

/// What is known of a chain, which may be nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    id: u64,
    native: Option<&'static str>,
    wrapper: Option<Address>,
    family: Family,
    twin: Option<(Twin, Address)>,
}

/// Chains that differ from others in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Family {
    /// Ethereum and its test networks: the tip goes to the fee recipient of the block, and
    /// withdrawals of validators are native value.
    Ethereum,
    /// Networks for development: as Ethereum, but any node may do as it likes about rewards.
    Development,
    /// The OP Stack: deposits from below are transactions of type 0x7e.
    OpStack,
    /// Arbitrum Nitro: deposits and retryable tickets are transactions of types 0x64 to 0x6a.
    Arbitrum,
    /// Polygon's Bor: state that is synchronised from Ethereum is a transaction of nobody.
    Polygon,
    /// Avalanche's C-Chain: value comes from its sister chains beside the transactions.
    Avalanche,
    /// Gnosis: withdrawals of validators are a token.
    Gnosis,
    /// Nothing in particular is known.
    Other,
}

/// What the logs of a contract that shows the native asset as a token mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twin {
    /// They repeat what transactions and calls move.
    Repeats,
    /// They are movements that no call shows.
    Adds,
    /// They are all movements there are, also those of transactions, calls and fees.
    IsAll,
}

const fn chain(id: u64, native: &'static str, family: Family, wrapper: Option<Address>) -> Facts {
    Facts { id, native: Some(native), wrapper, family, twin: None }
}

const fn plain(id: u64, native: &'static str) -> Facts {
    chain(id, native, Family::Other, None)
}

const fn with_twin(facts: Facts, twin: Twin, contract: Address) -> Facts {
    Facts { twin: Some((twin, contract)), ..facts }
}

/// The predeployed WETH9 of the OP Stack.
/// Source: <https://specs.optimism.io/protocol/predeploys.html>.
const OP_WETH: Option<Address> = Some(address!("4200000000000000000000000000000000000006"));

const fn op_stack(id: u64, native: &'static str) -> Facts {
    chain(id, native, Family::OpStack, OP_WETH)
}

/// MATIC, later POL, as a token: a transfer of it is a call with value, and Bor logs every
/// movement of value as one of this contract.
/// Source: MRC20 in <https://github.com/maticnetwork/contracts>, `AddTransferLog` in
/// <https://github.com/maticnetwork/bor>.
const MRC20: Address = address!("0000000000000000000000000000000000001010");

/// The balances of ether on `ZKsync` Era: every movement of it is a log `Transfer` of this contract,
/// also fees, which go to the bootloader and in part come back.
/// Source: `L2BaseToken` in <https://github.com/matter-labs/era-contracts>.
const L2_BASE_TOKEN: Address = address!("000000000000000000000000000000000000800a");

/// CELO as a token: a transfer of it moves the native balance by a precompile, which no call
/// with value shows; a call with value logs nothing.
/// Source: `GoldToken` in <https://github.com/celo-org/celo-monorepo>, and
/// <https://docs.celo.org/what-is-celo/using-celo/protocol/celo-token>.
const GOLD_TOKEN: Address = address!("471ece3750da237f93b8e339c536989b8978a438");

use Family::{
    Arbitrum, Avalanche, Development, Ethereum, Gnosis, OpStack as Op, Other, Polygon as Bor,
};

/// Sources: SLIP-0044 for the coin, where `slip44:1` is any coin of a test network, and
/// <https://chainlist.org> for which chain has which; for wrappers, the verified contract in the
/// explorer of the chain.
const CHAINS: &[Facts] = &[
    chain(1, "slip44:60", Ethereum, Some(address!("c02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"))),
    chain(5, "slip44:1", Ethereum, None),
    op_stack(10, "slip44:60"),
    plain(25, "slip44:394"),
    plain(30, "slip44:137"),
    chain(56, "slip44:714", Other, Some(address!("bb4cdb9cbd36b01bd1cbaebf2de08d9173bc095c"))),
    plain(61, "slip44:61"),
    plain(97, "slip44:1"),
    chain(100, "slip44:700", Gnosis, Some(address!("e91d153e0b41518a2ce8dd3d7944fa863463a97d"))),
    op_stack(130, "slip44:60"),
    with_twin(
        chain(137, "slip44:966", Bor, Some(address!("0d500b1d8e8ef31e21c99d1db9a6444d3adf1270"))),
        Twin::Repeats,
        MRC20,
    ),
    op_stack(204, "slip44:714"),
    plain(250, "slip44:1007"),
    op_stack(288, "slip44:60"),
    with_twin(plain(300, "slip44:1"), Twin::IsAll, L2_BASE_TOKEN),
    with_twin(plain(324, "slip44:60"), Twin::IsAll, L2_BASE_TOKEN),
    op_stack(480, "slip44:60"),
    plain(592, "slip44:810"),
    plain(1_101, "slip44:60"),
    op_stack(1_135, "slip44:60"),
    plain(1_284, "slip44:1284"),
    plain(1_285, "slip44:1285"),
    chain(1_337, "slip44:1", Development, None),
    op_stack(1_868, "slip44:60"),
    chain(2_020, "slip44:2020", Other, Some(address!("e514d9deb7966c8be0ca922de8a064264ea6bcd4"))),
    plain(8_217, "slip44:8217"),
    op_stack(8_453, "slip44:60"),
    chain(17_000, "slip44:1", Ethereum, None),
    chain(31_337, "slip44:1", Development, None),
    op_stack(34_443, "slip44:60"),
    // Its WETH logs a transfer from and to the zero address instead.
    chain(42_161, "slip44:60", Arbitrum, None),
    chain(42_170, "slip44:60", Arbitrum, None),
    with_twin(chain(42_220, "slip44:52752", Op, None), Twin::Adds, GOLD_TOKEN),
    chain(43_113, "slip44:1", Avalanche, None),
    chain(
        43_114,
        "slip44:9005",
        Avalanche,
        Some(address!("b31f66aa3c1e785363f0875a1b74e27b85fd66c7")),
    ),
    op_stack(57_073, "slip44:60"),
    plain(59_144, "slip44:60"),
    op_stack(60_808, "slip44:60"),
    with_twin(chain(80_002, "slip44:1", Bor, None), Twin::Repeats, MRC20),
    chain(81_457, "slip44:60", Op, None),
    op_stack(84_532, "slip44:1"),
    plain(167_000, "slip44:60"),
    chain(421_614, "slip44:1", Arbitrum, None),
    plain(534_351, "slip44:1"),
    plain(534_352, "slip44:60"),
    chain(560_048, "slip44:1", Ethereum, None),
    op_stack(7_777_777, "slip44:60"),
    chain(11_155_111, "slip44:1", Ethereum, None),
    op_stack(11_155_420, "slip44:1"),
    plain(1_313_161_554, "slip44:60"),
    plain(1_666_600_000, "slip44:1023"),
];

static UNKNOWN: Facts = Facts { id: 0, native: None, wrapper: None, family: Other, twin: None };

/// The first block of Ethereum in which a contract that destroys itself in favour of itself
/// keeps what it holds (EIP-6780 in Cancun, 13 March 2024).
/// Source: EIP-7569 (activation at Unix time 1710338135) and the block of that time.
const CANCUN: u64 = 19_426_587;

impl Facts {
    /// What is known of a chain.
    pub fn of(chain: &ChainId) -> &'static Self {
        let id = (chain.namespace() == "eip155").then(|| chain.reference().parse().ok()).flatten();
        CHAINS.iter().find(|known| Some(known.id) == id).unwrap_or(&UNKNOWN)
    }

    /// The native asset, as the part of its CAIP-19 id behind the chain.
    pub fn native(&self) -> Option<&'static str> {
        self.native
    }

    /// In what way the chain differs from others.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Whether a contract is known to wrap the native asset.
    pub fn is_wrapper(&self, contract: &[u8; 20]) -> bool {
        self.wrapper.is_some_and(|wrapper| wrapper == contract)
    }

    /// What the logs of a contract say of the native asset, where it shows that.
    pub fn twin(&self, contract: &[u8; 20]) -> Option<Twin> {
        let (twin, known) = self.twin?;
        (known == contract).then_some(twin)
    }

    /// What a transfer of a contract moves; `None` where it repeats what a call moves.
    pub fn token(&self, contract: [u8; 20]) -> Option<Token> {
        match self.twin(&contract) {
            None => Some(Token::Fungible(contract)),
            Some(Twin::Adds | Twin::IsAll) => Some(Token::Native),
            Some(Twin::Repeats) => None,
        }
    }

    /// Whether logs tell every movement of the native asset, so that transactions, calls and
    /// fees would tell it twice.
    pub fn has_native_logs(&self) -> bool {
        matches!(self.twin, Some((Twin::IsAll, _)))
    }

    /// What a log of a contract with this first topic is understood as.
    pub fn meaning(&self, contract: &[u8; 20], topic: &[u8; 32]) -> Option<Meaning> {
        let meaning = topics::meaning(topic)?;
        let is_heard = match meaning {
            Meaning::NativeMint | Meaning::NativeBurn => self.twin(contract) == Some(Twin::IsAll),
            Meaning::NativeIn => self.twin(contract) == Some(Twin::Repeats),
            _ => true,
        };
        is_heard.then_some(meaning)
    }

    /// Whether ether that a contract leaves to itself when it destroys itself is gone, also
    /// where it was created before the transaction.
    pub fn burns_what_it_keeps(&self, height: u64) -> bool {
        self.id == 1 && height < CANCUN
    }

    /// Whether the logs of a block are numbered from 0 without gaps.
    pub(super) fn numbers_logs(&self) -> bool {
        matches!(self.family, Ethereum | Op | Arbitrum) && self.twin.is_none()
    }

    /// Whether the tips of a block go to its fee recipient, as they are.
    ///
    /// Source: EIP-1559; before it the whole gas price went there.
    pub(super) fn pays_tips(&self) -> bool {
        self.family == Ethereum
    }

    /// Whether validators withdraw the native asset (EIP-4895).
    pub(super) fn withdraws_native(&self) -> bool {
        !matches!(self.family, Gnosis)
    }

    /// Whether this is the main network of Ethereum.
    pub(super) fn is_main(&self) -> bool {
        self.id == 1
    }
}

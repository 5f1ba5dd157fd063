//! What is known of EVM chains: their native asset and the contracts that wrap it.

use alloy_primitives::{Address, address};
use hawkshaw_model::ChainId;

/// A chain and what is known of it.
struct Chain {
    reference: &'static str,
    /// Source: SLIP-0044, and <https://chainlist.org> for which chain has which coin.
    native: &'static str,
    /// The contract that wraps the native asset as WETH9 does, with the logs `Deposit` and
    /// `Withdrawal`. Source: the verified contract in the explorer of the chain.
    wrapper: Option<Address>,
}

const fn chain(reference: &'static str, native: &'static str, wrapper: Option<Address>) -> Chain {
    Chain { reference, native, wrapper }
}

/// The predeployed WETH9 of the OP Stack.
/// Source: <https://specs.optimism.io/protocol/predeploys.html>.
const OP_STACK: Option<Address> = Some(address!("4200000000000000000000000000000000000006"));

const CHAINS: &[Chain] = &[
    chain("1", "slip44:60", Some(address!("c02aaa39b223fe8d0a0e5c4f27ead9083c756cc2"))),
    chain("10", "slip44:60", OP_STACK),
    chain("25", "slip44:394", None),
    chain("56", "slip44:714", Some(address!("bb4cdb9cbd36b01bd1cbaebf2de08d9173bc095c"))),
    chain("100", "slip44:700", Some(address!("e91d153e0b41518a2ce8dd3d7944fa863463a97d"))),
    chain("130", "slip44:60", OP_STACK),
    chain("137", "slip44:966", Some(address!("0d500b1d8e8ef31e21c99d1db9a6444d3adf1270"))),
    chain("250", "slip44:1007", None),
    chain("324", "slip44:60", None),
    chain("2020", "slip44:2020", Some(address!("e514d9deb7966c8be0ca922de8a064264ea6bcd4"))),
    chain("8453", "slip44:60", OP_STACK),
    chain("17000", "slip44:1", None),
    // Its WETH logs a transfer from and to the zero address instead.
    chain("42161", "slip44:60", None),
    chain("42170", "slip44:60", None),
    chain("43114", "slip44:9005", Some(address!("b31f66aa3c1e785363f0875a1b74e27b85fd66c7"))),
    chain("59144", "slip44:60", None),
    chain("81457", "slip44:60", None),
    chain("534352", "slip44:60", None),
    chain("11155111", "slip44:1", None),
];

fn known(chain: &ChainId) -> Option<&'static Chain> {
    let is_evm = chain.namespace() == "eip155";
    CHAINS.iter().find(|known| is_evm && known.reference == chain.reference())
}

/// The native asset of an EVM chain, as the part of its CAIP-19 id behind the chain.
pub(crate) fn native_asset(chain: &ChainId) -> Option<&'static str> {
    known(chain).map(|chain| chain.native)
}

/// Whether a contract is known to wrap the native asset of its chain.
pub(crate) fn is_wrapper(chain: &ChainId, contract: &[u8; 20]) -> bool {
    known(chain).and_then(|chain| chain.wrapper).is_some_and(|wrapper| wrapper == contract)
}

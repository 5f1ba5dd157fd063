//! Stargate's pools.

use alloy_primitives::{Address, address};
use hawkshaw_model::ChainId;

use super::networks;

/// A pool, with the token that it holds.
#[derive(Debug)]
pub(crate) struct Pool {
    chain: u64,
    contract: Address,
    /// The token; zero is the native asset.
    pub(crate) token: Address,
    /// By how many digits the token is finer than the unit that all pools share.
    pub(crate) digits: u8,
}

const fn pool(chain: u64, contract: Address, token: Address, digits: u8) -> Pool {
    Pool { chain, contract, token, digits }
}

const NATIVE: Address = Address::ZERO;

/// Sources: of version 1
/// <https://stargateprotocol.gitbook.io/stargate/v1/developers/contract-addresses/mainnet>, of
/// version 2 <https://stargateprotocol.gitbook.io/stargate/v2-developer-docs/technical-reference/mainnet-contracts>
/// and <https://github.com/l2beat/l2beat> (`interop/plugins/stargate.ts`).
const POOLS: &[Pool] = &[
    // Version 2, whose events speak in units of the token.
    pool(1, address!("77b2043768d28e9c9ab44e1abfc95944bce57931"), NATIVE, 0),
    pool(1, address!("c026395860db2d07ee33e05fe50ed7bd583189c7"), USDC, 0),
    pool(1, address!("933597a323eb81cae705c5bc29985172fd5a3973"), USDT, 0),
    pool(42_161, address!("a45b5130f36cdca45667738e2a258ab09f4a5f7f"), NATIVE, 0),
    pool(
        42_161,
        address!("e8cdf27acd73a434d661c84887215f7598e7d0d3"),
        address!("af88d065e77c8cc2239327c5edb3a432268e5831"),
        0,
    ),
    pool(42_161, address!("ce8cca271ebc0533920c83d39f417ed6a0abb7d0"), ARBITRUM_USDT, 0),
    pool(8_453, address!("dc181bd607330aeebef6ea62e03e5e1fb4b6f7c7"), NATIVE, 0),
    pool(
        8_453,
        address!("27a16dc786820b16e5c9028b75b99f6f604b5d26"),
        address!("833589fcd6edb6e08f4c7c32d4f71b54bda02913"),
        0,
    ),
    pool(10, address!("e8cdf27acd73a434d661c84887215f7598e7d0d3"), NATIVE, 0),
    pool(
        10,
        address!("ce8cca271ebc0533920c83d39f417ed6a0abb7d0"),
        address!("0b2c639c533813f4aa9d7837caf62653d097ff85"),
        0,
    ),
    pool(
        10,
        address!("19cfce47ed54a88614648dc3f19a5980097007dd"),
        address!("94b008aa00579c1307b0ef2c499ad98a8ce58e58"),
        0,
    ),
    pool(
        137,
        address!("9aa02d4fae7f58b8e8f34c66e756cc734dac7fe4"),
        address!("3c499c542cef5e3811e1192ce70d8cc03d5c3359"),
        0,
    ),
    pool(137, address!("d47b03ee6d86cf251ee7860fb2acf9f91b9fd4d7"), POLYGON_USDT, 0),
    pool(
        56,
        address!("962bd449e630b0d928f308ce63f1a21f02576057"),
        address!("8ac76a51cc950d9822d68b83fe1ad97b32cd580d"),
        0,
    ),
    pool(56, address!("138eb30f73bc423c6455c53df6d89cb01d9ebc63"), BNB_USDT, 0),
    pool(59_144, address!("81f6138153d473e8c5ecebd3dc8cd4903506b075"), NATIVE, 0),
    pool(130, address!("e9aba835f813ca05e50a6c0ce65d0d74390f7de7"), NATIVE, 0),
    pool(43_114, address!("5634c4a5fed09819e3c46d86a965dd9447d86e47"), AVALANCHE_USDC, 0),
    pool(43_114, address!("12dc9256acc9895b076f6638d628382881e62cee"), AVALANCHE_USDT, 0),
    // Version 1, whose events speak in six digits but for ether.
    pool(1, address!("df0770df86a8034b3efef0a1bb3c889b8332ff56"), USDC, 0),
    pool(1, address!("38ea452219524bb87e18de1c24d3bb59510bd783"), USDT, 0),
    pool(1, address!("101816545f6bd2b1076434b54383a1e633390a2e"), NATIVE, 0),
    pool(56, address!("9aa83081aa06af7208dcc7a4cb72c94d057d2cda"), BNB_USDT, 12),
    pool(
        56,
        address!("98a5737749490856b401db5dc27f522fc314a4e1"),
        address!("e9e7cea3dedca5984780bafc599bd69add087d56"),
        12,
    ),
    pool(43_114, address!("1205f31718499dbf1fca446663b532ef87481fe1"), AVALANCHE_USDC, 0),
    pool(43_114, address!("29e38769f23701a2e4a8ef0492e19da4604be62c"), AVALANCHE_USDT, 0),
    pool(
        137,
        address!("1205f31718499dbf1fca446663b532ef87481fe1"),
        address!("2791bca1f2de4661ed88a30c99a7a9449aa84174"),
        0,
    ),
    pool(137, address!("29e38769f23701a2e4a8ef0492e19da4604be62c"), POLYGON_USDT, 0),
    pool(
        42_161,
        address!("892785f33cdee22a30aef750f285e18c18040c3e"),
        address!("ff970a61a04b1ca14834a43f5de4533ebddb5cc8"),
        0,
    ),
    pool(42_161, address!("b6cfcf89a7b22988bfc96632ac2a9d6dab60d641"), ARBITRUM_USDT, 0),
    pool(42_161, address!("915a55e36a01285a14f05de6e81ed9ce89772f8e"), NATIVE, 0),
    pool(
        10,
        address!("decc0c09c3b5f6e92ef4184125d5648a66e35298"),
        address!("7f5c764cbc14f9669b88837ca1490cca17c31607"),
        0,
    ),
    pool(10, address!("d22363e3762ca7339569f3d33eade20127d5f98c"), NATIVE, 0),
    pool(8_453, address!("28fc411f9e1c480ad312b3d9c60c22b965015c6b"), NATIVE, 0),
];

const USDC: Address = address!("a0b86991c6218b36c1d19d4a2e9eb0ce3606eb48");
const USDT: Address = address!("dac17f958d2ee523a2206206994597c13d831ec7");
const ARBITRUM_USDT: Address = address!("fd086bc7cd5c481dcc9c85ebe478a1c0b69fcbb9");
const POLYGON_USDT: Address = address!("c2132d05d31c914a87c6611c10748aeb04b58e8f");
const BNB_USDT: Address = address!("55d398326f99059ff775485246999027b3197955");
const AVALANCHE_USDC: Address = address!("b97ef9ef8734c71904d8002f8b6bc66dd9c48a6e");
const AVALANCHE_USDT: Address = address!("9702230a8ea53601f5cd2dc00fdbc13d4df4a8c7");

/// The pool that a contract is.
pub(crate) fn pool_at(chain: &ChainId, contract: &[u8; 20]) -> Option<&'static Pool> {
    let here = networks::number(chain)?;
    POOLS.iter().find(|pool| pool.chain == here && pool.contract == *contract)
}

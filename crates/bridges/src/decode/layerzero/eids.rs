//! The numbers that LayerZero gives chains.

use hawkshaw_model::ChainId;

use super::networks::{self, Far};

/// The numbers of version 1; those of version 2 are 30,000 higher.
/// Source: <https://docs.layerzero.network/v2/deployments/deployed-contracts>.
const CHAINS: &[(u64, Far)] = &[
    (101, Far::Evm(1)),
    (102, Far::Evm(56)),
    (106, Far::Evm(43_114)),
    (108, Far::Other("aptos")),
    (109, Far::Evm(137)),
    (110, Far::Evm(42_161)),
    (111, Far::Evm(10)),
    (112, Far::Evm(250)),
    (115, Far::Evm(53_935)),
    (116, Far::Evm(1_666_600_000)),
    (125, Far::Evm(42_220)),
    (126, Far::Evm(1_284)),
    (138, Far::Evm(122)),
    (145, Far::Evm(100)),
    (150, Far::Evm(8_217)),
    (151, Far::Evm(1_088)),
    (153, Far::Evm(1_116)),
    (155, Far::Evm(66)),
    (158, Far::Evm(1_101)),
    (159, Far::Evm(7_700)),
    (165, Far::Evm(324)),
    (167, Far::Evm(1_285)),
    (168, Far::Other("sol")),
    (175, Far::Evm(42_170)),
    (176, Far::Evm(1_030)),
    (177, Far::Evm(2_222)),
    (181, Far::Evm(5_000)),
    (183, Far::Evm(59_144)),
    (184, Far::Evm(8_453)),
    (195, Far::Evm(7_777_777)),
    (202, Far::Evm(204)),
    (210, Far::Evm(592)),
    (211, Far::Evm(1_313_161_554)),
    (214, Far::Evm(534_352)),
    (217, Far::Evm(169)),
    (243, Far::Evm(81_457)),
    (257, Far::Evm(810_180)),
    (260, Far::Evm(34_443)),
    (279, Far::Evm(60_808)),
    (280, Far::Evm(1_329)),
    (290, Far::Evm(167_000)),
    (312, Far::Evm(33_139)),
    (319, Far::Evm(480)),
    (320, Far::Evm(130)),
    (324, Far::Evm(2_741)),
    (332, Far::Evm(146)),
    (335, Far::Evm(1_923)),
    (339, Far::Evm(57_073)),
    (340, Far::Evm(1_868)),
    (362, Far::Evm(80_094)),
    (367, Far::Evm(999)),
    (370, Far::Evm(98_866)),
    (383, Far::Evm(9_745)),
    (390, Far::Evm(143)),
    (420, Far::Tron),
];

/// What numbers of version 2 are higher by.
const V2: u64 = 30_000;

/// The chain of a number of either version.
pub(super) fn chain(number: u64) -> Option<ChainId> {
    networks::find(CHAINS, number.checked_sub(V2).unwrap_or(number))
}

/// The number of a chain in version 1.
pub(super) fn of_v1(chain: &ChainId) -> Option<u64> {
    networks::find_number(CHAINS, chain)
}

/// The number of a chain in version 2.
pub(super) fn of_v2(chain: &ChainId) -> Option<u64> {
    of_v1(chain).map(|number| number + V2)
}

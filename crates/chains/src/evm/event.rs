//! Where in its transaction a movement stands, so that files and nodes give the same movement
//! the same number.
//!
//! ```text
//! 0            what the transaction itself moves: the call at the root
//! 2·k          what call k moves, depth first from the root (see `Walk`)
//! 2·i + 1      what log i of the block moves
//! 2·i + 1 + m·2^21    the m-th further movement of the same log (ERC-1155)
//! 2^31 − 2, 2^31 − 4  value that the chain itself puts into the transaction
//! ```
//!
//! Numbers from 2^31 on belong to whoever keeps the rows.

use hawkshaw_model::rows::Transfer;

/// Further movements of a log are this far apart.
const STEP: u32 = 1 << 21;
/// How many movements one log can have.
const MOVES_MAX: u32 = 1 << 10;

/// The event index of value that the chain mints for a transaction: a number that no call has,
/// because a block has no room for so many.
pub(super) const MINTED: u32 = (1 << 31) - 2;
/// The same for value that the chain moves beside the calls.
pub(super) const ESCROWED: u32 = (1 << 31) - 4;

/// The event index of a call by its number in the transaction.
pub fn event_of_call(number: u32) -> Option<u32> {
    number.checked_mul(2).filter(|event| *event < ESCROWED)
}

/// The event index of a log by its number in the block; `None` beyond any block.
pub fn event_of_log(index: u32) -> Option<u32> {
    let event = index.checked_mul(2)?.checked_add(1)?;
    (event != Transfer::UNPLACED).then_some(event)
}

/// The event index of a movement of a log that has several; `None` beyond the first 1,024.
pub(super) fn event_of_move(log: u32, number: usize) -> Option<u32> {
    let first = event_of_log(log)?;
    let number = u32::try_from(number).ok()?;
    match number {
        0 => Some(first),
        _ if first < STEP && number < MOVES_MAX => Some(first + number * STEP),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{ESCROWED, event_of_call, event_of_log, event_of_move};

    #[test]
    fn no_two_movements_share_a_number() {
        assert_eq!([event_of_call(0), event_of_call(3)], [Some(0), Some(6)]);
        assert_eq!(event_of_call(ESCROWED / 2), None);
        assert_eq!([event_of_log(0), event_of_log(7)], [Some(1), Some(15)]);
        assert_eq!([event_of_log(u32::MAX), event_of_log(u32::MAX / 2)], [None; 2]);
        assert_eq!(event_of_move(7, 0), Some(15));
        assert_eq!(event_of_move(7, 1), Some(15 + (1 << 21)));
        // The last of the last log stays below the numbers of whoever keeps the rows.
        assert_eq!(event_of_move((1 << 20) - 1, 1_023), Some((1 << 31) - 1));
        assert_eq!([event_of_move(1 << 20, 1), event_of_move(7, 1_024)], [None; 2]);
    }
}

//! Where a transaction comes from, and the value that the chain itself puts into it.

use alloy_primitives::keccak256;
use hawkshaw_model::rows::Transfer;
use hawkshaw_model::{Address, Amount, TransferKind};

use super::answers::Tx;
use super::assets::Sheet;
use super::event::{ESCROWED, MINTED};
use super::facts::{Facts, Family};
use super::transaction::Whole;
use crate::defects::Defect;

/// Types of transactions that are not signed by their sender.
///
/// Sources: <https://specs.optimism.io/protocol/deposits.html>, and `arbos/util` and
/// `tx_processor.go` of <https://github.com/OffchainLabs/nitro>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// Signed by the sender, who pays.
    Sender,
    /// OP Stack: put in from the chain below, with what it mints for the sender. No fee.
    Deposit,
    /// Arbitrum: value put in from the chain below. No fee.
    Credit,
    /// Arbitrum: a ticket is made, with what it mints for the sender.
    Ticket,
    /// Arbitrum: a ticket is redeemed with what was set aside for it. Its fee was paid before.
    Redemption,
    /// The chain itself. No value and no fee.
    System,
}

impl Whole<'_> {
    /// Where the transaction comes from.
    pub(super) fn origin(&self) -> Origin {
        let kind = self.tx.kind.map_or(0, |kind| kind.0);
        match (self.facts.family(), kind) {
            (Family::Arbitrum, 0x64) => Origin::Credit,
            (Family::Arbitrum, 0x68) => Origin::Redemption,
            (Family::Arbitrum, 0x69) => Origin::Ticket,
            (Family::Arbitrum, 0x6a) => Origin::System,
            (Family::Polygon, _) if is_state_sync(self.facts, self.tx) => Origin::System,
            (family, 0x7e) if family != Family::Arbitrum => Origin::Deposit,
            _ => Origin::Sender,
        }
    }

    /// Value that the chain adds to the sender before the transaction runs, whether or not that
    /// succeeds.
    pub(super) fn minted(&self, origin: Origin, success: Option<bool>, sheet: &mut Sheet) {
        let value = self.tx.value.0;
        let or_zero = |field: Option<super::hex::Quantity>| field.map_or(Amount::ZERO, |it| it.0);
        let amount = match origin {
            Origin::Deposit => or_zero(self.tx.mint),
            Origin::Credit => value,
            Origin::Ticket => or_zero(self.tx.deposit_value),
            _ => Amount::ZERO,
        };
        let minted = Transfer {
            to: Some(self.sender()),
            amount,
            ..self.transfer(MINTED, TransferKind::Mint)
        };
        if !amount.is_zero() {
            sheet.push(minted);
        }
        self.escrowed(origin, success, sheet);
    }

    /// Value that a ticket sets aside, and that comes back for its redemption. What else a
    /// ticket costs and gives back is in no answer.
    fn escrowed(&self, origin: Origin, success: Option<bool>, sheet: &mut Sheet) {
        let (from, to, amount) = match (origin, self.tx.ticket_id) {
            (Origin::Ticket, _) => {
                sheet.count(Defect::RetryableTicket);
                let amount = self.tx.retry_value.map_or(Amount::ZERO, |value| value.0);
                (self.tx.from.0, escrow_of(&self.tx.hash.0), amount)
            }
            (Origin::Redemption, Some(ticket)) => {
                (escrow_of(&ticket.0), self.tx.from.0, self.tx.value.0)
            }
            _ => return,
        };
        if success != Some(false) && !amount.is_zero() {
            let (from, to) = (Some(Address::Evm(from)), Some(Address::Evm(to)));
            let moved = self.transfer(ESCROWED, TransferKind::Internal);
            sheet.push(Transfer { from, to, amount, ..moved });
        }
    }
}

/// Whether a transaction is what Bor adds to a block for state that comes from Ethereum: one of
/// nobody to nobody.
///
/// Source: `core/types/bor_receipt.go` of <https://github.com/maticnetwork/bor>.
pub(super) fn is_state_sync(facts: &Facts, tx: &Tx<'_>) -> bool {
    let is_nobody = |address: [u8; 20]| address == [0; 20];
    facts.family() == Family::Polygon
        && is_nobody(tx.from.0)
        && tx.to.is_none_or(|to| is_nobody(to.0))
}

/// The account in which the value of a ticket waits.
///
/// Source: `RetryableEscrowAddress` in `arbos/retryables` of
/// <https://github.com/OffchainLabs/nitro>.
fn escrow_of(ticket: &[u8; 32]) -> [u8; 20] {
    let mut bytes = b"retryable escrow".to_vec();
    bytes.extend_from_slice(ticket);
    let mut address = [0; 20];
    address.copy_from_slice(&keccak256(&bytes)[12..]);
    address
}

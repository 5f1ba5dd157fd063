//! What a block gives beside its transactions: rewards, tips, withdrawals of validators.

use alloy_primitives::U256;
use hawkshaw_model::rows::{self, Spot, Transfer};
use hawkshaw_model::{Address, Amount, TransferKind};

use super::answers::BlockAnswer;
use super::assets::{NATIVE, Sheet};
use super::facts::Facts;
use crate::defects::Defect;
use crate::error::DecodeError;

/// What a block gives, and to whom.
#[derive(Debug, Default)]
pub(super) struct Rewards(Vec<([u8; 20], Amount)>);

impl Rewards {
    /// Adds something. Two that say the same become one of both: rows without a transaction
    /// have nothing else to tell them apart.
    fn add(&mut self, to: [u8; 20], amount: Amount) -> Result<(), DecodeError> {
        let mut amount = amount;
        while let Some(at) = self.0.iter().position(|known| *known == (to, amount)) {
            self.0.remove(at);
            amount = sum(amount, amount)?;
        }
        if !amount.is_zero() {
            self.0.push((to, amount));
        }
        Ok(())
    }

    /// Adds the rewards that the node tells; where it tells none, those of the rules.
    ///
    /// Uncles are rewarded too, and a block names them by hash alone: only a node that tells
    /// rewards tells who made them.
    pub(super) fn add_block(
        &mut self,
        facts: &Facts,
        header: &rows::Block,
        block: &BlockAnswer<'_>,
        told: &[([u8; 20], Amount)],
        sheet: &mut Sheet,
    ) -> Result<(), DecodeError> {
        for (to, amount) in told {
            self.add(*to, *amount)?;
        }
        let uncles = block.uncles.as_ref().map_or(0, Vec::len);
        let by_rule = if facts.is_main() { main_reward(header.height, uncles) } else { None };
        if let (Some(amount), Some(miner)) = (by_rule.filter(|_| told.is_empty()), block.miner) {
            self.add(miner.0, amount)?;
            for _ in 0..uncles {
                sheet.count(Defect::UncleReward);
            }
        }
        Ok(())
    }

    /// Adds the sum of the tips, which the fee recipient gets.
    pub(super) fn add_tips(
        &mut self,
        block: &BlockAnswer<'_>,
        tips: Amount,
    ) -> Result<(), DecodeError> {
        match block.miner {
            Some(miner) => self.add(miner.0, tips),
            None => Ok(()),
        }
    }

    /// Adds withdrawals of validators, one sum for each address.
    ///
    /// Source: EIP-4895; amounts are in gwei.
    pub(super) fn add_withdrawals(
        &mut self,
        facts: &Facts,
        block: &BlockAnswer<'_>,
        sheet: &mut Sheet,
    ) -> Result<(), DecodeError> {
        let mut sums: Vec<([u8; 20], Amount)> = Vec::new();
        for withdrawal in block.withdrawals.as_deref().unwrap_or_default() {
            if !facts.withdraws_native() {
                sheet.count(Defect::TokenWithdrawal);
                continue;
            }
            let gwei = U256::from(1_000_000_000_u64);
            let amount = withdrawal.amount.0.to_u256().checked_mul(gwei).ok_or_else(beyond)?;
            let amount = Amount::from_u256(amount);
            match sums.iter_mut().find(|(to, _)| *to == withdrawal.address.0) {
                Some((_, known)) => *known = sum(*known, amount)?,
                None => sums.push((withdrawal.address.0, amount)),
            }
        }
        sums.into_iter().try_for_each(|(to, amount)| self.add(to, amount))
    }

    /// Makes rows of them.
    pub(super) fn rows(self, header: &rows::Block, line: u64, sheet: &mut Sheet) {
        let (height, time) = (header.height, Some(header.time));
        for (to, amount) in self.0 {
            sheet.push(Transfer {
                spot: Spot { height, time, tx_index: None, tx: None, line },
                event: 0,
                kind: TransferKind::Mint,
                asset: NATIVE,
                from: None,
                to: Some(Address::Evm(to)),
                sender: None,
                amount,
            });
        }
    }
}

/// A sum of amounts of one block.
pub(super) fn sum(left: Amount, right: Amount) -> Result<Amount, DecodeError> {
    left.checked_add(right).ok_or_else(beyond)
}

fn beyond() -> DecodeError {
    DecodeError::Malformed("what the block gives is beyond 256 bits".to_owned())
}

/// What the maker of a block of Ethereum got until the Merge: 5 ether, 3 since Byzantium, 2
/// since Constantinople, and a thirty-second of that for every uncle named.
///
/// Sources: Yellow Paper section 11.3, EIP-649, EIP-1234; the last block by proof of work is
/// 15,537,393 (EIP-3675).
fn main_reward(height: u64, uncles: usize) -> Option<Amount> {
    let ether: u64 = match height {
        0 => return None,
        1..4_370_000 => 5,
        4_370_000..7_280_000 => 3,
        7_280_000..=15_537_393 => 2,
        _ => return None,
    };
    let reward = U256::from(ether) * U256::from(1_000_000_000_000_000_000_u64);
    let more = (reward >> 5usize).checked_mul(U256::from(u64::try_from(uncles).ok()?))?;
    reward.checked_add(more).map(Amount::from_u256)
}

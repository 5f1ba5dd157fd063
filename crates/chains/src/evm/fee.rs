//! What a transaction cost.

use hawkshaw_model::Amount;

/// What a transaction cost its sender, whether or not it succeeded.
///
/// Of the gas, the base fee is burned and what is above it, the tip, goes to the fee recipient
/// of the block (EIP-1559); of blobs everything is burned (EIP-4844). A rollup takes the price of
/// publishing beside the gas (OP Stack: `l1Fee`) or as part of it (Arbitrum: `gasUsedForL1` is
/// inside `gasUsed`). For the sender all of it is one debit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fee {
    /// Units of gas used.
    pub gas_used: Amount,
    /// What each of them cost after the base fee was known.
    pub gas_price: Amount,
    /// Units of gas used for blobs.
    pub blob_gas_used: Amount,
    /// What each of them cost.
    pub blob_gas_price: Amount,
    /// What a rollup took for publishing.
    pub publishing: Amount,
}

impl Fee {
    /// All of it, or `None` beyond 256 bits.
    pub fn total(&self) -> Option<Amount> {
        let blobs = product(self.blob_gas_used, self.blob_gas_price)?;
        let gas = product(self.gas_used, self.gas_price)?;
        gas.checked_add(blobs)?.checked_add(self.publishing)
    }

    /// What of it went to the fee recipient of the block.
    pub(super) fn tip(&self, base_fee: Amount) -> Option<Amount> {
        product(self.gas_used, self.gas_price.checked_sub(base_fee)?)
    }
}

fn product(left: Amount, right: Amount) -> Option<Amount> {
    left.to_u256().checked_mul(right.to_u256()).map(Amount::from_u256)
}

//! What is asked of one account.

use std::collections::BTreeMap;

use hawkshaw_model::{AccountIx, Amount, AssetIx, ReadError, TxIx};

use crate::store::snapshot::Snapshot;

/// What an account received and paid of one asset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Flow {
    /// Everything that it received; `None` beyond 256 bits.
    pub received: Option<Amount>,
    /// Everything that it paid, fees included; `None` beyond 256 bits.
    pub paid: Option<Amount>,
    /// How many movements there were.
    pub movements: u64,
}

/// The sums of an account with one other side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counterparty {
    /// The other side; `None` for nobody: fees, mints and burns.
    pub account: Option<AccountIx>,
    /// The asset.
    pub asset: AssetIx,
    /// What moved between them.
    pub flow: Flow,
    /// The first transaction.
    pub first: TxIx,
    /// The last transaction.
    pub last: TxIx,
}

impl Flow {
    fn none() -> Self {
        Self { received: Some(Amount::ZERO), paid: Some(Amount::ZERO), movements: 0 }
    }

    fn add(&mut self, amount: Amount, is_credit: bool) {
        let sum = if is_credit { &mut self.received } else { &mut self.paid };
        *sum = sum.and_then(|sum| sum.checked_add(amount));
        self.movements += 1;
    }

    /// What is left: received less paid. `None` where more was paid than received, because the
    /// store does not hold everything, or where a sum is beyond 256 bits.
    pub fn balance(&self) -> Option<Amount> {
        self.received?.checked_sub(self.paid?)
    }
}

impl Snapshot {
    /// What an account received and paid before a transaction of its chain, by asset.
    ///
    /// # Errors
    ///
    /// When the store is damaged there.
    pub fn flows(
        &self,
        account: AccountIx,
        txs: std::ops::Range<TxIx>,
    ) -> Result<BTreeMap<AssetIx, Flow>, ReadError> {
        let mut flows = BTreeMap::new();
        for movement in self.movements(account, txs) {
            let movement = movement?;
            let flow = flows.entry(movement.asset).or_insert_with(Flow::none);
            flow.add(movement.amount, movement.is_credit);
        }
        Ok(flows)
    }

    /// Whom an account of an account chain paid and was paid by, by other side and asset. A UTXO
    /// chain knows no other side.
    ///
    /// # Errors
    ///
    /// When the store is damaged there.
    pub fn counterparties(
        &self,
        account: AccountIx,
        txs: std::ops::Range<TxIx>,
    ) -> Result<Vec<Counterparty>, ReadError> {
        let mut sides: BTreeMap<(Option<AccountIx>, AssetIx), Counterparty> = BTreeMap::new();
        for movement in self.movements(account, txs) {
            let movement = movement?;
            let key = (movement.counterparty, movement.asset);
            let side = sides.entry(key).or_insert_with(|| Counterparty {
                account: movement.counterparty,
                asset: movement.asset,
                flow: Flow::none(),
                first: movement.tx,
                last: movement.tx,
            });
            side.flow.add(movement.amount, movement.is_credit);
            side.last = movement.tx;
        }
        Ok(sides.into_values().collect())
    }
}

//! What numbers of a ledger stand for, as people and files have it.

use hawkshaw_attribution::TagIndex;
use hawkshaw_model::{
    Account, AccountIx, Amount, AssetId, AssetList, ChainSummary, Ledger, OutputIx, ReadError,
    Timestamp, TxIx,
};

/// Names of accounts, outputs and transactions of one chain.
pub(super) struct Book<'a> {
    pub(super) ledger: &'a dyn Ledger,
    pub(super) chain: &'a ChainSummary,
    pub(super) tags: &'a TagIndex,
    pub(super) assets: &'a AssetList,
}

impl Book<'_> {
    /// The hash of a transaction.
    pub(super) fn tx(&self, tx: TxIx) -> Result<String, ReadError> {
        let hash = self.ledger.transaction(tx)?.hash;
        Ok(hash.map_or_else(|| "unknown".to_owned(), |hash| hash.to_string()))
    }

    /// When a transaction was, and the height of its block.
    pub(super) fn place(&self, tx: TxIx) -> Result<(Timestamp, Option<u64>), ReadError> {
        let known = self.ledger.transaction(tx)?;
        Ok((known.time, known.point.map(|point| point.height)))
    }

    /// An output as `txid:vout`.
    pub(super) fn output(&self, output: OutputIx) -> Result<String, ReadError> {
        let output = self.ledger.output(output)?;
        Ok(format!("{}:{}", output.tx().hash(), output.vout()))
    }

    /// An account.
    pub(super) fn account(&self, account: AccountIx) -> Result<Account, ReadError> {
        self.ledger.account(account)
    }

    /// The address of an account.
    pub(super) fn address(&self, account: Option<AccountIx>) -> Result<Option<String>, ReadError> {
        account.map(|one| Ok(self.account(one)?.address_for_people())).transpose()
    }

    /// What tags call an account, safe to show.
    pub(super) fn name(&self, account: AccountIx) -> Result<Option<String>, ReadError> {
        Ok(self.tags.name_of(&self.account(account)?))
    }

    /// An amount in whole units, with its symbol.
    pub(super) fn units(&self, amount: Amount) -> String {
        match self.asset() {
            Some(asset) => {
                format!("{} {}", self.assets.units(asset, amount), self.assets.symbol(asset))
            }
            None => amount.to_string(),
        }
    }

    fn asset(&self) -> Option<&AssetId> {
        self.ledger.native_asset(&self.chain.id).map(|asset| self.ledger.asset(asset))
    }
}

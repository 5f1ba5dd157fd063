//! What new rows are told of a store: the numbers of its addresses and assets, its outputs.

use hawkshaw_model::{Address, AssetId, TxHash};

use crate::output_draft::EarlierOutput;
use crate::store::address_writer::AddressWriter;
use crate::store::assets::AssetWriter;
use crate::store::batch::Numbers;
use crate::store::error::StoreError;
use crate::store::output_batch::EarlierOutputs;
use crate::store::segments::StoredSegment;

/// The number of a chain in the keys of addresses.
pub(crate) fn number_of(chain: usize) -> Result<u16, StoreError> {
    let max = u64::from(u16::MAX);
    u16::try_from(chain).map_err(|_| StoreError::Limit { what: "chains", max })
}

/// The numbers of a store for the rows of one chain.
pub(crate) struct StoreNumbers<'a> {
    pub(crate) chain: u16,
    pub(crate) addresses: &'a mut AddressWriter,
    pub(crate) assets: &'a mut AssetWriter,
}

impl Numbers for StoreNumbers<'_> {
    fn account(&mut self, address: &Address) -> Result<u32, StoreError> {
        Ok(self.addresses.intern(self.chain, address)?)
    }

    fn accounts(&mut self, addresses: &[&Address]) -> Result<Vec<u32>, StoreError> {
        let mut numbers = Vec::with_capacity(addresses.len());
        self.addresses.intern_all(self.chain, addresses.iter().copied(), &mut numbers)?;
        Ok(numbers)
    }

    fn asset(&mut self, asset: &AssetId) -> Result<u32, StoreError> {
        self.assets.intern(asset)
    }
}

/// The outputs of the segments of a chain, the newest first: most are spent soon.
pub(crate) struct Stored<'a>(pub(crate) &'a [StoredSegment]);

impl EarlierOutputs for Stored<'_> {
    fn find(&self, tx: &TxHash, vout: u32) -> Result<Option<EarlierOutput>, StoreError> {
        for segment in self.0.iter().rev() {
            let StoredSegment::Outputs(segment) = segment else { continue };
            let Some(tx) = segment.txs.find(tx)? else { continue };
            let Some(number) = segment.output_number(tx, vout)? else { return Ok(None) };
            return Ok(Some(segment.earlier_output(tx, vout, number)?));
        }
        Ok(None)
    }
}

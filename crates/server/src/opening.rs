//! Opening the state folder: what stands in it has to fit together.

use std::path::Path;
use std::sync::Arc;

use hawkshaw_records::{AuditLog, AuditSettings, KeyId, Keys, Records, StateFolder};

use crate::app::OpenError;
use crate::keeper::Keeper;

/// What stands in a state folder.
pub(crate) struct State {
    pub(crate) keys: Arc<Keys>,
    pub(crate) records: Arc<Records>,
    pub(crate) audit: Arc<AuditLog>,
    pub(crate) keeper: Keeper,
}

impl State {
    /// Opens a folder, or begins it. A file that is missing beside another that shows that it was
    /// there is not begun anew in silence: records and keys are refused with what to do, and of
    /// an audit log a line says that it was lost.
    pub(crate) fn open(path: &Path) -> Result<Self, OpenError> {
        let folder = StateFolder::open(path)?;
        folder.check_records()?;
        let keys = Arc::new(Keys::open(path)?);
        keys.watch()?;
        let records = Arc::new(Records::open(&folder)?);
        let anchors = records.anchors()?;
        if keys.is_empty() && (anchors.key_event > 0 || records.has_other_owners(&KeyId::local())?)
        {
            return Err(OpenError::Keys(hawkshaw_records::KeysError::Lost(path.to_path_buf())));
        }
        let is_lost = anchors.audit.is_none() && !folder.has_audit_log()? && records.has_any()?;
        let audit = AuditLog::open_behind(&folder, AuditSettings::default(), anchors.audit)?;
        let audit = Arc::new(audit);
        let keeper = Keeper::new(keys.clone(), records.clone(), audit.clone(), anchors.key_event);
        if is_lost {
            keeper.say_lost()?;
        }
        // What was revoked while no service ran hears of nothing more.
        keeper.follow()?;
        Ok(Self { keys, records, audit, keeper })
    }
}

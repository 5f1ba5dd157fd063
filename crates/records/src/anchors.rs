//! What the records know of the files beside them, so that a file that is lost, cut short or put
//! back from an old copy is seen when a service begins again.

use rusqlite::params;

use crate::audit::{self, AuditHead};
use crate::error::RecordsError;
use crate::folder::StateFolder;
use crate::keys::KeyId;
use crate::promise::Promise;
use crate::recheck::{meta, set_meta};
use crate::records::Records;

/// Where the last known line of the audit log stands among what is said of the records.
const AUDIT: &str = "audit_head";
/// Where the last change of keys stands that the audit log tells of.
const KEYS: &str = "key_event";

/// What the records know of the files beside them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Anchors {
    /// A line that was on the disk: it has to be in the audit log.
    pub audit: Option<AuditHead>,
    /// The number of the last change of keys that the audit log tells of; 0: there was none.
    pub key_event: i64,
}

impl StateFolder {
    /// Refuses a folder whose records are gone while its audit log is there: what was registered
    /// would be watched no more, and nobody would know. To be called before the records are
    /// opened, which would begin them anew.
    ///
    /// # Errors
    ///
    /// When it is so, or the folder cannot be read.
    pub fn check_records(&self) -> Result<(), RecordsError> {
        let records = self.records();
        if std::fs::metadata(&records).is_ok_and(|data| data.len() > 0) {
            return Ok(());
        }
        if !self.has_audit_log()? {
            return Ok(());
        }
        Err(RecordsError::Lost(format!(
            "{} is missing or empty, and an audit log stands beside it, so that there were \
             records: put a backup back, or move `audit/` and `audit-head.json` away to begin \
             anew, with nothing registered",
            records.display()
        )))
    }

    /// Whether there is an audit log in which something stands.
    ///
    /// # Errors
    ///
    /// When its folder cannot be read.
    pub fn has_audit_log(&self) -> Result<bool, RecordsError> {
        let folder = self.path().join(audit::FOLDER);
        if !folder.is_dir() {
            return Ok(false);
        }
        let files = audit::files(&folder);
        let files = files.map_err(|error| RecordsError::Lost(error.to_string()))?;
        Ok(files.iter().any(|(_, path)| std::fs::metadata(path).is_ok_and(|data| data.len() > 0)))
    }
}

impl Records {
    /// What the records know of the files beside them.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn anchors(&self) -> Result<Anchors, RecordsError> {
        self.read(|connection, failed| {
            let audit = meta(connection, AUDIT).map_err(failed)?;
            let audit = audit.and_then(|text| {
                let (lines, digest) = text.split_once(' ')?;
                Some(AuditHead { lines: lines.parse().ok()?, digest: digest.parse().ok()? })
            });
            let key_event = meta(connection, KEYS).map_err(failed)?;
            let key_event = key_event.and_then(|text| text.parse().ok()).unwrap_or(0);
            Ok(Anchors { audit, key_event })
        })
    }

    /// Keeps a line of the audit log that is on the disk.
    pub fn anchor_audit(&self, head: AuditHead) -> Promise<Result<(), RecordsError>> {
        self.write(move |connection, failed| {
            let text = format!("{} {}", head.lines, head.digest);
            set_meta(connection, AUDIT, &text).map_err(failed)
        })
    }

    /// Keeps which change of keys the audit log told of last.
    pub fn anchor_keys(&self, number: i64) -> Promise<Result<(), RecordsError>> {
        self.write(move |connection, failed| {
            set_meta(connection, KEYS, &number.to_string()).map_err(failed)
        })
    }

    /// Whether anything belongs to somebody else than this owner.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn has_other_owners(&self, owner: &KeyId) -> Result<bool, RecordsError> {
        self.has(
            "SELECT EXISTS (SELECT 1 FROM registrations WHERE owner < ?1)
                 OR EXISTS (SELECT 1 FROM registrations WHERE owner > ?1)
                 OR EXISTS (SELECT 1 FROM subscriptions WHERE owner <> ?1)",
            owner,
        )
    }

    /// Whether anything was registered, or somebody wants to hear of events.
    ///
    /// # Errors
    ///
    /// When the database cannot be read.
    pub fn has_any(&self) -> Result<bool, RecordsError> {
        self.has(
            "SELECT EXISTS (SELECT 1 FROM registrations)
                 OR EXISTS (SELECT 1 FROM subscriptions WHERE owner <> ?1 OR owner = ?1)",
            &KeyId::local(),
        )
    }

    fn has(&self, sql: &str, owner: &KeyId) -> Result<bool, RecordsError> {
        self.read(|connection, failed| {
            let mut statement = connection.prepare_cached(sql).map_err(failed)?;
            statement.query_row(params![owner.as_str()], |row| row.get(0)).map_err(failed)
        })
    }
}

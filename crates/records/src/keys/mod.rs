//! Who may ask: keys with roles, of which only digests are kept.

mod error;
mod key;
mod role;
mod secret;
mod store;
mod table;

pub use error::{KeyRefusal, KeysError};
pub use key::{ApiKey, CreatedKey, KeyEvent, KeyId, KeyLimits, NewKey};
pub use role::Role;
pub use secret::SECRET_BITS;
pub use store::Keys;

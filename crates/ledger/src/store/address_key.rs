//! What an address is told apart by: its chain, its kind and its bytes.

use std::hash::{BuildHasher, Hasher, RandomState};

use hawkshaw_model::Address;
use twox_hash::XxHash3_64;

/// An address on a chain, borrowed. Ordered by chain, kind and bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AddressKey<'a> {
    /// Chain and kind.
    pub(crate) tag: AddressTag,
    /// The twenty bytes, the script or the text.
    pub(crate) bytes: &'a [u8],
}

/// The number of a chain in its store, and the kind of an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AddressTag(u32);

const EVM: u8 = 0;
const TRON: u8 = 1;
const SCRIPT: u8 = 2;
const OTHER: u8 = 3;

impl<'a> AddressKey<'a> {
    /// The key of an address; `None` if it is of a kind that no store knows.
    pub(crate) fn new(chain: u16, address: &'a Address) -> Option<Self> {
        let (kind, bytes): (u8, &[u8]) = match address {
            Address::Evm(bytes) => (EVM, bytes),
            Address::Tron(bytes) => (TRON, bytes),
            Address::Script(script) => (SCRIPT, script),
            Address::Other(text) => (OTHER, text.as_bytes()),
            _ => return None,
        };
        Some(Self { tag: AddressTag(u32::from(chain) << 8 | u32::from(kind)), bytes })
    }

    /// The address; `None` if the bytes are none of its kind.
    pub(crate) fn address(self) -> Option<Address> {
        match self.tag.kind() {
            EVM => Some(Address::Evm(self.bytes.try_into().ok()?)),
            TRON => Some(Address::Tron(self.bytes.try_into().ok()?)),
            SCRIPT => Some(Address::Script(self.bytes.into())),
            OTHER => Some(Address::Other(std::str::from_utf8(self.bytes).ok()?.into())),
            _ => None,
        }
    }

    /// The hash by which files order addresses. It is the same everywhere, so that the same
    /// addresses make the same file; who chooses addresses can choose their hashes, too.
    pub(crate) fn hash_in_files(self) -> u64 {
        XxHash3_64::oneshot_with_seed(u64::from(self.tag.0), self.bytes)
    }

    /// The hash by which a table in memory orders addresses. Anybody can write any address into
    /// the log of a token, and so could fill one place of a table whose hash he can compute; this
    /// one has a secret of the process. Numbers of addresses do not depend on it.
    pub(crate) fn hash_in_memory(self, secret: &RandomState) -> u64 {
        let mut hasher = secret.build_hasher();
        hasher.write_u32(self.tag.0);
        hasher.write(self.bytes);
        hasher.finish()
    }
}

impl AddressTag {
    /// As it stands in files; `None` if it is none.
    pub(crate) fn from_file(word: u32) -> Option<Self> {
        let tag = Self(word);
        (word < 1 << 24 && tag.kind() <= OTHER).then_some(tag)
    }

    /// As it stands in files: the chain in bits 8 to 23, the kind in bits 0 to 7.
    pub(crate) fn to_file(self) -> u32 {
        self.0
    }

    /// The number of the chain in its store.
    pub(crate) fn chain(self) -> u16 {
        u16::try_from(self.0 >> 8).unwrap_or(u16::MAX)
    }

    /// Whether all addresses of the kind have twenty bytes.
    pub(crate) fn has_twenty_bytes(self) -> bool {
        matches!(self.kind(), EVM | TRON)
    }

    fn kind(self) -> u8 {
        self.0.to_le_bytes()[0]
    }
}

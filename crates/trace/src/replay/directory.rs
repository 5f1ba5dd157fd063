//! From accounts to the holdings that taint reached.
//!
//! A hash map would do; this is two plain lookups, and a page costs memory only where an
//! account of it was reached: 300 million accounts cost 19 MB of page pointers, and each page
//! in use 512 bytes.

/// Accounts of a page.
const PAGE: usize = 128;

/// No holding.
pub(crate) const NONE: u32 = u32::MAX;

/// The first holding of each account; further ones are chained.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    pages: Vec<Option<Box<[u32; PAGE]>>>,
}

impl Directory {
    /// A directory of so many accounts, none of them reached.
    pub(crate) fn with_len(accounts: usize) -> Self {
        let mut pages = Vec::new();
        pages.resize_with(accounts.div_ceil(PAGE), || None);
        Self { pages }
    }

    /// The first holding of an account, or [`NONE`].
    #[inline]
    pub(crate) fn first(&self, account: u32) -> u32 {
        let account = account as usize;
        match self.pages.get(account / PAGE) {
            Some(Some(page)) => page[account % PAGE],
            _ => NONE,
        }
    }

    /// Makes a holding the first of an account. The one that was is returned, to be chained.
    pub(crate) fn put(&mut self, account: u32, holding: u32) -> u32 {
        let account = account as usize;
        let Some(page) = self.pages.get_mut(account / PAGE) else { return NONE };
        let page = page.get_or_insert_with(|| Box::new([NONE; PAGE]));
        std::mem::replace(&mut page[account % PAGE], holding)
    }
}

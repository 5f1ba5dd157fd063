//! Who exchanged what for what in a transaction, who only made the market, and who borrowed.
//!
//! The rules are in `docs/rules.md`, step 3. A pool that took a thief's coins and paid out
//! others must not be left tainted, and the thief must not shed taint by taking a worthless
//! token for them.
//!
//! Everything here costs about as much as there are payments: a transaction of ten thousand
//! of them is answered as one of ten is.

mod board;
mod circles;
mod deals;
mod loans;
mod makers;
mod settle;
mod weights;

use hawkshaw_model::AssetId;

use crate::netting::Payment;
use crate::replay::book::Halt;
use crate::units::Units;
use board::Board;
use deals::Deals;
use makers::Makers;
use settle::Settling;
use weights::Weights;

/// No account, no exchange.
pub(crate) const NONE: u32 = u32::MAX;

/// What the classification needs to know of accounts and assets.
pub(crate) trait Surroundings<U> {
    /// Whether the holding of an account in an asset has been reached by taint.
    fn is_tainted(&self, account: u32, asset: u32) -> bool;
    /// Whether any holding of an account has been reached by taint.
    fn had_taint(&self, account: u32) -> bool;
    /// Whether taint that arrives here is not passed on, also in a swap.
    fn keeps(&self, account: u32) -> Result<bool, Halt>;
    /// Whether following stops at an account because of a tag.
    fn is_stop(&self, account: u32) -> Result<bool, Halt>;
    /// Whether what is paid to this account is burned.
    fn is_burn(&self, account: u32) -> bool;
    /// Whether an asset is known well enough to carry taint out of a swap.
    fn is_curated(&self, asset: u32) -> bool;
    /// The account of the contract that keeps the books of an asset.
    fn contract(&self, asset: u32) -> Result<Option<u32>, Halt>;
    /// What an account held of an asset before the transaction.
    fn balance(&self, account: u32, asset: u32) -> Result<U, Halt>;
    /// The asset that a listed debt token says is owed.
    fn owed_by(&self, asset: u32) -> Option<&AssetId>;
    /// Whether an account is a listed lender.
    fn is_lender(&self, account: u32) -> bool;
    /// The id of an asset.
    fn id(&self, asset: u32) -> &AssetId;
    /// What an amount is worth now in cents, where that is known.
    fn worth(&self, asset: u32, amount: U) -> Option<u128>;
}

/// What goes into an exchange of one asset, or comes out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part<U> {
    /// The asset.
    pub(crate) asset: u32,
    /// How much of it.
    pub(crate) amount: U,
    /// Its share beside the others of its side. Without meaning where it is alone.
    pub(crate) weight: U,
}

/// An exchange by one account: a swapper's, or a market maker's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exchange<U> {
    /// Who.
    pub(crate) account: u32,
    /// What taint comes in with, in CAIP-19 order: what a swapper gave, respectively what a
    /// market maker was paid.
    pub(crate) takes: Vec<Part<U>>,
    /// What the taint goes on in, in CAIP-19 order.
    pub(crate) makes: Vec<Part<U>>,
    /// Whether prices say that the one was worth the other.
    pub(crate) is_priced: bool,
}

/// Something that a person must know of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// The account took an asset that is not accepted for tainted value.
    Unverified { account: u32, asset: u32 },
    /// The account took, or passed on, less than half of what was given, in cents.
    Worthless { account: u32, given: u128, received: u128 },
    /// The account exchanged several assets, and nothing says what each was worth.
    Equal { account: u32, assets: Vec<u32> },
    /// The account stands in a circle of market makers.
    Circle { account: u32 },
    /// The account gave and received, but from others: no swap.
    Apart { account: u32, given: u32, received: u32 },
    /// There are too many payments to look for every swap.
    Limit,
}

impl Doubt {
    /// The account that must be concerned by taint for the doubt to matter.
    fn account(&self) -> Option<u32> {
        match self {
            Self::Unverified { account, .. }
            | Self::Worthless { account, .. }
            | Self::Equal { account, .. }
            | Self::Circle { account }
            | Self::Apart { account, .. } => Some(*account),
            Self::Limit => None,
        }
    }
}

/// A loan that was paid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Loan<U> {
    /// Who borrowed.
    pub(crate) borrower: u32,
    /// Of whom.
    pub(crate) lender: u32,
    /// What.
    pub(crate) asset: u32,
    /// How much.
    pub(crate) amount: U,
    /// Whether lender or debt token are listed.
    pub(crate) is_listed: bool,
}

/// The parts that accounts play in a transaction.
#[derive(Debug)]
pub(crate) struct Roles<U> {
    /// Those whose taint goes over from what they gave into what they received.
    pub(crate) swappers: Vec<Exchange<U>>,
    /// Those who pass taint on to whoever they paid, in the order in which to serve them.
    pub(crate) makers: Vec<Exchange<U>>,
    /// For each payment, whether taint may travel on it.
    pub(crate) carries: Vec<bool>,
    /// For each payment, the swapper who gave it for what was received.
    pub(crate) given: Vec<u32>,
    /// For each payment, the swapper whose proceeds it is.
    pub(crate) proceeds: Vec<u32>,
    /// For each payment, the market maker that takes it in.
    pub(crate) taken: Vec<u32>,
    /// For each payment, the market maker that makes it.
    pub(crate) made: Vec<u32>,
    /// What was doubtful where taint is concerned.
    pub(crate) doubts: Vec<Doubt>,
    /// What was borrowed by accounts that had taint.
    pub(crate) loans: Vec<Loan<U>>,
}

impl<U> Default for Roles<U> {
    /// Nobody swaps.
    fn default() -> Self {
        Self {
            swappers: Vec::new(),
            makers: Vec::new(),
            carries: Vec::new(),
            given: Vec::new(),
            proceeds: Vec::new(),
            taken: Vec::new(),
            made: Vec::new(),
            doubts: Vec::new(),
            loans: Vec::new(),
        }
    }
}

/// Tells the parts apart. `stolen` says of each payment whether it is a stolen one.
pub(crate) fn roles<U: Units>(
    payments: &[Payment<U>],
    stolen: &[bool],
    initiator: Option<u32>,
    around: &dyn Surroundings<U>,
) -> Result<Roles<U>, Halt> {
    let mut board = Board::new(payments, stolen, initiator, around)?;
    let loans = loans::set_aside(&mut board)?;
    board.find_receipts()?;
    let weights = Weights::of(&board);
    let mut makers = Makers::of(&board, &weights)?;
    let deals = Deals::of(&board, &makers);
    let settled = Settling::new(&board, &weights, &mut makers, deals).run();
    Ok(Roles { loans, ..settled })
}

//! The taint program: what the replay hands to the policies.
//!
//! What a ledger does is the same under every policy; only which part of a payment is tainted
//! differs. So the replay reads the ledger once, nets transactions, keeps balances, decides
//! where following stops, and writes down a short program of [`Step`]s over numbered holdings
//! and terminals. Each policy interprets the program on its own state, on its own thread.

use std::ops::Range;

use crate::replay::book::EdgeNote;

/// Where value comes from or goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Place(u32);

impl Place {
    /// A place that no taint ever reached.
    pub(crate) const CLEAN: Self = Self(u32::MAX);

    const TERMINAL: u32 = 1 << 31;

    /// A holding that taint reached.
    pub(crate) fn holding(number: u32) -> Self {
        debug_assert!(number < Self::TERMINAL, "numbers of holdings stay below 2^31");
        Self(number)
    }

    /// A terminal.
    pub(crate) fn terminal(number: u32) -> Self {
        debug_assert!(number < Self::TERMINAL - 1, "numbers of terminals stay below 2^31 - 1");
        Self(number | Self::TERMINAL)
    }

    /// What kind of place this is.
    #[inline]
    pub(crate) fn resolve(self) -> Resolved {
        if self == Self::CLEAN {
            Resolved::Clean
        } else if self.0 & Self::TERMINAL == 0 {
            Resolved::Holding(self.0 as usize)
        } else {
            Resolved::Terminal((self.0 & !Self::TERMINAL) as usize)
        }
    }
}

/// A [`Place`], told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// No taint ever reached it.
    Clean,
    /// The holding of this number.
    Holding(usize),
    /// The terminal of this number.
    Terminal(usize),
}

/// One step of the program.
#[derive(Debug, Clone)]
pub(crate) enum Step<U> {
    /// The holding of the next number is followed from here on; so far it holds this much,
    /// all clean.
    Open {
        /// Its balance.
        balance: U,
    },
    /// Clean value that the data do not show must have been in a holding.
    Shortage {
        /// The holding.
        holding: u32,
        /// How much was missing.
        amount: U,
    },
    /// A payment.
    Pay {
        /// Who pays.
        from: Place,
        /// Who is paid.
        to: Place,
        /// How much.
        amount: U,
        /// What the payer holds before it. Without meaning where the payer is clean.
        balance: U,
        /// Whether what happens is recorded, as the next edge.
        recorded: bool,
        /// The transaction, counted along the program.
        moment: u32,
    },
    /// The whole content of a holding turns from one asset into another.
    Convert {
        /// The holding.
        holding: u32,
        /// What it holds.
        from: U,
        /// What it holds then.
        to: U,
        /// Which stolen asset it then is, if it is one.
        own: Option<u32>,
    },
    /// The whole content of a holding turns into several assets: every part of it goes on in
    /// all of them, and what it stands for is divided by their weights.
    Spread {
        /// The holding, which is empty afterwards.
        holding: u32,
        /// What it holds.
        from: U,
        /// Where it goes, among the shares of the program.
        shares: Range<u32>,
    },
    /// A stolen payment: what earlier taint it takes along ends, and it arrives tainted whole.
    Steal {
        /// Who is robbed.
        from: Place,
        /// Where earlier taint ends.
        again: Place,
        /// Who is paid.
        to: Place,
        /// How much.
        amount: U,
        /// What the payer holds before it.
        balance: U,
        /// Which stolen asset it is.
        asset: u32,
        /// Whether what happens is recorded, as the next edge.
        recorded: bool,
        /// The transaction, counted along the program.
        moment: u32,
    },
    /// A transaction of a UTXO chain. The fee is the last of the legs out.
    Join {
        /// Its inputs, among the legs of the program.
        inputs: Range<u32>,
        /// Its outputs and fee, among the legs of the program.
        outputs: Range<u32>,
        /// Whether what happens is recorded, as the next edges, one for each leg.
        recorded: bool,
        /// The transaction, counted along the program.
        moment: u32,
    },
}

impl<U> Program<U> {
    /// The same memory with nothing written on it.
    pub(crate) fn cleared(mut self) -> Self {
        self.steps.clear();
        self.legs.clear();
        self.shares.clear();
        self.notes.clear();
        self
    }
}

impl<U> Program<U> {
    /// The holdings that the steps from one on touch, as many as are looked up ahead.
    #[inline]
    pub(crate) fn touched_ahead(&self, at: usize) -> impl Iterator<Item = usize> {
        let steps = self.steps.get(at..).unwrap_or_default().iter().take(STEPS_AHEAD);
        steps.flat_map(|step| {
            let (pair, legs) = match step {
                Step::Pay { from, to, .. } => ([*from, *to], 0..0),
                // The inputs stand before the outputs.
                Step::Join { inputs, outputs, .. } => {
                    ([Place::CLEAN; 2], inputs.start..outputs.end)
                }
                _ => ([Place::CLEAN; 2], 0..0),
            };
            let legs = self.legs.get(legs.start as usize..legs.end as usize).unwrap_or_default();
            let places = pair.into_iter().chain(legs.iter().map(|leg| leg.place));
            places.filter_map(|place| match place.resolve() {
                Resolved::Holding(holding) => Some(holding),
                _ => None,
            })
        })
    }
}

/// Steps that policies look up ahead: the lookups of one step wait for each other, those of
/// many do not, so that memory answers them side by side.
pub(crate) const STEPS_AHEAD: usize = 32;

/// A leg of a transaction of a UTXO chain.
#[derive(Debug, Clone)]
pub(crate) struct Leg<U> {
    /// Where it comes from, respectively goes to.
    pub(crate) place: Place,
    /// How much.
    pub(crate) amount: U,
    /// For a stolen output: where earlier taint ends, and which stolen asset it is. For an input
    /// of an exposure: that it is tainted whole, and by which source.
    pub(crate) stolen: Option<(Place, u32)>,
}

/// What one of several assets is of what a holding turned into.
#[derive(Debug, Clone)]
pub(crate) struct Share<U> {
    /// The holding that gets it, which is empty before.
    pub(crate) holding: u32,
    /// How much of its asset that is.
    pub(crate) to: U,
    /// How much of what the whole stands for goes with it, beside the other shares.
    pub(crate) weight: U,
    /// Which stolen asset it is, if it is one.
    pub(crate) own: Option<u32>,
}

/// A stretch of the program.
#[derive(Debug)]
pub(crate) struct Program<U> {
    /// The steps, in order.
    pub(crate) steps: Vec<Step<U>>,
    /// The legs that steps refer to.
    pub(crate) legs: Vec<Leg<U>>,
    /// The shares that steps refer to.
    pub(crate) shares: Vec<Share<U>>,
    /// What is recorded of the steps, where that is handed over with them.
    pub(crate) notes: Vec<EdgeNote<U>>,
}

impl<U> Default for Program<U> {
    fn default() -> Self {
        Self { steps: Vec::new(), legs: Vec::new(), shares: Vec::new(), notes: Vec::new() }
    }
}

//! What a policy writes down on the way.

use crate::taint::{OriginVector, Taint};
use crate::units::Units;

/// What has ended in one terminal.
#[derive(Debug, Clone)]
pub(crate) struct Ended<U> {
    /// How much.
    pub(crate) amount: U,
    /// What it stands for; `None` while nothing has arrived or for a policy without origins.
    pub(crate) origin: Option<OriginVector<U>>,
}

/// Taint that reached a terminal.
#[derive(Debug, Clone)]
pub(crate) struct Arrival<U> {
    /// The transaction, counted along the program.
    pub(crate) moment: u32,
    /// The terminal.
    pub(crate) terminal: u32,
    /// What it stands for.
    pub(crate) origin: OriginVector<U>,
}

/// The terminals and the record of a policy.
#[derive(Debug)]
pub(crate) struct Totals<U> {
    stolen_assets: usize,
    /// What ended where, by number of the terminal.
    pub(crate) ended: Vec<Ended<U>>,
    /// The tainted part of each recorded edge.
    pub(crate) tainted: Vec<U>,
    /// What reached terminals when, where edges are recorded.
    pub(crate) arrivals: Vec<Arrival<U>>,
}

impl<U: Units> Totals<U> {
    /// Nothing yet.
    pub(crate) fn new(stolen_assets: usize) -> Self {
        Self { stolen_assets, ended: Vec::new(), tainted: Vec::new(), arrivals: Vec::new() }
    }

    /// Notes the tainted part of the next edge, where it is recorded.
    #[inline]
    pub(crate) fn record(&mut self, recorded: bool, tainted: U) {
        if recorded {
            self.tainted.push(tainted);
        }
    }

    /// Ends an amount without origin.
    pub(crate) fn end_amount(&mut self, terminal: usize, amount: U) {
        let ended = self.entry(terminal);
        ended.amount = ended.amount.plus(amount);
    }

    /// Ends taint.
    pub(crate) fn end(&mut self, terminal: usize, moment: Option<u32>, taint: &Taint<U>) {
        if taint.amount.is_zero() {
            return;
        }
        let stolen_assets = self.stolen_assets;
        let ended = self.entry(terminal);
        ended.amount = ended.amount.plus(taint.amount);
        ended
            .origin
            .get_or_insert_with(|| OriginVector::empty(stolen_assets))
            .add(taint.amount, &taint.origin);
        if let (Some(moment), Ok(terminal)) = (moment, u32::try_from(terminal)) {
            let origin = taint.to_vector(stolen_assets);
            self.arrivals.push(Arrival { moment, terminal, origin });
        }
    }

    fn entry(&mut self, terminal: usize) -> &mut Ended<U> {
        if self.ended.len() <= terminal {
            self.ended.resize(terminal + 1, Ended { amount: U::default(), origin: None });
        }
        &mut self.ended[terminal]
    }
}

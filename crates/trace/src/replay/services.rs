//! Where following stops: tagged services, burn addresses, deposit addresses of services, and
//! addresses that behave like services.

mod behaviour;
mod deposit;
mod funding;
mod report;

use hawkshaw_model::{Account, AccountIx, CoverageClaim, ReadError, Stop, TerminalKind, TxIx};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::exposure::Origins;
use crate::noise::{self, Sieve};
use crate::options::Stops;
use crate::replay::touched::Bitmap;
use crate::replay::{chain_of, end_of, thefts::Thefts};
use crate::scene::Scene;
use deposit::{Deposit, Surroundings};

/// The answer for one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Service {
    /// Value is followed on.
    None,
    /// Following stops.
    Stop(Stop),
}

/// Answers where following stops, and remembers the answers.
pub(crate) struct Services<'a> {
    scene: Scene<'a>,
    sieve: Sieve<'a>,
    /// Recipients of stolen transfers, and accounts of sources, are never inferred to be services.
    recipients: FxHashSet<u32>,
    known: FxHashMap<u32, Service>,
    /// Accounts that were asked about and are followed on: nearly all, so that most answers cost
    /// a bit test.
    followed: Bitmap,
    /// What tags say of accounts that were asked about.
    tags: FxHashMap<u32, Option<Stop>>,
    /// Accounts that were inferred to be services, in the order in which value reached them.
    pub(crate) inferred: Vec<(u32, TxIx)>,
    /// Addresses that sweep into a tagged service, in the order in which value reached them.
    pub(crate) deposits: Vec<(u32, Deposit)>,
}

impl std::fmt::Debug for Services<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").field("known", &self.known.len()).finish_non_exhaustive()
    }
}

impl<'a> Services<'a> {
    pub(crate) fn new(scene: Scene<'a>, thefts: &Thefts) -> Result<Self, ReadError> {
        let sources = thefts.origins.iter().flat_map(Origins::accounts);
        let recipients = thefts.gains.values().flatten().map(|gain| gain.account);
        let recipients = recipients.chain(sources.map(|(account, _)| account)).collect();
        Ok(Self {
            scene,
            sieve: noise::sieve(&scene, &thefts.assets)?,
            recipients,
            known: FxHashMap::default(),
            followed: Bitmap::with_len(scene.ledger.account_count()),
            tags: FxHashMap::default(),
            inferred: Vec::new(),
            deposits: Vec::new(),
        })
    }

    /// Whether following stops at an account that the case's value reaches in a transaction
    /// (for the first time, if it was not asked before).
    #[inline]
    pub(crate) fn at(&mut self, account: u32, tx: TxIx) -> Result<&Service, ReadError> {
        if self.followed.get(account as usize) {
            return Ok(&Service::None);
        }
        self.ask(account, tx)
    }

    fn ask(&mut self, account: u32, tx: TxIx) -> Result<&Service, ReadError> {
        if !self.known.contains_key(&account) {
            match self.decide(account, tx)? {
                Service::None => {
                    self.followed.set(account as usize);
                    return Ok(&Service::None);
                }
                stop @ Service::Stop(_) => {
                    self.known.insert(account, stop);
                }
            }
        }
        Ok(&self.known[&account])
    }

    /// The accounts that were asked about, in any order.
    pub(crate) fn asked(&self) -> Vec<u32> {
        let followed = self.followed.ones().filter_map(|account| u32::try_from(account).ok());
        self.known.keys().copied().chain(followed).collect()
    }

    /// Whether an account is tagged as a service of the kinds that keep what they are given.
    pub(crate) fn keeps(&self, account: u32) -> Result<bool, ReadError> {
        let account = self.scene.ledger.account(AccountIx(account))?;
        Ok((self.scene.stop)(&account).is_some_and(|stop| stop.kind != TerminalKind::SwapService))
    }

    fn decide(&mut self, number: u32, tx: TxIx) -> Result<Service, ReadError> {
        let account = self.scene.ledger.account(AccountIx(number))?;
        if account.address().is_burn() {
            return Ok(Service::Stop(Stop { kind: TerminalKind::Burned, actor: None }));
        }
        if let Some(stop) = (self.scene.stop)(&account) {
            return Ok(Service::Stop(stop));
        }
        if self.scene.options.stops != Stops::Inferred || self.recipients.contains(&number) {
            return Ok(Service::None);
        }
        if let Some(deposit) = self.deposit(number, &account, tx)? {
            let stop = deposit.is_stop.then(|| deposit.service.clone());
            self.deposits.push((number, deposit));
            if let Some(stop) = stop {
                return Ok(Service::Stop(stop));
            }
        }
        let (ledger, account) = (self.scene.ledger, AccountIx(number));
        if behaviour::is_service(ledger, &mut self.sieve, account, tx)? {
            self.inferred.push((number, tx));
            let kind = TerminalKind::InferredService;
            return Ok(Service::Stop(Stop { kind, actor: None }));
        }
        Ok(Service::None)
    }

    /// Whether an account is a deposit address. Nothing is decided where the case says that the
    /// data are not complete for the account.
    fn deposit(
        &mut self,
        number: u32,
        account: &Account,
        arrival: TxIx,
    ) -> Result<Option<Deposit>, ReadError> {
        let Scene { ledger, case, stop, options, .. } = self.scene;
        if let CoverageClaim::Only(covered) = &case.coverage
            && !covered.contains(account)
        {
            return Ok(None);
        }
        let Some(chain) = chain_of(ledger, arrival) else { return Ok(None) };
        let tags = &mut self.tags;
        let mut tagged = |other: AccountIx| {
            if let Some(known) = tags.get(&other.0) {
                return Ok(known.clone());
            }
            let found = stop(&ledger.account(other)?);
            tags.insert(other.0, found.clone());
            Ok(found)
        };
        let end = end_of(ledger, chain, options.until)?;
        let mut around = Surroundings {
            ledger,
            chain,
            arrival,
            end,
            sieve: &mut self.sieve,
            tagged: &mut tagged,
        };
        deposit::find(&mut around, AccountIx(number))
    }
}

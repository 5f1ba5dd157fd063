//! The closed vocabularies of the ledger: each word once, with what it means.

use std::str::FromStr;

/// A text that is no word of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is none of: {allowed}")]
pub struct UnknownWord {
    found: String,
    allowed: String,
}

impl UnknownWord {
    pub(crate) fn new<V: Vocabulary>(found: &str) -> Self {
        let names: Vec<&str> = V::ALL.iter().map(|word| word.name()).collect();
        Self { found: hawkshaw_model::Printable(found).to_string(), allowed: names.join(", ") }
    }
}

/// A closed set of words, in the order in which people are shown them.
pub trait Vocabulary: Copy + Eq + FromStr<Err = UnknownWord> + 'static {
    /// Every word.
    const ALL: &'static [Self];

    /// The word as files have it.
    fn name(self) -> &'static str;

    /// The word as people read it: without dashes.
    fn label(self) -> String {
        self.name().replace('-', " ")
    }
}

/// Makes closed sets of words.
macro_rules! vocabulary {
    ($($(#[$doc:meta])* $kind:ident { $($(#[$word_doc:meta])* $word:ident = $name:literal,)+ })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $kind { $($(#[$word_doc])* $word,)+ }

        impl $crate::vocabulary::Vocabulary for $kind {
            const ALL: &'static [Self] = &[$(Self::$word,)+];

            fn name(self) -> &'static str {
                match self { $(Self::$word => $name,)+ }
            }
        }

        impl std::str::FromStr for $kind {
            type Err = $crate::vocabulary::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                use $crate::vocabulary::Vocabulary as _;
                Self::ALL.iter().copied().find(|word| word.name() == text).ok_or_else(|| {
                    $crate::vocabulary::UnknownWord::new::<Self>(text)
                })
            }
        }

        impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad($crate::vocabulary::Vocabulary::name(*self))
            }
        }

        impl serde::Serialize for $kind {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str($crate::vocabulary::Vocabulary::name(*self))
            }
        }
    )+};
}

pub(crate) use vocabulary;

vocabulary! {
    /// What kind of event an incident is.
    Kind {
        /// Value was taken from its owner.
        Theft = "theft",
        /// A theft that failed, or from which nothing was taken.
        Attempt = "attempt",
        /// Value was extorted.
        Ransom = "ransom",
        /// Value was obtained by a false offer.
        Fraud = "fraud",
        /// The operators themselves left with it.
        ExitScam = "exit-scam",
        /// Computing power was taken to mine.
        Cryptojacking = "cryptojacking",
    }

    /// What was taken.
    Loot {
        /// Cryptocurrency.
        Crypto = "crypto",
        /// Money in banks, or cash.
        Fiat = "fiat",
    }

    /// What the victim is.
    VictimKind {
        /// A centralised exchange or broker.
        Exchange = "exchange",
        /// A bridge between chains.
        Bridge = "bridge",
        /// A protocol of decentralised finance.
        DefiProtocol = "defi-protocol",
        /// Persons, one or many.
        Individuals = "individuals",
        /// A venture firm or fund.
        VentureFirm = "venture-firm",
        /// A trading firm or market maker.
        TradingFirm = "trading-firm",
        /// A wallet and its users.
        Wallet = "wallet",
        /// A payment firm.
        PaymentFirm = "payment-firm",
        /// A bank.
        Bank = "bank",
        /// The issuer of a token.
        TokenProject = "token-project",
        /// A game or gambling site.
        Gaming = "gaming",
        /// A miner, or a market for mining.
        Mining = "mining",
        /// A custodian.
        Custodian = "custodian",
        /// Something else.
        Other = "other",
        /// No source says.
        Unknown = "unknown",
    }

    /// How an incident began.
    Technique {
        /// Private keys were taken.
        KeyTheft = "key-theft",
        /// Somebody was talked into it.
        SocialEngineering = "social-engineering",
        /// A worker under a false identity.
        FalseItWorker = "false-it-worker",
        /// Software of a supplier was altered.
        SupplyChain = "supply-chain",
        /// A flaw in a contract or protocol.
        ContractFlaw = "contract-flaw",
        /// A price was moved to deceive a protocol.
        PriceManipulation = "price-manipulation",
        /// What the signers saw was not what they signed.
        SigningInterface = "signing-interface",
        /// Passwords or tokens of an account were taken.
        CredentialTheft = "credential-theft",
        /// Malicious software, where no source says more.
        Malware = "malware",
        /// Deception by message or page, where no source says more.
        Phishing = "phishing",
        /// Somebody inside.
        Insider = "insider",
        /// False messages in the SWIFT network.
        SwiftFraud = "swift-fraud",
        /// Cash from machines, after the bank's switch was altered.
        AtmCashOut = "atm-cash-out",
        /// A flaw in servers, wallets or networks of the victim.
        InfrastructureFlaw = "infrastructure-flaw",
        /// Data was encrypted.
        Ransomware = "ransomware",
        /// A vote was bought or forged.
        Governance = "governance",
        /// No source says.
        Unknown = "unknown",
    }

    /// How loot was laundered.
    Channel {
        /// A mixing service or contract.
        Mixer = "mixer",
        /// CoinJoin transactions.
        Coinjoin = "coinjoin",
        /// A bridge between chains.
        Bridge = "bridge",
        /// Swaps.
        Swap = "swap",
        /// A centralised exchange.
        Exchange = "exchange",
        /// A broker who trades over the counter.
        OtcBroker = "otc-broker",
        /// A chain of transactions that each pay out a little.
        PeelChain = "peel-chain",
        /// A casino or gambling site.
        Casino = "casino",
        /// A currency that hides its transfers.
        PrivacyCoin = "privacy-coin",
        /// Accounts at banks.
        BankAccounts = "bank-accounts",
        /// Cash.
        Cash = "cash",
        /// It has not moved.
        Unmoved = "unmoved",
    }

    /// How sure a claimant is of an amount.
    Certainty {
        /// Counted.
        Exact = "exact",
        /// Rounded.
        Approximate = "approximate",
        /// Estimated.
        Estimate = "estimate",
        /// The claimant does not say.
        Unstated = "unstated",
    }

    /// How sure a claimant is of an attribution. Ordered from the weakest.
    Standing {
        /// The claimant says that it was not the actor.
        Denied = "denied",
        /// The claimant suspects it.
        Suspected = "suspected",
        /// The claimant holds it likely.
        Likely = "likely",
        /// The claimant states it as a fact.
        Stated = "stated",
    }

    /// What an amount is an amount of. Only what was taken counts in sums and ranges.
    Reach {
        /// All that was taken.
        Taken = "taken",
        /// What was aimed at.
        Attempted = "attempted",
        /// A part of it, or a count before all was known.
        Part = "part",
        /// The nominal value of tokens that nobody would have paid for: minted by the thief, or
        /// more than their market could take.
        FaceValue = "face-value",
    }

    /// At the prices of when an amount in US dollars is stated.
    Priced {
        /// Of the theft.
        Theft = "theft",
        /// Of the report.
        Report = "report",
        /// The claimant does not say.
        Unstated = "unstated",
    }

    /// What became of a part of the loot.
    Outcome {
        /// Somebody stopped it from moving.
        Frozen = "frozen",
        /// An authority took it.
        Seized = "seized",
        /// The thief gave it back.
        Returned = "returned",
        /// The victim got it back in another way.
        Recovered = "recovered",
        /// It was stopped before it left, and is not part of what was taken.
        Blocked = "blocked",
    }

    /// What an address was used for.
    Role {
        /// It received the loot first.
        Theft = "theft",
        /// It collected the loot.
        Consolidation = "consolidation",
        /// It passed the loot on.
        Intermediary = "intermediary",
        /// It belongs to a service that received loot.
        Deposit = "deposit",
        /// It was stolen from.
        Victim = "victim",
        /// A contract of the thief or of the victim.
        Contract = "contract",
    }

    /// How the authors of the ledger know a source.
    Seen {
        /// The text behind the link was read.
        Read = "read",
        /// Link and fact stand in a data set.
        DataSet = "data set",
    }

    /// What kind of claimant somebody is.
    ClaimantKind {
        /// A court.
        Court = "court",
        /// A government or an authority.
        Government = "government",
        /// A body of the United Nations.
        UnitedNations = "united-nations",
        /// A firm that follows cryptocurrency.
        AnalyticsFirm = "analytics-firm",
        /// A firm for security.
        SecurityFirm = "security-firm",
        /// A researcher.
        Researcher = "researcher",
        /// The press.
        Press = "press",
        /// The victim.
        Victim = "victim",
        /// A data set whose author names no claimant.
        DataSet = "data-set",
    }
}

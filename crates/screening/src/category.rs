//! Categories: what kind of place an address is, in words with stable numbers.

use std::fmt;
use std::str::FromStr;

use hawkshaw_attribution::broader_concept;
use hawkshaw_model::ConceptId;
use serde::{Serialize, Serializer};

/// How bad money of a category is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// A service like others.
    Low,
    /// Deserves a look.
    Medium,
    /// Proceeds of crime, by somebody's claim.
    High,
    /// Forbidden to deal with, or the worst of crimes.
    Severe,
}

/// A name that is no category.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no category; `hawkshaw screen --categories` lists them")]
pub struct UnknownCategory(String);

macro_rules! categories {
    ($($variant:ident = $id:literal, $name:literal, $severity:ident, [$($concept:literal),*], $doc:literal;)*) => {
        /// What kind of place an address is. Numbers and names never change meaning; a name that
        /// changes would break rules and clients.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Category {
            $(#[doc = $doc] $variant,)*
        }

        impl Category {
            /// All categories, by number. There are at most 32.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its number, from 1 to 32.
            pub const fn id(self) -> u8 {
                match self { $(Self::$variant => $id),* }
            }

            /// Its name in rules and answers.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }

            /// How bad money of it is.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),* }
            }

            /// The category that one concept stands for, itself or by the nearest broader one.
            fn of_concept(concept: &str) -> Option<Self> {
                $(
                    const { assert!($id >= 1 && $id <= 32) };
                    let concepts: &[&str] = &[$($concept),*];
                    if concepts.contains(&concept) {
                        return Some(Self::$variant);
                    }
                )*
                Self::of_concept(broader_concept(concept)?)
            }
        }
    };
}

// The order is the rank: of several concepts of one tag the first category counts.
categories! {
    Sanctions = 1, "sanctions", Severe, ["sanction", "gov_black_list"], "On a list of sanctions.";
    ChildAbuse = 2, "child-abuse", Severe, ["sexual_abuse", "child_sexual_abuse"], "Sells material of child abuse.";
    TerroristFinancing = 3, "terrorist-financing", Severe, ["extremism", "terrorism", "terrorism_financing"], "Pays for terror.";
    StolenFunds = 4, "stolen-funds", Severe, ["hacking", "service_hack", "account_hack", "exploit", "data_breach", "social_engineering", "perpetrator", "flash-loan-attack"], "Received stolen value.";
    Ransomware = 5, "ransomware", Severe, ["ransomware"], "Takes ransom for locked data.";
    Malware = 6, "malware", High, ["malware"], "Runs malware.";
    HumanTrafficking = 7, "human-trafficking", Severe, ["human_trafficking", "violence", "murder", "torture"], "Trades people or violence.";
    DarknetMarket = 8, "darknet-market", High, ["dark_market", "drugs", "weapons", "counterfeit"], "Sells what is forbidden.";
    FraudShop = 9, "fraud-shop", High, ["payment_card_fraud"], "Sells stolen data and cards.";
    Scam = 10, "scam", High, ["scam", "phishing", "financial_crime", "investment_fraud", "ponzi_scheme", "pyramid_scheme", "exit-scam", "rug-pull"], "Defrauds people.";
    Extortion = 11, "extortion", High, ["extortion", "sextortion"], "Extorts people.";
    MoneyLaundering = 12, "money-laundering", High, ["money_laundering", "money_mule"], "Launders for others.";
    OtherAbuse = 13, "other-abuse", High, ["abuse"], "Another abuse.";
    BlackList = 14, "black-list", High, ["black_list"], "On somebody's black list, such as the freezes of an issuer.";
    Mixer = 15, "mixer", High, ["mixing", "mixing_service", "tumbler"], "Mixes coins.";
    Gambling = 16, "gambling", Medium, ["gambling", "gambling_service"], "Takes bets.";
    Atm = 17, "atm", Medium, ["atm", "crypto_atm"], "Sells coins for cash.";
    SwapService = 18, "swap-service", Medium, ["coin_swapping"], "Swaps without an account.";
    P2pExchange = 19, "p2p-exchange", Medium, ["peer_to_peer_exchange"], "Brings traders together.";
    Bridge = 20, "bridge", Low, ["defi_bridge", "bridge"], "Moves value between chains.";
    Exchange = 21, "exchange", Low, ["exchange"], "Trades for its clients and keeps their coins.";
    Defi = 22, "defi", Low, ["defi", "defi_dex", "dex", "defi_lending", "defi_token"], "A decentralised service.";
    PaymentProcessor = 23, "payment-processor", Low, ["payment_processor"], "Takes payments for shops.";
    Wallet = 24, "wallet-service", Low, ["wallet_service", "hosted-wallet", "bank"], "Keeps coins for others.";
    Mining = 25, "mining", Low, ["mining_service", "miner"], "Mines.";
    Hosting = 26, "hosting", Medium, ["hosting", "vpn", "bulletproof_hosting"], "Rents servers or lines.";
    Shop = 27, "shop", Low, ["shop", "market"], "Sells goods.";
    OtherService = 28, "other-service", Low, ["service"], "Another service.";
    Victim = 29, "victim", Low, ["victim"], "Was robbed or defrauded.";
    Custom = 30, "custom", Medium, ["custom"], "On a list of the user's own.";
    Other = 31, "other", Low, [], "Tagged, and as none of these.";
}

/// Where authorities publish their lists of sanctions.
const AUTHORITIES: &[&str] = &[
    "treasury.gov/ofac",
    "ofac.treasury.gov",
    "sanctionssearch.ofac.treas.gov",
    "sanctionslistservice.ofac.treas.gov",
    "webgate.ec.europa.eu/fsd",
    "scsanctions.un.org",
    "sanctionslist.fcdo.gov.uk",
];

/// Words that speak of a category, by rank.
const WORDS: &[(Category, &[&str])] = &[
    (Category::Sanctions, &["ofac", "sdn", "sanction", "sanctions", "sanctioned"]),
    (Category::StolenFunds, &["exploiter", "hacker", "heist", "stolen", "theft", "thief"]),
    (Category::Ransomware, &["ransomware"]),
    (Category::Scam, &["scam", "scammer", "fraud", "phishing", "phish", "ponzi", "rugpull"]),
];

/// Words of labels of those who were harmed, or who help them.
const HARMED: &[&str] = &[
    "victim",
    "recovery",
    "refund",
    "refunds",
    "rescue",
    "whitehat",
    "anti",
    "detection",
    "sniffer",
    "alert",
    "protection",
];

impl Category {
    /// The category of a tag: the first in rank of those that its concepts stand for.
    ///
    /// ```
    /// use hawkshaw_screening::Category;
    ///
    /// let of = |concepts: &[&str]| {
    ///     Category::of(&concepts.iter().map(|c| c.parse().unwrap()).collect::<Vec<_>>())
    /// };
    /// assert_eq!(of(&["exchange", "sanction"]), Category::Sanctions);
    /// assert_eq!(of(&["pyramid_scheme"]), Category::Scam);
    /// assert_eq!(of(&["zebra"]), Category::Other);
    /// ```
    pub fn of(concepts: &[ConceptId]) -> Self {
        let known = concepts.iter().filter_map(|concept| Self::of_concept(concept.as_str()));
        known.min().unwrap_or(Self::Other)
    }

    /// The category that the words of a claim speak of where its concepts speak of none: packs
    /// of tags often name what they are about in the label alone (GraphSense's pack of the OFAC
    /// list says `category: user`). Only words that leave no doubt count, and none where the
    /// label speaks of those who were harmed or who help them.
    ///
    /// ```
    /// use hawkshaw_screening::Category;
    ///
    /// let of = |label| Category::of_words(label, "https://example.org");
    /// assert_eq!(of("Listed under the OFAC Sanctions List"), Category::Sanctions);
    /// assert_eq!(of("DeFi fraud 7"), Category::Scam);
    /// assert_eq!(of("Scam victim"), Category::Other);
    /// assert_eq!(of("Alice"), Category::Other);
    /// ```
    pub fn of_words(label: &str, source: &str) -> Self {
        let lower = label.to_lowercase();
        let words: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).collect();
        let says = |known: &[&str]| words.iter().any(|word| known.contains(word));
        if says(HARMED) {
            return Self::Other;
        }
        let source = source.to_lowercase();
        if AUTHORITIES.iter().any(|place| source.contains(place)) {
            return Self::Sanctions;
        }
        let found = WORDS.iter().find(|(_, known)| says(known));
        found.map_or(Self::Other, |(category, _)| *category)
    }

    /// The category of a number.
    pub fn from_id(id: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|category| category.id() == id)
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Category {
    type Err = UnknownCategory;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.iter().copied().find(|category| category.name() == text);
        found.ok_or_else(|| UnknownCategory(text.chars().take(60).collect()))
    }
}

impl Serialize for Category {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Category;

    /// Whoever writes a table of tags uses the names that this program prints.
    #[test]
    fn names_of_categories_are_understood_in_tags() {
        for category in Category::ALL {
            let table = format!("address,label,category,source\n0x{:040x},x,{category},s\n", 7);
            let mut index = hawkshaw_attribution::TagIndex::new();
            let nowhere = hawkshaw_attribution::FolderIncludes::beside(std::path::Path::new("x"));
            index.add_file("tags.csv", table.as_bytes(), &nowhere).unwrap();
            let tag = index.tags().next().unwrap();
            assert_eq!(Category::of(&tag.concepts), *category, "{category}: {:?}", tag.concepts);
            let unknown = hawkshaw_attribution::DefectReason::UnknownConcept;
            assert_eq!(index.defects().count(unknown), 0, "{category}");
        }
    }

    #[test]
    fn numbers_and_names_are_unique_and_ranked() {
        assert!(Category::ALL.len() <= 32, "a set of categories fits 32 bits");
        for pair in Category::ALL.windows(2) {
            assert!(pair[0].id() < pair[1].id() && pair[0] < pair[1]);
        }
        for category in Category::ALL {
            assert_eq!(category.name().parse::<Category>().unwrap(), *category);
            assert_eq!(Category::from_id(category.id()), Some(*category));
        }
    }
}

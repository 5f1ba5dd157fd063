//! What other vendors call our categories.
//!
//! Names and numbers of the transfer and risk entities APIs are those that open clients list
//! (the categories that Fireblocks exposes). Of the ids of the address screening API only two
//! are public, in the answers that open clients keep for their tests; the others are ours, from
//! 900 on, so that they cannot be taken for one of that vendor's.

use hawkshaw_screening::{Category, Severity};

/// What a category is called elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Foreign {
    /// The name in the transfer and risk entities APIs.
    pub(super) name: &'static str,
    /// Its number there.
    pub(super) id: u16,
    /// The name in the address screening API.
    pub(super) title: &'static str,
    /// Its id there: ours plus 900, unless it is known.
    pub(super) title_id: u16,
}

/// The names of a category elsewhere. What has no counterpart there has the next wider one.
pub(super) fn foreign(category: Category) -> Foreign {
    let own = 900 + u16::from(category.id());
    let (name, id, title, title_id) = match category {
        Category::Sanctions => ("sanctioned entity", 3, "Sanctions", 69),
        Category::ChildAbuse => ("child abuse material", 1, "Child Abuse Material", own),
        Category::TerroristFinancing => ("terrorist financing", 23, "Terrorist Financing", own),
        Category::StolenFunds => ("stolen funds", 6, "Stolen Funds", own),
        Category::Ransomware => ("ransomware", 12, "Ransomware", 58),
        Category::Malware => ("malware", 35, "Malware", own),
        Category::HumanTrafficking => ("illicit actor-org", 29, "Human Trafficking", own),
        Category::DarknetMarket => ("darknet market", 2, "Darknet Marketplace", own),
        Category::FraudShop => ("fraud shop", 28, "Fraud Shop", own),
        Category::Scam => ("scam", 18, "Scam", own),
        Category::Extortion => ("illicit actor-org", 29, "Extortion", own),
        Category::MoneyLaundering => ("illicit actor-org", 29, "Money Laundering", own),
        Category::OtherAbuse => ("illicit actor-org", 29, "Illicit Actor", own),
        Category::BlackList => ("other", 9, "Blacklisted Or Frozen", own),
        Category::Mixer => ("mixing", 13, "Mixer", own),
        Category::Gambling => ("gambling", 16, "Gambling", own),
        Category::Atm => ("atm", 24, "ATM", own),
        Category::SwapService => ("instant exchange", 47, "Swap Service", own),
        Category::P2pExchange => ("p2p exchange", 19, "Peer-To-Peer Exchange", own),
        Category::Bridge => ("bridge", 37, "Bridge", own),
        Category::Exchange => ("exchange", 21, "Exchange", own),
        Category::Defi => ("smart contract", 32, "Decentralized Finance", own),
        Category::PaymentProcessor => ("merchant services", 17, "Payment Processor", own),
        Category::Wallet => ("hosted wallet", 11, "Hosted Wallet", own),
        Category::Mining => ("mining", 22, "Mining", own),
        Category::Hosting => ("infrastructure as a service", 30, "Hosting", own),
        Category::Shop => ("merchant services", 17, "Shop", own),
        Category::Victim => ("other", 9, "Victim", own),
        Category::Custom => ("custom address", 999, "Custom", own),
        _ => ("other", 9, "Other", own),
    };
    Foreign { name, id, title, title_id }
}

/// The categories of the transfer API, each once, by number.
pub(super) fn names_and_ids() -> Vec<(&'static str, u16)> {
    let mut all: Vec<_> = Category::ALL.iter().map(|category| foreign(*category)).collect();
    all.sort_by_key(|foreign| foreign.id);
    all.dedup_by_key(|foreign| foreign.id);
    all.into_iter().map(|foreign| (foreign.name, foreign.id)).collect()
}

/// The level of a category in the address screening API, from 0 to 15, and its label.
pub(super) fn level(category: Category) -> (u8, &'static str) {
    match category.severity() {
        Severity::Severe => (15, "Severe"),
        Severity::High => (10, "High"),
        Severity::Medium => (5, "Medium"),
        Severity::Low => (1, "Low"),
    }
}

#[cfg(test)]
mod tests {
    use super::{foreign, names_and_ids};
    use hawkshaw_screening::Category;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn a_number_has_one_name() {
        let mut names: BTreeMap<u16, &str> = BTreeMap::new();
        let mut titles = BTreeSet::new();
        for category in Category::ALL {
            let foreign = foreign(*category);
            assert_eq!(*names.entry(foreign.id).or_insert(foreign.name), foreign.name);
            assert!(titles.insert(foreign.title_id), "{category}: each of ours can be told apart");
        }
        assert_eq!(names_and_ids().len(), names.len());
    }

    #[test]
    fn the_page_lists_what_the_code_says() {
        let page = include_str!("../../../../docs/vendor-apis.md");
        for category in Category::ALL {
            let foreign = foreign(*category);
            let row = format!(
                "| {} `{}` | {} `{}` | {} `{}` |",
                category.id(),
                category,
                foreign.id,
                foreign.name,
                foreign.title_id,
                foreign.title
            );
            assert!(page.contains(&row), "docs/vendor-apis.md lacks: {row}");
        }
    }
}

//! The vocabulary of concepts, and the one table from concept to kind of terminal.
//!
//! Sources: the concepts of the TagPack tool, version 0.1.0 of 2023-01-27,
//! <https://github.com/graphsense/graphsense-tagpack-tool>, and the INTERPOL Dark Web and
//! Virtual Assets Taxonomy, <https://interpol-innovation-centre.github.io/DW-VA-Taxonomy/>.

use hawkshaw_model::{ConceptId, TerminalKind};

/// What a concept means for following value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Role {
    /// Following stops: `exchange`.
    Exchange,
    /// Following stops: `mixer`.
    Mixer,
    /// Following stops: `bridge`.
    Bridge,
    /// Following stops: `swap-service`.
    Swap,
    /// Following stops: a further service, named by the concept.
    Service,
    /// Following stops: so broad a word that any narrower one says more.
    Broad,
    /// Following stops: value that nobody can spend.
    Burned,
    /// An offender or a victim: speaks against stopping.
    Blamed,
    /// An abuse: never stops, and its actor is not who runs the address.
    Abuse,
    /// Says nothing about stopping.
    Silent,
}

use Role::{Abuse, Blamed, Bridge, Broad, Burned, Exchange, Mixer, Service, Silent, Swap};

/// Concept, its broader concept, and what it means for following. This table is the only place
/// that decides what stops.
///
/// - `coinjoin` never stops: the coins of a CoinJoin stay their owners', no service holds them.
/// - `sanction` never stops: a list entry says who must not be paid, not where value ends.
/// - `defi_token` never stops: the tag is on a token contract, which holds nobody's value.
/// - `organization` never stops: exchanges and criminal groups both are organisations.
/// - `donation` never stops: it is a way to be paid, not a service.
#[rustfmt::skip]
const CONCEPTS: &[(&str, &str, Role)] = &[
    ("concept", "", Silent),
    ("unknown", "concept", Silent),
    ("behaviour", "concept", Silent),
    ("source", "concept", Silent),
    ("mention", "source", Silent),
    ("website_mention", "mention", Silent),
    ("forum_mention", "mention", Silent),
    ("dark_web", "source", Silent),
    ("abuse", "behaviour", Abuse),
    ("sexual_abuse", "abuse", Abuse),
    ("child_sexual_abuse", "sexual_abuse", Abuse),
    ("violence", "abuse", Abuse),
    ("murder", "violence", Abuse),
    ("torture", "violence", Abuse),
    ("human_trafficking", "abuse", Abuse),
    ("scam", "abuse", Abuse),
    ("financial_crime", "abuse", Abuse),
    ("investment_fraud", "financial_crime", Abuse),
    ("ponzi_scheme", "investment_fraud", Abuse),
    ("pyramid_scheme", "ponzi_scheme", Abuse),
    ("money_laundering", "financial_crime", Abuse),
    ("payment_card_fraud", "financial_crime", Abuse),
    ("extortion", "abuse", Abuse),
    ("sextortion", "extortion", Abuse),
    ("ransomware", "extortion", Abuse),
    ("phishing", "abuse", Abuse),
    ("hacking", "abuse", Blamed),
    ("service_hack", "hacking", Blamed),
    ("account_hack", "hacking", Blamed),
    ("exploit", "hacking", Blamed),
    ("data_breach", "hacking", Blamed),
    ("social_engineering", "hacking", Blamed),
    ("malware", "hacking", Blamed),
    ("drugs", "abuse", Abuse),
    ("weapons", "abuse", Abuse),
    ("sanction", "abuse", Silent),
    ("counterfeit", "abuse", Abuse),
    ("extremism", "abuse", Abuse),
    ("terrorism", "extremism", Abuse),
    ("terrorism_financing", "extremism", Abuse),
    ("black_list", "abuse", Silent),
    ("gov_black_list", "black_list", Silent),
    ("gray_usage", "behaviour", Silent),
    ("mixing", "gray_usage", Mixer),
    ("coinjoin", "mixing", Silent),
    ("white_usage", "behaviour", Silent),
    ("cold_wallet", "white_usage", Silent),
    ("hot_wallet", "white_usage", Silent),
    ("warm_wallet", "white_usage", Silent),
    ("deposit_wallet", "white_usage", Silent),
    ("white_list", "white_usage", Silent),
    ("gov_white_list", "white_list", Silent),
    ("deployer", "behaviour", Silent),
    ("funder", "behaviour", Silent),
    ("entity", "concept", Silent),
    ("organization", "entity", Silent),
    ("user", "entity", Silent),
    ("victim", "user", Blamed),
    ("perpetrator", "user", Blamed),
    ("donation", "user", Silent),
    ("miner", "user", Silent),
    ("service", "entity", Broad),
    ("exchange", "service", Exchange),
    ("wallet_service", "service", Service),
    ("escrow_wallet", "wallet_service", Service),
    ("ico_wallet", "wallet_service", Service),
    ("filesharing", "service", Service),
    ("index", "service", Service),
    ("market", "service", Service),
    ("messaging_service", "service", Service),
    ("mixing_service", "service", Mixer),
    ("mining_service", "service", Service),
    ("gambling", "service", Service),
    ("search_engine", "service", Service),
    ("shop", "service", Service),
    ("faucet", "service", Service),
    ("payment_processor", "service", Service),
    ("atm", "service", Service),
    ("hosting", "service", Service),
    ("vpn", "service", Service),
    ("nameservice", "service", Service),
    ("defi", "service", Broad),
    ("defi_token", "defi", Silent),
    ("defi_lending", "defi", Service),
    ("defi_dex", "defi", Swap),
    ("defi_dex_pair", "defi_dex", Swap),
    ("defi_derivative", "defi", Service),
    ("defi_bridge", "defi", Bridge),
    ("defi_dao", "defi", Service),
    ("defi_staking", "defi", Service),
    ("defi_custody", "defi", Service),
    ("item", "concept", Silent),
    ("collectible", "item", Silent),
    // Words of the INTERPOL taxonomy that the list above has not.
    ("tumbler", "mixing_service", Mixer),
    ("bridge", "defi_bridge", Bridge),
    ("dex", "defi_dex", Swap),
    ("coin_swapping", "service", Swap),
    ("crypto_atm", "atm", Service),
    ("dark_market", "market", Service),
    ("bulletproof_hosting", "hosting", Service),
    ("escrow", "escrow_wallet", Service),
    ("ico", "ico_wallet", Service),
    ("gambling_service", "gambling", Service),
    ("darknet_email_service", "messaging_service", Service),
    ("paste_site_service", "service", Service),
    ("hosted-wallet", "wallet_service", Service),
    ("peer_to_peer_exchange", "exchange", Exchange),
    ("virtual_asset_service_provider", "service", Broad),
    ("service-provider", "service", Broad),
    ("bank", "service", Service),
    ("administrator", "entity", Silent),
    ("authorities", "organization", Silent),
    ("regulator", "authorities", Silent),
    ("money_mule", "user", Silent),
    ("vendor", "user", Silent),
    ("customer", "user", Silent),
    ("cryptocurrencies_user", "user", Silent),
    ("cyberterrorist", "perpetrator", Blamed),
    ("exit-scam", "scam", Abuse),
    ("rug-pull", "scam", Abuse),
    ("flash-loan-attack", "exploit", Blamed),
    ("smart_contract", "item", Silent),
    // Our own.
    ("burn_address", "white_usage", Burned),
    ("custom", "entity", Silent),
];

/// Words that people and the categories of screening use for a concept.
#[rustfmt::skip]
const SYNONYMS: &[(&str, &str)] = &[
    ("sanctions", "sanction"), ("sanctioned", "sanction"), ("ofac", "sanction"),
    ("child_abuse", "child_sexual_abuse"), ("csam", "child_sexual_abuse"),
    ("terrorist_financing", "terrorism_financing"), ("terror_financing", "terrorism_financing"),
    ("stolen_funds", "hacking"), ("stolen", "hacking"), ("theft", "hacking"), ("hack", "hacking"),
    ("heist", "hacking"), ("hacker", "perpetrator"), ("exploiter", "exploit"),
    ("darknet_market", "dark_market"), ("darknet_marketplace", "dark_market"),
    ("darkweb_market", "dark_market"), ("darknet_crime", "abuse"), ("other_abuse", "abuse"),
    ("fraud_shop", "payment_card_fraud"), ("fraud", "scam"), ("ponzi", "ponzi_scheme"),
    ("mixer", "mixing_service"), ("mixers", "mixing_service"), ("tumblers", "mixing_service"),
    ("p2p_exchange", "peer_to_peer_exchange"), ("swap_service", "coin_swapping"),
    ("other_service", "service"), ("mining", "mining_service"), ("mining_pool", "mining_service"),
    ("cex", "exchange"), ("centralized_exchange", "exchange"),
    ("blacklist", "black_list"), ("block_list", "black_list"), ("blocklist", "black_list"),
    ("blocked", "black_list"), ("frozen", "black_list"), ("terrorist", "terrorism"),
    ("other", "unknown"),
];

/// The id under which the vocabulary has a concept: in lower case, with `_` for ` ` and `-`, or
/// that of which it is a synonym.
pub(crate) fn canonical(id: &str) -> Option<String> {
    let lower = id.trim().to_lowercase();
    if find(&lower).is_some() {
        return Some(lower);
    }
    let joined = lower.replace([' ', '-'], "_");
    if find(&joined).is_some() {
        return Some(joined);
    }
    let synonym = SYNONYMS.iter().find(|(word, _)| *word == joined);
    synonym.map(|(_, concept)| (*concept).to_owned())
}

/// Whether the vocabulary has a concept.
///
/// ```
/// assert!(hawkshaw_attribution::is_known_concept("mixing_service"));
/// assert!(!hawkshaw_attribution::is_known_concept("zebra"));
/// ```
pub fn is_known_concept(id: &str) -> bool {
    find(id).is_some()
}

/// The broader concept of a concept; `None` for the root and for unknown ones.
pub fn broader_concept(id: &str) -> Option<&'static str> {
    find(id).map(|entry| entry.1).filter(|broader| !broader.is_empty())
}

/// The kind of terminal that concepts name together, where one of them names one. Narrow words
/// win over broad ones (`defi_bridge` over `defi`); between equals the order is exchange, mixer,
/// bridge, swap service, then further services by name.
///
/// ```
/// use hawkshaw_model::{ConceptId, TerminalKind};
///
/// let concepts: Vec<ConceptId> = vec!["hot_wallet".parse()?, "exchange".parse()?];
/// assert_eq!(hawkshaw_attribution::terminal_kind(&concepts), Some(TerminalKind::Exchange));
/// assert_eq!(hawkshaw_attribution::terminal_kind(&["sanction".parse()?]), None);
/// # Ok::<(), String>(())
/// ```
pub fn terminal_kind(concepts: &[ConceptId]) -> Option<TerminalKind> {
    let ranked = concepts.iter().filter_map(|concept| {
        let (id, _, role) = find(concept.as_str())?;
        (*role <= Burned).then_some((*role, *id, concept))
    });
    let (role, _, concept) = ranked.min()?;
    match role {
        Exchange => Some(TerminalKind::Exchange),
        Mixer => Some(TerminalKind::Mixer),
        Bridge => Some(TerminalKind::Bridge),
        Swap => Some(TerminalKind::SwapService),
        Service | Broad => Some(TerminalKind::Service(concept.clone())),
        Burned => Some(TerminalKind::Burned),
        Blamed | Abuse | Silent => None,
    }
}

/// Whether a concept names an offender or a victim, so that its tag speaks against stopping.
pub(crate) fn is_blamed(concept: &ConceptId) -> bool {
    find(concept.as_str()).is_some_and(|entry| entry.2 == Blamed)
}

/// Whether a concept names an abuse, so that the actor of its tag need not run the address.
pub(crate) fn is_abuse(concept: &ConceptId) -> bool {
    find(concept.as_str()).is_some_and(|entry| matches!(entry.2, Blamed | Abuse))
}

fn find(id: &str) -> Option<&'static (&'static str, &'static str, Role)> {
    CONCEPTS.iter().find(|entry| entry.0 == id)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CONCEPTS, broader_concept, canonical, is_known_concept, terminal_kind};

    #[test]
    fn every_concept_is_once_and_leads_to_the_root() {
        let ids: BTreeSet<_> = CONCEPTS.iter().map(|entry| entry.0).collect();
        assert_eq!(ids.len(), CONCEPTS.len());
        for (id, _, _) in CONCEPTS {
            let (mut at, mut steps) = (*id, 0);
            while let Some(broader) = broader_concept(at) {
                assert!(is_known_concept(broader), "{id}: {broader}");
                (at, steps) = (broader, steps + 1);
                assert!(steps < 10, "{id}");
            }
            assert_eq!(at, "concept", "{id}");
        }
    }

    #[test]
    fn the_table_from_concept_to_terminal() {
        let kind = |words: &str| {
            let concepts: Vec<_> = words.split('+').map(|w| w.parse().unwrap()).collect();
            terminal_kind(&concepts).map_or("-".to_owned(), |kind| kind.name())
        };
        for (words, name) in [
            ("exchange", "exchange"),
            ("mixing_service", "mixer"),
            ("tumbler", "mixer"),
            ("mixing", "mixer"),
            ("coinjoin", "-"),
            ("defi_bridge", "bridge"),
            ("bridge", "bridge"),
            ("defi_dex", "swap-service"),
            ("defi_dex_pair", "swap-service"),
            ("coin_swapping", "swap-service"),
            ("gambling", "gambling"),
            ("payment_processor", "payment-processor"),
            ("defi_lending", "defi-lending"),
            ("service", "service"),
            ("burn_address", "burned"),
            ("service+defi_bridge", "bridge"),
            ("defi+defi_lending", "defi-lending"),
            ("exchange+sanction", "exchange"),
            ("hacking", "-"),
            ("service_hack", "-"),
            ("exploit", "-"),
            ("sanction", "-"),
            ("victim", "-"),
            ("perpetrator", "-"),
            ("funder", "-"),
            ("user", "-"),
            ("miner", "-"),
            ("black_list", "-"),
            ("deposit_wallet+hot_wallet+cold_wallet", "-"),
            ("zebra", "-"),
        ] {
            assert_eq!(kind(words), name, "{words}");
        }
    }

    #[test]
    fn spellings_find_their_concept() {
        assert_eq!(canonical("Mixing Service").as_deref(), Some("mixing_service"));
        assert_eq!(canonical("exit-scam").as_deref(), Some("exit-scam"));
        assert_eq!(canonical("zebra"), None);
    }
}

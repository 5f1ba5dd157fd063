//! A theft: what is claimed about it, by whom, and where that can be read.

use std::collections::BTreeSet;
use std::fmt;

use hawkshaw_model::Account;
use serde::{Serialize, Serializer};

use crate::chain::Chain;
use crate::claim::{AmountClaim, AttributionClaim, Basis, Frame, RecoveryClaim, is_symbol};
use crate::date::PartialDate;
use crate::reader::{Place, Table};
use crate::shared::Shared;
use crate::source::{Source, Sources, is_key};
use crate::vocabulary::{Channel, Kind, Loot, Role, Standing, Technique, VictimKind};

/// The id of an incident: the year of the theft and words, `2022-ronin-bridge`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncidentId(Box<str>);

impl IncidentId {
    /// The id in a text, if it is one.
    pub fn new(text: &str) -> Option<Self> {
        let (year, words) = text.split_once('-')?;
        let is_year = year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit());
        (is_year && is_key(words) && text.len() <= 80).then(|| Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IncidentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for IncidentId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// A theft, as one file of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Incident {
    /// The id, which is also the name of its file.
    pub id: IncidentId,
    /// The name by which people know it.
    pub title: String,
    /// What happened.
    pub summary: String,
    /// Other names of the victim or the event.
    pub aliases: Vec<String>,
    /// What kind of event it is.
    pub kind: Kind,
    /// What was taken.
    pub loot: Loot,
    /// The incident whose amount already contains this one.
    pub part_of: Option<IncidentId>,
    /// The case that traces it.
    pub case: Option<String>,
    /// Chains from which was stolen.
    pub chains: Vec<Chain>,
    /// Symbols of what was stolen.
    pub assets: Vec<String>,
    /// What a reader should know.
    pub note: Option<String>,
    /// When it happened, was discovered, was attributed.
    pub dates: Dates,
    /// Who was stolen from.
    pub victim: Victim,
    /// Claims of how much was taken. The first in US dollars is the figure of the ledger.
    pub amounts: Vec<AmountClaim>,
    /// Claims of who did it.
    pub attributions: Vec<AttributionClaim>,
    /// How it began.
    pub began: Option<Beginning>,
    /// How the loot was laundered.
    pub laundered: Option<Laundering>,
    /// Claims of what was frozen or came back.
    pub recoveries: Vec<RecoveryClaim>,
    /// Addresses that sources name.
    pub addresses: Vec<KnownAddress>,
    /// The sources of the file, by key.
    pub sources: Sources,
    /// The file, for messages.
    #[serde(skip)]
    pub(crate) file: String,
    #[serde(skip)]
    pub(crate) part_of_place: Place,
}

/// When an incident happened, and when what was known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dates {
    /// Of the theft.
    pub theft: PartialDate,
    /// Of its discovery.
    pub discovered: Option<PartialDate>,
    /// Of the first public attribution to anybody: the date of one of the claims.
    pub attributed: Option<PartialDate>,
}

/// Who was stolen from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Victim {
    /// The name; private persons have none.
    pub name: String,
    /// What the victim is.
    pub kind: VictimKind,
    /// Where it is based, ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

/// How an incident began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Beginning {
    /// Techniques, the main one first.
    pub how: Vec<Technique>,
    /// In words.
    pub text: Option<String>,
    /// Keys of the sources that say so.
    pub sources: Vec<String>,
}

/// How loot was laundered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Laundering {
    /// Through what.
    pub through: Vec<Channel>,
    /// Through whom.
    pub services: Vec<String>,
    /// In words.
    pub text: Option<String>,
    /// Keys of the sources that say so.
    pub sources: Vec<String>,
}

/// An address that a source names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KnownAddress {
    /// The account, CAIP-10. Also of chains whose ledger Hawkshaw does not read.
    pub account: String,
    /// What it was used for.
    pub role: Role,
    /// Keys of the sources that say so.
    pub sources: Vec<String>,
}

impl Incident {
    /// Reads the file of an incident.
    pub(crate) fn read(table: &Table<'_>, file: &str, shared: &Shared) -> Option<Self> {
        let sources = table.table("sources").map(|list| Source::read_all(&list, &shared.sources));
        let sources = sources.unwrap_or_default();
        let dates = table.table("dates").and_then(|dates| Dates::read(&dates));
        if !table.has("dates") {
            table.wrong("dates", "is missing");
        }
        let theft = dates.as_ref().map(|dates| &dates.theft);
        let frame = Frame { shared, sources: &sources, theft };
        let id = read_id(table, file, theft);
        let title = table.line_needed("title").map(str::to_owned);
        let summary = table.text_needed("summary").map(|text| text.trim().to_owned());
        let (kind, loot) = (table.parsed_needed("kind"), table.parsed_needed("loot"));
        let victim = table.table("victim").and_then(|victim| Victim::read(&victim));
        if !table.has("victim") {
            table.wrong("victim", "is missing");
        }
        let part_of_place = table.place_of("part_of");
        let part_of = table.text("part_of").and_then(|text| {
            let id = IncidentId::new(text);
            if id.is_none() {
                table.wrong("part_of", "is no id of an incident");
            }
            id
        });
        let amounts = table.tables("amount");
        let amounts: Vec<_> =
            amounts.iter().filter_map(|claim| AmountClaim::read(claim, frame)).collect();
        let claims = table.tables("attribution");
        let attributions: Vec<_> =
            claims.iter().filter_map(|claim| AttributionClaim::read(claim, frame)).collect();
        if !table.has("amount") && !table.has("attribution") {
            table.wrong("", "claims nothing: neither an amount nor an attribution");
        }
        check_attributed(table, dates.as_ref(), &attributions);
        let recoveries = table.tables("recovery");
        let recoveries =
            recoveries.iter().filter_map(|claim| RecoveryClaim::read(claim, frame)).collect();
        let began = table.table("began").and_then(|began| Beginning::read(&began, frame));
        let laundered = table.table("laundered").and_then(|part| Laundering::read(&part, frame));
        let addresses = table.tables("address");
        let mut known: Vec<KnownAddress> = Vec::new();
        for entry in &addresses {
            let Some(address) = KnownAddress::read(entry, frame) else { continue };
            let is_same = |other: &KnownAddress| {
                (&other.account, other.role) == (&address.account, address.role)
            };
            if known.iter().any(is_same) {
                entry.wrong("account", "stands in the file twice with this role");
            }
            known.push(address);
        }
        let addresses = known;
        let assets = table.texts("assets");
        if assets.iter().any(|asset| !is_symbol(asset)) {
            table.wrong("assets", "holds what is no symbol of an asset");
        }
        let incident = Self {
            aliases: table.texts("aliases").into_iter().map(str::to_owned).collect(),
            case: table.text("case").map(str::to_owned).inspect(|case| {
                if !is_key(case) {
                    table.wrong("case", "is no name of a folder such as ronin-bridge-2022");
                }
            }),
            chains: table.parsed_list("chains"),
            assets: assets.into_iter().map(str::to_owned).collect(),
            note: table.text("note").map(str::to_owned),
            id: id?,
            title: title?,
            summary: summary?,
            kind: kind?,
            loot: loot?,
            part_of,
            victim: victim?,
            amounts,
            attributions,
            began,
            laundered,
            recoveries,
            addresses,
            file: file.to_owned(),
            part_of_place,
            dates: dates?,
            sources,
        };
        incident.check_sources_used(table);
        Some(incident)
    }

    /// Reports sources that nothing cites.
    fn check_sources_used(&self, table: &Table<'_>) {
        let cited: BTreeSet<&String> = self.cited().collect();
        let Some(list) = table.table("sources") else { return };
        for (key, entry) in list.named_tables() {
            if !cited.contains(&key.to_owned()) {
                entry.wrong("", "is a source that nothing cites");
            }
        }
    }

    /// The keys of every source that something cites, as often as it is cited.
    fn cited(&self) -> impl Iterator<Item = &String> {
        let claims = self.amounts.iter().map(|claim| &claim.basis);
        let claims = claims.chain(self.attributions.iter().map(|claim| &claim.basis));
        let claims = claims.chain(self.recoveries.iter().map(|claim| &claim.basis));
        let began = self.began.iter().flat_map(|began| &began.sources);
        let laundered = self.laundered.iter().flat_map(|laundered| &laundered.sources);
        let addresses = self.addresses.iter().flat_map(|address| &address.sources);
        claims.flat_map(|basis| &basis.sources).chain(began).chain(laundered).chain(addresses)
    }

    /// The keys of the sources that something cites, in the order of their first use.
    pub fn source_keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = Vec::new();
        for key in self.cited() {
            if !keys.contains(&key.as_str()) {
                keys.push(key);
            }
        }
        keys
    }

    /// The technique that statistics count it under: the main one, or unknown.
    pub fn technique(&self) -> Technique {
        let first = self.began.as_ref().and_then(|began| began.how.first());
        first.copied().unwrap_or(Technique::Unknown)
    }
}

/// The id, which has to be the name of the file and to begin with the year of the theft.
fn read_id(table: &Table<'_>, file: &str, theft: Option<&PartialDate>) -> Option<IncidentId> {
    let text = table.text_needed("id")?;
    let Some(id) = IncidentId::new(text) else {
        table.wrong("id", "is no id such as 2022-ronin-bridge");
        return None;
    };
    let mut path = file.rsplit(['/', '\\']);
    let stem = path.next().and_then(|name| name.strip_suffix(".toml"));
    if stem != Some(text) {
        table.wrong("id", "is not the name of the file");
    }
    let year = &text[..4];
    let folder = path.next().filter(|name| name.len() == 4 && name.parse::<u16>().is_ok());
    if folder.is_some_and(|folder| folder != year) {
        table.wrong("id", "does not begin with the year of its folder");
    }
    if theft.is_some_and(|theft| !theft.as_str().starts_with(year)) {
        table.wrong("id", "does not begin with the year of the theft");
    }
    Some(id)
}

/// The date of the attribution has to be that of a claim, of which no other is older.
fn check_attributed(table: &Table<'_>, dates: Option<&Dates>, claims: &[AttributionClaim]) {
    let Some(attributed) = dates.and_then(|dates| dates.attributed.as_ref()) else { return };
    let Some(table) = table.table("dates") else { return };
    let named = || claims.iter().filter(|claim| claim.sure != Standing::Denied);
    if !named().any(|claim| claim.basis.on == *attributed) {
        table.wrong("attributed", "is the date of no claim of attribution");
    }
    let older = named().map(|claim| &claim.basis).find(|it| it.on.last() < attributed.first());
    if let Some(Basis { by, on, .. }) = older {
        let by = hawkshaw_model::Printable(by);
        table.wrong("attributed", format!("is not the first: {by} claims it on {on}"));
    }
}

impl Dates {
    fn read(table: &Table<'_>) -> Option<Self> {
        let theft: Option<PartialDate> = table.parsed_needed("theft");
        let discovered: Option<PartialDate> = table.parsed("discovered");
        let attributed: Option<PartialDate> = table.parsed("attributed");
        if let Some(theft) = &theft {
            for (field, date) in [("discovered", &discovered), ("attributed", &attributed)] {
                if date.as_ref().is_some_and(|date| date.last() < theft.first()) {
                    table.wrong(field, format!("is before the theft, {theft}"));
                }
            }
        }
        table.finish();
        Some(Self { theft: theft?, discovered, attributed })
    }
}

/// Whether a text is a code of ISO 3166-1 alpha-2, or XK, which is in use for Kosovo.
pub fn is_country(text: &str) -> bool {
    const CODES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ \
        BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY \
        CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM \
        GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE \
        KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML \
        MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF \
        PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN \
        SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ \
        VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";
    CODES.split(' ').any(|code| code == text)
}

impl Victim {
    fn read(table: &Table<'_>) -> Option<Self> {
        let name = table.line_needed("name").map(str::to_owned);
        let kind = table.parsed_needed("kind");
        let country = table.text("country").map(str::to_owned);
        if country.as_ref().is_some_and(|code| !is_country(code)) {
            table.wrong("country", "is no code of ISO 3166-1 alpha-2, such as VN");
        }
        table.finish();
        Some(Self { name: name?, kind: kind?, country })
    }
}

impl Beginning {
    fn read(table: &Table<'_>, frame: Frame<'_>) -> Option<Self> {
        let how: Vec<Technique> = table.parsed_list("how");
        if table.texts("how").is_empty() {
            table.wrong("how", "is missing or empty");
        }
        let text = table.text("text").map(str::to_owned);
        let sources = frame.keys(table);
        table.finish();
        (!how.is_empty()).then_some(Self { how, text, sources })
    }
}

impl Laundering {
    fn read(table: &Table<'_>, frame: Frame<'_>) -> Option<Self> {
        let through: Vec<Channel> = table.parsed_list("through");
        if table.texts("through").is_empty() {
            table.wrong("through", "is missing or empty");
        }
        let services = table.texts("services").into_iter().map(str::to_owned).collect();
        let text = table.text("text").map(str::to_owned);
        let sources = frame.keys(table);
        table.finish();
        (!through.is_empty()).then_some(Self { through, services, text, sources })
    }
}

impl KnownAddress {
    fn read(table: &Table<'_>, frame: Frame<'_>) -> Option<Self> {
        let account = table.text_needed("account");
        let account = account.and_then(|text| match canonical(text) {
            Ok(account) => Some(account),
            Err(what) => {
                table.wrong("account", what);
                None
            }
        });
        let role = table.parsed_needed("role");
        let sources = frame.keys(table);
        table.finish();
        Some(Self { account: account?, role: role?, sources })
    }
}

/// An account as files have it. Of chains whose ledger Hawkshaw reads the address is checked;
/// of others only the form of CAIP-10.
fn canonical(text: &str) -> Result<String, String> {
    let namespace = text.split(':').next().unwrap_or_default();
    if matches!(namespace, "eip155" | "bip122" | "tron") {
        return text.parse().map(|account: Account| account.to_string()).map_err(|e| e.to_string());
    }
    let parts: Vec<&str> = text.split(':').collect();
    let is_part = |part: &str, max: usize| {
        let is_sign = |b: u8| b.is_ascii_alphanumeric() || b"-_.%".contains(&b);
        (1..=max).contains(&part.len()) && part.bytes().all(is_sign)
    };
    match parts[..] {
        [space, chain, address]
            if is_part(space, 8) && is_part(chain, 32) && is_part(address, 128) =>
        {
            Ok(text.to_owned())
        }
        _ => Err("is no CAIP-10 account such as eip155:1:0x…".to_owned()),
    }
}

//! Claims as sentences, and links, for formats whose fields are made for people.

use hawkshaw_incidents::{
    AmountClaim, AttributionClaim, Basis, Incident, IncidentLedger, NativeAmount, Priced,
    RecoveryClaim, Source, Standing, UsdClaim, Vocabulary as _,
};

use super::day::Day;
use crate::text::prose;

/// A claim of an amount: `USD 540000000 (173600 ETH), taken, at the prices of the time of the theft,
/// certainty approximate. Claimed by Elliptic, 2022-04-14.`
pub(super) fn amount(claim: &AmountClaim) -> String {
    let mut text = format!("{}, {}", value(&claim.value, &claim.native), claim.what);
    if claim.priced != Priced::Unstated {
        text.push_str(&format!(", at the prices of the time of the {}", claim.priced));
    }
    format!("{text}, certainty {}. {}", claim.sure, basis(&claim.basis))
}

/// A claim of attribution: `Lazarus Group: stated. Claimed by FBI, 2022-04-14.`
pub(super) fn attribution(ledger: &IncidentLedger, claim: &AttributionClaim) -> String {
    let sure = match claim.sure {
        Standing::Denied => "denied (the claimant says that it was not this actor)".to_owned(),
        sure => sure.label(),
    };
    format!("{}: {sure}. {}", actor_name(ledger, &claim.actor), basis(&claim.basis))
}

/// A claim of what was frozen or came back: `USD 5800000, seized. Claimed by …`
pub(super) fn recovery(claim: &RecoveryClaim) -> String {
    format!("{}, {}. {}", value(&claim.value, &claim.native), claim.what, basis(&claim.basis))
}

/// The name of an actor; its id where the ledger has no name.
pub(super) fn actor_name(ledger: &IncidentLedger, id: &str) -> String {
    prose(ledger.actors().get(id).map_or(id, |actor| &actor.name))
}

/// Title, publisher and date of a source, and how it is known.
pub(super) fn source(source: &Source) -> String {
    let published = source.published.as_ref().map(|date| format!(", {date}")).unwrap_or_default();
    let known = match &source.data_set {
        Some(set) => format!(" (known from the data set {})", prose(set)),
        None => String::new(),
    };
    format!("{}: {}{published}{known}", prose(&source.publisher), prose(&source.title))
}

fn basis(basis: &Basis) -> String {
    let note = basis.note.as_deref().map(|note| format!(" {}", prose(note))).unwrap_or_default();
    format!("Claimed by {}, {}.{note}", prose(&basis.by), basis.on)
}

fn value(usd: &UsdClaim, native: &[NativeAmount]) -> String {
    let mut parts = Vec::new();
    parts.extend(usd.usd.map(|usd| format!("USD {usd}")));
    parts.extend(usd.usd_low.map(|usd| format!("at least USD {usd}")));
    parts.extend(usd.usd_high.map(|usd| format!("at most USD {usd}")));
    let native: Vec<String> =
        native.iter().map(|part| format!("{} {}", part.amount, part.asset)).collect();
    match (parts.is_empty(), native.is_empty()) {
        (true, true) => "amount not stated".to_owned(),
        (true, false) => native.join(" + "),
        (false, true) => parts.join(", "),
        (false, false) => format!("{} ({})", parts.join(", "), native.join(" + ")),
    }
}

/// The sources with these keys, in their order.
pub(super) fn sources<'a>(
    ledger: &'a IncidentLedger,
    incident: &'a Incident,
    keys: impl IntoIterator<Item = &'a str>,
) -> Vec<&'a Source> {
    keys.into_iter().filter_map(|key| ledger.source(incident, key)).collect()
}

/// A link as RFC 3986 has it: what may not stand in one is percent-encoded.
pub(super) fn link(url: &str) -> String {
    let is_allowed = |b: &u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(b);
    let encode =
        |b: u8| if is_allowed(&b) { char::from(b).to_string() } else { format!("%{b:02X}") };
    url.bytes().map(encode).collect()
}

/// The days on which something about an incident was claimed or published, the theft among
/// them.
pub(super) fn days<'a>(ledger: &'a IncidentLedger, incident: &'a Incident) -> Vec<Day> {
    let amounts = incident.amounts.iter().map(|claim| &claim.basis.on);
    let attributions = incident.attributions.iter().map(|claim| &claim.basis.on);
    let recoveries = incident.recoveries.iter().map(|claim| &claim.basis.on);
    let sources = sources(ledger, incident, incident.source_keys());
    let published = sources.into_iter().filter_map(|source| source.published.as_ref());
    let dates = &incident.dates;
    let own = [Some(&dates.theft), dates.discovered.as_ref(), dates.attributed.as_ref()];
    let all = amounts.chain(attributions).chain(recoveries).chain(published);
    all.chain(own.into_iter().flatten()).map(Day::first).collect()
}

#[cfg(test)]
mod tests {
    use super::link;

    #[test]
    fn links_hold_only_what_may_stand_in_them() {
        let plain = "https://a.example/b?c=d&e=%20;f#g'h(i)[1]";
        assert_eq!(link(plain), plain);
        assert_eq!(
            link("http://ä.example/\"<\u{202e}>"),
            "http://%C3%A4.example/%22%3C%E2%80%AE%3E"
        );
    }
}

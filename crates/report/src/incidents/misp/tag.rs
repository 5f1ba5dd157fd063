//! Tags of an event.

use hawkshaw_incidents::{Incident, IncidentLedger, Standing};
use serde::Serialize;

/// A tag by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Tag {
    name: String,
}

/// Actors of the ledger that have a cluster in the galaxy of threat actors of MISP, by their own
/// name or as a synonym of the cluster. A cluster may hold more than the actor: AppleJeus and
/// BlueNoroff are synonyms of Lazarus Group there.
const CLUSTERS: [(&str, &str); 7] = [
    ("andariel", "Silent Chollima"),
    ("applejeus", "Lazarus Group"),
    ("bluenoroff", "Lazarus Group"),
    ("kimsuky", "Kimsuky"),
    ("lazarus-group", "Lazarus Group"),
    ("predatory-sparrow", "Predatory Sparrow"),
    ("tradertraitor", "TraderTraitor"),
];

/// The tags of an event.
pub(super) fn tags(ledger: &IncidentLedger, incident: &Incident) -> Vec<Tag> {
    let mut names = vec!["tlp:clear".to_owned()];
    names.push(format!("hawkshaw:kind=\"{}\"", incident.kind));
    names.push(format!("hawkshaw:loot=\"{}\"", incident.loot));
    let techniques = incident.began.iter().flat_map(|began| &began.how);
    names.extend(techniques.map(|technique| format!("hawkshaw:technique=\"{technique}\"")));
    if ledger.is_contested(incident) {
        names.push("hawkshaw:contested".to_owned());
    }
    // A suspicion is too little for a tag, which shows nobody how sure it is.
    let claims = incident.attributions.iter().filter(|claim| claim.sure >= Standing::Likely);
    for claim in claims {
        let cluster = CLUSTERS.iter().find(|(actor, _)| *actor == claim.actor);
        let tag = cluster.map(|(_, name)| format!("misp-galaxy:threat-actor=\"{name}\""));
        names.extend(tag.filter(|tag| !names.contains(tag)));
    }
    names.into_iter().map(|name| Tag { name }).collect()
}

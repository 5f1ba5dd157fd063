//! Who could act on value that sits at a terminal.

use hawkshaw_model::{Printable, TerminalKind};
use hawkshaw_trace::Terminal;

use crate::findings::Findings;

/// Who could stop the value of a terminal from moving: the actor of a service that has
/// custody, then the issuer of a token that its contract lets him freeze.
///
/// A mixer is not listed: there is nobody to whom a request could be sent. Neither is anybody
/// for value that is gone (fees, burned) or that is no single place (below the floor).
pub(crate) fn can_act(findings: &Findings<'_>, terminal: &Terminal) -> Vec<String> {
    let mut who = Vec::new();
    if has_custody(&terminal.kind) {
        who.extend(terminal.actor.as_deref());
    }
    if is_somewhere(&terminal.kind) {
        let info = findings.assets.get(&terminal.asset);
        who.extend(info.and_then(|info| info.issuer.as_deref()));
    }
    let mut who: Vec<String> = who.into_iter().map(|who| Printable(who).to_string()).collect();
    who.dedup();
    who
}

/// Whether whoever runs such a place can hold value back.
fn has_custody(kind: &TerminalKind) -> bool {
    use TerminalKind::{Bridge, Exchange, InferredService, Service, SwapService};
    matches!(kind, Exchange | SwapService | Bridge | Service(_) | InferredService)
}

/// Whether the value is at an address where its issuer could still stop it.
fn is_somewhere(kind: &TerminalKind) -> bool {
    use TerminalKind::{BelowFloor, Burned, Fee, StolenAgain};
    !matches!(kind, Burned | Fee | StolenAgain | BelowFloor)
}

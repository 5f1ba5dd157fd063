//! Noise: movements that are made to confuse whoever looks.
//!
//! On Ethereum they outnumber the moves of a thief. Every rule has a name, a counter and a
//! switch. A rule looks at a movement *from the side of one account*: what is noise to a thief
//! may be the business of the sender.
//!
//! **Invariants:** a row that carries taint is never noise; no rule takes value out of a balance
//! that is followed. A rule only says what counts for nothing where behaviour is judged: in the
//! roles of a swap, in the traffic of a service, in the history shown to a person.
//! *Useful for* account chains. *Not useful for* UTXO chains, where an output is nobody's answer
//! to anybody.
//!
//! The rules are stated in `docs/rules.md`, section "Noise".

mod airdrop;
mod counterfeit;
mod dust;
mod gate;
mod lookalike;
mod portrait;
mod rule;
mod sieve;

pub(crate) use gate::{Gate, sieve};
pub use rule::{Noise, NoiseRule, UnknownNoiseRule};
pub use sieve::Sieve;

//! Both sides of every protocol: the legs are those of the documentation, and agree on the id.

mod across;
mod cctp;
mod celer;
mod connector;
mod hostile;
mod layerzero;
mod made;
mod registry;
mod thorchain;

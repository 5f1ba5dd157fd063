//! Which transactions of a UTXO chain several people made together: CoinJoins.

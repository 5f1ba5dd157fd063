//! The Nomad bridge from Ethereum to Moonbeam, as the authors of XChainWatcher collected it:
//! read from `../shared/data`, skipped with a message where it is absent.
#![allow(clippy::print_stderr, reason = "a skipped test says so")]

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hawkshaw_bridges::{BridgeTables, MatchOptions, Matching, NamedBytes, TokenMap};
use hawkshaw_model::LinkClass;

fn folder() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/data/xchainwatcher")
        .join("cross-chain-rules-validator/datalog/nomad-bridge");
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("skipped: {} is absent", path.display());
    None
}

fn rows(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

/// When each transaction was, from the files that say so: the column of the time and that of the
/// transaction differ. The tables of events have no time.
fn times(folder: &Path) -> HashMap<String, String> {
    let mut times = HashMap::new();
    for (file, time, tx) in [
        ("facts/alternative_chains.facts", 2, 1),
        ("facts/additional_transaction.facts", 0, 2),
        ("results/SC_ValidERC20TokenDeposit.csv", 0, 1),
        ("results/SC_ValidNativeTokenDeposit.csv", 0, 1),
        ("results/SC_DepositsWithoutMatch.csv", 1, 2),
        ("results/TC_ValidERC20TokenDeposit.csv", 0, 1),
        ("results/TC_DepositsWithoutMatch.csv", 1, 2),
    ] {
        let found = rows(&folder.join(file)).into_iter();
        times.extend(found.map(|mut row| (std::mem::take(&mut row[tx]), row[time].clone())));
    }
    times
}

/// Both sides as tables, the map of tokens, and the identifier of each row.
struct Nomad {
    deposits: String,
    withdrawals: String,
    tokens: String,
    ids: [Vec<String>; 2],
}

fn nomad() -> Option<Nomad> {
    let folder = folder()?;
    let times = times(&folder);
    let header = "chain,time,tx_hash,event_index,bridge,id,asset,amount,receiver\n";
    let mut nomad = Nomad {
        deposits: header.to_owned(),
        withdrawals: header.to_owned(),
        tokens: "asset_a,asset_b\n".to_owned(),
        ids: [Vec::new(), Vec::new()],
    };
    // Columns: transaction, event, id, beneficiary, token there, token here (deposits only), …
    for (file, chain, text, ids, token, amount) in
        [("sc", 1, &mut nomad.deposits, 0, 5, 8), ("tc", 1284, &mut nomad.withdrawals, 1, 4, 5)]
    {
        for row in rows(&folder.join(format!("facts/{file}_token_deposited.facts"))) {
            let (tx, event, id, receiver) = (&row[0], &row[1], &row[2], &row[3]);
            let (time, token, amount) = (&times[tx], &row[token], &row[amount]);
            let asset = format!("eip155:{chain}/erc20:{token}");
            writeln!(
                text,
                "eip155:{chain},{time},{tx},{event},nomad,{id},{asset},{amount},{receiver}"
            )
            .unwrap();
            nomad.ids[ids].push(id.clone());
        }
    }
    for row in rows(&folder.join("facts/token_mapping.facts")) {
        writeln!(nomad.tokens, "eip155:1284/erc20:{},eip155:1/erc20:{}", row[3], row[2]).unwrap();
    }
    Some(nomad)
}

impl Nomad {
    fn matched(&self, ignore_ids: bool, with_map: bool) -> Matching {
        let file = |text: &'static str, bytes| NamedBytes { name: text, bytes };
        let token_map = match with_map {
            true => TokenMap::read(file("map", self.tokens.as_bytes())).unwrap(),
            false => TokenMap::new(),
        };
        let deposits = file("deposits", self.deposits.as_bytes());
        let withdrawals = file("withdrawals", self.withdrawals.as_bytes());
        let mut tables = BridgeTables::read(deposits, withdrawals).unwrap();
        tables.matching(&MatchOptions { ignore_ids, token_map, window: None })
    }

    /// Accepted pairs that are right, and those that are not.
    fn judged(&self, matching: &Matching) -> (usize, usize) {
        let accepted = matching.pairs.iter().filter(|pair| pair.accepted);
        let right = |deposit: usize, payout: usize| self.ids[0][deposit] == self.ids[1][payout];
        let (right, wrong): (Vec<_>, Vec<_>) =
            accepted.partition(|pair| right(pair.deposit, pair.payout));
        (right.len(), wrong.len())
    }
}

/// Every deposit has a withdrawal; seven withdrawals have no deposit.
const DEPOSITS: usize = 11_410;

#[test]
fn with_the_identifier_hidden_fields_find_nearly_all_and_nothing_false() {
    let Some(nomad) = nomad() else { return };
    assert_eq!((nomad.ids[0].len(), nomad.ids[1].len()), (DEPOSITS, DEPOSITS + 7));
    for with_map in [true, false] {
        let matching = nomad.matched(true, with_map);
        let (right, wrong) = nomad.judged(&matching);
        eprintln!("token map {with_map}: {right} right, {wrong} wrong of {DEPOSITS}");
        // Precision at least 0.999, recall at least 0.995.
        assert!(wrong * 1_000 <= right + wrong, "{wrong} of {}", right + wrong);
        assert!(right * 1_000 >= DEPOSITS * 995, "{right}");
        assert!(matching.pairs.iter().all(|pair| pair.class != LinkClass::Identifier));
    }
}

#[test]
fn with_the_identifier_no_link_is_false() {
    let Some(nomad) = nomad() else { return };
    let matching = nomad.matched(false, true);
    // One withdrawal went to another receiver than its deposit names: 0x45df…, what a wrong
    // cut of a word makes of 0x3333…5be5. It is reported, not stood for.
    assert_eq!(nomad.judged(&matching), (DEPOSITS - 1, 0));
    assert_eq!(matching.defects.contradicted_ids, 1);
}

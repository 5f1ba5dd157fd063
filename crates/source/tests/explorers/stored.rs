//! Histories in a store: what two accounts say of the same movement is one, and what a node says
//! later takes its place.

use std::path::Path;

use hawkshaw_fixture::explorer::{Behaviour, Dialect, FakeExplorer};
use hawkshaw_ledger::store::{ImportSummary, Snapshot, StoreWriter};
use hawkshaw_model::rows::{Extent, Rows, Transfer};
use hawkshaw_model::{Ledger as _, TransferKind};

use crate::support::{THIEF, evm, open, ronin};

fn import(folder: &Path, all: Vec<Rows>) -> ImportSummary {
    let mut writer = StoreWriter::open(folder).unwrap();
    writer.begin(&[]);
    for rows in all {
        writer.add(rows).unwrap();
    }
    writer.end().unwrap()
}

const PAYER: &str = "0x0000000000000000000000000000000000000009";

/// One transaction with three equal transfers of a token, two equal calls inside and more.
fn file() -> String {
    let token = "erc20:0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
    let hash = "ab".repeat(32);
    let mut file = "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,asset,from,\
                    to,amount\n"
        .to_owned();
    for (event, kind, asset, amount) in [
        (1, "token", token, 5),
        (3, "token", token, 5),
        (5, "token", token, 5),
        (7, "token", token, 6),
        (2, "internal", "slip44:60", 5),
        (4, "internal", "slip44:60", 5),
        (6, "internal", "slip44:60", 7),
    ] {
        file.push_str(&format!(
            "eip155:1,100,1600000000,4,{event},0x{hash},{kind},eip155:1/{asset},{PAYER},{THIEF},{amount}\n"
        ));
    }
    file
}

#[test]
fn lists_of_two_accounts_melt_and_alike_movements_stay() {
    let fake = FakeExplorer::accounts(file().as_bytes(), Behaviour::default());
    let explorer = open(&fake);
    let [one, other] =
        [THIEF, PAYER].map(|address| explorer.history(&evm(address), 100).unwrap().rows);
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(import(folder.path(), vec![one.clone()]).stored, 7);
    // Alone or together, now or later: nothing new.
    let summary = import(folder.path(), vec![other.clone()]);
    assert_eq!((summary.stored, summary.duplicates), (0, 7));
    let together = tempfile::tempdir().unwrap();
    assert_eq!(import(together.path(), vec![other, one]).stored, 7);

    // A node tells the same block with places: still seven, in their places.
    let mut block = Rows::new("eip155:1".parse().unwrap(), "node".into());
    let logs = FakeExplorer::accounts(
        file().as_bytes(),
        Behaviour { dialect: Dialect::Blockscout, ..Behaviour::default() },
    );
    let told = open(&logs).history(&evm(THIEF), 100).unwrap().rows;
    block.assets = told.assets;
    block.transfers = told.transfers;
    let mut call = 0;
    for row in &mut block.transfers {
        if row.kind == TransferKind::Internal {
            call += 1;
            row.event = 2 * call;
        }
    }
    assert!(block.transfers.iter().all(|row| row.event < 100));
    let summary = import(folder.path(), vec![Rows { extent: Extent::Blocks, ..block }]);
    assert_eq!(summary.txs, 0);
    let snapshot = Snapshot::open(folder.path()).unwrap();
    assert_eq!(count(&snapshot), 7);
}

fn count(snapshot: &Snapshot) -> usize {
    let chain = &snapshot.chains()[0];
    let account = hawkshaw_model::Account::new(chain.id.clone(), evm(THIEF));
    let account = snapshot.find_account(&account).unwrap().unwrap();
    let history = snapshot.history(account, hawkshaw_model::TxIx(chain.txs.end));
    history.map(|posting| usize::from(posting.unwrap().is_credit)).sum()
}

/// The histories of the first accounts of a real case, in any order, make the same store.
#[test]
fn the_order_of_histories_does_not_matter() {
    let fake = ronin(Behaviour::default());
    let explorer = open(&fake);
    let accounts = [
        THIEF,
        "0x35fb6f6db4fb05e6a4ce86f2c93691425626d4b1",
        "0xf7b31119c2682c88d88d455dbb9d5932c65cf1be",
        "0x1a2a1c938ce3ec39b6d47113c7955baa9dd454f2",
    ];
    let histories: Vec<Rows> =
        accounts.iter().map(|text| explorer.history(&evm(text), 10_000).unwrap().rows).collect();
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let mut counts = Vec::new();
    for (folder, is_reversed) in folders.iter().zip([false, true]) {
        let mut all = histories.clone();
        if is_reversed {
            all.reverse();
        }
        for rows in all {
            import(folder.path(), vec![rows]);
        }
        let snapshot = Snapshot::open(folder.path()).unwrap();
        let chain = &snapshot.chains()[0];
        counts.push((chain.txs.clone(), chain.heights, count(&snapshot)));
    }
    assert_eq!(counts[0], counts[1]);
    assert!(
        histories
            .iter()
            .flat_map(|rows| &rows.transfers)
            .all(|row: &Transfer| { row.spot.tx.is_some() && row.spot.time.is_some() })
    );
}

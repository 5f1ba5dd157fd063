//! A node without traces of blocks and without receipts of blocks.

use hawkshaw_model::{BlockSource, Lack};
use hawkshaw_source::{ReceiptsBy, TraceChoice, TracesBy};

use crate::account::Balances;
use crate::anvil::Node;
use crate::scenario::play;

#[test]
fn all_but_internal_transfers_is_read() {
    let Some(node) = Node::hardhat() else { return };
    let scenario = play(&node, false);
    let source = node.source(TraceChoice::Offered);
    assert_eq!(
        (source.receipts_by(), source.traces_by()),
        (ReceiptsBy::Transaction, TracesBy::None)
    );
    assert_eq!(source.lacks(), [Lack::InternalTransfers]);
    let mut balances = Balances::default();
    for rows in source.blocks(scenario.first..=scenario.last) {
        balances.add(&rows.unwrap());
    }
    let last = scenario.last;
    let holders = scenario.tokens.iter();
    let holders = holders.map(|token| balances.check_token(&node, "eip155:31337", token, last));
    assert_eq!(holders.collect::<Vec<_>>(), [4, 4, 4]);
    assert_eq!(balances.check_unique(&node, &scenario.collectible, last), 3);
    assert_eq!(balances.check_several(&node, &scenario.several, last), 4);
    // Who only sends and is paid by nobody's contract has what the node says without traces too.
    let native = source.network().native().to_string();
    let balances = {
        let mut all = Balances::new(&scenario, &native);
        source.blocks(scenario.first..=last).for_each(|rows| all.add(&rows.unwrap()));
        all
    };
    let senders: Vec<_> = balances.of(&native);
    for at in [0, 1, 2, 4, 5, 6, 7, 8] {
        let account = scenario.accounts[at].as_str();
        let (_, balance) = senders.iter().find(|(known, _)| *known == account).unwrap();
        let said = node.call("eth_getBalance", serde_json::json!([account, "latest"]));
        let said = i128::from_str_radix(&said.as_str().unwrap()[2..], 16).unwrap();
        assert_eq!(*balance, said, "{account}");
    }
    let wanted = source.network().chain().to_string();
    assert_eq!(wanted, "eip155:31337");
}

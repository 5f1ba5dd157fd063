//! What explorers list of an account: Etherscan, BlockchainSpider.

use hawkshaw_ingest::ReadOptions;
use hawkshaw_model::rows::Extent;

use crate::support::{a, h, sample};

fn quoted(rows: &[&[&str]]) -> String {
    let row = |row: &&[&str]| {
        let cells: Vec<String> = row.iter().map(|cell| format!("\"{cell}\"")).collect();
        cells.join(",") + "\r\n"
    };
    rows.iter().map(row).collect()
}

const TRANSACTIONS: &[&str] = &[
    "Transaction Hash",
    "Blockno",
    "UnixTimestamp",
    "DateTime (UTC)",
    "From",
    "To",
    "ContractAddress",
    "Value_IN(ETH)",
    "Value_OUT(ETH)",
    "CurrentValue @ $1843.94523908609/Eth",
    "TxnFee(ETH)",
    "TxnFee(USD)",
    "Historical $Price/Eth",
    "Status",
    "ErrCode",
    "Method",
];

#[test]
fn transactions_in_units_become_base_units() {
    let (one, two, cc) = (a(1), a(2), a(0xcc));
    let (h1, h2, h3, h4) = (h(1), h(2), h(3), h(4));
    let tail = |status: &'static str, code: &'static str| [status, code, "Transfer"];
    let row = |hash: &'static str,
               to: &'static str,
               contract: &'static str,
               values: [&'static str; 2],
               status: [&'static str; 3]| {
        vec![
            hash,
            "15000000",
            "1655778535",
            "2022-06-21 02:28:55",
            "FROM",
            to,
            contract,
            values[0],
            values[1],
            "0",
            "0.00042",
            "0.5",
            "1124.82",
            status[0],
            status[1],
            status[2],
        ]
    };
    let rows = [
        row("H1", "TWO", "", ["0", "1,234.5"], tail("", "")),
        row("H2", "TWO", "", ["2", "0"], tail("Error(0)", "execution reverted")),
        row("H3", "", "CC", ["0", "0.000000000000000001"], tail("", "")),
        row("H4", "TWO", "", ["0", "0"], tail("", "")),
    ];
    let mut all: Vec<&[&str]> = vec![TRANSACTIONS];
    all.extend(rows.iter().map(Vec::as_slice));
    let text = quoted(&all)
        .replace("FROM\"", &format!("{one}\""))
        .replace("\"TWO\"", &format!("\"{two}\""))
        .replace("\"CC\"", &format!("\"{cc}\""))
        .replace("\"H1\"", &format!("\"{h1}\""))
        .replace("\"H2\"", &format!("\"{h2}\""))
        .replace("\"H3\"", &format!("\"{h3}\""))
        .replace("\"H4\"", &format!("\"{h4}\""));
    let file = sample("export.csv", text);
    let read = file.read();
    assert_eq!(read.words, "etherscan transactions, CSV");
    let fee = "- Fee slip44:60 0001 -> - 420000000000000";
    assert_eq!(
        read.moves(),
        [
            "0 Native slip44:60 0001 -> 0002 1234500000000000000000",
            fee,
            fee,
            "0 Native slip44:60 0001 -> 00cc 1",
            fee,
            fee,
        ]
    );
    assert_eq!(read.defect("failed-transaction"), 1);
    assert_eq!(read.calls[1].success, Some(false));
    let rows: Vec<_> = file.open(&ReadOptions::default()).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows[0].extent, Extent::Account(None));
}

#[test]
fn internal_transactions_know_their_parent() {
    let header: &[&str] = &[
        "Txhash",
        "Blockno",
        "UnixTimestamp",
        "DateTime",
        "ParentTxFrom",
        "ParentTxTo",
        "ParentTxETH_Value",
        "From",
        "TxTo",
        "ContractAddress",
        "Value_IN(ETH)",
        "Value_OUT(ETH)",
        "CurrentValue",
        "Historical $Price/Eth",
        "Status",
        "ErrCode",
        "Type",
    ];
    let (hash, one, two, three) = (h(1), a(1), a(2), a(3));
    let row = |status: &'static str, code: &'static str| {
        vec![
            hash.as_str(),
            "15000000",
            "1655778535",
            "6/21/2022",
            &one,
            &two,
            "0",
            &two,
            &three,
            "",
            "2.5",
            "0",
            "0",
            "1124.82",
            status,
            code,
            "call",
        ]
    };
    let (good, bad) = (row("0", ""), row("1", "Reverted"));
    let read = sample("x.csv", quoted(&[header, &good, &bad])).read();
    assert_eq!(read.words, "etherscan internal, CSV");
    assert_eq!(read.moves(), ["- Internal slip44:60 0002 -> 0003 2500000000000000000"]);
    assert_eq!(read.transfers[0].0.sender.as_ref().unwrap().to_string().to_lowercase(), one);
    assert_eq!(read.defect("failed-call"), 1);
}

#[test]
fn tokens_need_their_decimals() {
    let header: &[&str] = &[
        "Transaction Hash",
        "Blockno",
        "UnixTimestamp",
        "DateTime (UTC)",
        "From",
        "To",
        "TokenValue",
        "USDValueDayOfTx",
        "ContractAddress",
        "TokenName",
        "TokenSymbol",
    ];
    let (hash, one, two) = (h(1), a(1), a(2));
    let usdc = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
    let row = |contract: &'static str| {
        vec![
            hash.as_str(),
            "15000000",
            "1655778535",
            "2022-06-21 02:28:55",
            &one,
            &two,
            "1,234,567.000001",
            "$1",
            contract,
            "USD \"\"Coin\"\"",
            "USDC",
        ]
    };
    let read = sample("x.csv", quoted(&[header, &row(usdc)])).read();
    assert_eq!(read.words, "etherscan erc20, CSV");
    assert_eq!(read.moves(), ["- Token erc20:eb48 0001 -> 0002 1234567000001"]);
    let unknown = row("0x00000000000000000000000000000000000000dd");
    let read = sample("x.csv", quoted(&[header, &unknown, &row(usdc), &unknown])).read();
    assert_eq!(read.moves(), ["- Token erc20:eb48 0001 -> 0002 1234567000001"]);
    assert_eq!(read.defect("token-decimals-unknown"), 2);
    let mut with: Vec<&str> = header.to_vec();
    with.push("TokenDecimal");
    let mut row = unknown.clone();
    row.push("9");
    let read = sample("x.csv", quoted(&[&with, &row])).read();
    assert_eq!(read.moves(), ["- Token erc20:00dd 0001 -> 0002 1234567000001000"]);
}

#[test]
fn blockchainspider_lists_accounts_and_blocks() {
    let text = format!(
        "hash,address_from,address_to,value,token_id,timestamp,block_number,contract_address,\
         symbol,decimals\n{0},{1},{2},5,,1600000000,7,,ETH,18\n\
         {0},{1},{2},6,,1600000000,7,{3},DOG,18\n{0},{1},{2},,9,1600000000,7,{3},CAT,0\n",
        h(1),
        a(1),
        a(2),
        a(0xdd)
    );
    let error = sample("AccountTransferItem.csv", &text).error();
    assert!(error.contains("line 4, column `value`: it is empty"), "{error}");
    let read = sample("AccountTransferItem.csv", text.replace(",,9,", ",1,9,")).read();
    assert_eq!(read.words, "blockchainspider AccountTransferItem, CSV");
    assert_eq!(
        read.moves(),
        [
            "- Native slip44:60 0001 -> 0002 5",
            "- Token erc20:00dd 0001 -> 0002 6",
            "- Token erc721:00dd/9 0001 -> 0002 1",
        ]
    );
    let text = format!(
        "transaction_hash,transaction_index,block_hash,block_number,timestamp,address_from,\
         address_to,value,gas,gas_price,nonce,input\n{},0,{},7,1600000000,{},{},5,21000,1,0,0x\n",
        h(1),
        h(2),
        a(1),
        a(2)
    );
    let read = sample("TransactionItem.csv", text).read();
    assert_eq!(read.words, "blockchainspider TransactionItem, CSV");
    assert_eq!(read.moves(), ["0 Native slip44:60 0001 -> 0002 5"]);
    let topic = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
    let text = format!(
        "transaction_hash,log_index,block_number,timestamp,address,topics,data,removed\n\
         {},0,7,1600000000,{},\"['{topic}', '{}', '{}']\",{},False\n",
        h(1),
        a(0xdd),
        h(1),
        h(2),
        h(5)
    );
    let read = sample("EventLogItem.csv", text).read();
    assert_eq!(read.words, "blockchainspider EventLogItem, CSV");
    assert_eq!(read.moves(), ["1 Token erc20:00dd 0001 -> 0002 5"]);
}

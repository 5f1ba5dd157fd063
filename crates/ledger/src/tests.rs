//! Text in, ledger or error out.

mod broken_files;
mod output_rules;
mod properties;
mod transfer_rules;

use std::fmt::Write as _;

use hawkshaw_model::{Batch, ChainId, Ledger, TxIx};

use crate::{Defects, LedgerError, MemoryLedger};

const TRANSFERS: &str = "chain,block_number,block_time,tx_index,event_index,tx_hash,kind,asset,\
    from,to,amount,sender,source";
const OUTPUTS: &str =
    "chain,block_number,block_time,tx_index,tx_hash,side,leg_index,outpoint,address,amount";

/// A file of transfers on Ethereum. A line is
/// `block,time,tx,event,hash,kind,asset,from,to,amount[,sender[,source]]`, where hash and
/// accounts are a number below 256 or nothing, and the asset is `ETH` or `TOK`.
fn transfers(lines: &str) -> String {
    let mut text = format!("{TRANSFERS}\n");
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        fields.resize(12, String::new());
        fields[4] = hash("0x", &fields[4]);
        fields[6] = asset(&fields[6]).to_owned();
        for field in [7, 8, 10] {
            fields[field] = address(&fields[field]);
        }
        writeln!(text, "eip155:1,{}", fields.join(",")).unwrap();
    }
    text
}

/// A file of outputs on Bitcoin. A line is
/// `block,time,tx,hash,side,leg,spent hash:vout,script byte,amount`, all in numbers.
fn outputs(lines: &str) -> String {
    let mut text = format!("{OUTPUTS}\n");
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        fields[3] = hash("", &fields[3]);
        if let Some((spent, vout)) = fields[6].clone().split_once(':') {
            fields[6] = format!("{}:{vout}", hash("", spent));
        }
        if let Ok(byte) = fields[7].parse::<u8>() {
            fields[7] = format!("script:51{byte:02x}");
        }
        writeln!(text, "{},{}", ChainId::bitcoin(), fields.join(",")).unwrap();
    }
    text
}

fn hash(prefix: &str, number: &str) -> String {
    number
        .parse::<u8>()
        .map_or(number.to_owned(), |n| format!("{prefix}{}", format!("{n:02x}").repeat(32)))
}

fn address(number: &str) -> String {
    number.parse::<u8>().map_or(number.to_owned(), |n| format!("0x{n:040x}"))
}

fn asset(name: &str) -> &str {
    match name {
        "ETH" => "eip155:1/slip44:60",
        "TOK" => "eip155:1/erc20:0x00000000000000000000000000000000000070c0",
        other => other,
    }
}

fn read(file: &str, text: &str) -> Result<(MemoryLedger, Defects), LedgerError> {
    MemoryLedger::from_files([(file, text.as_bytes())])
}

/// The ledger of rows on Ethereum, which are good.
fn ledger(lines: &str) -> MemoryLedger {
    read("t.csv", &transfers(lines)).unwrap().0
}

/// Why a text is refused.
fn refusal(text: &str) -> String {
    read("f.csv", text).unwrap_err().to_string()
}

/// Every row as it is streamed: `tx: payer>payee amount @event` or `tx: out#n holder amount`.
fn streamed(ledger: &MemoryLedger) -> Vec<String> {
    let mut rows = Vec::new();
    let end = ledger.chains().last().map_or(0, |chain| chain.txs.end);
    for segment in ledger.segments(TxIx(0), TxIx(end)) {
        match segment.batch().unwrap() {
            Batch::Transfers(b) => {
                for (tx, range) in b.tx_rows.windows(2).enumerate() {
                    for row in range[0] as usize..range[1] as usize {
                        let detail = b.details.detail(row).unwrap();
                        rows.push(format!(
                            "{}: {}>{} {} @{}",
                            b.tx_first.0 + tx as u64,
                            name(ledger, b.payers[row]),
                            name(ledger, b.payees[row]),
                            detail.amount,
                            detail.event
                        ));
                    }
                }
            }
            Batch::Outputs(b) => {
                for (tx, range) in b.tx_rows.windows(2).enumerate() {
                    for row in range[0]..range[1] {
                        let side = if row < b.tx_outputs[tx] { "in" } else { "out" };
                        let row = row as usize;
                        let number = Some(b.outputs[row]).filter(|n| *n != u64::MAX);
                        rows.push(format!(
                            "{}: {side} {} {} {}",
                            b.tx_first.0 + tx as u64,
                            number.map_or("?".to_owned(), |n| format!("#{n}")),
                            name(ledger, b.holders[row]),
                            b.amounts.amount(row).unwrap()
                        ));
                    }
                }
            }
        }
    }
    rows
}

/// The last byte of an account, or `-` for nobody.
fn name(ledger: &MemoryLedger, account: u32) -> String {
    if account == hawkshaw_model::AccountIx::NONE {
        return "-".to_owned();
    }
    let text = ledger.account(hawkshaw_model::AccountIx(account)).unwrap().address_in_files();
    u8::from_str_radix(&text[text.len() - 2..], 16).unwrap().to_string()
}

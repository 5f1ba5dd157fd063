//! What a person types to have it followed.

use std::path::{Path, PathBuf};

use anyhow::anyhow;
use hawkshaw_model::{Account, ChainId, Ledger, OutPoint, Printable, ReadError, TxHash, TxId};

use crate::exit::Failure;

/// What is to be followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Target {
    /// What the `case.toml` of a folder lists.
    Case(PathBuf),
    /// What came to an account.
    Account(Account),
    /// What a transaction brought.
    Transaction(TxId),
    /// An output.
    Output(OutPoint),
}

impl Target {
    /// Whether the text can only mean a folder: it is there, or it looks like nothing else.
    pub(crate) fn is_folder(text: &str) -> bool {
        let looks_bare = || {
            let bytes = text.as_bytes();
            let is_word = bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b':');
            let is_hash = text.trim_start_matches("0x").len() == 64;
            is_word
                && (text.starts_with("0x")
                    || text.starts_with("0X")
                    || text.contains(':')
                    || is_hash
                    || is_address(text))
        };
        Path::new(text).is_dir() || !looks_bare()
    }

    /// Whether a text names a transaction or an output of one.
    pub(crate) fn is_of_transaction(text: &str) -> bool {
        text.split(':').any(|part| part.parse::<TxHash>().is_ok())
    }

    /// The target as files hold it; a folder has no such form.
    pub(crate) fn in_files(&self) -> Option<String> {
        match self {
            Self::Case(_) => None,
            Self::Account(account) => Some(account.to_string()),
            Self::Transaction(tx) => Some(tx.to_string()),
            Self::Output(output) => Some(output.to_string()),
        }
    }

    /// The chain that it is on; a folder is on none.
    pub(crate) fn chain(&self) -> Option<&ChainId> {
        match self {
            Self::Case(_) => None,
            Self::Account(account) => Some(account.chain()),
            Self::Transaction(tx) => Some(tx.chain()),
            Self::Output(output) => Some(output.tx().chain()),
        }
    }

    /// What people call it.
    pub(crate) fn what(&self) -> String {
        match self {
            Self::Case(folder) => folder.display().to_string(),
            Self::Account(account) => account.address_for_people(),
            Self::Transaction(tx) => format!("transaction {}", tx.hash().on(tx.chain())),
            Self::Output(output) => format!("output {}:{}", output.tx().hash(), output.vout()),
        }
    }

    /// What a text means on a ledger, which holds it on one of its chains.
    pub(crate) fn find(text: &str, ledger: &dyn Ledger) -> Result<Self, Failure> {
        let mut readings = Vec::new();
        let mut refusal = None;
        for chain in ledger.chains() {
            match Self::parse(text, &chain.id) {
                Ok(target) => readings.push(target),
                Err(error) => refusal = Some(error),
            }
        }
        let mut held = Vec::new();
        for target in &readings {
            if target.is_in(ledger).map_err(Failure::bad_data)? {
                held.push(target);
            }
        }
        match (&held[..], &readings[..]) {
            ([target], _) => Ok((*target).clone()),
            ([], []) => Err(refusal.unwrap_or_else(|| {
                Failure::BadData(anyhow!("the ledger is empty: there is nothing to follow in it"))
            })),
            ([], _) => Err(Failure::BadData(anyhow!(
                "{} is not in the ledger: check the chain and the text, or give the file that \
                 holds it with --ledger",
                Printable(text)
            ))),
            (several, _) => {
                let forms: Vec<String> = several.iter().filter_map(|t| t.in_files()).collect();
                Err(Failure::Usage(anyhow!(
                    "{} is on several chains of the ledger: name one of {}",
                    Printable(text),
                    forms.join(", ")
                )))
            }
        }
    }

    fn is_in(&self, ledger: &dyn Ledger) -> Result<bool, ReadError> {
        Ok(match self {
            Self::Case(_) => false,
            Self::Account(account) => ledger.find_account(account)?.is_some(),
            Self::Transaction(tx) => ledger.find_tx(tx)?.is_some(),
            Self::Output(output) => ledger.find_output(output)?.is_some(),
        })
    }

    /// What a text means on a chain.
    pub(crate) fn parse(text: &str, chain: &ChainId) -> Result<Self, Failure> {
        if Self::is_folder(text) {
            return Ok(Self::Case(PathBuf::from(text)));
        }
        let target = if let Ok(hash) = text.parse::<TxHash>() {
            Self::Transaction(TxId::new(chain.clone(), hash))
        } else if let Ok(output) = text.parse::<OutPoint>() {
            Self::Output(output)
        } else if let Ok(tx) = text.parse::<TxId>() {
            Self::Transaction(tx)
        } else if let Ok(account) = text.parse::<Account>() {
            Self::Account(account)
        } else if let Some(output) = short_output(text, chain) {
            Self::Output(output)
        } else {
            Self::Account(Account::parse(chain, text).map_err(|error| {
                Failure::Usage(anyhow!(error).context(format!(
                    "`{}` is no case folder, transaction, output or address of {}",
                    Printable(text),
                    chain.name()
                )))
            })?)
        };
        if let Some(found) = target.chain().filter(|found| *found != chain) {
            let error = anyhow!("{} is on {found}, and not on {chain}", Printable(text));
            return Err(Failure::Usage(error));
        }
        Ok(target)
    }
}

/// What stands for a target in the names of cases and folders: the start of its hash or address,
/// and the number of an output.
pub(crate) fn short(text: &str) -> String {
    let parts: Vec<&str> = text.split(':').collect();
    let longest = parts.iter().rev().max_by_key(|part| part.len()).copied().unwrap_or(text);
    let plain = longest.to_ascii_lowercase();
    let start: String = plain.chars().filter(char::is_ascii_alphanumeric).take(14).collect();
    match parts.last() {
        Some(last) if *last != longest && last.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("{start}-{last}")
        }
        _ => start,
    }
}

/// `txid:vout` without a chain.
fn short_output(text: &str, chain: &ChainId) -> Option<OutPoint> {
    let (tx, vout) = text.rsplit_once(':')?;
    let tx: TxHash = tx.parse().ok()?;
    Some(OutPoint::new(TxId::new(chain.clone(), tx), vout.parse().ok()?))
}

/// Whether a text is an address of a chain whose addresses have no prefix.
fn is_address(text: &str) -> bool {
    [ChainId::bitcoin(), ChainId::tron()].iter().any(|chain| Account::parse(chain, text).is_ok())
        || ["bc1", "tb1", "bcrt1", "m", "n", "2"]
            .iter()
            .any(|start| text.starts_with(start) && (26..=90).contains(&text.len()))
}

#[cfg(test)]
mod tests {
    use super::{Target, short};
    use hawkshaw_model::ChainId;

    #[test]
    fn what_a_text_means() {
        let ethereum = ChainId::ethereum();
        let hash = "ab".repeat(32);
        let parse = |text: &str, chain: &ChainId| Target::parse(text, chain).unwrap();
        assert!(matches!(parse(&format!("0x{hash}"), &ethereum), Target::Transaction(_)));
        assert!(matches!(parse(&format!("0x{}", "ab".repeat(20)), &ethereum), Target::Account(_)));
        let bitcoin = ChainId::bitcoin();
        assert!(matches!(parse(&hash, &bitcoin), Target::Transaction(_)));
        assert!(matches!(parse(&format!("{hash}:1"), &bitcoin), Target::Output(_)));
        let address = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
        assert!(matches!(parse(address, &bitcoin), Target::Account(_)));
        assert!(matches!(parse("cases/ronin", &ethereum), Target::Case(_)));
        assert!(matches!(parse("my-case", &ethereum), Target::Case(_)));
        assert!(Target::parse(&format!("eip155:56:0x{hash}"), &ethereum).is_err());
        assert!(Target::parse(address, &ethereum).is_err());
        assert_eq!(short(&format!("{hash}:1")), "abababababababa"[..14].to_owned() + "-1");
        assert_eq!(short("eip155:1:0xABCDEF0123456789"), "0xabcdef012345");
        assert!(Target::is_folder("ronin"));
        assert!(!Target::is_folder("0x12"));
    }
}

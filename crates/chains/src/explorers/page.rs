//! The answers of Etherscan's API and of those that copied it: an envelope with rows, or with a
//! complaint.
//!
//! Sources: <https://docs.etherscan.io/api-reference/endpoint/txlist> and its neighbours for the
//! fields, <https://docs.etherscan.io/resources/common-error-messages> for the complaints,
//! Blockscout's `address_view.ex` and `rpc_view.ex` for what it does otherwise.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::cell::{Cell, filled};
use crate::error::DecodeError;
use crate::json::from_json;

/// The lists of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum List {
    /// Transactions that the account sent or received.
    Transactions,
    /// Calls inside transactions that moved the native asset.
    Internal,
    /// Transfers of ERC-20 tokens; Blockscout puts all tokens here.
    Tokens,
    /// Transfers of ERC-721 tokens.
    Collectibles,
    /// Transfers of ERC-1155 tokens.
    MultiTokens,
}

impl List {
    /// All of them, the most telling first.
    pub const ALL: [Self; 5] =
        [Self::Transactions, Self::Internal, Self::Tokens, Self::Collectibles, Self::MultiTokens];

    /// The `action` that asks for it.
    pub fn action(self) -> &'static str {
        match self {
            Self::Transactions => "txlist",
            Self::Internal => "txlistinternal",
            Self::Tokens => "tokentx",
            Self::Collectibles => "tokennfttx",
            Self::MultiTokens => "token1155tx",
        }
    }
}

/// An answer.
#[derive(Debug)]
pub enum Page<'a> {
    /// Rows in the order in which they were asked for.
    Rows(Vec<Entry<'a>>),
    /// The explorer answers with an error, as a rule with HTTP status 200.
    Complaint(Complaint),
}

/// Why an explorer does not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Complaint {
    /// It wants fewer requests.
    TooMany(String),
    /// It refuses the key, or wants one.
    Key(String),
    /// Page times rows a page is more than it allows.
    Window(String),
    /// It took too long; another attempt may help.
    Timeout(String),
    /// It has no such list.
    NoSuchList(String),
    /// Something else.
    Other(String),
}

impl Complaint {
    /// What it said.
    pub fn text(&self) -> &str {
        match self {
            Self::TooMany(text)
            | Self::Key(text)
            | Self::Window(text)
            | Self::Timeout(text)
            | Self::NoSuchList(text)
            | Self::Other(text) => text,
        }
    }

    /// Whether it says that something is not known to it: a method, a path.
    pub fn is_unknown(&self) -> bool {
        let low = self.text().to_ascii_lowercase();
        let words = ["not found", "not supported", "does not exist", "not available", "unknown"];
        if matches!(self, Self::Key(_) | Self::TooMany(_)) {
            return false;
        }
        matches!(self, Self::NoSuchList(_)) || words.iter().any(|word| low.contains(word))
    }

    /// What a text means. Texts differ between copies in more than their case.
    pub fn of(text: &str) -> Self {
        let low = text.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| low.contains(word));
        let text = text.to_owned();
        if has(&["rate limit", "too many requests", "too many invalid api key"]) {
            Self::TooMany(text)
        } else if has(KEY_WORDS) {
            Self::Key(text)
        } else if has(&["result window is too large"]) {
            Self::Window(text)
        } else if has(&["timeout", "timed out", "temporarily unavailable", "server too busy"]) {
            Self::Timeout(text)
        } else if has(&["invalid action", "unknown action", "invalid module", "unknown module"]) {
            Self::NoSuchList(text)
        } else {
            Self::Other(text)
        }
    }
}

/// Words of texts that refuse whoever asks, whatever it is that they ask for.
const KEY_WORDS: &[&str] = &[
    "api key",
    "apikey",
    "api-key",
    "api_key",
    "api token",
    "access token",
    "unauthorized",
    "unauthorised",
    "not authorized",
    "api pro",
    "free api access is not supported",
    "deprecated v1 endpoint",
];

/// A row of a list: those fields that are read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Entry<'a> {
    #[serde(borrow)]
    pub(super) block_number: Cell<'a>,
    #[serde(borrow)]
    pub(super) time_stamp: Cell<'a>,
    #[serde(borrow)]
    pub(super) hash: Cell<'a>,
    /// Blockscout's name for the hash in its list of internal calls.
    #[serde(borrow)]
    pub(super) transaction_hash: Cell<'a>,
    #[serde(borrow)]
    pub(super) transaction_index: Cell<'a>,
    #[serde(borrow)]
    pub(super) nonce: Cell<'a>,
    #[serde(borrow)]
    pub(super) from: Cell<'a>,
    #[serde(borrow)]
    pub(super) to: Cell<'a>,
    #[serde(borrow)]
    pub(super) value: Cell<'a>,
    #[serde(borrow)]
    pub(super) gas_used: Cell<'a>,
    #[serde(borrow)]
    pub(super) gas_price: Cell<'a>,
    /// `L1FeesPaid` of Etherscan's explorers of OP Stack chains.
    #[serde(borrow, rename = "L1FeesPaid")]
    pub(super) publishing: Cell<'a>,
    #[serde(borrow)]
    pub(super) is_error: Cell<'a>,
    #[serde(borrow)]
    pub(super) err_code: Cell<'a>,
    #[serde(borrow, rename = "txreceipt_status")]
    pub(super) receipt_status: Cell<'a>,
    #[serde(borrow)]
    pub(super) contract_address: Cell<'a>,
    #[serde(borrow, rename = "type")]
    pub(super) kind: Cell<'a>,
    #[serde(borrow)]
    pub(super) call_type: Cell<'a>,
    /// Blockscout: the number of the call in its transaction, the root having 0.
    #[serde(borrow)]
    pub(super) index: Cell<'a>,
    /// Blockscout: the number of the log in its block.
    #[serde(borrow)]
    pub(super) log_index: Cell<'a>,
    #[serde(borrow, rename = "tokenID")]
    pub(super) token_id: Cell<'a>,
    #[serde(borrow)]
    pub(super) token_value: Cell<'a>,
    /// Blockscout: the tokens of an ERC-1155 transfer of several.
    #[serde(borrow, rename = "tokenIDs")]
    pub(super) token_ids: Vec<Cell<'a>>,
    /// And how much of each.
    #[serde(borrow)]
    pub(super) values: Vec<Cell<'a>>,
}

impl Entry<'_> {
    /// The height of its block.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn height(&self) -> Result<u64, DecodeError> {
        filled("blockNumber", self.block_number.number("blockNumber")?)
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow, default)]
    status: Option<Cell<'a>>,
    #[serde(borrow, default)]
    message: Option<&'a RawValue>,
    #[serde(borrow, default)]
    result: Option<&'a RawValue>,
}

/// How deep answers nest: an envelope, a list, a row, and a list of token numbers.
const NESTING_MAX: usize = 8;

/// Reads the answer to a request for a list.
///
/// # Errors
///
/// When it is no such answer.
pub fn decode_page(bytes: &[u8]) -> Result<Page<'_>, DecodeError> {
    let envelope: Envelope<'_> = from_json(bytes, NESTING_MAX)?;
    let message = text_of(envelope.message);
    let result = envelope.result.map_or("null", RawValue::get);
    if result.starts_with('[') {
        // "No transactions found" and its kin have status 0 and no rows.
        let rows: Vec<Entry<'_>> = from_json(result.as_bytes(), NESTING_MAX)?;
        let is_good = envelope.status.as_ref().is_some_and(|status| status.text() != "0");
        if is_good || !rows.is_empty() || is_nothing(&message) {
            return Ok(Page::Rows(rows));
        }
        return Ok(Page::Complaint(Complaint::of(&message)));
    }
    let said = text_of(envelope.result);
    let is_found = |text: &str| text.trim_end_matches('.').to_ascii_lowercase().ends_with(" found");
    if [&message, &said].into_iter().any(|text| is_nothing(text) && is_found(text)) {
        return Ok(Page::Rows(Vec::new()));
    }
    for text in [&said, &message] {
        let complaint = Complaint::of(text);
        if matches!(complaint, Complaint::Key(_)) {
            return Ok(Page::Complaint(complaint));
        }
    }
    let text = match (said.as_str(), message.as_str()) {
        ("", "") => {
            return Err(DecodeError::Malformed("it has neither rows nor a message".to_owned()));
        }
        ("", message) => message,
        (said, _) => said,
    };
    Ok(Page::Complaint(Complaint::of(text)))
}

/// Whether a text says that there are no rows: "No transactions found", also with what Etherscan
/// says behind it to those without a key; not "No API key found".
fn is_nothing(text: &str) -> bool {
    let low = text.to_ascii_lowercase();
    let what = low.strip_prefix("no ").and_then(|rest| rest.split(" found").next());
    what.is_some_and(|what| !KEY_WORDS.iter().any(|word| what.contains(word)))
}

/// Reads the answer of the module `proxy`: the result as JSON, or why there is none.
///
/// # Errors
///
/// When it is no such answer.
pub fn decode_text(bytes: &[u8]) -> Result<Result<&str, Complaint>, DecodeError> {
    #[derive(Deserialize)]
    struct Answer<'a> {
        #[serde(borrow, default)]
        status: Option<Cell<'a>>,
        #[serde(borrow, default)]
        message: Option<&'a RawValue>,
        #[serde(borrow, default)]
        result: Option<&'a RawValue>,
        #[serde(borrow, default)]
        error: Option<&'a RawValue>,
    }
    #[derive(Deserialize)]
    struct Fault<'a> {
        #[serde(borrow, default)]
        message: Option<&'a RawValue>,
    }
    let answer: Answer<'_> = from_json(bytes, PROXY_NESTING_MAX)?;
    if let Some(error) = answer.error.filter(|error| error.get() != "null") {
        let fault = from_json::<Fault<'_>>(error.get().as_bytes(), NESTING_MAX);
        let text = fault.map_or_else(|_| text_of(Some(error)), |fault| text_of(fault.message));
        return Ok(Err(Complaint::of(&text)));
    }
    if answer.status.as_ref().is_some_and(|status| status.text() == "0") {
        let said = text_of(answer.result);
        let told = Complaint::of(&text_of(answer.message));
        if matches!(told, Complaint::Key(_)) {
            return Ok(Err(told));
        }
        let text = if said.is_empty() { text_of(answer.message) } else { said };
        return Ok(Err(Complaint::of(&text)));
    }
    match answer.result {
        // Some complain in the place of the result without saying that they do.
        Some(result) if is_complaint(result) => Ok(Err(Complaint::of(&text_of(Some(result))))),
        Some(result) => Ok(Ok(result.get())),
        None => Ok(Ok("null")),
    }
}

/// How deep the answer of a node may nest: blocks, transactions, access lists.
const PROXY_NESTING_MAX: usize = 32;

/// Whether a text is in the place of a result: results that are texts are hex.
fn is_complaint(result: &RawValue) -> bool {
    let text = text_of(Some(result));
    result.get().starts_with('"') && !text.starts_with("0x") && text.contains(' ')
}

/// The text of a JSON text; empty for anything else.
fn text_of(value: Option<&RawValue>) -> String {
    value.and_then(|value| serde_json::from_str(value.get()).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Complaint, Page, decode_page, decode_text};

    fn page(text: &str) -> String {
        match decode_page(text.as_bytes()) {
            Ok(Page::Rows(rows)) => format!("{} rows", rows.len()),
            Ok(Page::Complaint(complaint)) => format!("{complaint:?}"),
            Err(error) => error.to_string(),
        }
    }

    /// Answers as <https://docs.etherscan.io/resources/common-error-messages> and Blockscout's
    /// sources have them.
    #[test]
    fn envelopes_are_told_apart() {
        let none = r#"{"status":"0","message":"No transactions found","result":[]}"#;
        assert_eq!(page(none), "0 rows");
        let none = r#"{"message":"No internal transactions found","result":[],"status":"0"}"#;
        assert_eq!(page(none), "0 rows");
        let none = r#"{"message":"No token transfers found","result":null,"status":"0"}"#;
        assert_eq!(page(none), "0 rows");
        let rate = r#"{"status":"0","message":"NOTOK","result":"Max rate limit reached, please use API Key for higher rate limit"}"#;
        assert!(page(rate).starts_with("TooMany"), "{}", page(rate));
        let key = r#"{"status":"0","message":"NOTOK","result":"Invalid API Key"}"#;
        assert!(page(key).starts_with("Key"));
        for text in [
            r#"{"status":"0","message":"Invalid API Key","result":"Error!"}"#,
            r#"{"status":"0","message":"NOTOK","result":"No API key found"}"#,
            r#"{"status":"0","message":"No API key found","result":[]}"#,
            r#"{"status":"0","message":"NOTOK","result":"Invalid API Key (#err2)|0xab-"}"#,
            r#"{"status":"0","message":"NOTOK","result":"Missing/Invalid API Key"}"#,
            r#"{"status":"0","message":"NOTOK","result":"You are using a deprecated V1 endpoint"}"#,
        ] {
            assert!(page(text).starts_with("Key"), "{text}: {}", page(text));
            if text.contains("NOTOK") {
                let told = decode_text(text.as_bytes()).unwrap().unwrap_err();
                assert!(matches!(told, Complaint::Key(_)) && !told.is_unknown(), "{told:?}");
            }
        }
        let none = r#"{"status":"0","message":"No transactions found-Missing/Invalid API Key, rate limit of 1/5sec applied","result":[]}"#;
        assert_eq!(page(none), "0 rows");
        let window = r#"{"status":"0","message":"Result window is too large, PageNo x Offset size must be less than or equal to 10000","result":null}"#;
        assert!(page(window).starts_with("Window"));
        let slow = r#"{"status":"0","message":"Query Timeout occured. Please select a smaller result dataset","result":null}"#;
        assert!(page(slow).starts_with("Timeout"));
        let action =
            r#"{"status":"0","message":"NOTOK","result":"Error! Missing Or invalid Action name"}"#;
        assert!(page(action).starts_with("NoSuchList"));
        let rows = r#"{"status":"1","message":"OK","result":[{"blockNumber":"1","value":5}]}"#;
        assert_eq!(page(rows), "1 rows");
        assert!(page("<html>").contains("not as documented"));
        assert!(page("{}").contains("neither rows nor a message"));
        assert!(page(&"[".repeat(5_000)).contains("nests"));
        let rows = r#"{"status":"1","message":"OK","result":[{"value":1.5}]}"#;
        assert!(page(rows).contains("not as documented"), "{}", page(rows));
    }

    #[test]
    fn results_of_nodes_are_passed_on() {
        let text = |text: &str| decode_text(text.as_bytes()).unwrap().map(str::to_owned);
        assert_eq!(text(r#"{"jsonrpc":"2.0","id":1,"result":"0x1"}"#), Ok("\"0x1\"".to_owned()));
        assert_eq!(text(r#"{"jsonrpc":"2.0","id":1,"result":null}"#), Ok("null".to_owned()));
        let rate = r#"{"status":"0","message":"NOTOK","result":"Max rate limit reached"}"#;
        assert_eq!(text(rate), Err(Complaint::TooMany("Max rate limit reached".to_owned())));
        let error =
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"invalid argument"}}"#;
        assert_eq!(text(error), Err(Complaint::Other("invalid argument".to_owned())));
    }
}

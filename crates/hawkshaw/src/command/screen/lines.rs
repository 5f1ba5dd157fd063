//! Lines of addresses, read in pieces of bounded size.

use std::io::{BufRead, ErrorKind};

use hawkshaw_attribution::chain_named;
use hawkshaw_model::ChainId;

/// Bytes of a line that are kept; longer ones are no address and are told as such.
const LINE_BYTES_MAX: usize = 1_024;

/// Lines that are worked on at a time.
const LINES_AT_A_TIME: usize = 1 << 16;

/// A line as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    bytes: Vec<u8>,
    is_cut: bool,
}

/// What a line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Asked {
    /// Nothing: it is empty, a remark, or the names of columns.
    Nothing,
    /// An address, and its chain where the line says one.
    Address(String, Option<ChainId>),
    /// An address on a chain of a name that only lists may know.
    On(String, String),
    /// What cannot be an address, and why.
    Invalid(String, String),
}

/// Where in a line the address and its chain stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    delimiter: char,
    address: usize,
    chain: Option<usize>,
}

/// Names of the column of addresses.
const ADDRESS_NAMES: [&str; 4] = ["address", "addresses", "wallet", "wallet_address"];

/// Names of the column of chains.
const CHAIN_NAMES: [&str; 5] = ["chain", "blockchain", "network", "currency", "asset"];

impl Default for Columns {
    /// The address, and behind a comma its chain. What stands behind that is of no meaning here.
    fn default() -> Self {
        Self { delimiter: ',', address: 0, chain: Some(1) }
    }
}

impl Columns {
    /// The columns that a first line names; `None`: it names none.
    pub(super) fn named(line: &Line) -> Option<Self> {
        let text = std::str::from_utf8(&line.bytes).ok()?;
        let text = text.trim_start_matches('\u{feff}').trim();
        let delimiter = [',', ';', '\t'].into_iter().find(|one| text.contains(*one));
        let delimiter = delimiter.unwrap_or(',');
        let names: Vec<String> =
            cells(text, delimiter).iter().map(|cell| cell.to_lowercase()).collect();
        let place = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        Some(Self { delimiter, address: place(&ADDRESS_NAMES)?, chain: place(&CHAIN_NAMES) })
    }
}

/// Reads the next lines, and says how many bytes that were. No line: there are no more.
pub(super) fn next(input: &mut impl BufRead) -> std::io::Result<(Vec<Line>, u64)> {
    let mut lines = Vec::new();
    let mut read = 0;
    while lines.len() < LINES_AT_A_TIME {
        let (line, bytes) = next_line(input)?;
        read += bytes;
        match line {
            Some(line) => lines.push(line),
            None => break,
        }
    }
    Ok((lines, read))
}

fn next_line(input: &mut impl BufRead) -> std::io::Result<(Option<Line>, u64)> {
    let mut line = Line { bytes: Vec::new(), is_cut: false };
    let mut read = 0u64;
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if available.is_empty() {
            return Ok(((read > 0).then_some(line), read));
        }
        let end = available.iter().position(|byte| *byte == b'\n');
        let part = &available[..end.unwrap_or(available.len())];
        let room = LINE_BYTES_MAX.saturating_sub(line.bytes.len());
        line.is_cut |= part.len() > room;
        line.bytes.extend_from_slice(&part[..part.len().min(room)]);
        let used = part.len() + usize::from(end.is_some());
        input.consume(used);
        read += u64::try_from(used).unwrap_or(0);
        if end.is_some() {
            return Ok((Some(line), read));
        }
    }
}

impl Line {
    /// What it asks for.
    pub(super) fn asked(&self, columns: Columns) -> Asked {
        let text = String::from_utf8_lossy(&self.bytes);
        if self.is_cut {
            let reason = format!("the line is over {LINE_BYTES_MAX} bytes long");
            return Asked::Invalid(text.into_owned(), reason);
        }
        if matches!(text, std::borrow::Cow::Owned(_)) {
            return Asked::Invalid(text.into_owned(), "the line is not UTF-8".to_owned());
        }
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() || text.starts_with('#') {
            return Asked::Nothing;
        }
        let cells = cells(text, columns.delimiter);
        let cell = |place: usize| cells.get(place).map_or("", String::as_str);
        let (address, chain) = (cell(columns.address), columns.chain.map_or("", cell));
        if address.is_empty() {
            let reason = "the line has nothing where its address should stand".to_owned();
            return Asked::Invalid(text.to_owned(), reason);
        }
        if chain.is_empty() {
            return Asked::Address(address.to_owned(), None);
        }
        match chain_named(chain) {
            Some(chain) => Asked::Address(address.to_owned(), Some(chain)),
            None => Asked::On(address.to_owned(), chain.to_owned()),
        }
    }
}

/// The cells of a line of a table: between quotes a delimiter is a character as others, and a
/// quote stands twice.
fn cells(line: &str, delimiter: char) -> Vec<String> {
    let mut cells = Vec::new();
    let (mut cell, mut is_quoted) = (String::new(), false);
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' if is_quoted || cell.trim().is_empty() => is_quoted = !is_quoted,
            _ if character == delimiter && !is_quoted => {
                cells.push(std::mem::take(&mut cell).trim().to_owned());
            }
            _ => cell.push(character),
        }
    }
    cells.push(cell.trim().to_owned());
    cells
}

#[cfg(test)]
mod tests {
    use hawkshaw_attribution::chain_named;

    use super::{Asked, Columns, LINE_BYTES_MAX, next};

    fn asked(bytes: &[u8]) -> Vec<Asked> {
        let mut input = std::io::BufReader::with_capacity(7, bytes);
        let (lines, read) = next(&mut input).unwrap();
        assert_eq!(read, u64::try_from(bytes.len()).unwrap());
        assert!(next(&mut input).unwrap().0.is_empty());
        let named = lines.first().and_then(Columns::named);
        let columns = named.unwrap_or_default();
        lines.iter().skip(usize::from(named.is_some())).map(|line| line.asked(columns)).collect()
    }

    #[test]
    fn lines_are_read_as_files_have_them() {
        let address = |text: &str| Asked::Address(text.to_owned(), None);
        assert_eq!(
            asked(b"\xef\xbb\xbfAddress,chain\r\n0xab\r\n\n# remark\n \"0xcd\" \naddress"),
            [address("0xab"), Asked::Nothing, Asked::Nothing, address("0xcd"), address("address"),]
        );
        let chains = asked(b"a,bitcoin\nb,eip155:56\nc,nochain\n");
        assert!(matches!(&chains[0], Asked::Address(_, Some(chain)) if chain.name() == "Bitcoin"));
        assert!(
            matches!(&chains[1], Asked::Address(_, Some(chain)) if chain.as_str() == "eip155:56")
        );
        assert!(matches!(&chains[2], Asked::On(text, chain) if text == "c" && chain == "nochain"));
    }

    #[test]
    fn tables_are_read_by_the_names_of_their_columns() {
        let bitcoin = chain_named("bitcoin");
        let expected = Asked::Address("1abc".to_owned(), bitcoin.clone());
        for table in [
            "1abc,bitcoin\n",
            "1abc,bitcoin,Lazarus\n",
            "1abc,bitcoin,,,\n",
            "\"1abc\",\"bitcoin\",\n",
            "id,Address,label,currency\n7,1abc,\"a, \"\"b\"\"\",BTC\n",
            "currency;address\nBTC;1abc\n",
            "wallet\tnetwork\n1abc\tbitcoin\n",
        ] {
            assert_eq!(asked(table.as_bytes()), std::slice::from_ref(&expected), "{table}");
        }
        let lines = asked(b"address,label\n0xab,Lazarus\n,x\n");
        assert_eq!(lines[0], Asked::Address("0xab".to_owned(), None));
        assert!(matches!(&lines[1], Asked::Invalid(_, why) if why.contains("nothing")));
        assert!(matches!(&asked(b"0xab,Lazarus\n")[0], Asked::On(_, _)));
        assert_eq!(asked(b"0xab,,\n"), [Asked::Address("0xab".to_owned(), None)]);
    }

    #[test]
    fn hostile_lines_are_told_and_end_nothing() {
        let mut bytes = vec![b'a'; 5 << 20];
        bytes.extend(b"\n\xff\xfe\n0xab\n\0\n");
        let lines = asked(&bytes);
        assert!(matches!(&lines[0], Asked::Invalid(text, why)
            if text.len() == LINE_BYTES_MAX && why.contains("long")));
        assert!(matches!(&lines[1], Asked::Invalid(_, why) if why.contains("UTF-8")));
        assert_eq!(lines[2], Asked::Address("0xab".to_owned(), None));
        assert_eq!(lines[3], Asked::Address("\0".to_owned(), None));
        assert!(asked(b"").is_empty());
    }
}

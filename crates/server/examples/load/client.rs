//! A client of one connection, and the figures of many.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Failure;

/// A connection that is kept open.
pub(crate) struct Connection {
    stream: BufReader<TcpStream>,
    key: String,
    line: String,
    body: Vec<u8>,
}

impl Connection {
    pub(crate) fn new(address: SocketAddr, key: &str) -> Result<Self, Failure> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        let stream = BufReader::with_capacity(64 << 10, stream);
        Ok(Self { stream, key: key.to_owned(), line: String::new(), body: Vec::new() })
    }

    /// Asks about an address and waits for the answer.
    pub(crate) fn ask(&mut self, address: &str) -> Result<&str, Failure> {
        let request = format!(
            "GET /v1/screen/address/{address}?direction=received HTTP/1.1\r\nhost: x\r\n\
             authorization: Bearer {}\r\n\r\n",
            self.key
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        self.read()?;
        Ok(std::str::from_utf8(&self.body)?)
    }

    /// Asks about many, and says how long the answer is.
    pub(crate) fn batch(&mut self, body: &str) -> Result<usize, Failure> {
        let head = format!(
            "POST /v1/screen/batch HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            self.key,
            body.len()
        );
        self.stream.get_mut().write_all(head.as_bytes())?;
        self.stream.get_mut().write_all(body.as_bytes())?;
        self.read()?;
        Ok(self.body.len())
    }

    fn next_line(&mut self) -> Result<(), Failure> {
        self.line.clear();
        match self.stream.read_line(&mut self.line)? {
            0 => Err("the connection was closed".into()),
            _ => Ok(()),
        }
    }

    fn read(&mut self) -> Result<(), Failure> {
        self.next_line()?;
        if !self.line.starts_with("HTTP/1.1 200") {
            return Err(format!("answered {}", self.line).into());
        }
        let mut length = None;
        loop {
            self.next_line()?;
            if self.line == "\r\n" {
                break;
            }
            if let Some(value) = self.line.strip_prefix("content-length: ") {
                length = Some(value.trim().parse::<usize>()?);
            }
        }
        self.body.clear();
        match length {
            Some(length) => self.take(length),
            None => loop {
                self.next_line()?;
                let length = usize::from_str_radix(self.line.trim(), 16)?;
                self.take(length)?;
                self.next_line()?;
                if length == 0 {
                    return Ok(());
                }
            },
        }
    }

    fn take(&mut self, length: usize) -> Result<(), Failure> {
        let before = self.body.len();
        self.body.resize(before + length, 0);
        Ok(self.stream.read_exact(&mut self.body[before..])?)
    }
}

/// How long requests took, in microseconds.
#[derive(Debug, Default)]
pub(crate) struct Figures(Vec<u32>);

impl Figures {
    pub(crate) fn add(&mut self, time: Duration) {
        self.0.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    pub(crate) fn merge(&mut self, mut other: Self) {
        self.0.append(&mut other.0);
    }

    pub(crate) fn sort(&mut self) {
        self.0.sort_unstable();
    }

    /// Requests a second.
    pub(crate) fn rate(&self, time: Duration) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX) / time.as_secs().max(1)
    }

    /// Of a thousand requests so many took no longer.
    fn part(&self, thousandths: usize) -> u32 {
        let place = (self.0.len() * thousandths / 1_000).min(self.0.len().saturating_sub(1));
        self.0.get(place).copied().unwrap_or(0)
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} requests, p50 {} µs, p99 {} µs, p99.9 {} µs, longest {} µs",
            self.0.len(),
            self.part(500),
            self.part(990),
            self.part(999),
            self.part(1_000)
        )
    }
}

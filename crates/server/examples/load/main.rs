//! How many requests a second the service answers on this machine, and how soon.
//!
//! `cargo run --release -p hawkshaw-server --example load -- [ADDRESSES] [SECONDS]`
//!
//! It starts the service in a process of its own, with a key, rules and the audit log as in
//! earnest, and asks it over keep-alive connections of loopback without pipelining: first as fast
//! as answers come, then at half that rate, each request at its own time whether or not the one
//! before was answered. The same lookup served from SQLite, without key, rules and log, follows.

mod client;
mod server;
mod sqlite;

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use client::{Connection, Figures};

/// Connections that are kept open.
const CONNECTIONS: usize = 16;

/// Addresses of a batch.
const BATCH: u64 = 50_000;

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize, default: u64| {
        arguments.get(place).map_or(Ok(default), |text| text.parse::<u64>())
    };
    match arguments.first().map(String::as_str) {
        Some("serve") => server::run(number(1, 0)?),
        Some("sqlite") => sqlite::run(number(1, 0)?),
        _ => measure(number(0, 1_000_000)?, number(1, 10)?),
    }
}

/// Address number `n`, for lists and questions alike.
fn address(n: u64) -> String {
    // Multiplying by an odd number makes neighbours differ from the first byte on.
    let spread = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!("0x{spread:016x}{:024x}", n)
}

/// A program under load.
struct Program {
    child: Child,
    input: ChildStdin,
    address: SocketAddr,
    key: String,
}

impl Program {
    fn start(role: &str, addresses: u64) -> Result<Self, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args([role, &addresses.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let input = child.stdin.take().ok_or("no input")?;
        let mut said = String::new();
        BufReader::new(child.stdout.take().ok_or("no output")?).read_line(&mut said)?;
        let (address, key) = said.trim().split_once(' ').ok_or("the program did not start")?;
        Ok(Self { child, input, address: address.parse()?, key: key.to_owned() })
    }

    fn connect(&self) -> Result<Connection, Failure> {
        Connection::new(self.address, &self.key)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn measure(addresses: u64, seconds: u64) -> Result<(), Failure> {
    let time = Duration::from_secs(seconds);
    say(&format!("{addresses} listed addresses, {CONNECTIONS} connections, {seconds} s each"))?;
    say(&format!("load of the machine before: {}", load()))?;
    let mut program = Program::start("serve", addresses)?;
    loops("hawkshaw", &program, addresses, time)?;
    batches(&program, time)?;
    update(&mut program, addresses)?;
    drop(program);
    let program = Program::start("sqlite", addresses)?;
    loops("SQLite", &program, addresses, time)?;
    say(&format!("load of the machine after: {}", load()))
}

/// As fast as answers come, then at half that rate and at 10,000 requests a second.
fn loops(name: &str, program: &Program, addresses: u64, time: Duration) -> Result<(), Failure> {
    run(program, addresses, Duration::from_secs(2), None)?;
    let fastest = run(program, addresses, time, None)?;
    say(&format!("{name}, closed loop: {fastest}"))?;
    for rate in [fastest.rate(time) / 2, 10_000] {
        let figures = run(program, addresses, time, Some(rate))?;
        say(&format!("{name}, open loop at {rate}/s: {figures}"))?;
    }
    Ok(())
}

/// Asks over all connections for some time: at a rate, or as fast as answers come.
fn run(
    program: &Program,
    addresses: u64,
    time: Duration,
    rate: Option<u64>,
) -> Result<Figures, Failure> {
    let count = u64::try_from(CONNECTIONS)?;
    let began = Instant::now();
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|place| {
                scope.spawn(move || -> Result<Figures, Failure> {
                    let mut connection = program.connect()?;
                    let mut figures = Figures::default();
                    let period =
                        rate.map(|rate| Duration::from_nanos(1_000_000_000 * count / rate));
                    let start = began + period.unwrap_or_default() * u32::try_from(place)? / 16;
                    let mut n = place;
                    for turn in 0_u32.. {
                        let due = match period {
                            None => Instant::now(),
                            Some(period) => start + period * turn,
                        };
                        if due.duration_since(began) >= time {
                            break;
                        }
                        std::thread::sleep(due.saturating_duration_since(Instant::now()));
                        // One in ten is listed.
                        n = n.wrapping_add(count * 7_919);
                        let asked = if n % 10 == 0 { n % addresses } else { addresses + n };
                        connection.ask(&address(asked))?;
                        figures.add(due.elapsed());
                    }
                    Ok(figures)
                })
            })
            .collect();
        let mut all = Figures::default();
        for thread in threads {
            all.merge(thread.join().map_err(|_| "a thread failed")??);
        }
        all.sort();
        Ok(all)
    })
}

/// Batches one after the other.
fn batches(program: &Program, time: Duration) -> Result<(), Failure> {
    let mut connection = program.connect()?;
    let addresses: Vec<String> = (0..BATCH).map(|n| format!("\"{}\"", address(n * 31))).collect();
    let body = format!("{{\"addresses\":[{}]}}", addresses.join(","));
    connection.batch(&body)?;
    let (began, mut count, mut bytes) = (Instant::now(), 0_u64, 0);
    while began.elapsed() < time {
        bytes = connection.batch(&body)?;
        count += 1;
    }
    let milliseconds = u64::try_from(began.elapsed().as_millis())?;
    let rate = count * BATCH * 1_000 / milliseconds;
    say(&format!("hawkshaw, batches of {BATCH}: {rate} addresses/s, {bytes} bytes an answer"))
}

/// A list changes under load: how long until it is live, and whether a request is lost.
fn update(program: &mut Program, addresses: u64) -> Result<(), Failure> {
    let (stop, target) = (AtomicBool::new(false), address(u64::MAX / 3));
    let mut probe = program.connect()?;
    let mut connections = (0..4).map(|_| program.connect()).collect::<Result<Vec<_>, _>>()?;
    let input = &mut program.input;
    let stop = &stop;
    std::thread::scope(|scope| {
        let asking: Vec<_> = connections
            .iter_mut()
            .map(|connection| {
                scope.spawn(move || -> Result<u64, Failure> {
                    let mut count = 0;
                    while !stop.load(Ordering::Relaxed) {
                        connection.ask(&address(addresses + count))?;
                        count += 1;
                    }
                    Ok(count)
                })
            })
            .collect();
        std::thread::sleep(Duration::from_secs(1));
        let began = Instant::now();
        writeln!(input, "update")?;
        input.flush()?;
        while !probe.ask(&target)?.contains("\"status\":\"hit\"") {
            if began.elapsed() > Duration::from_secs(30) {
                return Err("the update never was live".into());
            }
        }
        let live = began.elapsed();
        stop.store(true, Ordering::Relaxed);
        let mut answered = 0;
        for thread in asking {
            answered += thread.join().map_err(|_| "a thread failed")??;
        }
        say(&format!(
            "hawkshaw, 1,000 addresses more: live after {} ms, {answered} requests meanwhile, \
             none lost",
            live.as_millis()
        ))
    })
}

/// What the system says of its load.
fn load() -> String {
    std::fs::read_to_string("/proc/loadavg").unwrap_or_default().trim().to_owned()
}

fn say(text: &str) -> Result<(), Failure> {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}

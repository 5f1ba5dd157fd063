//! `hawkshaw prices`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use hawkshaw_ingest::read_prices;
use hawkshaw_model::{
    AssetId, AssetList, PriceRow, PriceTable, Printable, Quote, Timestamp, UsdPrice,
};
use hawkshaw_source::{
    Client, Coin, Endpoint, Limits, PriceApi, PriceService, PriceStep, ServedPrice, SourceError,
    SourceFault,
};
use serde_json::json;

use crate::cli::prices::{FetchArguments, PricesArguments, PricesCommand, ShowArguments};
use crate::exit::Failure;
use crate::input;
use crate::prices;
use crate::screen::{self, Activity};
use crate::source;

/// Requests a second, in thousandths: what public services allow without a key.
const PER_SECOND_MILLI: u32 = 2_000;
/// Moments of one asset that are asked for at most: of every five minutes, ten years.
const MOMENTS_MAX: usize = 1_100_000;

pub(crate) fn run(arguments: &PricesArguments, quiet: bool) -> Result<(), Failure> {
    match &arguments.command {
        PricesCommand::Fetch(arguments) => fetch(arguments, quiet),
        PricesCommand::Show(arguments) => show(arguments, quiet),
    }
}

/// What a file of prices holds: by asset and time, the price and who says so.
type Rows = BTreeMap<(AssetId, Timestamp), (UsdPrice, String)>;

fn fetch(arguments: &FetchArguments, quiet: bool) -> Result<(), Failure> {
    if arguments.from >= arguments.to {
        return Err(Failure::Usage(anyhow!("--from {} is not before --to", arguments.from)));
    }
    let folder = arguments.out.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
        let error = anyhow!("{} is no folder to write a file into", folder.display());
        return Err(Failure::Unavailable(error));
    }
    let service = service(arguments)?;
    let mut assets = arguments.asset.clone();
    assets.sort();
    assets.dedup();
    let coins = assets
        .into_iter()
        .map(|asset| Ok((coin(arguments, &service, &asset)?, asset)))
        .collect::<Result<Vec<_>, Failure>>()?;
    let moments = moments(arguments)?;
    let mut rows = known(&arguments.out)?;
    let before = rows.len();
    let mut unknown = 0;
    let activity = Activity::start(quiet);
    for (coin, asset) in &coins {
        activity.now(&format!("asking {} for {coin}", service.client().endpoint()));
        let wanted = missing(&rows, asset, &moments, arguments.step);
        let served = service.prices(coin, &wanted, arguments.step).map_err(refusal)?;
        unknown += wanted.len() - served.len();
        let source = format!("{} {coin}", service.client().endpoint());
        for ServedPrice { time, price } in served {
            rows.entry((asset.clone(), time)).or_insert_with(|| (price, source.clone()));
        }
        // What one asset brought stays, whatever becomes of the next.
        write(&arguments.out, &rows)?;
    }
    drop(activity);
    let text = format!(
        "{} prices in {}, {} of them new; {} without a price, {} requests\n",
        rows.len(),
        arguments.out.display(),
        rows.len() - before,
        if unknown == 1 { "1 moment".to_owned() } else { format!("{unknown} moments") },
        service.client().traffic().requests,
    );
    screen::answer(text.as_bytes())
}

fn service(arguments: &FetchArguments) -> Result<PriceService, Failure> {
    let key = arguments.key_file.as_deref().map(source::key).transpose()?;
    let endpoint =
        Endpoint::new(&arguments.source, key).context("--source").map_err(Failure::Usage)?;
    let api = arguments.api.or_else(|| PriceApi::of(&endpoint)).ok_or_else(|| {
        Failure::Usage(anyhow!(
            "{endpoint} is no price service that is known: say what it speaks by --api defillama \
             or --api coingecko"
        ))
    })?;
    let limits = Limits {
        timeout: Duration::from_secs(60),
        body_bytes_max: 64 << 20,
        per_second_milli: PER_SECOND_MILLI,
        concurrent_max: 1,
        ..Limits::default()
    };
    Ok(PriceService::new(Client::new(endpoint, limits), api))
}

/// What the service calls an asset: what the user says, else what is known.
fn coin(
    arguments: &FetchArguments,
    service: &PriceService,
    asset: &AssetId,
) -> Result<Coin, Failure> {
    let named = arguments.coin.iter().find(|named| named.asset == *asset);
    let coin = named.map(|named| named.coin.clone()).or_else(|| service.coin(asset));
    coin.ok_or_else(|| {
        Failure::Usage(anyhow!(
            "it is not known what {} calls {asset}: say so by --coin {asset}=PLATFORM:CONTRACT or \
             --coin {asset}=coingecko:ID",
            service.api()
        ))
    })
}

fn moments(arguments: &FetchArguments) -> Result<Vec<Timestamp>, Failure> {
    let span = arguments.to.to_unix() - arguments.from.to_unix();
    if usize::try_from(span / arguments.step.seconds()).unwrap_or(usize::MAX) > MOMENTS_MAX {
        let error = anyhow!("these are over {MOMENTS_MAX} prices of an asset: ask for fewer");
        return Err(Failure::Usage(error));
    }
    Ok(arguments.step.moments(arguments.from, arguments.to))
}

/// What a file of prices holds already; nothing where there is none.
fn known(path: &Path) -> Result<Rows, Failure> {
    if std::fs::symlink_metadata(path).is_err() {
        return Ok(Rows::new());
    }
    let name = path.display().to_string();
    let found = read_prices(&name, &input::read(path)?).map_err(Failure::bad_data)?;
    let row = |row: &PriceRow| {
        let source = row.source.as_deref().unwrap_or_default().to_owned();
        ((row.asset.clone(), row.time), (row.price, source))
    };
    let rows = found.rows.iter().map(row).collect();
    // Two prices at one time are refused, not chosen among.
    PriceTable::from_rows(found.rows).map_err(Failure::bad_data)?;
    Ok(rows)
}

/// The moments of which the file has no price.
fn missing(rows: &Rows, asset: &AssetId, moments: &[Timestamp], step: PriceStep) -> Vec<Timestamp> {
    let of_asset = rows.keys().filter(|(known, _)| known == asset);
    let there: std::collections::BTreeSet<_> =
        of_asset.filter_map(|(_, time)| step.moment_of(*time)).collect();
    moments.iter().filter(|moment| !there.contains(moment)).copied().collect()
}

/// Replaces a file so that a reader sees the old one or the new one, and a crash loses neither.
fn write(path: &Path, rows: &Rows) -> Result<(), Failure> {
    let bytes = to_csv(rows).context("cannot make CSV").map_err(Failure::Unavailable)?;
    let mut fresh = path.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = Path::new(&fresh);
    std::fs::write(fresh, bytes)
        .and_then(|()| std::fs::File::open(fresh)?.sync_all())
        .and_then(|()| std::fs::rename(fresh, path))
        .with_context(|| format!("cannot write {}", path.display()))
        .map_err(Failure::Unavailable)
}

/// The file: sorted by asset and time, the same bytes for the same prices.
fn to_csv(rows: &Rows) -> anyhow::Result<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(["asset", "time", "price", "source"])?;
    for ((asset, time), (price, source)) in rows {
        let (time, price) = (time.to_unix().to_string(), price.to_string());
        out.write_record([asset.as_str(), &time, &price, source])?;
    }
    Ok(out.into_inner()?)
}

/// What lies is bad data; what cannot be reached is unavailable.
fn refusal(error: SourceError) -> Failure {
    match error.fault {
        SourceFault::Decode(_) | SourceFault::WrongChain { .. } => Failure::bad_data(error),
        SourceFault::Stopped => Failure::Interrupted(error.into()),
        _ => Failure::Unavailable(error.into()),
    }
}

fn show(arguments: &ShowArguments, quiet: bool) -> Result<(), Failure> {
    let files = prices::gather(&arguments.prices, quiet)?;
    let table = prices::read(&files)?.map(|prices| prices.table).unwrap_or_default();
    let asset = &arguments.asset;
    let quotes: Vec<Quote<'_>> = match arguments.at {
        Some(time) => table.at(asset, time).into_iter().collect(),
        None => table.quotes(asset).collect(),
    };
    if arguments.json {
        return screen::answer(screen::visible(&as_json(arguments, &quotes)).as_bytes());
    }
    screen::answer(as_text(arguments, &table, &quotes).as_bytes())
}

fn as_json(arguments: &ShowArguments, quotes: &[Quote<'_>]) -> String {
    let row = |quote: &Quote<'_>| {
        json!({
            "price": quote.price,
            "time": quote.quoted_at,
            "source": Printable(quote.source).to_string(),
        })
    };
    let all: Vec<_> = quotes.iter().map(row).collect();
    let value = match arguments.at {
        Some(time) => json!({
            "asset": arguments.asset, "at": time, "quote": all.first(),
        }),
        None => json!({ "asset": arguments.asset, "quotes": all }),
    };
    format!("{value:#}\n")
}

fn as_text(arguments: &ShowArguments, table: &PriceTable, quotes: &[Quote<'_>]) -> String {
    let asset = &arguments.asset;
    let mut text = String::new();
    let assets = AssetList::built_in();
    let name = assets.get(asset).map_or_else(String::new, |info| format!(" ({})", info.symbol));
    if quotes.is_empty() {
        let when = arguments.at.map_or_else(String::new, |time| format!(" at {time}"));
        let _ = writeln!(text, "{asset}{name}: the price is unknown{when}");
        for (known, first, last, count) in table.assets().filter(|(known, ..)| *known == asset) {
            let (first, last) = (first.quoted_at, last.quoted_at);
            let _ = writeln!(text, "there are {count} prices of {known} from {first} to {last}");
        }
        return text;
    }
    let _ = writeln!(text, "{asset}{name}, US dollars for a whole unit");
    for quote in quotes {
        let source = Printable(quote.source).to_string();
        let _ = writeln!(text, "{}  {}  {source}", quote.quoted_at, quote.price);
    }
    text
}

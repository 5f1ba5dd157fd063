//! The arguments of `hawkshaw prices`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Subcommand};
use hawkshaw_model::{AssetId, Timestamp};
use hawkshaw_source::{Coin, PriceApi, PriceStep};

/// Fetch and ask prices in US dollars.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw prices fetch --source https://coins.llama.fi --asset eip155:1/slip44:60 \\\n    \
      --from 2022-03-01 --to 2022-06-01 --out prices.csv\n  \
    hawkshaw prices show eip155:1/slip44:60 --at 2022-03-23T13:29:09Z --prices prices.csv\n  \
    hawkshaw trace my-case --prices prices.csv --out report\n\n\
    A file of prices has the columns asset (CAIP-19), time and price (US dollars for a whole \
    unit),\nand may have source. A price holds from its time on, and for 48 hours at most.")]
pub(crate) struct PricesArguments {
    #[command(subcommand)]
    pub(crate) command: PricesCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PricesCommand {
    /// Ask a price service, and add what it says to a file. What the file has is not asked again.
    Fetch(FetchArguments),
    /// Say what is known of the price of an asset.
    Show(ShowArguments),
}

/// Ask a price service.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  \
    hawkshaw prices fetch --source https://coins.llama.fi --asset eip155:1/slip44:60 \\\n    \
      --from 2022-03-01 --to 2022-06-01 --out prices.csv\n  \
    hawkshaw prices fetch --source https://api.coingecko.com/api/v3 --key-file key.txt \\\n    \
      --asset eip155:137/slip44:966 --coin eip155:137/slip44:966=coingecko:matic-network \\\n    \
      --from 2022-03-01 --to 2022-06-01 --out prices.csv\n\n\
    The service learns which assets and times are asked for, and nothing else. Nothing but it is \
    contacted.")]
pub(crate) struct FetchArguments {
    /// The URL of the service.
    #[arg(long, value_name = "URL")]
    pub(crate) source: String,
    /// What the service speaks: defillama or coingecko. [default: told by its host]
    #[arg(long, value_name = "NAME")]
    pub(crate) api: Option<PriceApi>,
    /// An asset, as CAIP-19. Repeatable.
    #[arg(long, value_name = "ASSET", required = true)]
    pub(crate) asset: Vec<AssetId>,
    /// What the service calls an asset, where that is not known: ASSET=coingecko:ID or
    /// ASSET=PLATFORM:CONTRACT. Repeatable.
    #[arg(long, value_name = "ASSET=COIN")]
    pub(crate) coin: Vec<CoinName>,
    /// From this time on: RFC 3339, a date, or Unix seconds.
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Timestamp,
    /// Before this time.
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Timestamp,
    /// The time between two prices, such as 1d, 4h or 15m. It divides a day.
    #[arg(long, value_name = "STEP", default_value = "1d", value_parser = parse_step)]
    pub(crate) step: PriceStep,
    /// The CSV file to write, or to complete where it is there.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// A file that holds the key of the service on one line.
    #[arg(long, value_name = "FILE")]
    pub(crate) key_file: Option<PathBuf>,
}

/// Say what is known of a price.
#[derive(Debug, Args)]
pub(crate) struct ShowArguments {
    /// The asset, as CAIP-19.
    #[arg(value_name = "ASSET")]
    pub(crate) asset: AssetId,
    /// Only the price at this time: RFC 3339, a date, or Unix seconds.
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<Timestamp>,
    /// Files of prices, or folders of them. Repeatable.
    #[arg(long, value_name = "PATH", required = true)]
    pub(crate) prices: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// An asset with what a service calls it.
#[derive(Debug, Clone)]
pub(crate) struct CoinName {
    pub(crate) asset: AssetId,
    pub(crate) coin: Coin,
}

impl FromStr for CoinName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (asset, coin) = text
            .split_once('=')
            .ok_or("write ASSET=COIN, such as eip155:1/slip44:60=coingecko:ethereum")?;
        let asset =
            asset.parse().map_err(|error: hawkshaw_model::AssetIdError| error.to_string())?;
        let coin = coin.parse().map_err(|error: hawkshaw_source::CoinError| error.to_string())?;
        Ok(Self { asset, coin })
    }
}

fn parse_step(text: &str) -> Result<PriceStep, String> {
    let explain = || format!("`{text}` is no step: write 1d, 4h or 15m");
    let unit = text.chars().next_back().ok_or_else(explain)?;
    let scale = match unit {
        'd' => 86_400,
        'h' => 3_600,
        'm' => 60,
        _ => return Err(explain()),
    };
    let count: i64 = text[..text.len() - 1].parse().map_err(|_| explain())?;
    let seconds = count.checked_mul(scale).ok_or_else(explain)?;
    PriceStep::from_seconds(seconds).map_err(|error| error.to_string())
}

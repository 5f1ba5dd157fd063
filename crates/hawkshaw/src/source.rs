//! Nodes and explorers that the user names: from arguments to something that can be asked.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use hawkshaw_chains::Defects;
use hawkshaw_chains::evm::{EventChoice, Options};
use hawkshaw_model::{BlockSource, Printable};
use hawkshaw_source::{
    BitcoinNode, BlockFiles, Client, Endpoint, EvmNode, EvmNodeOptions, ExplorerOptions, Key,
    Limits, SourceError, SourceFault, Traffic, TronNode, TronNodeOptions,
};

use crate::cli::sources::{AskingArguments, EventsArgument, SyncArguments};
use crate::exit::Failure;

/// Whoever gives the blocks of a chain.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) kind: Kind,
    /// What asks it; nothing where it is files.
    client: Option<Client>,
}

/// What gives the blocks.
#[derive(Debug)]
pub(crate) enum Kind {
    Evm(Box<EvmNode>),
    Bitcoin(Box<BitcoinNode>),
    Tron(Box<TronNode>),
    Files(Box<BlockFiles>),
}

impl Source {
    /// Its blocks.
    pub(crate) fn blocks(&self) -> &dyn BlockSource<Error = SourceError> {
        match &self.kind {
            Kind::Evm(node) => &**node,
            Kind::Bitcoin(node) => &**node,
            Kind::Tron(node) => &**node,
            Kind::Files(files) => &**files,
        }
    }

    /// What was left out of the blocks that were read, by reason.
    pub(crate) fn defects(&self) -> Vec<(String, u64)> {
        named(&match &self.kind {
            Kind::Evm(node) => node.defects(),
            Kind::Bitcoin(node) => node.defects(),
            Kind::Tron(node) => node.defects(),
            Kind::Files(files) => files.defects(),
        })
    }

    /// Which of its blocks cannot be read, as sentences.
    pub(crate) fn left_out(&self) -> Vec<String> {
        match &self.kind {
            Kind::Files(files) => files.left_out(),
            _ => Vec::new(),
        }
    }

    /// What asking it has cost; nothing where it is files.
    pub(crate) fn traffic(&self) -> Option<Traffic> {
        self.client.as_ref().map(Client::traffic)
    }
}

/// Defects by their names.
pub(crate) fn named(defects: &Defects) -> Vec<(String, u64)> {
    defects.iter().map(|(defect, count)| (defect.name().to_owned(), count)).collect()
}

/// Connects to the node that a sync names.
pub(crate) fn connect(
    arguments: &SyncArguments,
    interrupt: &Arc<AtomicBool>,
) -> Result<Source, Failure> {
    let events = match arguments.events {
        EventsArgument::None => EventChoice::None,
        EventsArgument::Known => EventChoice::Known,
        EventsArgument::All => EventChoice::All,
    };
    let asking = &arguments.source.asking;
    let rows = Options { events, calldata: !arguments.no_calldata };
    let text = &arguments.source.source;
    match place(text)? {
        Place::Folder(folder) => files(folder, asking),
        Place::Url => node(&client(text, asking, interrupt)?, asking, rows),
    }
}

/// What a text that names a source is.
pub(crate) enum Place<'a> {
    Folder(&'a Path),
    Url,
}

/// Whether a source is a URL or a folder.
pub(crate) fn place(text: &str) -> Result<Place<'_>, Failure> {
    if text.contains("://") {
        return Ok(Place::Url);
    }
    let folder = Path::new(text);
    if folder.is_dir() {
        return Ok(Place::Folder(folder));
    }
    let error = anyhow!(
        "`{}` is no URL that begins with http:// or https://, and no folder",
        Printable(text)
    );
    Err(Failure::Usage(error))
}

/// The files of a Bitcoin node.
pub(crate) fn files(folder: &Path, asking: &AskingArguments) -> Result<Source, Failure> {
    let files = BlockFiles::open(folder).map_err(failure)?;
    if let Some(chain) = asking.chain.as_ref().filter(|chain| *chain != files.chain()) {
        let folder = folder.display();
        let error = anyhow!("{folder} holds {}, and {chain} was asked for", files.chain());
        return Err(Failure::Usage(error));
    }
    Ok(Source { kind: Kind::Files(Box::new(files)), client: None })
}

/// A client for the host that a URL names. Ctrl-C ends what it waits for.
pub(crate) fn client(
    url: &str,
    asking: &AskingArguments,
    interrupt: &Arc<AtomicBool>,
) -> Result<Client, Failure> {
    let key = asking.key_file.as_deref().map(key).transpose()?;
    // The URL may hold a key: it is not repeated.
    let endpoint =
        Endpoint::new(url, key).context("the URL cannot be used").map_err(Failure::Usage)?;
    let limits = Limits {
        timeout: Duration::from_secs(asking.timeout),
        per_second_milli: asking.rate.unwrap_or(0),
        concurrent_max: usize::from(asking.concurrency),
        ..Limits::default()
    };
    let client = Client::new(endpoint, limits);
    let (stopped, interrupt) = (client.clone(), Arc::clone(interrupt));
    std::thread::spawn(move || {
        const SLICE: Duration = Duration::from_millis(50);
        while !interrupt.load(Ordering::Relaxed) {
            std::thread::sleep(SLICE);
        }
        stopped.stop();
    });
    Ok(client)
}

/// The key in a file.
pub(crate) fn key(path: &Path) -> Result<Key, Failure> {
    const BYTES_MAX: u64 = 1 << 16;
    let shown = path.display();
    let about = std::fs::metadata(path)
        .with_context(|| format!("cannot read {shown}"))
        .map_err(Failure::Unavailable)?;
    if !about.is_file() || about.len() > BYTES_MAX {
        return Err(Failure::Usage(anyhow!("{shown} is no key file: it holds a key on one line")));
    }
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read {shown}"))
        .map_err(Failure::Unavailable)?;
    Key::new(&text).with_context(|| shown.to_string()).map_err(Failure::Usage)
}

/// Finds out what kind of node answers.
pub(crate) fn node(
    client: &Client,
    asking: &AskingArguments,
    rows: Options,
) -> Result<Source, Failure> {
    let chain = asking.chain.as_ref();
    type Attempt<'a> = (&'a str, &'a dyn Fn() -> Result<Kind, SourceError>);
    let evm = || {
        let options = EvmNodeOptions {
            chain: chain.cloned(),
            native: asking.native.clone(),
            rows,
            ..EvmNodeOptions::default()
        };
        EvmNode::connect(client.clone(), options).map(|node| Kind::Evm(Box::new(node)))
    };
    let bitcoin =
        || BitcoinNode::open(client.clone(), chain).map(|node| Kind::Bitcoin(Box::new(node)));
    let tron = || {
        let options = TronNodeOptions { chain: chain.cloned(), ..TronNodeOptions::default() };
        TronNode::connect(client, &options).map(|node| Kind::Tron(Box::new(node)))
    };
    let attempts: [Attempt<'_>; 3] = [("eip155", &evm), ("bip122", &bitcoin), ("tron", &tron)];
    let mut refusals = Vec::new();
    for (namespace, attempt) in attempts {
        if chain.is_some_and(|chain| chain.namespace() != namespace) {
            continue;
        }
        match attempt() {
            Ok(kind) => return Ok(Source { kind, client: Some(client.clone()) }),
            // A node of Tron that says something wrong is still one.
            Err(error) if namespace == "tron" && TronNode::answers(client) => {
                return Err(failure(error));
            }
            Err(error) if is_of_another_kind(&error.fault) => refusals.push(error),
            Err(error) => return Err(failure(error)),
        }
    }
    let name = client.endpoint().name();
    if let [only] = &refusals[..] {
        return Err(failure(only.clone()));
    }
    // A host that wants a key says nothing of what it is.
    let is_locked = |error: &&SourceError| matches!(error.fault, SourceFault::Unauthorised(_));
    if let Some(locked) = refusals.iter().find(is_locked) {
        return Err(failure(locked.clone()));
    }
    let reasons: Vec<String> = refusals.iter().map(|error| error.to_string()).collect();
    Err(Failure::Unavailable(anyhow!(
        "{name} answers as no node of an EVM chain, of Bitcoin or of Tron:\n{}",
        reasons.join("\n")
    )))
}

/// Whether a fault can mean that a node of another kind answers. Bitcoin's refuses whoever has
/// no password of it, whatever is asked.
fn is_of_another_kind(fault: &SourceFault) -> bool {
    matches!(
        fault,
        SourceFault::Refused(_)
            | SourceFault::Decode(_)
            | SourceFault::Unable(_)
            | SourceFault::Unauthorised(_)
    )
}

/// What the user says of an explorer.
pub(crate) fn explorer_options(asking: &AskingArguments) -> ExplorerOptions {
    let (chain, native) = (asking.chain.clone(), asking.native.clone());
    ExplorerOptions { chain, native, ..ExplorerOptions::default() }
}

/// How a source that fails ends the command.
pub(crate) fn failure(error: SourceError) -> Failure {
    match error.fault {
        SourceFault::Stopped => Failure::Interrupted(anyhow!("interrupted")),
        SourceFault::WrongChain { .. } => Failure::Usage(error.into()),
        SourceFault::Decode(_) => Failure::BadData(error.into()),
        _ => Failure::Unavailable(error.into()),
    }
}

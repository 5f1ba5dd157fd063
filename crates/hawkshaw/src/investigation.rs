//! A trace from its inputs: the same for `trace`, which reads them from where the user said,
//! and for `verify`, which reads them from a report.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use hawkshaw_attribution::{FolderIncludes, Includes, TagIndex};
use hawkshaw_ledger::MemoryLedger;
use hawkshaw_model::{AssetList, Case, Ledger, PriceTable, UtxoTx};
use hawkshaw_report::{Findings, Input, InputRole, Manifest, Parameters, StopRule};
use hawkshaw_trace::{
    Detail, NoiseRule, Options, PatternSettings, Patterns, Scene, Stops, Trace, TraceError,
};

use crate::crossings::{Grounds, crossings};
use crate::evidence::{self, Evidence};
use crate::exit::Failure;
use crate::input::{self, InputFile};
use crate::screen::{self, Activity};
use crate::store::StoreInput;

/// A trace with all that it rests on.
#[derive(Debug)]
pub(crate) struct Investigation {
    pub(crate) case: Case,
    pub(crate) trace: Trace,
    /// The shapes in its movements that are known from laundering.
    pub(crate) patterns: Patterns,
    pub(crate) assets: AssetList,
    /// Prices in US dollars, where there are any.
    pub(crate) prices: Option<PriceTable>,
    pub(crate) tags: TagIndex,
    pub(crate) manifest: Manifest,
    /// The inputs, and whatever they included.
    pub(crate) files: Vec<InputFile>,
}

/// Where the ledger of a case is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum LedgerPlace<'a> {
    /// In the case folder, and in these files and folders.
    Files(&'a [PathBuf]),
    /// In a store: files of the case folder are left alone.
    Store,
}

/// The tables that a case folder may hold.
const OWN_TABLES: [&str; 4] = ["transfers.csv", "outputs.csv", "events.csv", "transactions.csv"];

/// The inputs of a case folder and of further paths. A file that is named twice is read once:
/// rows without an event index cannot be told from repeated ones.
pub(crate) fn gather(
    case: &Path,
    ledger: LedgerPlace<'_>,
    tags: &[PathBuf],
    quiet: bool,
) -> Result<Vec<InputFile>, Failure> {
    let mut files = own_files(case, ledger, quiet)?;
    files.extend(ledger_files(ledger)?);
    let own = case.join("tags");
    let own = own.is_dir().then_some(own);
    files.extend(tag_files(own.iter().chain(tags))?);
    let is_ledger = |file: &InputFile| file.role == InputRole::Ledger;
    let has_files = files.iter().any(|file| is_ledger(file) && !evidence::is_evidence(file));
    if !has_files && matches!(ledger, LedgerPlace::Files(_)) {
        let error = anyhow!(
            "there is no ledger: {} has no transfers.csv and no outputs.csv, and neither --ledger \
             nor --store was given",
            case.display()
        );
        return Err(Failure::Usage(error));
    }
    Ok(each_once(files, quiet))
}

/// The inputs where there is no case folder.
pub(crate) fn gather_without_case(
    ledger: LedgerPlace<'_>,
    tags: &[PathBuf],
    quiet: bool,
) -> Result<Vec<InputFile>, Failure> {
    let mut files = ledger_files(ledger)?;
    files.extend(tag_files(tags.iter())?);
    Ok(each_once(files, quiet))
}

/// What a case folder holds beside tags.
pub(crate) fn own_files(
    case: &Path,
    ledger: LedgerPlace<'_>,
    quiet: bool,
) -> Result<Vec<InputFile>, Failure> {
    let toml = case.join("case.toml");
    if !toml.is_file() {
        let error = anyhow!(
            "{} is no case folder: it has no case.toml (make one with `hawkshaw case new`)",
            case.display()
        );
        return Err(Failure::Usage(error));
    }
    let mut files = vec![InputFile::read(InputRole::Case, &toml)?];
    let own = OWN_TABLES.map(|name| case.join(name));
    let own = own.iter().filter(|path| path.symlink_metadata().is_ok());
    match ledger {
        LedgerPlace::Files(_) => {
            for path in own {
                files.push(InputFile::read(InputRole::Ledger, path)?);
            }
        }
        LedgerPlace::Store => own.for_each(|path| {
            let path = path.display();
            screen::say(quiet, &format!("the ledger is the store: {path} is not read"));
        }),
    }
    let names = case.join(crate::asset_names::FILE);
    if names.symlink_metadata().is_ok() {
        files.push(InputFile::read(InputRole::Assets, &names)?);
    }
    Ok(files)
}

/// The tables that the command line names.
fn ledger_files(ledger: LedgerPlace<'_>) -> Result<Vec<InputFile>, Failure> {
    let LedgerPlace::Files(paths) = ledger else { return Ok(Vec::new()) };
    let mut files = Vec::new();
    for path in paths {
        for file in input::ledger_files(path)? {
            files.push(InputFile::read(InputRole::Ledger, &file)?);
        }
    }
    Ok(files)
}

fn tag_files<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> Result<Vec<InputFile>, Failure> {
    let mut files = Vec::new();
    for path in paths {
        for file in input::tag_files(path)? {
            files.push(InputFile::read(InputRole::Tags, &file)?);
        }
    }
    Ok(files)
}

pub(crate) fn each_once(mut files: Vec<InputFile>, quiet: bool) -> Vec<InputFile> {
    let mut seen = BTreeSet::new();
    files.retain(|file| {
        let is_new = seen.insert((file.role, file.digest));
        if !is_new {
            screen::say(quiet, &format!("given twice, read once: {}", file.shown()));
        }
        is_new
    });
    files
}

/// A ledger that is read.
#[derive(Debug)]
pub(crate) enum Held<'a> {
    /// From files, with what was wrong with their rows.
    Files(Box<MemoryLedger>, BTreeMap<String, u64>),
    /// A store.
    Store(&'a StoreInput),
}

impl<'a> Held<'a> {
    /// The store, or else the ledger that is among some files.
    pub(crate) fn read(
        files: &[InputFile],
        store: Option<&'a StoreInput>,
        activity: &Activity,
    ) -> Result<Self, Failure> {
        if let Some(store) = store {
            return Ok(Self::Store(store));
        }
        activity.now("reading the ledger");
        let named: Vec<_> = ledgers(files).map(|file| (file.shown(), &file.bytes)).collect();
        let named = named.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()));
        let (ledger, defects) = MemoryLedger::from_files(named).map_err(Failure::bad_data)?;
        let defects = defects.iter().map(|(reason, count)| (reason.to_owned(), count));
        Ok(Self::Files(Box::new(ledger), defects.collect()))
    }

    /// The ledger.
    pub(crate) fn ledger(&self) -> &dyn Ledger {
        match self {
            Self::Files(ledger, _) => &**ledger,
            Self::Store(store) => store.ledger(),
        }
    }
}

/// The files that hold a ledger, in their order.
fn ledgers(files: &[InputFile]) -> impl Iterator<Item = &InputFile> {
    let is_ledger = |file: &&InputFile| file.role == InputRole::Ledger;
    files.iter().filter(is_ledger).filter(|file| !evidence::is_evidence(file))
}

impl Investigation {
    /// Follows the money through the inputs, and through a store where that is the ledger. Their
    /// order is that of the manifest, so that a report can be run again from it.
    pub(crate) fn run(
        mut files: Vec<InputFile>,
        store: Option<&StoreInput>,
        parameters: Parameters,
        activity: &Activity,
    ) -> Result<Self, Failure> {
        files.sort_by(|a, b| (a.role, &a.name, a.digest).cmp(&(b.role, &b.name, b.digest)));
        let case = read_case(&files)?;
        let held = Held::read(&files, store, activity)?;
        Self::on(&held, case, files, parameters, activity)
    }

    /// The same, where the case is one that nobody wrote: `toml` makes it of the ledger.
    pub(crate) fn run_drafted(
        mut files: Vec<InputFile>,
        store: Option<&StoreInput>,
        toml: impl FnOnce(&dyn Ledger) -> Result<String, Failure>,
        parameters: Parameters,
        activity: &Activity,
    ) -> Result<Self, Failure> {
        files.sort_by(|a, b| (a.role, &a.name, a.digest).cmp(&(b.role, &b.name, b.digest)));
        let held = Held::read(&files, store, activity)?;
        let text = toml(held.ledger())?;
        let file = InputFile::new(InputRole::Case, "case.toml".to_owned(), text.into_bytes());
        let at = files.partition_point(|other| (other.role, &other.name) < (file.role, &file.name));
        files.insert(at, file);
        let case = read_case(&files)?;
        Self::on(&held, case, files, parameters, activity)
    }

    fn on(
        held: &Held<'_>,
        case: Case,
        mut files: Vec<InputFile>,
        parameters: Parameters,
        activity: &Activity,
    ) -> Result<Self, Failure> {
        let mut assets = AssetList::built_in();
        case.assets.iter().for_each(|info| assets.add(info.clone()));
        activity.now("reading prices");
        let prices = crate::prices::read(&files)?;
        let names = crate::asset_names::read(&files)?;
        activity.now("reading tags");
        let tags = read_tags(&mut files)?;
        let stop = |account: &_| tags.stop(account);
        let options = options(&parameters);
        let prices_known = prices.as_ref().map(|prices| &prices.table);
        let ledger = held.ledger();
        let follow = |case: &Case, evidence: Evidence| {
            activity.now("matching bridges");
            let mut defects = evidence.defects.clone();
            let (evidence, tags, assets) = (&evidence, &tags, &assets);
            let grounds = Grounds { ledger, evidence, tags, assets, prices: prices_known };
            let crossings = crossings(&grounds, &mut defects).map_err(Failure::bad_data)?;
            activity.now("following the money");
            let mix = |tx: &UtxoTx| hawkshaw_coinjoin::mix(ledger, tx);
            let scene = Scene {
                mix: &mix,
                crossings: &crossings,
                freezes: &evidence.freezes,
                prices: prices_known,
                names: Some(&names.names),
                ..Scene::new(ledger, case, assets, &stop, &options)
            };
            let mut trace = hawkshaw_trace::trace(&scene).map_err(refusal)?;
            for (reason, count) in defects {
                *trace.defects.entry(reason).or_default() += count;
            }
            Ok(trace)
        };
        let (mut trace, store) = match held {
            Held::Store(store) => {
                let claim = store.claim(&case)?;
                let claimed = claim.map(|coverage| Case { coverage, ..case.clone() });
                let evidence = evidence::of_store(store.snapshot(), &case);
                let evidence = evidence.map_err(Failure::bad_data)?;
                let case_known = claimed.as_ref().unwrap_or(&case);
                let mut trace = follow(case_known, evidence)?;
                trace.limits.extend(store.partial(&case)?);
                trace.limits.extend(store.gaps());
                (trace, Some(*store))
            }
            Held::Files(ledger, defects) => {
                let is_beside = |file: &&InputFile| {
                    file.role == InputRole::Ledger && evidence::is_evidence(file)
                };
                let beside = files.iter().filter(is_beside);
                let evidence = evidence::of_files(beside, &**ledger, &case)?;
                let mut trace = follow(&case, evidence)?;
                for (reason, count) in defects {
                    *trace.defects.entry(reason.clone()).or_default() += count;
                }
                if parameters.noise.drops(NoiseRule::ZeroValue) {
                    let rule = NoiseRule::ZeroValue.as_str().to_owned();
                    trace.noise.insert(rule, ledger.stats().zero_value_rows());
                }
                (trace, None)
            }
        };
        trace.limits.extend(case.limits.iter().cloned());
        for (reason, count, _) in tags.defects().iter() {
            *trace.defects.entry(format!("tags: {}", reason.name())).or_default() += count;
        }
        for (reason, count) in prices.iter().flat_map(|prices| &prices.defects) {
            *trace.defects.entry((*reason).to_owned()).or_default() += count;
        }
        for (reason, count) in names.defects {
            *trace.defects.entry(reason.to_owned()).or_default() += count;
        }
        let parameters = Parameters { policies: trace.policies.clone(), ..parameters };
        let manifest = manifest(&case, &files, store, parameters);
        let prices = prices.map(|prices| prices.table);
        activity.now("looking for patterns");
        let patterns = hawkshaw_trace::patterns(&trace, &PatternSettings::default());
        Ok(Self { case, trace, patterns, assets, prices, tags, manifest, files })
    }

    /// Renders from what was found.
    pub(crate) fn with_findings<T>(&self, render: impl FnOnce(&Findings<'_>) -> T) -> T {
        let names = |account: &_| self.tags.name_of(account);
        render(&Findings {
            case: &self.case,
            trace: &self.trace,
            patterns: &self.patterns,
            assets: &self.assets,
            prices: self.prices.as_ref(),
            manifest: &self.manifest,
            names: &names,
        })
    }
}

/// A question that the data cannot be asked is wrong usage; everything else is bad data.
pub(crate) fn refusal(error: TraceError) -> Failure {
    match error {
        TraceError::TihoOnAccounts(_) | TraceError::NothingYet(_) => Failure::Usage(error.into()),
        _ => Failure::bad_data(error),
    }
}

fn read_case(files: &[InputFile]) -> Result<Case, Failure> {
    let [file] = &files.iter().filter(|file| file.role == InputRole::Case).collect::<Vec<_>>()[..]
    else {
        return Err(Failure::BadData(anyhow!("a trace rests on exactly one case.toml")));
    };
    let text = std::str::from_utf8(&file.bytes)
        .with_context(|| format!("{} is not UTF-8", file.shown()))
        .map_err(Failure::BadData)?;
    Case::from_toml(text).with_context(|| file.shown()).map_err(Failure::BadData)
}

/// Reads the tags. Files that they include become inputs too.
pub(crate) fn read_tags(files: &mut Vec<InputFile>) -> Result<TagIndex, Failure> {
    let mut index = TagIndex::new();
    let mut included = Vec::new();
    for file in files.iter().filter(|file| file.role == InputRole::Tags) {
        let folder = file.path.as_deref().map(FolderIncludes::beside);
        let includes = RecordedIncludes { file, folder, files, read: RefCell::default() };
        index.add_file(&file.shown(), &file.bytes, &includes).map_err(Failure::bad_data)?;
        included.extend(includes.read.into_inner());
    }
    for file in included {
        let same = |known: &&InputFile| (known.role, &known.name) == (file.role, &file.name);
        match files.iter().find(same) {
            None => files.push(file),
            Some(known) if known.digest == file.digest => {}
            Some(_) => {
                let error = anyhow!(
                    "two files of tags are the same and include different files: {}",
                    file.name
                );
                return Err(Failure::BadData(error));
            }
        }
    }
    Ok(index)
}

/// Includes that are read from beside a file, or from among the inputs of a report, and noted.
struct RecordedIncludes<'a> {
    file: &'a InputFile,
    folder: Option<FolderIncludes>,
    files: &'a [InputFile],
    read: RefCell<Vec<InputFile>>,
}

impl Includes for RecordedIncludes<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let Some(folder) = &self.folder else {
            let role = InputRole::Included;
            let name = input::included_name(self.file.digest, path);
            let known = self.files.iter().find(|file| file.role == role && file.name == name);
            return known.map(|file| file.bytes.clone()).ok_or_else(|| "not found".to_owned());
        };
        let bytes = folder.read(path)?;
        let file = InputFile::included(self.file.digest, path, bytes.clone());
        self.read.borrow_mut().push(file);
        Ok(bytes)
    }
}

pub(crate) fn options(parameters: &Parameters) -> Options {
    Options {
        policies: parameters.policies.clone(),
        stops: match parameters.stops {
            StopRule::Tagged => Stops::Tagged,
            StopRule::Inferred => Stops::Inferred,
        },
        floor: parameters.floor,
        noise: parameters.noise,
        until: parameters.until,
        detail: Detail::Full,
    }
}

fn manifest(
    case: &Case,
    files: &[InputFile],
    store: Option<&StoreInput>,
    parameters: Parameters,
) -> Manifest {
    let input = |file: &InputFile| Input {
        role: file.role,
        name: file.name.clone(),
        sha256: file.digest,
        bytes: file.bytes.len() as u64,
    };
    let engine = concat!("hawkshaw ", env!("CARGO_PKG_VERSION"));
    let inputs = files.iter().map(input).chain(store.map(|store| store.input().clone()));
    Manifest::new(engine, case.id.clone(), inputs.collect(), parameters)
}

#[cfg(test)]
mod tests {
    use hawkshaw_model::ReadError;
    use hawkshaw_trace::TraceError;

    use super::{Failure, refusal};

    #[test]
    fn a_damaged_ledger_is_bad_data_and_its_file_is_named() {
        let damage = ReadError::new("ledger/segment-7", 16_384, "the checksum is wrong");
        let failure = refusal(TraceError::Ledger(damage));
        let Failure::BadData(error) = failure else { panic!("not bad data: {failure:?}") };
        assert_eq!(error.to_string(), "ledger/segment-7, byte 16384: the checksum is wrong");
    }
}

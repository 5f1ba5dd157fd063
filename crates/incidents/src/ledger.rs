//! The ledger: incidents and what they refer to, read and checked as a whole.

use std::collections::BTreeMap;

use crate::actor::Actors;
use crate::claimant::Claimants;
use crate::incident::{Incident, IncidentId};
use crate::launches::{Launches, read_launches};
use crate::problem::{Problem, Problems};
use crate::reader::File;
use crate::series::Series;
use crate::shared::Shared;
use crate::source::{Source, Sources};
use crate::total::Total;
use crate::vocabulary::Standing;

/// Incidents, and what they are compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncidentLedger {
    incidents: BTreeMap<IncidentId, Incident>,
    shared: Shared,
    series: Vec<Series>,
    series_sources: Sources,
    totals: Vec<Total>,
    total_sources: Sources,
    launches: Vec<Launches>,
}

/// A file of a ledger: its path below the folder of the ledger, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerFile {
    /// The path, with `/`.
    pub name: String,
    /// The text.
    pub text: String,
}

/// The files of the ledger that comes with Hawkshaw.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

const ACTORS: &str = "actors.toml";
const CLAIMANTS: &str = "claimants.toml";
const SOURCES: &str = "sources.toml";
const CONTEXT: &str = "context.toml";
const TOTALS: &str = "totals.toml";
const LAUNCHES: &str = "launches.csv";

/// Files that are no incidents.
const SPECIAL: [&str; 6] = [ACTORS, CLAIMANTS, SOURCES, CONTEXT, TOTALS, LAUNCHES];

impl IncidentLedger {
    /// The ledger that comes with Hawkshaw.
    ///
    /// # Panics
    ///
    /// When its files are wrong, which a test rules out.
    pub fn built_in() -> Self {
        Self::read(Self::built_in_files()).unwrap_or_else(|problems| panic!("{problems}"))
    }

    /// The files of the ledger that comes with Hawkshaw.
    pub fn built_in_files() -> Vec<LedgerFile> {
        let file = |(name, text): &(&str, &str)| LedgerFile {
            name: (*name).to_owned(),
            text: (*text).to_owned(),
        };
        BUILT_IN.iter().map(file).collect()
    }

    /// Reads the files of a folder. Where it has no actors, claimants, shared sources, context,
    /// totals or launches, those that come with Hawkshaw are used; totals only together with
    /// the incidents that come with it, because they name some.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, with file, line and field.
    pub fn from_files(mut files: Vec<LedgerFile>) -> Result<Self, Problems> {
        let missing = |name: &&str| !files.iter().any(|file| base(&file.name) == *name);
        let missing: Vec<&str> = SPECIAL.iter().copied().filter(missing).collect();
        for file in Self::built_in_files() {
            if missing.contains(&base(&file.name)) && file.name != TOTALS {
                files.push(file);
            }
        }
        Self::read(files)
    }

    /// The ledger that comes with Hawkshaw, and more incidents.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them, also that an id is already taken.
    pub fn built_in_and(more: Vec<LedgerFile>) -> Result<Self, Problems> {
        let mut files = Self::built_in_files();
        files.retain(|file| {
            !more.iter().any(|other| is_special(&file.name) && base(&other.name) == file.name)
        });
        files.extend(more);
        Self::read(files)
    }

    fn read(files: Vec<LedgerFile>) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let special = |name: &str| files.iter().find(|file| base(&file.name) == name);
        let mut shared = Shared::default();
        if let Some(file) = special(ACTORS) {
            let read = File::read(&file.name, &file.text, &mut problems, Actors::read);
            shared.actors = read.unwrap_or_default();
        }
        if let Some(file) = special(CLAIMANTS) {
            let read = File::read(&file.name, &file.text, &mut problems, |table| {
                Some(Claimants::read(table))
            });
            shared.claimants = read.unwrap_or_default();
        }
        if let Some(file) = special(SOURCES) {
            let none = Sources::new();
            let read = File::read(&file.name, &file.text, &mut problems, |table| {
                table.table("sources").map(|list| Source::read_all(&list, &none))
            });
            shared.sources = read.unwrap_or_default();
        }
        let incidents = read_incidents(&files, &shared, &mut problems);
        let mut ledger = Self {
            incidents,
            shared,
            series: Vec::new(),
            series_sources: Sources::new(),
            totals: Vec::new(),
            total_sources: Sources::new(),
            launches: Vec::new(),
        };
        if let Some(file) = special(CONTEXT) {
            let read = File::read(&file.name, &file.text, &mut problems, |table| {
                Some(Series::read_all(table, &ledger.shared))
            });
            (ledger.series, ledger.series_sources) = read.unwrap_or_default();
        }
        if let Some(file) = special(TOTALS) {
            // A file that was refused is still there: its own mistakes are enough to read.
            let is_incident = |id: &IncidentId| files.iter().any(|file| is_file_of(file, id));
            let read = File::read(&file.name, &file.text, &mut problems, |table| {
                Some(Total::read_all(table, &ledger.shared, &ledger.series, &is_incident))
            });
            (ledger.totals, ledger.total_sources) = read.unwrap_or_default();
        }
        if let Some(file) = special(LAUNCHES) {
            match read_launches(&file.name, &file.text) {
                Ok(launches) => ledger.launches = launches,
                Err(found) => problems.extend(found.iter().cloned()),
            }
        }
        ledger.check_parts(&files, &mut problems);
        if problems.is_empty() { Ok(ledger) } else { Err(Problems::new(problems)) }
    }

    /// An incident that is part of another needs that other, and no circle.
    fn check_parts(&self, files: &[LedgerFile], problems: &mut Vec<Problem>) {
        for incident in self.incidents.values() {
            let Some(whole) = &incident.part_of else { continue };
            let what = if !files.iter().any(|file| is_file_of(file, whole)) {
                "names no incident of the ledger"
            } else if self.wholes(incident).any(|other| other.id == incident.id) {
                "leads back to the incident itself"
            } else {
                continue;
            };
            problems.push(Problem {
                file: incident.file.clone(),
                line: incident.part_of_place.line,
                field: incident.part_of_place.field.clone(),
                what: what.to_owned(),
            });
        }
    }

    /// The incidents that contain an incident, from the nearest.
    pub fn wholes<'a>(&'a self, incident: &'a Incident) -> impl Iterator<Item = &'a Incident> {
        let whole = |incident: &&'a Incident| self.incidents.get(incident.part_of.as_ref()?);
        std::iter::successors(whole(&incident), whole).take(self.incidents.len())
    }

    /// Whether claims of attribution contradict each other: somebody denies what somebody else
    /// states, or actors are named that are no part of one another's whole.
    pub fn is_contested(&self, incident: &Incident) -> bool {
        let claims = || incident.attributions.iter();
        let named = claims().filter(|claim| claim.sure != Standing::Denied);
        let mut wholes: Vec<&str> = named
            .filter_map(|claim| self.actors().whole(&claim.actor))
            .map(|whole| whole.id.as_str())
            .collect();
        wholes.sort_unstable();
        wholes.dedup();
        let is_denied = claims().any(|claim| claim.sure == Standing::Denied);
        wholes.len() > 1 || (is_denied && !wholes.is_empty())
    }

    /// Every incident, by id.
    pub fn incidents(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.values()
    }

    /// The incident with an id.
    pub fn incident(&self, id: &IncidentId) -> Option<&Incident> {
        self.incidents.get(id)
    }

    /// How many incidents there are.
    pub fn len(&self) -> usize {
        self.incidents.len()
    }

    /// Whether there is no incident.
    pub fn is_empty(&self) -> bool {
        self.incidents.is_empty()
    }

    /// The source that a key of an incident names.
    pub fn source<'a>(&'a self, incident: &'a Incident, key: &str) -> Option<&'a Source> {
        incident.sources.get(key).or_else(|| self.shared.sources.get(key))
    }

    /// The source that a key of a series or of a published total names.
    pub fn context_source(&self, key: &str) -> Option<&Source> {
        let own = self.total_sources.get(key).or_else(|| self.series_sources.get(key));
        own.or_else(|| self.shared.sources.get(key))
    }

    /// Whom attributions name.
    pub fn actors(&self) -> &Actors {
        &self.shared.actors
    }

    /// Who makes claims.
    pub fn claimants(&self) -> &Claimants {
        &self.shared.claimants
    }

    /// Yearly figures that others publish.
    pub fn series(&self) -> &[Series] {
        &self.series
    }

    /// Totals that others publish.
    pub fn totals(&self) -> &[Total] {
        &self.totals
    }

    /// Launches of missiles, by date.
    pub fn launches(&self) -> &[Launches] {
        &self.launches
    }
}

fn read_incidents(
    files: &[LedgerFile],
    shared: &Shared,
    problems: &mut Vec<Problem>,
) -> BTreeMap<IncidentId, Incident> {
    let mut incidents: BTreeMap<IncidentId, Incident> = BTreeMap::new();
    for file in files.iter().filter(|file| !is_special(&file.name)) {
        // `.TOML` is no name that an id has, which is said and not passed over.
        let ending = base(&file.name).rsplit_once('.').map_or("", |(_, ending)| ending);
        if !ending.eq_ignore_ascii_case("toml") {
            continue;
        }
        let incident = File::read(&file.name, &file.text, problems, |table| {
            Incident::read(table, &file.name, shared)
        });
        let Some(incident) = incident else { continue };
        if let Some(other) = incidents.get(&incident.id) {
            problems.push(Problem {
                file: file.name.clone(),
                line: 0,
                field: "id".to_owned(),
                what: format!("`{}` is also the id of {}", incident.id, other.file),
            });
        }
        incidents.insert(incident.id.clone(), incident);
    }
    incidents
}

/// The name of a file without its folders.
fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Whether a file is, by its name, that of an incident.
fn is_file_of(file: &LedgerFile, id: &IncidentId) -> bool {
    base(&file.name).strip_suffix(".toml") == Some(id.as_str())
}

fn is_special(name: &str) -> bool {
    SPECIAL.contains(&base(name))
}

//! The manifest: what a trace rests on, so that somebody else can run it again.

use std::str::FromStr;

use hawkshaw_model::{CaseId, Digest, Fraction, Policy, Timestamp};
use hawkshaw_trace::{Noise, NoiseRule};
use serde::{Deserialize, Serialize};

/// The schema of the manifest.
const SCHEMA: &str = "hawkshaw.manifest/1";
/// A manifest on its own is at most this large.
const BYTES_MAX: usize = 16 << 20;
/// A manifest names at most this many files.
const INPUTS_MAX: usize = 65_536;
/// Names and versions are at most this long.
const TEXT_BYTES_MAX: usize = 255;

/// What a trace rests on: files by their digests, the engine and the parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    engine: String,
    case: CaseId,
    inputs: Vec<Input>,
    parameters: Parameters,
}

/// A file that a trace rests on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// What it was used as.
    pub role: InputRole,
    /// Its name, without the directory it was in: a report does not tell where its author
    /// keeps files.
    pub name: String,
    /// The digest of its bytes.
    pub sha256: Digest,
    /// How many bytes it has.
    pub bytes: u64,
}

/// What a file was used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputRole {
    /// It states the theft.
    Case,
    /// It holds transfers, outputs or events.
    Ledger,
    /// It is no file but a ledger store, named by the digest of its state.
    Store,
    /// It says who runs an address.
    Tags,
    /// A file of tags includes it. Its name is the digest of that file and the path asked for.
    Included,
    /// It says what assets were worth in US dollars.
    Prices,
    /// It says what outside sources call assets.
    Assets,
}

/// What was asked of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    /// The policies, in the order of the report.
    pub policies: Vec<Policy>,
    /// Where following stops.
    pub stops: StopRule,
    /// Terminals below this share of the theft are summed in one row.
    pub floor: Fraction,
    /// Which noise was kept.
    pub noise: Noise,
    /// Transactions from this time on were not looked at.
    pub until: Option<Timestamp>,
}

/// Where following stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StopRule {
    /// At tagged services and burn addresses.
    Tagged,
    /// Also at untagged addresses that behave like a service.
    #[default]
    Inferred,
}

/// Why a text is no manifest.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ManifestError {
    /// It is no JSON of the right shape, or has a field that is not known.
    #[error("the manifest cannot be read")]
    Json(#[source] serde_json::Error),
    /// It is of another schema.
    #[error("the manifest has schema `{0}`, this version reads {SCHEMA}")]
    Schema(String),
    /// A field has a value that it cannot have.
    #[error("the manifest's `{field}` cannot be `{value}`")]
    Field {
        /// Which field.
        field: &'static str,
        /// What it held.
        value: String,
    },
    /// It is larger than any honest one.
    #[error("the manifest has {found} {unit}, at most {limit} are read")]
    TooLarge {
        /// How many.
        found: usize,
        /// Of what.
        unit: &'static str,
        /// How many are read.
        limit: usize,
    },
}

/// The manifest as JSON has it. `Manifest` is made of it by hand, so that each value is checked.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    schema: String,
    engine: String,
    case: String,
    inputs: Vec<WireInput>,
    parameters: WireParameters,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireInput {
    role: InputRole,
    name: String,
    sha256: String,
    bytes: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireParameters {
    policies: Vec<String>,
    stops: StopRule,
    floor: String,
    keep_noise: WireNoise,
    until: Option<i64>,
}

/// Which noise was kept: all or none, or what these rules match.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum WireNoise {
    All(bool),
    Rules(Vec<String>),
}

impl From<Noise> for WireNoise {
    fn from(noise: Noise) -> Self {
        match noise {
            Noise::DROPPED => Self::All(false),
            Noise::KEPT => Self::All(true),
            _ => Self::Rules(noise.kept().map(|rule| rule.as_str().to_owned()).collect()),
        }
    }
}

impl TryFrom<WireNoise> for Noise {
    type Error = ManifestError;

    fn try_from(wire: WireNoise) -> Result<Self, ManifestError> {
        Ok(match wire {
            WireNoise::All(false) => Self::DROPPED,
            WireNoise::All(true) => Self::KEPT,
            WireNoise::Rules(rules) => {
                at_most(rules.len(), "noise rules", NoiseRule::ALL.len())?;
                let rules: Result<Vec<NoiseRule>, _> =
                    rules.iter().map(|rule| parsed("keep_noise", rule)).collect();
                Self::keeping(rules?)
            }
        })
    }
}

/// The one field of a trace result that is looked at to find its manifest.
#[derive(Deserialize)]
struct WireTrace {
    manifest: Wire,
}

impl Manifest {
    /// A manifest. The inputs are put into the order of their role and name.
    pub fn new(
        engine: impl Into<String>,
        case: CaseId,
        mut inputs: Vec<Input>,
        parameters: Parameters,
    ) -> Self {
        inputs.sort();
        Self { engine: engine.into(), case, inputs, parameters }
    }

    /// The engine and its version.
    pub fn engine(&self) -> &str {
        &self.engine
    }

    /// The case.
    pub fn case(&self) -> &CaseId {
        &self.case
    }

    /// The files, by role and name.
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// What was asked of the engine.
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The manifest as JSON. It also stands as `manifest` in `trace.json`.
    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec_pretty(self).expect("the manifest has string keys only")
    }

    /// Reads a manifest that stands on its own.
    ///
    /// # Errors
    ///
    /// When it is no manifest, or too large for an honest one.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ManifestError> {
        at_most(bytes.len(), "bytes", BYTES_MAX)?;
        serde_json::from_slice::<Wire>(bytes).map_err(ManifestError::Json)?.try_into()
    }

    /// Reads the manifest out of a `trace.json`, whatever else that holds.
    ///
    /// # Errors
    ///
    /// When there is none, or it is not a manifest.
    pub fn from_trace_json(bytes: &[u8]) -> Result<Self, ManifestError> {
        let trace: WireTrace = serde_json::from_slice(bytes).map_err(ManifestError::Json)?;
        trace.manifest.try_into()
    }
}

impl Serialize for Manifest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Wire::from(self).serialize(serializer)
    }
}

impl Default for Parameters {
    /// What the command line does where nothing is asked for.
    fn default() -> Self {
        Self {
            policies: Policy::ALL.to_vec(),
            stops: StopRule::default(),
            floor: Fraction::ONE_BASIS_POINT,
            noise: Noise::DROPPED,
            until: None,
        }
    }
}

impl InputRole {
    /// The name in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Ledger => "ledger",
            Self::Store => "store",
            Self::Tags => "tags",
            Self::Included => "included",
            Self::Prices => "prices",
            Self::Assets => "assets",
        }
    }
}

impl StopRule {
    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tagged => "tagged",
            Self::Inferred => "inferred",
        }
    }
}

impl From<&Manifest> for Wire {
    fn from(manifest: &Manifest) -> Self {
        let input = |input: &Input| WireInput {
            role: input.role,
            name: file_name(&input.name),
            sha256: input.sha256.to_string(),
            bytes: input.bytes,
        };
        let parameters = &manifest.parameters;
        Self {
            schema: SCHEMA.to_owned(),
            engine: crate::text::label(&manifest.engine),
            case: manifest.case.to_string(),
            inputs: manifest.inputs.iter().map(input).collect(),
            parameters: WireParameters {
                policies: parameters.policies.iter().map(Policy::to_string).collect(),
                stops: parameters.stops,
                floor: parameters.floor.to_string(),
                keep_noise: parameters.noise.into(),
                until: parameters.until.map(Timestamp::to_unix),
            },
        }
    }
}

impl TryFrom<Wire> for Manifest {
    type Error = ManifestError;

    fn try_from(wire: Wire) -> Result<Self, ManifestError> {
        if wire.schema != SCHEMA {
            return Err(ManifestError::Schema(crate::text::label(&wire.schema)));
        }
        at_most(wire.inputs.len(), "inputs", INPUTS_MAX)?;
        at_most(wire.parameters.policies.len(), "policies", Policy::ALL.len())?;
        at_most(wire.engine.len(), "bytes in `engine`", TEXT_BYTES_MAX)?;
        let parameters = Parameters {
            policies: wire
                .parameters
                .policies
                .iter()
                .map(|name| parsed("policies", name))
                .collect::<Result<_, _>>()?,
            stops: wire.parameters.stops,
            floor: parsed("floor", &wire.parameters.floor)?,
            noise: wire.parameters.keep_noise.try_into()?,
            until: match wire.parameters.until {
                None => None,
                Some(seconds) => Some(
                    Timestamp::from_unix(seconds)
                        .map_err(|_| refused("until", &seconds.to_string()))?,
                ),
            },
        };
        let inputs = wire.inputs.into_iter().map(input).collect::<Result<_, _>>()?;
        Ok(Self::new(wire.engine, parsed("case", &wire.case)?, inputs, parameters))
    }
}

fn input(wire: WireInput) -> Result<Input, ManifestError> {
    if wire.name != file_name(&wire.name) || wire.name.is_empty() {
        return Err(refused("inputs.name", &wire.name));
    }
    Ok(Input {
        role: wire.role,
        sha256: parsed("inputs.sha256", &wire.sha256)?,
        name: wire.name,
        bytes: wire.bytes,
    })
}

/// What stands behind the last separator of a path, safe to show.
fn file_name(path: &str) -> String {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = if matches!(name, "." | "..") { "" } else { name };
    crate::text::label(name)
}

fn parsed<T: FromStr>(field: &'static str, text: &str) -> Result<T, ManifestError> {
    text.parse().map_err(|_| refused(field, text))
}

fn refused(field: &'static str, text: &str) -> ManifestError {
    ManifestError::Field { field, value: crate::text::label(text) }
}

fn at_most(found: usize, unit: &'static str, limit: usize) -> Result<(), ManifestError> {
    if found > limit { Err(ManifestError::TooLarge { found, unit, limit }) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::{Input, InputRole, Manifest, ManifestError, Parameters};
    use hawkshaw_model::Digest;

    fn manifest() -> Manifest {
        let input = |role, name: &str| Input {
            role,
            name: name.to_owned(),
            sha256: Digest::of(name.as_bytes()),
            bytes: 5,
        };
        let inputs = vec![input(InputRole::Tags, "b.yaml"), input(InputRole::Case, "case.toml")];
        Manifest::new("hawkshaw 0.1.0", "a-case".parse().unwrap(), inputs, Parameters::default())
    }

    #[test]
    fn reads_what_it_wrote() {
        let text = manifest().to_json();
        assert_eq!(Manifest::from_json(&text).unwrap(), manifest());
        let trace =
            [b"{\"schema\":\"hawkshaw.trace/1\",\"manifest\":".as_slice(), &text, b",\"x\":[1]}"];
        assert_eq!(Manifest::from_trace_json(&trace.concat()).unwrap(), manifest());
    }

    #[test]
    fn refuses_what_it_did_not_write() {
        let text = String::from_utf8(manifest().to_json()).unwrap();
        let refuse = |from: &str, to: &str| {
            assert!(text.contains(from));
            Manifest::from_json(text.replace(from, to).as_bytes()).unwrap_err()
        };
        assert!(matches!(refuse("manifest/1", "manifest/2"), ManifestError::Schema(_)));
        assert!(matches!(refuse("\"engine\"", "\"motor\""), ManifestError::Json(_)));
        assert!(matches!(refuse("b.yaml", "../b.yaml"), ManifestError::Field { .. }));
        assert!(matches!(refuse("\"fifo\"", "\"fofi\""), ManifestError::Field { .. }));
        assert!(matches!(refuse("\"a-case\"", "\"../etc\""), ManifestError::Field { .. }));
        let huge = vec![b' '; 20 << 20];
        assert!(matches!(Manifest::from_json(&huge), Err(ManifestError::TooLarge { .. })));
    }

    #[test]
    fn does_not_tell_where_files_were() {
        let mut inputs = manifest().inputs().to_vec();
        inputs[0].name = "/home/detective/secret/case.toml".to_owned();
        let case = "a-case".parse().unwrap();
        let text = Manifest::new("e", case, inputs, Parameters::default()).to_json();
        assert!(!String::from_utf8(text).unwrap().contains("secret"));
    }
}

//! Whether other programs read what the incident ledger is exported as: the STIX bundle by the
//! validator of OASIS, the MISP events by PyMISP, its schema and its templates of objects.
//!
//! Both are Python packages. They are installed in fixed versions under the target directory,
//! once. Where there is no Python, or no way to install, the check is left out with a message;
//! with `CI=true` it fails.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::process;
use crate::repository::Repository;

const REQUIREMENTS: &str = "xtask/src/exchange/requirements.txt";
const SCRIPT: &str = "xtask/src/exchange/validate.py";

/// What the script answers with when it has read a file and found it wrong. Anything else but
/// success means that it could not check.
const REFUSED: i32 = 1;

/// Exports the ledger and has the exports checked; then breaks them and sees that the same
/// check refuses them.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    let folder = repository.packages()?.target.join("exchange");
    let python = match python(repository, &folder) {
        Ok(python) => python,
        Err(error) if std::env::var_os("CI").is_some_and(|ci| ci == "true") => {
            return Err(error.context("the exchange formats cannot be checked"));
        }
        Err(error) => {
            println!("   LEFT OUT: the exchange formats are not checked: {error:#}");
            return Ok(());
        }
    };
    let files = folder.join("files");
    let directory = files.to_string_lossy();
    let export =
        ["run", "--quiet", "--package", "hawkshaw-report", "--example", "incident_exports", "--"];
    let export: Vec<&str> = export.into_iter().chain([directory.as_ref()]).collect();
    process::run(repository, "cargo", &export, &[])?;
    let validator = Validator { repository, python };
    for (format, name) in FORMATS {
        for ledger in ["", "invented"] {
            let file = files.join(ledger).join(name);
            if !validator.accepts(format, &file)? {
                bail!("{} is no valid {format}", file.display());
            }
        }
    }
    refuse_broken(&validator, &files.join("invented"), &folder.join("broken"))
}

const FORMATS: [(&str, &str); 2] =
    [("stix", "incidents.stix.json"), ("misp", "incidents.misp.json")];

/// The script that checks, and what runs it.
struct Validator<'a> {
    repository: &'a Repository,
    python: PathBuf,
}

impl Validator<'_> {
    /// Whether a file is valid. What is wrong with it is on the screen.
    fn accepts(&self, format: &str, file: &Path) -> Result<bool> {
        let status = self.command(format, file).status().context("cannot run the validator")?;
        verdict(status.code(), file)
    }

    /// Whether a file is refused, without a word on the screen.
    fn refuses(&self, format: &str, file: &Path) -> Result<bool> {
        let mut command = self.command(format, file);
        let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        verdict(status.context("cannot run the validator")?.code(), file).map(|is_valid| !is_valid)
    }

    fn command(&self, format: &str, file: &Path) -> Command {
        let mut command = Command::new(&self.python);
        command.arg(SCRIPT).arg(format).arg(file).current_dir(self.repository.root());
        command
    }
}

fn verdict(code: Option<i32>, file: &Path) -> Result<bool> {
    match code {
        Some(0) => Ok(true),
        Some(REFUSED) => Ok(false),
        _ => bail!("the validator could not check {}", file.display()),
    }
}

/// The Python of an environment that has the packages. It is made anew when the list of
/// packages changes.
fn python(repository: &Repository, folder: &Path) -> Result<PathBuf> {
    let wanted = repository.text(REQUIREMENTS)?;
    let environment = folder.join("python");
    let programs = environment.join(if cfg!(windows) { "Scripts" } else { "bin" });
    let python = programs.join(if cfg!(windows) { "python.exe" } else { "python" });
    let installed = folder.join("installed.txt");
    if python.exists() && std::fs::read_to_string(&installed).is_ok_and(|list| list == wanted) {
        return Ok(python);
    }
    std::fs::create_dir_all(folder)?;
    let system = if cfg!(windows) { "python" } else { "python3" };
    let place = environment.to_string_lossy();
    process::output(repository, system, &["-m", "venv", "--clear", &place])?;
    let install = ["-m", "pip", "install", "--quiet", "--no-deps", "--requirement", REQUIREMENTS];
    process::output(repository, &python.to_string_lossy(), &install)?;
    std::fs::write(&installed, wanted)?;
    Ok(python)
}

/// A way to break an export: its format, what becomes wrong, and how. `None` where there is
/// nothing to break.
type Break = (&'static str, &'static str, fn(&mut Value) -> Option<()>);

/// Breaks that the check has to see: without them it could pass because it checks nothing.
const BREAKS: [Break; 6] = [
    ("stix", "an incident without a name", |bundle| {
        let theft = member(bundle, "/objects", |object| object["type"] == "incident")?;
        theft.as_object_mut()?.remove("name").map(drop)
    }),
    ("stix", "a relationship with nothing", |bundle| {
        let link = member(bundle, "/objects", |object| object["type"] == "relationship")?;
        link["target_ref"] = json!("identity--00000000-0000-4000-8000-000000000000");
        Some(())
    }),
    ("stix", "an object modified before it was created", |bundle| {
        let theft = member(bundle, "/objects", |object| object["type"] == "incident")?;
        theft["modified"] = json!("2001-01-01T00:00:00.000Z");
        Some(())
    }),
    ("misp", "an attribute of a type that its category does not have", |events| {
        let attributes = "/response/0/Event/Attribute";
        let link = member(events, attributes, |part| part["type"] == "link")?;
        link["category"] = json!("Financial fraud");
        Some(())
    }),
    ("misp", "an address object without an address", |events| {
        let objects = "/response/0/Event/Object";
        let coin = member(events, objects, |part| part["name"] == "coin-address")?;
        let attributes = coin["Attribute"].as_array_mut()?;
        attributes.retain(|part| part["object_relation"] == "text");
        Some(())
    }),
    ("misp", "a tag of a cluster that there is not", |events| {
        let tag = member(events, "/response/0/Event/Tag", |_| true)?;
        tag["name"] = json!("misp-galaxy:threat-actor=\"Nobody of that name\"");
        Some(())
    }),
];

/// The first member of a list that is so.
fn member<'v>(value: &'v mut Value, list: &str, is: fn(&Value) -> bool) -> Option<&'v mut Value> {
    value.pointer_mut(list)?.as_array_mut()?.iter_mut().find(|part| is(part))
}

fn refuse_broken(validator: &Validator<'_>, whole: &Path, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for (index, (format, what, make)) in BREAKS.iter().enumerate() {
        let name = FORMATS.iter().find(|(known, _)| known == format).map(|(_, name)| *name);
        let bytes = std::fs::read(whole.join(name.unwrap_or_default()))?;
        let mut value: Value = serde_json::from_slice(&bytes)?;
        make(&mut value).with_context(|| format!("{format} has nothing to break: {what}"))?;
        let file = folder.join(format!("{index}.json"));
        std::fs::write(&file, serde_json::to_vec(&value)?)?;
        if !validator.refuses(format, &file)? {
            bail!("the check of {format} accepts {what}");
        }
    }
    println!("   {} broken files refused", BREAKS.len());
    Ok(())
}

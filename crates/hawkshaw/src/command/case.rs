//! `hawkshaw case`.

use std::path::Path;

use anyhow::{Context as _, anyhow};
use hawkshaw_model::CaseId;

use crate::bundle;
use crate::cli::{CaseArguments, CaseCommand};
use crate::exit::Failure;
use crate::screen;

/// The files of a new case.
const CASE_TOML: &str = include_str!("../../template/case.toml");
const README: &str = include_str!("../../template/README.md");
const TRANSFERS: &str = include_str!("../../template/transfers.csv");
const TAGS: &str = include_str!("../../template/tags.yaml");

/// What stands in the templates in place of the id.
const ID_MARK: &str = "@CASE-ID@";

pub(crate) fn run(arguments: &CaseArguments, quiet: bool) -> Result<(), Failure> {
    match &arguments.command {
        CaseCommand::New { folder } => new(folder, quiet),
    }
}

fn new(folder: &Path, quiet: bool) -> Result<(), Failure> {
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let id: CaseId = name
        .ok_or_else(|| anyhow!("{} has no name to make the id of", folder.display()))
        .and_then(|name| Ok(name.parse()?))
        .map_err(Failure::Usage)?;
    bundle::check_folder(folder)?;
    let tags = folder.join("tags");
    std::fs::create_dir_all(&tags)
        .with_context(|| format!("cannot make {}", tags.display()))
        .map_err(Failure::Unavailable)?;
    let files = [
        (folder.join("case.toml"), CASE_TOML),
        (folder.join("README.md"), README),
        (folder.join("transfers.csv"), TRANSFERS),
        (tags.join("addresses.yaml"), TAGS),
    ];
    for (path, template) in files {
        std::fs::write(&path, template.replace(ID_MARK, id.as_str()))
            .with_context(|| format!("cannot write {}", path.display()))
            .map_err(Failure::Unavailable)?;
    }
    let shown = folder.display();
    screen::say(quiet, &format!("made {shown}: fill in case.toml and transfers.csv"));
    screen::say(quiet, &format!("then: hawkshaw trace {shown}"));
    Ok(())
}

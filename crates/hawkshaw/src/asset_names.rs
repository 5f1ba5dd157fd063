//! What outside sources call assets, as an input of a trace and on its own.

use hawkshaw_ingest::read_asset_names;
use hawkshaw_model::AssetNames;
use hawkshaw_report::InputRole;

use crate::exit::Failure;
use crate::input::InputFile;

/// The file of a case folder that holds it.
pub(crate) const FILE: &str = "assets.csv";

/// Names with what was worth counting about their files.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) names: AssetNames,
    /// Names by what was wrong with them, as the defects of a trace name it.
    pub(crate) defects: Vec<(&'static str, u64)>,
}

/// The names in some files.
pub(crate) fn read(files: &[InputFile]) -> Result<Names, Failure> {
    let mut names = AssetNames::default();
    let (mut mended, mut renamed) = (0, 0);
    for file in files.iter().filter(|file| file.role == InputRole::Assets) {
        let found = read_asset_names(&file.shown(), &file.bytes).map_err(Failure::bad_data)?;
        mended += found.mended;
        renamed += found.renamed;
        for (asset, name) in found.names.iter() {
            renamed += u64::from(names.add(asset.clone(), name.clone()));
        }
    }
    let defects = [("assets: name-cut-or-not-utf-8", mended), ("assets: renamed", renamed)];
    Ok(Names { names, defects: defects.into_iter().filter(|(_, count)| *count > 0).collect() })
}

//! Writes the report of an invented theft into a directory, for looking at, and the same with
//! prices into the directory `priced` in it.
//!
//! ```sh
//! cargo run -p hawkshaw-report --example sample -- /tmp/sample
//! ```

#[expect(clippy::unwrap_used, reason = "the sample is made by hand")]
#[path = "../tests/report/sample/mod.rs"]
mod sample;

use std::io::Write as _;
use std::path::PathBuf;

use hawkshaw_report::{Colour, TableStyle, to_files, to_table};

fn main() -> std::io::Result<()> {
    let directory = std::env::args_os().nth(1).map_or_else(std::env::temp_dir, PathBuf::from);
    for (sample, directory) in
        [(sample::sample(), directory.clone()), (sample::priced(), directory.join("priced"))]
    {
        std::fs::create_dir_all(&directory)?;
        sample.with(|findings| {
            for (name, bytes) in to_files(findings) {
                std::fs::write(directory.join(name), bytes)?;
            }
            let table = to_table(findings, TableStyle { width: 120, colour: Colour::None });
            std::io::stdout().write_all(table.as_bytes())
        })?;
    }
    Ok(())
}

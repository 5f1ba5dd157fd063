//! `docs/cli.md`: the help texts of the command, so that they can be read and linked to.

use anyhow::{Context as _, Result};

use crate::process;
use crate::repository::Repository;

/// The file that is written.
pub(crate) const FILE: &str = "docs/cli.md";

const HEAD: &str = "# Command line reference\n\n\
    This page is written by `cargo xtask cli-reference` from the help texts of the command.\n";

/// Writes the page.
pub(crate) fn run(repository: &Repository) -> Result<()> {
    let page = page(repository)?;
    std::fs::write(repository.root().join(FILE), page)
        .with_context(|| format!("cannot write {FILE}"))
}

/// The page as it should be.
pub(crate) fn page(repository: &Repository) -> Result<String> {
    let binary = binary(repository)?;
    let mut page = HEAD.to_owned();
    let mut open = vec![Vec::<String>::new()];
    while let Some(verb) = open.pop() {
        let mut arguments: Vec<&str> = verb.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = String::from_utf8(process::output(repository, &binary, &arguments)?)?;
        let name = ["hawkshaw".to_owned()].into_iter().chain(verb.iter().cloned());
        let name = name.collect::<Vec<_>>().join(" ");
        let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
        page.push_str(&format!("\n## `{name}`\n\n```text\n{}\n```\n", lines.join("\n")));
        for subcommand in subcommands(&help).into_iter().rev() {
            open.push(verb.iter().cloned().chain([subcommand]).collect());
        }
    }
    Ok(page)
}

/// Builds the command, and says where it is.
pub(crate) fn binary(repository: &Repository) -> Result<String> {
    process::run(repository, "cargo", &["build", "--quiet", "--package", "hawkshaw"], &[])?;
    let path = repository.packages()?.target.join("debug/hawkshaw");
    Ok(path.to_string_lossy().into_owned())
}

/// The verbs that a help text lists, other than `help`.
fn subcommands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let entries = lines.take_while(|line| !line.is_empty());
    // A longer indentation is the second line of a description.
    let verbs = entries.filter_map(|line| line.strip_prefix("  ").filter(|l| !l.starts_with(' ')));
    let verbs = verbs.filter_map(|line| line.split_whitespace().next());
    verbs.filter(|verb| *verb != "help").map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::subcommands;

    #[test]
    fn finds_verbs_and_no_descriptions() {
        let help = "Does.\n\nUsage: x\n\nCommands:\n  trace  Follow it: where\n         \
                    is it\n  tags   Ask\n  help   Print\n\nOptions:\n  -q  Quiet\n";
        assert_eq!(subcommands(help), ["trace", "tags"]);
        assert!(subcommands("Usage: x\n\nOptions:\n  -q  Quiet\n").is_empty());
    }
}

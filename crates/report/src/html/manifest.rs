//! What the report rests on, and how somebody else checks it.

use hawkshaw_trace::Noise;

use super::parts;
use crate::figures::grouped;
use crate::findings::Findings;
use crate::markup::Markup;

/// Inputs that a page lists.
const INPUTS_MAX: usize = 500;

/// Writes the manifest.
pub(super) fn manifest(page: &mut Markup, findings: &Findings<'_>) {
    let manifest = findings.manifest;
    page.raw(concat!(
        "<p>The same inputs give the same bytes. Run the command on the folder of this report, ",
        "with the files below at hand: it compares their digests, traces again, and says whether ",
        "every file of the report comes out the same.</p>\n",
        "<pre><code>hawkshaw verify DIR</code></pre>\n",
    ));
    let headings = [("Role", ""), ("File", ""), ("Bytes", "num"), ("SHA-256", "")];
    parts::table(page, "Files the trace rests on", &headings, |page| {
        for input in manifest.inputs().iter().take(INPUTS_MAX) {
            page.node("tr", &[], |page| {
                page.leaf("td", &[], input.role.as_str());
                page.leaf("th", &[("scope", "row")], &input.name);
                page.leaf("td", &[("class", "num")], &grouped(&input.bytes.to_string()));
                page.node("td", &[], |page| {
                    parts::copyable(page, &input.sha256.to_string(), "digest");
                });
            });
        }
    });
    if manifest.inputs().len() > INPUTS_MAX {
        page.leaf("p", &[("class", "note")], "More files are in the manifest in trace.json.");
    }
    parameters(page, findings);
}

fn parameters(page: &mut Markup, findings: &Findings<'_>) {
    let manifest = findings.manifest;
    let parameters = manifest.parameters();
    let policies: Vec<&str> = parameters.policies.iter().map(|policy| policy.as_str()).collect();
    let rows = [
        ("Engine", manifest.engine().to_owned()),
        ("Case", manifest.case().to_string()),
        ("Policies", policies.join(", ")),
        (
            "Following stops at",
            match parameters.stops {
                crate::StopRule::Tagged => "tagged services and burn addresses".to_owned(),
                crate::StopRule::Inferred => {
                    "tagged services, burn addresses and inferred services".to_owned()
                }
            },
        ),
        ("Reporting floor", format!("{} of a stolen asset", parameters.floor)),
        ("Noise rules", noise_text(parameters.noise)),
        (
            "Until",
            parameters
                .until
                .map_or_else(|| "the end of the data".to_owned(), |time| time.to_string()),
        ),
    ];
    page.node("dl", &[("class", "facts")], |page| {
        for (name, value) in rows {
            page.leaf("dt", &[], name);
            page.leaf("dd", &[], &value);
        }
    });
}

/// Which noise rules were applied.
fn noise_text(noise: Noise) -> String {
    match noise {
        Noise::DROPPED => "on".to_owned(),
        Noise::KEPT => "off: everything was kept".to_owned(),
        _ => {
            let kept: Vec<&str> = noise.kept().map(|rule| rule.as_str()).collect();
            format!("on, but for {}", kept.join(", "))
        }
    }
}

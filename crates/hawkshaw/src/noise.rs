//! Which noise is kept, as the command line says it.

use hawkshaw_trace::NoiseRule;
use hawkshaw_trace::noise::UnknownNoiseRule;

/// Noise that is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeptNoise {
    /// All of it.
    All,
    /// What a rule matches.
    Of(NoiseRule),
}

/// Reads a word of the option.
pub(crate) fn parse(text: &str) -> Result<KeptNoise, String> {
    match text {
        "all" => Ok(KeptNoise::All),
        rule => {
            let explain = |error: UnknownNoiseRule| format!("{error}, or all");
            rule.parse().map(KeptNoise::Of).map_err(explain)
        }
    }
}

/// The rules that are not applied. The option without rules means all of them.
pub(crate) fn kept(asked: Option<&[KeptNoise]>) -> impl Iterator<Item = NoiseRule> {
    NoiseRule::ALL.into_iter().filter(move |rule| {
        let is_meant = |kept: &KeptNoise| match kept {
            KeptNoise::All => true,
            KeptNoise::Of(meant) => meant == rule,
        };
        asked.is_some_and(|asked| asked.iter().any(is_meant))
    })
}

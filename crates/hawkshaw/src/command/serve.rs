//! `hawkshaw serve`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context as _;
use hawkshaw_records::Keys;
use hawkshaw_screening::{NameIndex, RuleSet, Screener};
use hawkshaw_server::{
    App, Event, Load, OpenError, ScreenerSource, ServeError, Settings, SettingsError, SourceError,
    TlsFiles,
};

use crate::cli::screen::KnownArguments;
use crate::cli::serve::ServeArguments;
use crate::exit::Failure;
use crate::input;
use crate::screen;
use crate::screening::LiveScreener;
use crate::state;

pub(crate) fn run(arguments: &ServeArguments, quiet: bool) -> Result<(), Failure> {
    let settings = settings(arguments)?;
    let folder = state::folder(settings.state.as_deref())?;
    let known = known(&settings);
    crate::screening::require_something(&known)?;
    let keys = Keys::open(&folder).map_err(|error| Failure::Unavailable(error.into()))?;
    let has_keys = !keys.is_empty();
    drop(keys);
    settings.check_reach(has_keys).map_err(|error| Failure::Usage(error.into()))?;
    settings.check_tls().map_err(|error| Failure::Unavailable(error.into()))?;
    let source = Arc::new(Source {
        rules: known.rules.clone(),
        lists: known.lists.clone(),
        live: LiveScreener::new(known, quiet),
        failure: Mutex::new(None),
    });
    if arguments.check {
        let screener = source.live.load(Load::Asked)?;
        crate::screening::say(&screener, quiet);
        return screen::answer(format!("{}configuration is sound\n", told(&settings)).as_bytes());
    }
    report_faults();
    let is_open = settings.address().ip().to_canonical().is_loopback();
    let app = App::open(&folder, is_open, settings.limits.clone()).map_err(of_state)?;
    screen::say(quiet, &format!("state in {}", folder.display()));
    if !has_keys {
        let text = "no keys: whoever is on this machine may ask and change everything; make one \
                    with `hawkshaw keys create`";
        screen::say(quiet, text);
    }
    let mut failed = None;
    let tell = |event: Event<'_>| {
        if let Err(failure) = announce(event, &settings, quiet) {
            failed = Some(failure);
        }
    };
    let served = hawkshaw_server::serve(&Arc::new(app), &settings, source.clone(), tell);
    served.map_err(|error| of_service(error, &source))?;
    failed.map_or(Ok(()), Err)
}

/// File, variables and arguments, of which the last counts most.
fn settings(arguments: &ServeArguments) -> Result<Settings, Failure> {
    let mut settings = match &arguments.config {
        None => Settings::default(),
        Some(path) => {
            let text = String::from_utf8(input::read(path)?)
                .with_context(|| format!("{} is no text", path.display()))
                .map_err(Failure::BadData)?;
            let read = Settings::from_toml(&text);
            read.with_context(|| path.display().to_string()).map_err(Failure::BadData)?
        }
    };
    let limits = std::mem::take(&mut settings.limits);
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let usage = |error: SettingsError| Failure::Usage(error.into());
    settings.limits = limits.with_environment(variables).map_err(|e| usage(e.into()))?;
    settings.limits.check().map_err(|error| usage(error.into()))?;
    let known = &arguments.known;
    replace(&mut settings.listen, arguments.listen.as_ref());
    replace(&mut settings.state, arguments.state.as_ref());
    replace(&mut settings.data.store, known.store.as_ref());
    replace(&mut settings.data.index, known.index.as_ref());
    replace(&mut settings.data.rules, known.rules.clone().or(variable("HAWKSHAW_RULES")).as_ref());
    replace_all(&mut settings.data.case, &known.case, "HAWKSHAW_CASE");
    replace_all(&mut settings.data.prices, &known.prices, "HAWKSHAW_PRICES");
    replace_all(&mut settings.data.tags, &known.tags, "HAWKSHAW_TAGS");
    replace_all(&mut settings.data.lists, &known.lists, "HAWKSHAW_LISTS");
    if let (Some(certificate), Some(key)) = (&arguments.tls_certificate, &arguments.tls_key) {
        settings.tls = Some(TlsFiles { certificate: certificate.clone(), key: key.clone() });
    }
    Ok(settings)
}

fn replace<T: Clone>(setting: &mut Option<T>, with: Option<&T>) {
    if with.is_some() {
        *setting = with.cloned();
    }
}

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from)
}

/// Paths of arguments, else those of a variable, with colons between them as in `PATH`.
fn replace_all(setting: &mut Vec<PathBuf>, arguments: &[PathBuf], name: &str) {
    if !arguments.is_empty() {
        *setting = arguments.to_vec();
    } else if let Some(paths) = std::env::var_os(name) {
        *setting = std::env::split_paths(&paths).filter(|path| path != Path::new("")).collect();
    }
}

fn known(settings: &Settings) -> KnownArguments {
    let data = settings.data.clone();
    KnownArguments {
        store: data.store,
        index: data.index,
        tags: data.tags,
        case: data.case,
        prices: data.prices,
        lists: data.lists,
        rules: data.rules,
    }
}

/// What is answered from, as files that may change.
struct Source {
    rules: Option<PathBuf>,
    lists: Vec<PathBuf>,
    live: LiveScreener,
    /// Why the last load failed: how the command ends where it was the first.
    failure: Mutex<Option<Failure>>,
}

impl ScreenerSource for Source {
    fn load(&self, wanted: Load) -> Result<Arc<Screener>, SourceError> {
        self.live.load(wanted).map_err(|failure| {
            let reason = failure.reason();
            *self.failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
            SourceError(reason)
        })
    }

    fn has_changed(&self) -> bool {
        self.live.has_changed()
    }

    fn names(&self) -> Option<Arc<NameIndex>> {
        // Where lists cannot be read now, a search by name is refused and not answered "nobody".
        crate::screening::names(&self.lists).ok().flatten().map(Arc::new)
    }

    fn rules_text(&self) -> String {
        let named = self.rules.as_ref().and_then(|path| std::fs::read_to_string(path).ok());
        named.unwrap_or_else(|| RuleSet::built_in_text().to_owned())
    }
}

/// Says what happens. Where it listens goes to standard output, so that a program can read it.
fn announce(event: Event<'_>, settings: &Settings, quiet: bool) -> Result<(), Failure> {
    match event {
        Event::Listening { address, tls } => {
            let scheme = if tls { "https" } else { "http" };
            screen::answer(format!("listening on {scheme}://{address}\n").as_bytes())?;
            screen::say(quiet, told(settings).trim_end());
        }
        Event::Ready { data_version } => {
            screen::answer(format!("ready, data version {data_version}\n").as_bytes())?;
        }
        Event::Stopping => screen::say(quiet, "stopping: requests under way are answered"),
        Event::Stopped { is_clean: true } => screen::say(quiet, "stopped"),
        Event::Stopped { is_clean: false } => {
            screen::say(quiet, "stopped before every request was answered");
        }
    }
    Ok(())
}

/// What is served, from which data and within which limits.
fn told(settings: &Settings) -> String {
    let data = &settings.data;
    let mut text = String::new();
    let mut path = |what: &str, path: &PathBuf| {
        // Writing into a string does not fail.
        let _ = writeln!(text, "{what}: {}", path.display());
    };
    data.store.iter().for_each(|store| path("store", store));
    data.index.iter().for_each(|index| path("index", index));
    data.case.iter().for_each(|case| path("case", case));
    data.prices.iter().for_each(|prices| path("prices", prices));
    data.tags.iter().for_each(|tags| path("tags", tags));
    data.lists.iter().for_each(|lists| path("lists", lists));
    data.rules.iter().for_each(|rules| path("rules", rules));
    let limits = settings.limits.entries();
    let limits: Vec<String> =
        limits.iter().map(|(name, value)| format!("{name} {value}")).collect();
    let _ = writeln!(text, "limits: {}", limits.join(", "));
    text
}

fn of_state(error: OpenError) -> Failure {
    Failure::Unavailable(anyhow::Error::new(error))
}

fn of_service(error: ServeError, source: &Source) -> Failure {
    let failure = source.failure.lock().unwrap_or_else(PoisonError::into_inner).take();
    match error {
        ServeError::Source(error) => failure.unwrap_or(Failure::BadData(error.into())),
        error => Failure::Unavailable(error.into()),
    }
}

/// Makes a fault say where it is and nothing of what was asked, which its text might name.
fn report_faults() {
    std::panic::set_hook(Box::new(|fault| {
        let place = fault.location().map_or_else(String::new, ToString::to_string);
        screen::say(false, &format!("error: this is a bug in hawkshaw, at {place}"));
    }));
}

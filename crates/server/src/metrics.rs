//! What Prometheus is told: counts and times by route, never what was asked.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use metrics::{Counter, Gauge, Histogram, Key, Label, Level, Metadata, Recorder as _};
use metrics_exporter_prometheus::{
    Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder,
};

const META: Metadata<'static> = Metadata::new("hawkshaw", Level::INFO, None);

type Times = HashMap<(&'static str, u16), HashMap<String, Histogram>>;

/// The measuring instruments of a service. Each service has its own, so that several in one
/// process do not count together.
pub(crate) struct Metrics {
    recorder: PrometheusRecorder,
    handle: PrometheusHandle,
    /// Times by method and status, then by route: looked up without making anything.
    times: RwLock<Times>,
    pub(crate) connections: Gauge,
    pub(crate) connections_refused: Counter,
    pub(crate) connections_closed: Counter,
    pub(crate) in_flight: Gauge,
    pub(crate) screened: Counter,
    pub(crate) audit_failures: Counter,
    pub(crate) panics: Counter,
    pub(crate) reloads: Counter,
    pub(crate) reload_failures: Counter,
}

/// Upper bounds of the histogram of times, in seconds.
const SECONDS: &[f64] = &[
    0.000_05, 0.000_1, 0.000_2, 0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0,
    30.0,
];

const DURATION: &str = "hawkshaw_request_seconds";

impl Metrics {
    pub(crate) fn new() -> Self {
        let builder = PrometheusBuilder::new();
        let name = Matcher::Full(DURATION.to_owned());
        let recorder = match builder.set_buckets_for_metric(name, SECONDS) {
            Ok(builder) => builder.build_recorder(),
            // Only an empty list of bounds is refused, and ours is not empty.
            Err(_) => PrometheusBuilder::new().build_recorder(),
        };
        let counter = |name: &'static str, what: &'static str| {
            recorder.describe_counter(name.into(), None, what.into());
            recorder.register_counter(&Key::from_static_name(name), &META)
        };
        let gauge = |name: &'static str, what: &'static str| {
            recorder.describe_gauge(name.into(), None, what.into());
            recorder.register_gauge(&Key::from_static_name(name), &META)
        };
        recorder.describe_histogram(
            DURATION.into(),
            None,
            "Time from the head of a request to the head of its answer.".into(),
        );
        Self {
            connections: gauge("hawkshaw_connections", "Connections that are open."),
            connections_refused: counter(
                "hawkshaw_connections_refused_total",
                "Connections that were closed because there were too many.",
            ),
            connections_closed: counter(
                "hawkshaw_connections_timed_out_total",
                "Connections that were closed because their client was too slow or idle.",
            ),
            in_flight: gauge("hawkshaw_requests_in_flight", "Requests that are worked on."),
            screened: counter("hawkshaw_addresses_screened_total", "Addresses that were answered."),
            audit_failures: counter(
                "hawkshaw_audit_failures_total",
                "Lines of the audit log that could not be written.",
            ),
            panics: counter("hawkshaw_panics_total", "Requests that met a fault of the program."),
            reloads: counter("hawkshaw_reloads_total", "Loads of lists, tags and rules."),
            reload_failures: counter(
                "hawkshaw_reload_failures_total",
                "Loads that failed; what was loaded before stays.",
            ),
            handle: recorder.handle(),
            times: RwLock::default(),
            recorder,
        }
    }

    /// The time of requests of a route with a status.
    pub(crate) fn requests(&self, method: &'static str, route: &str, status: u16) -> Histogram {
        let known = self.times.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(time) = known.get(&(method, status)).and_then(|routes| routes.get(route)) {
            return time.clone();
        }
        drop(known);
        let time = self.register(method, route, status);
        let mut all = self.times.write().unwrap_or_else(PoisonError::into_inner);
        all.entry((method, status)).or_default().insert(route.to_owned(), time.clone());
        time
    }

    fn register(&self, method: &str, route: &str, status: u16) -> Histogram {
        let labels = vec![
            Label::new("method", method.to_owned()),
            Label::new("route", route.to_owned()),
            Label::new("status", status.to_string()),
        ];
        self.recorder.register_histogram(&Key::from_parts(DURATION, labels), &META)
    }

    /// All of it in the text format of Prometheus.
    pub(crate) fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }

    /// Keeps the memory of histograms bounded where nobody reads them.
    pub(crate) fn upkeep(&self) {
        self.handle.run_upkeep();
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

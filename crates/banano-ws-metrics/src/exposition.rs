//! The text that Prometheus reads (text format 0.0.4).
//!
//! Filled at a scrape by whoever registered, family by family. Pure text. Never writes a family without
//! its type, nor a label that would end the line early.

use std::fmt::{self, Display, Write as _};

use crate::Buckets;

/// The `Content-Type` of the text.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What kind of number a family holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, from the start of the process.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Durations in seconds, in buckets.
    Histogram,
}

/// The text of one scrape.
#[derive(Debug, Default)]
pub struct Exposition {
    text: String,
}

/// One name, with all its samples.
#[derive(Debug)]
pub struct Family<'a> {
    text: &'a mut String,
    name: &'a str,
}

impl Exposition {
    /// Begins a family. `help` is one sentence. A family must be begun only once in a text.
    pub fn family<'a>(&'a mut self, kind: Kind, name: &'a str, help: &str) -> Family<'a> {
        let kind = match kind {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Histogram => "histogram",
        };
        let help = help.replace('\\', "\\\\").replace('\n', "\\n");
        put(&mut self.text, format_args!("# HELP {name} {help}\n# TYPE {name} {kind}\n"));
        Family { text: &mut self.text, name }
    }

    /// A family of one counter without labels.
    pub fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.family(Kind::Counter, name, help).sample(&[], value);
    }

    /// A family of one gauge without labels.
    pub fn gauge(&mut self, name: &str, help: &str, value: impl Display) {
        self.family(Kind::Gauge, name, help).sample(&[], value);
    }

    /// A family of one histogram without labels.
    pub fn histogram(&mut self, name: &str, help: &str, buckets: &Buckets) {
        self.family(Kind::Histogram, name, help).buckets(&[], buckets);
    }

    /// The text so far.
    pub fn into_text(self) -> String {
        self.text
    }
}

impl Family<'_> {
    /// Adds one number. No two of a family may have the same labels.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) -> &mut Self {
        put(self.text, format_args!("{}{} {value}\n", self.name, Labels(labels, None)));
        self
    }

    /// Adds one histogram.
    pub fn buckets(&mut self, labels: &[(&str, &str)], buckets: &Buckets) -> &mut Self {
        let name = self.name;
        for (end, count) in buckets.cumulative() {
            let end = end.to_string();
            put(self.text, format_args!("{name}_bucket{} {count}\n", Labels(labels, Some(&end))));
        }
        let count = buckets.count();
        put(self.text, format_args!("{name}_bucket{} {count}\n", Labels(labels, Some("+Inf"))));
        let sum = buckets.sum_seconds();
        put(self.text, format_args!("{name}_sum{} {sum}\n", Labels(labels, None)));
        put(self.text, format_args!("{name}_count{} {count}\n", Labels(labels, None)));
        self
    }
}

fn put(text: &mut String, what: fmt::Arguments<'_>) {
    // Writing to a text fails only if a value's own `Display` does.
    let _ = text.write_fmt(what);
}

/// Labels in braces, and `le`, if it is a bucket's.
struct Labels<'a>(&'a [(&'a str, &'a str)], Option<&'a str>);

impl Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(labels, end) = self;
        let all = labels.iter().copied().chain(end.map(|end| ("le", end)));
        let mut sign = '{';
        for (name, value) in all {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            write!(f, "{sign}{name}=\"{value}\"")?;
            sign = ',';
        }
        if sign == ',' { f.write_str("}") } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Histogram;

    #[test]
    fn a_scrape_reads_as_prometheus_wants_it() {
        let mut out = Exposition::default();
        out.gauge("open", "Open connections.", 7);
        out.family(Kind::Counter, "events_total", "Events, by \"topic\".")
            .sample(&[("topic", "vote")], 1)
            .sample(&[("topic", "a\"b\\c\nd"), ("x", "y")], 2.5);
        let histogram = Histogram::default();
        histogram.observe(Duration::from_millis(1));
        histogram.observe(Duration::from_mins(1));
        out.family(Kind::Histogram, "took_seconds", "Time.")
            .buckets(&[("a", "b")], &histogram.read());
        let text = out.into_text();
        let begin = "# HELP open Open connections.\n# TYPE open gauge\nopen 7\n\
                     # HELP events_total Events, by \"topic\".\n# TYPE events_total counter\n\
                     events_total{topic=\"vote\"} 1\n\
                     events_total{topic=\"a\\\"b\\\\c\\nd\",x=\"y\"} 2.5\n";
        assert!(text.starts_with(begin), "{text}");
        for line in [
            "took_seconds_bucket{a=\"b\",le=\"0.0005\"} 0",
            "took_seconds_bucket{a=\"b\",le=\"0.001\"} 1",
            "took_seconds_bucket{a=\"b\",le=\"5\"} 1",
            "took_seconds_bucket{a=\"b\",le=\"+Inf\"} 2",
            "took_seconds_sum{a=\"b\"} 60.001",
            "took_seconds_count{a=\"b\"} 2",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
        }
    }
}

//! Reads what a server tells Prometheus, as strictly as Prometheus and `promtool check metrics` do.
//!
//! For tests. Follows the text format 0.0.4. Never lets a family without a type, a sample twice, or a
//! histogram that does not add up through.

use std::collections::{BTreeMap, BTreeSet};

/// The samples of a scrape: by name, then labels as they stand in the text.
#[derive(Debug, Default)]
pub struct Scrape {
    samples: BTreeMap<String, BTreeMap<String, f64>>,
    types: BTreeMap<String, String>,
}

impl Scrape {
    /// Reads a text.
    ///
    /// # Panics
    ///
    /// If it is not what Prometheus reads.
    pub fn read(text: &str) -> Self {
        let mut scrape = Self::default();
        let (mut helped, mut closed) = (BTreeSet::new(), BTreeSet::new());
        let mut current = String::new();
        assert!(text.ends_with('\n'), "the last line has no end");
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, help) = rest.split_once(' ').expect("a help text");
                assert!(!help.is_empty() && helped.insert(name.to_owned()), "help of {name}");
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("a type");
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                assert!(helped.contains(name), "no help before the type of {name}");
                assert!(closed.insert(name.to_owned()), "{name} is begun twice");
                assert_eq!(
                    kind == "counter",
                    name.ends_with("_total"),
                    "the name of {kind} {name}"
                );
                scrape.types.insert(name.to_owned(), kind.to_owned());
                name.clone_into(&mut current);
            } else {
                scrape.sample(line, &current);
            }
        }
        scrape.check_histograms();
        scrape
    }

    /// The number of one sample. Labels as they stand in the text, such as `topic="vote"`; the order
    /// counts.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn value(&self, name: &str, labels: &str) -> f64 {
        let found = self.samples.get(name).and_then(|samples| samples.get(labels));
        *found.unwrap_or_else(|| panic!("no {name}{{{labels}}} in {self:#?}"))
    }

    /// The names of all families.
    pub fn families(&self) -> impl Iterator<Item = &str> {
        self.types.keys().map(String::as_str)
    }

    fn sample(&mut self, line: &str, family: &str) {
        let (place, value) = line.rsplit_once(' ').unwrap_or_else(|| panic!("no value: {line}"));
        let value = match value {
            "+Inf" => f64::INFINITY,
            value => value.parse().unwrap_or_else(|_| panic!("not a number: {line}")),
        };
        let (name, labels) = match place.split_once('{') {
            Some((name, rest)) => (name, rest.strip_suffix('}').expect("a closing brace")),
            None => (place, ""),
        };
        let is_name = |it: &str| {
            it.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && it.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
        };
        assert!(is_name(name), "{line}");
        let kind = self.types.get(family).unwrap_or_else(|| panic!("no type before {line}"));
        let suffixes: &[&str] =
            if kind == "histogram" { &["_bucket", "_sum", "_count"] } else { &[""] };
        let belongs = suffixes.iter().any(|suffix| name == format!("{family}{suffix}"));
        assert!(belongs, "{line} stands in family {family}");
        let mut rest = labels;
        let mut known = BTreeSet::new();
        while !rest.is_empty() {
            let (label, after) = rest.split_once("=\"").unwrap_or_else(|| panic!("label: {line}"));
            assert!(is_name(label) && known.insert(label), "label {label}: {line}");
            let end = end_of_value(after).unwrap_or_else(|| panic!("open quotes: {line}"));
            rest = &after[end + 1..];
            rest = rest.strip_prefix(',').unwrap_or(rest);
        }
        if kind == "counter" {
            assert!(value >= 0.0, "{line}");
        }
        let of_name = self.samples.entry(name.to_owned()).or_default();
        assert!(of_name.insert(labels.to_owned(), value).is_none(), "twice: {line}");
    }

    /// Buckets grow, and the last one is the count.
    fn check_histograms(&self) {
        for (family, _) in self.types.iter().filter(|(_, kind)| *kind == "histogram") {
            let mut series: BTreeMap<String, Vec<(f64, f64)>> = BTreeMap::new();
            let Some(buckets) = self.samples.get(&format!("{family}_bucket")) else { continue };
            for (labels, count) in buckets {
                let (before, end) = labels.rsplit_once("le=\"").expect("a bucket has an end");
                let end =
                    end.trim_end_matches('"').replace("+Inf", "inf").parse().expect("a number");
                series
                    .entry(before.trim_end_matches(',').to_owned())
                    .or_default()
                    .push((end, *count));
            }
            for (labels, mut buckets) in series {
                buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
                assert!(buckets.is_sorted_by(|a, b| a.1 <= b.1), "{family}{{{labels}}}");
                let (end, count) = *buckets.last().expect("a bucket");
                assert!(end.is_infinite(), "{family} has no last bucket");
                assert_eq!(
                    count.to_bits(),
                    self.value(&format!("{family}_count"), &labels).to_bits()
                );
                self.value(&format!("{family}_sum"), &labels);
            }
        }
    }
}

/// Where the value of a label ends, which may have escaped quotes in it.
fn end_of_value(text: &str) -> Option<usize> {
    let mut is_escaped = false;
    text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    })
}

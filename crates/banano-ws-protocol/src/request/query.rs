//! A subscription in the query of a URL: `?topic=confirmation&accounts=ban_…`.
//!
//! Called for clients that subscribe by connecting (protocol.md §11.3). Writes the `subscribe` that
//! says the same and has it read like any other, so that both mean the same to the last case. Never
//! takes a name that it does not know for an option: a mistyped filter would let everything through.

use super::{
    action::{Request, RequestSettings, parse_request},
    fault::{Fault, Refusal},
    filters,
};
use crate::{RenderSettings, Since, render::Writer};

/// Members of the request itself.
const MEMBERS: [&str; 6] = ["topic", "cursor", "since", "ack", "id", "verbose"];

/// Options that are lists: elements are told by commas, by repeating the name, or both.
pub(crate) const LISTS: [&str; 5] =
    ["accounts", "representatives", "subtypes", "counterparties", "hashes"];

/// Options that are single values.
pub(crate) const VALUES: [&str; 13] = [
    "confirmation_type",
    "all_local_accounts",
    "include_block",
    "include_election_info",
    "include_election_info_with_votes",
    "include_sideband_info",
    "include_linked_account",
    "include_replays",
    "include_indeterminate",
    "include_late",
    "min_amount",
    "max_amount",
    "direction",
];

/// Who asks, as a credential: not a part of the request.
const CREDENTIAL: &str = "api";

/// What a client calls itself, for whoever tests it: not a part of the request either.
const NAME: &str = "client";

/// The credential in the query of a URL, as in `?api=…`; the first one, if it is not empty.
pub fn query_credential(query: &str) -> Option<String> {
    first(query, CREDENTIAL)
}

/// What a client calls itself in the query of its URL, as in `?client=…`; the first one, if it is not
/// empty.
pub fn query_name(query: &str) -> Option<String> {
    first(query, NAME)
}

fn first(query: &str, wanted: &str) -> Option<String> {
    let mut named = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == wanted);
    named.next().map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
}

/// Whether `query` names a `topic` at all. One that does not is nobody's subscription: nodes accept
/// every request target (protocol.md §1).
pub fn query_subscribes(query: &str) -> bool {
    form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "topic")
}

/// Reads a `subscribe` from the query of a URL, without its question mark. `last_event_id` is what
/// the client said about the last event that it got; it goes before `since`, which stays in the URL
/// of a client that reconnects.
///
/// # Errors
///
/// As [`parse_request`]; and if a name is not known, or a single value is there twice.
pub fn parse_query(
    query: &str,
    last_event_id: Option<&str>,
    settings: RequestSettings,
) -> Result<Request, Refusal> {
    let mut given: Vec<(String, Vec<String>)> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name == CREDENTIAL || name == NAME {
            continue;
        }
        let is_list = LISTS.contains(&&*name);
        if !is_list && !MEMBERS.contains(&&*name) && !VALUES.contains(&&*name) {
            return Err(Fault::unknown_parameter(&name, &names()).into());
        }
        let mut values: Vec<String> = if is_list {
            value.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect()
        } else {
            vec![value.into_owned()]
        };
        match given.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) if is_list => known.append(&mut values),
            Some(_) => return Err(Fault::repeated_parameter(&name).into()),
            None => given.push((name.into_owned(), values)),
        }
    }
    if let Some(id) = last_event_id.filter(|id| !id.is_empty()) {
        // By the name under which the client sent it.
        filters::read_text::<Since>(id, "Last-Event-ID")?;
        given.retain(|(name, _)| name != "since");
        given.push(("since".to_owned(), vec![id.to_owned()]));
    }
    parse_request(&written(&given), settings)
}

/// The request that says the same as JSON.
fn written(given: &[(String, Vec<String>)]) -> Vec<u8> {
    let (mut text, settings) = (Vec::new(), RenderSettings::default());
    let mut w = Writer::new(&mut text, &settings);
    let (members, options): (Vec<_>, Vec<_>) =
        given.iter().partition(|(name, _)| MEMBERS.contains(&name.as_str()));
    w.open_root();
    w.ascii("action", "subscribe");
    for (name, values) in members {
        for value in values {
            w.text(name, value);
        }
    }
    if !options.is_empty() {
        w.open("options");
        for (name, values) in options {
            if LISTS.contains(&name.as_str()) {
                w.array(name, values, |w, value| w.text_element(value));
            } else {
                for value in values {
                    w.text(name, value);
                }
            }
        }
        w.close();
    }
    w.close();
    text
}

fn names() -> String {
    [&MEMBERS[..], &LISTS, &VALUES].concat().join(", ")
}

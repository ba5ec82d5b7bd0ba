//! One client, as simple as can be: what it wants of each topic, in words.

use std::collections::BTreeMap;

use banano_ws_protocol::Topic;

use super::{happenings::Happening, wishes::Wish};

/// Options that nodes do not have, on the topics about blocks.
const OURS: [&str; 7] = [
    "min_amount",
    "max_amount",
    "subtypes",
    "direction",
    "counterparties",
    "representatives",
    "hashes",
];

/// One client.
#[derive(Debug, Clone, Default)]
pub(super) struct Model {
    /// What it wants; the second is whether it subscribed with `options`.
    topics: BTreeMap<Topic, (Wish, bool)>,
}

impl Model {
    pub(super) fn subscribe(&mut self, topic: Topic, wish: Option<Wish>) {
        let has_options = wish.is_some();
        let mut wish = wish.unwrap_or_default();
        match topic {
            Topic::Vote => {
                wish.lists.retain(|name, _| name == "representatives");
                wish.others.retain(|name, _| name.starts_with("include_"));
            }
            Topic::NewUnconfirmedBlock => {
                wish.others.retain(|name, _| OURS.contains(name));
                if !wish.is_ours() {
                    wish.lists.clear();
                }
            }
            _ => {}
        }
        self.topics.insert(topic, (wish, has_options));
    }

    pub(super) fn unsubscribe(&mut self, topic: Topic) {
        self.topics.remove(&topic);
    }

    /// Returns whether the update is carried out.
    pub(super) fn update(&mut self, topic: Topic, changes: &Wish) -> bool {
        let Some((wish, true)) = self.topics.get_mut(&topic) else { return false };
        let names_ours = |(name, _): (&String, _)| match topic {
            Topic::Vote => name.starts_with("representatives"),
            _ => !name.starts_with("accounts"),
        };
        let may = match topic {
            Topic::Confirmation => true,
            Topic::NewUnconfirmedBlock => wish.is_ours() || changes.lists.iter().any(names_ours),
            _ => changes.lists.iter().any(names_ours),
        };
        for suffix in ["_add", "_del"] {
            for (name, elements) in changes.lists.iter().filter(|_| may) {
                let Some(name) = name.strip_suffix(suffix) else { continue };
                let list = wish.lists.entry(name.to_owned()).or_default();
                match suffix {
                    "_add" => list.extend(elements.iter().cloned()),
                    _ => list.retain(|it| !elements.contains(it)),
                }
            }
        }
        may
    }

    pub(super) fn wants(&self, happening: &Happening) -> bool {
        let Some((wish, _)) = self.topics.get(&happening.event.topic()) else { return false };
        match happening.event.topic() {
            Topic::Vote => wish.wants_vote(happening),
            _ => wish.wants_block(happening),
        }
    }
}

impl Wish {
    fn is_ours(&self) -> bool {
        OURS.iter().any(|it| self.lists.contains_key(*it) || self.others.contains_key(it))
    }

    fn wants_block(&self, it: &Happening) -> bool {
        let lists = |list: &str, said: &str| {
            self.lists.get(list).is_none_or(|list| it.says(said).iter().any(|it| list.contains(it)))
        };
        let other = |name: &str| self.others.get(name).map(String::as_str);
        let local = other("all_local_accounts");
        let accounts = self.lists.contains_key("accounts");
        ["subtypes", "counterparties", "representatives", "hashes"].iter().all(|it| lists(it, it))
            && (local == Some("true") && it.local
                || accounts && lists("accounts", "accounts")
                || !accounts && local.is_none())
            && other("confirmation_type")
                .is_none_or(|kind| it.says("confirmation_type").contains(&kind.to_owned()))
            && other("direction").is_none_or(|direction| lists("accounts", direction))
            && other("min_amount").is_none_or(|min| it.amount >= Some(min.parse().unwrap()))
            && other("max_amount")
                .is_none_or(|max| it.amount.is_some_and(|it| it <= max.parse().unwrap()))
    }

    fn wants_vote(&self, it: &Happening) -> bool {
        let flag = |name: &str| self.others.get(name).map(String::as_str);
        let by = self.lists.get("representatives").filter(|list| !list.is_empty());
        by.is_none_or(|list| it.says("representatives").iter().any(|it| list.contains(it)))
            && match it.says("type")[0].as_str() {
                "replay" => flag("include_replays") == Some("true"),
                "indeterminate" => flag("include_indeterminate") == Some("true"),
                "late" => flag("include_late") != Some("false"),
                _ => true,
            }
    }
}

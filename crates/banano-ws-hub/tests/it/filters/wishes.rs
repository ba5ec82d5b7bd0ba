//! Random options, in words, and as texts of requests.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{
    bool::weighted,
    collection::{btree_map, vec},
    option,
    prelude::{Strategy, any},
    sample::select,
};

use super::happenings::{ACCOUNTS, account};

/// Lists that some topic has.
const LISTS: [&str; 5] = ["accounts", "subtypes", "counterparties", "representatives", "hashes"];
const SUBTYPES: [&str; 5] = ["send", "receive", "open", "change", "epoch"];
const KINDS: [&str; 5] =
    ["all", "active", "active_quorum", "active_confirmation_height", "inactive"];

/// Options before it is known which hashes there are: elements are numbers.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    lists: BTreeMap<String, Vec<u8>>,
    others: BTreeMap<&'static str, String>,
}

/// Options in words: lists, and options that are none.
#[derive(Debug, Clone, Default)]
pub(super) struct Wish {
    pub(super) lists: BTreeMap<String, BTreeSet<String>>,
    pub(super) others: BTreeMap<&'static str, String>,
}

/// Options of `subscribe`, of any topic.
pub(super) fn options() -> impl Strategy<Value = Draft> {
    let lists = btree_map(select(&LISTS).prop_map(str::to_owned), vec(0u8..8, 0..4), 0..4);
    let flags = [
        "all_local_accounts",
        "include_replays",
        "include_indeterminate",
        "include_late",
        "include_block",
    ];
    let flags =
        btree_map(select(flags.to_vec()), any::<bool>().prop_map(|it| it.to_string()), 0..3);
    let words = (option::of(select(&KINDS)), option::of(select(&["incoming", "outgoing"])));
    let amounts = (option::weighted(0.2, 0u8..4), option::weighted(0.2, 0u8..4));
    (lists, flags, words, amounts).prop_map(|(lists, mut others, (kind, direction), amounts)| {
        let (min, max) = match amounts {
            (Some(min), Some(max)) => (Some(min.min(max)), Some(max.max(min))),
            amounts => amounts,
        };
        others.extend(min.map(|min| ("min_amount", min.to_string())));
        others.extend(max.map(|max| ("max_amount", max.to_string())));
        others.extend(kind.map(|kind| ("confirmation_type", kind.to_owned())));
        // Without accounts it would be an error.
        let direction = direction.filter(|_| lists.contains_key("accounts"));
        others.extend(direction.map(|direction| ("direction", direction.to_owned())));
        Draft { lists, others }
    })
}

/// Options of `update`, of any topic.
pub(super) fn changes() -> impl Strategy<Value = Draft> {
    let key = (select(&LISTS), weighted(0.6))
        .prop_map(|(list, add)| format!("{list}_{}", if add { "add" } else { "del" }));
    btree_map(key, vec(0u8..8, 0..4), 0..4)
        .prop_map(|lists| Draft { lists, others: BTreeMap::new() })
}

impl Draft {
    /// Puts in words for numbers; `hashes` are those of blocks.
    pub(super) fn resolve(self, hashes: &[String]) -> Wish {
        let element = |list: &str, n: u8| match list.split('_').next() {
            Some("hashes") if hashes.is_empty() => "0".repeat(64),
            Some("hashes") => hashes[usize::from(n) % hashes.len()].clone(),
            Some("subtypes") => SUBTYPES[usize::from(n) % SUBTYPES.len()].to_owned(),
            _ => account(n % (ACCOUNTS + 1)).to_string(),
        };
        let lists = self.lists.into_iter().map(|(list, numbers)| {
            let elements = numbers.into_iter().map(|n| element(&list, n)).collect();
            (list, elements)
        });
        Wish { lists: lists.collect(), others: self.others }
    }
}

impl Wish {
    /// `options` as a member of a request.
    pub(super) fn member(&self) -> String {
        let lists = self.lists.iter().map(|(name, list)| {
            let elements: Vec<_> = list.iter().map(|element| format!("\"{element}\"")).collect();
            format!(r#""{name}":[{}]"#, elements.join(","))
        });
        let others = self.others.iter().map(|(name, value)| format!(r#""{name}":"{value}""#));
        format!(r#","options":{{{}}}"#, lists.chain(others).collect::<Vec<_>>().join(","))
    }
}

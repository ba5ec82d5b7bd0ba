//! Options as clients send them: resolved to what to match and how to render.

use banano_primitives::Account;

use super::{
    VoteWithoutOptions,
    fault::Fault,
    filters::{self, change},
    known,
    warnings::{Cut, Warnings},
};
use crate::{
    AccountFilter, AccountSet, ConfirmationFilter, ConfirmationOptions, Includes, KindFilter,
    ListChange, Topic, UnconfirmedFilter, UnconfirmedOptions, Update, Variant, VoteFilter,
    VoteOptions, json::Node,
};

/// Options of `subscribe confirmation` (protocol.md §6.1.2, §6.1.3).
pub(super) fn confirmation(
    options: Option<Node<'_, '_>>,
    warnings: &mut Warnings,
) -> Result<ConfirmationOptions, Fault> {
    let Some(options) = options else { return Ok(ConfirmationOptions::default()) };
    known::warn_of_unknown(Topic::Confirmation, options, warnings);
    let accounts = account_list(options, "accounts", warnings);
    let local = flag(options, "all_local_accounts", warnings);
    let filter = ConfirmationFilter {
        kinds: kinds(options, warnings),
        accounts: match (accounts, local) {
            (None, None) => AccountFilter::Any,
            (accounts, local) => AccountFilter::Only {
                accounts: accounts.into_iter().flatten().collect::<AccountSet>(),
                local: local.unwrap_or(false),
            },
        },
        blocks: filters::block_filter(options, warnings)?,
    };
    if filter.accounts.is_empty() {
        warnings.add(format_args!("empty account filter"));
    }
    let defaults = Includes::default();
    let mut include = |name, default| flag(options, name, warnings).unwrap_or(default);
    let includes = Includes {
        block: include("include_block", defaults.block),
        election_info: include("include_election_info", defaults.election_info),
        election_info_with_votes: include(
            "include_election_info_with_votes",
            defaults.election_info_with_votes,
        ),
        sideband_info: include("include_sideband_info", defaults.sideband_info),
        linked_account: include("include_linked_account", defaults.linked_account),
    };
    let variant = Variant::confirmation(includes);
    Ok(ConfirmationOptions { filter, variant, updatable: true })
}

/// Options of `subscribe vote` (protocol.md §6.2.2, §11 no. 3).
pub(super) fn vote(
    options: Option<Node<'_, '_>>,
    without: VoteWithoutOptions,
    warnings: &mut Warnings,
) -> VoteOptions {
    let Some(options) = options else {
        let filter = match without {
            VoteWithoutOptions::Document => VoteFilter::default(),
            VoteWithoutOptions::Node => VoteFilter::EVERYTHING,
        };
        return VoteOptions { filter, updatable: false };
    };
    known::warn_of_unknown(Topic::Vote, options, warnings);
    let representatives = account_list(options, "representatives", warnings)
        .map(|list| list.into_iter().collect::<AccountSet>())
        .filter(|set| !set.is_empty());
    let defaults = VoteFilter::default();
    let mut include = |name, default| flag(options, name, warnings).unwrap_or(default);
    VoteOptions {
        filter: VoteFilter {
            representatives,
            replays: include("include_replays", defaults.replays),
            indeterminate: include("include_indeterminate", defaults.indeterminate),
            late: include("include_late", defaults.late),
        },
        updatable: true,
    }
}

/// Options of `subscribe new_unconfirmed_block` (protocol.md §11.1). A node ignores them all, so
/// `accounts` counts only for a client that uses an option of ours.
pub(super) fn new_unconfirmed_block(
    options: Option<Node<'_, '_>>,
    warnings: &mut Warnings,
) -> Result<UnconfirmedOptions, Fault> {
    let Some(options) = options else { return Ok(UnconfirmedOptions::default()) };
    known::warn_of_unknown(Topic::NewUnconfirmedBlock, options, warnings);
    let blocks = filters::block_filter(options, warnings)?;
    let accounts = match &blocks {
        Some(_) => account_list(options, "accounts", warnings)
            .map(|list| list.into_iter().collect::<AccountSet>()),
        None => None,
    };
    if accounts.as_ref().is_some_and(AccountSet::is_empty) {
        warnings.add(format_args!("empty account filter"));
    }
    if blocks.is_none() && options.member("accounts").is_some() {
        warnings.add(format_args!(
            "accounts is no option of new_unconfirmed_block without an extension filter"
        ));
    }
    Ok(UnconfirmedOptions { filter: UnconfirmedFilter { accounts, blocks }, updatable: true })
}

/// Options of `subscribe` to any other topic: there are none.
pub(super) fn none(topic: &str, options: Option<Node<'_, '_>>, warnings: &mut Warnings) {
    if let Some(options) = options {
        known::warn_of_any(topic, options, warnings);
    }
}

/// Options of `update` (protocol.md §6.1.5, §11.1): the lists that `topic` has.
pub(super) fn update(
    topic: Option<Topic>,
    options: Node<'_, '_>,
    warnings: &mut Warnings,
) -> Result<Update, Fault> {
    known::warn_of_no_list(topic, options, warnings);
    let representatives = || change(options, "representatives_add", "representatives_del");
    Ok(match topic {
        Some(Topic::Confirmation | Topic::NewUnconfirmedBlock) => Update {
            accounts: ListChange {
                add: account_list(options, "accounts_add", warnings),
                del: account_list(options, "accounts_del", warnings),
            },
            subtypes: change(options, "subtypes_add", "subtypes_del")?,
            counterparties: change(options, "counterparties_add", "counterparties_del")?,
            representatives: representatives()?,
            hashes: change(options, "hashes_add", "hashes_del")?,
        },
        Some(Topic::Vote) => Update { representatives: representatives()?, ..Update::default() },
        _ => Update::default(),
    })
}

/// A list of accounts, if the key is present. What does not decode is left out; what is no list has
/// no elements.
fn account_list(
    options: Node<'_, '_>,
    name: &str,
    warnings: &mut Warnings,
) -> Option<Vec<Account>> {
    let list = options.member(name)?;
    if !list.is_container() {
        let value = list.text();
        warnings.add(format_args!("{name} is not a list: {}", Cut(&value)));
    }
    let accounts = list.children().filter_map(|child| {
        let text = child.text();
        let account = text.parse().ok();
        if account.is_none() {
            warnings.add(format_args!("invalid account: {}", Cut(&text)));
        }
        account
    });
    Some(accounts.collect())
}

/// `confirmation_type`; any unknown text means all (protocol.md §6.1.2).
fn kinds(options: Node<'_, '_>, warnings: &mut Warnings) -> KindFilter {
    let Some(name) = options.member("confirmation_type").map(Node::text) else {
        return KindFilter::All;
    };
    KindFilter::named(&name).unwrap_or_else(|| {
        warnings.add(format_args!("unknown confirmation_type: {}", Cut(&name)));
        KindFilter::All
    })
}

/// A boolean; one that is none counts as absent.
fn flag(options: Node<'_, '_>, name: &str, warnings: &mut Warnings) -> Option<bool> {
    let member = options.member(name)?;
    let flag = member.flag();
    if flag.is_none() {
        let value = member.text();
        warnings.add(format_args!("{name} is neither true nor false: {}", Cut(&value)));
    }
    flag
}

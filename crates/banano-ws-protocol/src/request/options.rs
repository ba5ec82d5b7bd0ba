//! Options as clients send them: resolved to what to match and how to render.

use banano_primitives::Account;

use super::{
    VoteWithoutOptions,
    warnings::{Cut, Warnings},
};
use crate::{
    AccountFilter, AccountSet, ConfirmationFilter, ConfirmationOptions, Includes, KindFilter,
    Update, Variant, VoteFilter, VoteOptions, json::Node,
};

/// Options of `subscribe confirmation` (protocol.md §6.1.2, §6.1.3).
pub(super) fn confirmation(
    options: Option<Node<'_, '_>>,
    warnings: &mut Warnings,
) -> ConfirmationOptions {
    let Some(options) = options else { return ConfirmationOptions::default() };
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
    ConfirmationOptions { filter, variant: Variant::confirmation(includes), updatable: true }
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
        return VoteOptions { filter };
    };
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
    }
}

/// Options of `update` (protocol.md §6.1.5).
pub(super) fn update(options: Node<'_, '_>, warnings: &mut Warnings) -> Update {
    Update {
        accounts_add: account_list(options, "accounts_add", warnings),
        accounts_del: account_list(options, "accounts_del", warnings),
    }
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

//! The table of commands: one row for each, with its names, whether it needs control, and its function.
//!
//! Called by the server with a parsed request. A new command is a function in a module below and a row
//! here. Never decides about HTTP.

mod accounts;
mod blocks;
mod bootstrap;
mod create;
mod dev;
mod elections;
mod history;
mod keys;
mod ledger;
mod network;
mod process;
mod receivable;
mod stats;
mod units;
mod wallets;
mod work;

use std::pin::Pin;

use banano_node::Node;
use tokio::sync::oneshot;

use crate::call::Call;
use crate::error::Error;
use crate::reply::Object;

/// What a command answers.
pub(crate) type Answer = Result<Object, Error>;

/// An answer that has to wait for something.
pub(crate) type Future<'a> = Pin<Box<dyn std::future::Future<Output = Answer> + Send + 'a>>;

/// How a command runs.
#[derive(Clone, Copy)]
pub(crate) enum Run {
    /// What the node knows anyway.
    Tell(fn(&Call) -> Object),
    /// A few reads: at once, on the thread of the connection.
    Now(fn(&Call) -> Answer),
    /// As many reads as the client asks for: on a thread that may be kept waiting.
    Scan(fn(&Call) -> Answer),
    /// Waits for the node.
    Wait(for<'a> fn(&'a Call) -> Future<'a>),
    /// Waits for work as well, so it may take longer.
    Work(for<'a> fn(&'a Call) -> Future<'a>),
    /// Lets go of the node and waits until there is another one.
    Replace(fn(Node) -> Result<oneshot::Receiver<()>, Error>),
}

/// A row of the table.
pub(crate) struct Command {
    /// The name and older ones.
    pub(crate) names: &'static [&'static str],
    /// Whether it is refused unless control is enabled (`c` in node.md §9).
    pub(crate) control: bool,
    pub(crate) run: Run,
}

impl Command {
    pub(crate) fn all() -> &'static [Self] {
        COMMANDS
    }

    pub(crate) fn find(name: &str) -> Option<&'static Self> {
        COMMANDS.iter().find(|command| command.names.contains(&name))
    }
}

const fn open(names: &'static [&'static str], run: Run) -> Command {
    Command { names, control: false, run }
}

const fn control(names: &'static [&'static str], run: Run) -> Command {
    Command { names, control: true, run }
}

use Run::{Now, Replace, Scan, Tell, Wait, Work};

/// Every command.
pub(crate) const COMMANDS: &[Command] = &[
    // Accounts
    open(&["account_balance"], Scan(accounts::account_balance)),
    open(&["accounts_balances"], Scan(accounts::accounts_balances)),
    open(&["account_info"], Scan(accounts::account_info)),
    open(&["account_block_count"], Now(accounts::account_block_count)),
    open(&["account_representative"], Now(accounts::account_representative)),
    open(&["accounts_representatives"], Scan(accounts::accounts_representatives)),
    open(&["accounts_frontiers"], Scan(accounts::accounts_frontiers)),
    open(&["account_history"], Scan(history::account_history)),
    open(&["account_weight"], Now(accounts::account_weight)),
    open(&["account_key"], Now(accounts::account_key)),
    open(&["account_get"], Now(accounts::account_get)),
    open(&["validate_account_number"], Now(accounts::validate_account_number)),
    open(&["receivable", "pending"], Scan(receivable::receivable)),
    open(&["accounts_receivable", "accounts_pending"], Scan(receivable::accounts_receivable)),
    open(&["receivable_exists", "pending_exists"], Scan(receivable::receivable_exists)),
    open(&["delegators"], Scan(accounts::delegators)),
    open(&["delegators_decimal"], Scan(accounts::delegators_decimal)),
    open(&["delegators_count"], Scan(accounts::delegators_count)),
    open(&["frontiers"], Scan(accounts::frontiers)),
    control(&["ledger"], Scan(ledger::ledger)),
    open(&["frontier_count", "account_count"], Tell(accounts::frontier_count)),
    // Blocks
    open(&["block_info", "block"], Now(blocks::block_info)),
    open(&["blocks_info"], Scan(blocks::blocks_info)),
    open(&["blocks"], Scan(blocks::blocks)),
    open(&["block_account"], Now(blocks::block_account)),
    open(&["block_hash"], Now(blocks::block_hash)),
    open(&["chain"], Scan(blocks::chain)),
    open(&["successors"], Scan(blocks::successors)),
    open(&["unchecked"], Wait(blocks::unchecked)),
    open(&["process"], Wait(process::process)),
    control(&["block_create"], Work(create::block_create)),
    // Elections
    open(&["block_confirm"], Wait(elections::block_confirm)),
    open(&["confirmation_active"], Wait(elections::confirmation_active)),
    open(&["confirmation_info"], Wait(elections::confirmation_info)),
    open(&["confirmation_history"], Wait(elections::confirmation_history)),
    // The node and its network
    open(&["version"], Tell(network::version)),
    open(&["block_count"], Wait(network::block_count)),
    open(&["uptime"], Tell(network::uptime)),
    open(&["peers"], Tell(network::peers)),
    control(&["keepalive"], Now(network::keepalive)),
    open(&["stats"], Wait(stats::stats)),
    open(&["telemetry"], Wait(network::telemetry)),
    open(&["confirmation_quorum"], Wait(network::confirmation_quorum)),
    open(&["representatives"], Scan(network::representatives)),
    open(&["representatives_online"], Wait(network::representatives_online)),
    open(&["bootstrap"], Wait(bootstrap::bootstrap)),
    open(&["bootstrap_any"], Wait(bootstrap::bootstrap_any)),
    control(&["bootstrap_lazy"], Wait(bootstrap::bootstrap_lazy)),
    open(&["bootstrap_status"], Wait(bootstrap::bootstrap_status)),
    open(&["available_supply"], Scan(network::available_supply)),
    open(&["active_difficulty"], Wait(network::active_difficulty)),
    // Work
    control(&["work_generate"], Work(work::work_generate)),
    control(&["work_cancel"], Now(work::work_cancel)),
    open(&["work_validate"], Now(work::work_validate)),
    control(&["work_peers"], Tell(work::work_peers)),
    control(&["work_peer_add"], Now(work::work_peer_add)),
    control(&["work_peers_clear"], Tell(work::work_peers_clear)),
    // Keys and units
    open(&["key_create"], Now(keys::key_create)),
    open(&["key_expand"], Now(keys::key_expand)),
    open(&["deterministic_key"], Now(keys::deterministic_key)),
    open(&["sign"], Now(keys::sign)),
    open(&["ban_to_raw"], Now(units::ban_to_raw)),
    open(&["ban_from_raw"], Now(units::ban_from_raw)),
    open(&["banoshi_to_raw"], Now(units::banoshi_to_raw)),
    open(&["banoshi_from_raw"], Now(units::banoshi_from_raw)),
    open(&["raw_to_dec"], Now(units::raw_to_dec)),
    // Wallets
    control(&["wallet_create"], Now(wallets::wallet_create)),
    control(&["wallet_destroy"], Now(wallets::wallet_destroy)),
    control(&["wallet_add"], Now(wallets::wallet_add)),
    control(&["wallet_add_watch"], Now(wallets::wallet_add_watch)),
    control(&["account_create"], Now(wallets::account_create)),
    control(&["accounts_create"], Scan(wallets::accounts_create)),
    control(&["account_remove"], Now(wallets::account_remove)),
    open(&["account_list"], Now(wallets::account_list)),
    open(&["wallet_contains"], Now(wallets::wallet_contains)),
    open(&["wallet_info", "wallet_balance_total"], Scan(wallets::wallet_info)),
    open(&["wallet_balances"], Scan(wallets::wallet_balances)),
    control(&["wallet_receivable"], Scan(receivable::wallet_receivable)),
    control(&["wallet_pending"], Scan(receivable::wallet_pending)),
    open(&["wallet_representative"], Now(wallets::wallet_representative)),
    control(&["wallet_representative_set"], Now(wallets::wallet_representative_set)),
    open(&["wallet_locked"], Now(wallets::wallet_locked)),
    control(&["send"], Work(wallets::send)),
    control(&["receive"], Work(wallets::receive)),
    control(&["account_representative_set"], Work(wallets::account_representative_set)),
    control(&["receive_minimum"], Now(wallets::receive_minimum)),
    control(&["receive_minimum_set"], Now(wallets::receive_minimum_set)),
    control(&["search_receivable", "search_pending"], Now(wallets::search_receivable)),
    // The dev network only
    open(&["dev_confirm"], Wait(dev::dev_confirm)),
    open(&["dev_faucet"], Work(dev::dev_faucet)),
    open(&["dev_fork"], Work(dev::dev_fork)),
    open(&["dev_pause_votes"], Wait(dev::dev_pause_votes)),
    open(&["dev_disconnect"], Now(dev::dev_disconnect)),
    open(&["dev_delay"], Now(dev::dev_delay)),
    open(&["dev_join"], Wait(dev::dev_join)),
    open(&["dev_leave"], Wait(dev::dev_leave)),
    open(&["dev_reset"], Replace(dev::dev_reset)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_stands_twice() {
        let mut names: Vec<&str> =
            COMMANDS.iter().flat_map(|command| command.names).copied().collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}

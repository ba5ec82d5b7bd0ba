//! Receives what was sent to the wallets' accounts, once the sends are cemented.
//!
//! Started with the node, on a thread of its own, since it waits for work. Told of paid accounts by the
//! processing task. Looks at the ledger for what there is, so it doesn't matter how often it is told.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use banano_ledger::LedgerRead as _;
use banano_primitives::{Account, BlockHash};
use tokio_util::sync::CancellationToken;

use super::Wallets;
use crate::node::Node;
use crate::spender::SpendError;

/// Sends that one look at the ledger takes.
const PAGE: usize = 256;

/// How often a receive is made anew when another block of its account came first.
const TRIES: u32 = 3;

/// The thread that receives. Dropping it stops it.
#[derive(Debug)]
pub(crate) struct Receiving {
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

impl Receiving {
    pub(crate) fn start(node: Node, wallets: Arc<Wallets>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let thread = thread::Builder::new().name("wallets".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    () = stopped.cancelled() => {}
                    () = receive(&node, &wallets) => {}
                }
            });
        })?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Receives until the node stops.
async fn receive(node: &Node, wallets: &Wallets) {
    loop {
        for account in wallets.local.paid().await {
            match receive_all(node, wallets, account).await {
                Ok(()) => {}
                Err(SpendError::Stopped(_)) => return,
                Err(error) => tracing::warn!(%account, %error, "a wallet did not receive"),
            }
        }
    }
}

/// Receives everything that an account can receive and that is cemented and large enough. What a
/// client received meanwhile is passed over.
async fn receive_all(node: &Node, wallets: &Wallets, account: Account) -> Result<(), SpendError> {
    let minimum = wallets.receive_minimum();
    let mut from = BlockHash::ZERO;
    loop {
        let page = node.ledger().receivables(&account, &from, PAGE)?;
        for (send, info) in &page {
            if info.amount < minimum || !node.ledger().is_cemented(send)? {
                continue;
            }
            // It may have left its last wallet.
            let Some((spender, representative)) = wallets.receiver(&account) else {
                return Ok(());
            };
            for _ in 0..TRIES {
                match spender.receive(node, *send, representative, None).await {
                    // A client with the same key was faster with its own block: go on from that one.
                    Err(SpendError::Refused { hash, result }) => {
                        tracing::debug!(%account, %hash, %result, "a receive was refused");
                    }
                    Ok(_) | Err(SpendError::NotReceivable { .. } | SpendError::Work(_)) => break,
                    Err(error) => return Err(error),
                }
            }
        }
        match page.last() {
            Some((last, _)) if page.len() == PAGE && *last != from => from = *last,
            _ => return Ok(()),
        }
    }
}

//! Many accounts over several connections, as one stream: what a big service does.
//!
//!     cargo run -p banano-ws-client --example pool -- ws://127.0.0.1:7074 4 < accounts.txt
//!
//! Accounts come one a line, at the start or later. What comes together goes to the server together.

use std::error::Error;

use banano_ws_client::{
    Account, Builder, Confirmations, Item, ReceivedEvent, StreamExt as _, Topic,
};
use tokio::sync::mpsc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    run(&std::env::args().skip(1).collect::<Vec<_>>()).await
}

/// Runs until it is stopped.
///
/// # Errors
///
/// If the server does not accept, or refuses.
pub async fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let [url, connections] = arguments else { return Err("usage: pool WS_URL CONNECTIONS".into()) };
    let builder = Builder::new(url).connections(connections.parse()?);
    let (client, mut events) = builder.connect().await?;
    client.subscribe(Confirmations::new().accounts([])).await?;
    let (sender, mut lines) = mpsc::channel(1_000);
    std::thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(Result::ok);
        // It ends with the input, or with the program.
        let _ = lines.map(|line| sender.blocking_send(line)).find(Result::is_err);
    });
    let (mut batch, mut is_open, mut watched) = (Vec::new(), true, 0);
    loop {
        tokio::select! {
            count = lines.recv_many(&mut batch, 1_000), if is_open => {
                is_open = count > 0;
                let accounts = accounts(batch.drain(..));
                watched += accounts.len();
                client.add_accounts(Topic::Confirmation, accounts).await?;
                println!("watching {watched} accounts");
            }
            item = events.next() => {
                // A block between accounts of two connections comes over both, and is told once.
                let Some(item) = item else { return Ok(()) };
                let Item::Event(event) = item else { continue };
                let ReceivedEvent::Confirmation(confirmation) = &event.event else { continue };
                let (amount, hash) = (confirmation.amount.ban(), confirmation.hash);
                println!("{amount} BAN {hash} by connection {}", event.connection);
            }
        }
    }
}

/// Reads accounts, and says which are none.
fn accounts(lines: impl Iterator<Item = String>) -> Vec<Account> {
    let read = |line: String| match line.trim().parse() {
        Ok(account) => Some(account),
        Err(error) => {
            println!("left out {line}: {error}");
            None
        }
    };
    lines.filter_map(read).collect()
}

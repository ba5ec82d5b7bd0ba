//! Watches balances: what each account can spend, live.
//!
//!     cargo run -p banano-ws-client --example balance -- ws://127.0.0.1:7074 ban_3… ban_1…
//!
//! A confirmed block of an account says the new balance itself; a send to it says what is receivable.

use std::error::Error;

use banano_ws_client::{
    Account, Client, Confirmations, Item, ReceivedEvent, StreamExt as _, payment,
};

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
    let [url, accounts @ ..] = arguments else {
        return Err("usage: balance WS_URL ACCOUNT…".into());
    };
    let accounts = accounts.iter().map(|text| text.parse()).collect::<Result<Vec<Account>, _>>()?;
    let (client, mut events) = Client::connect(url).await?;
    client.subscribe(Confirmations::new().accounts(accounts.iter().copied())).await?;
    println!("watching {} accounts", accounts.len());
    while let Some(item) = events.next().await {
        let event = match item {
            Item::Event(event) => event,
            Item::Status(status) => {
                println!("{status}");
                continue;
            }
        };
        let ReceivedEvent::Confirmation(confirmation) = &event.event else { continue };
        let balance = confirmation.block.as_ref().and_then(|block| block.balance());
        if let Some(balance) = balance.filter(|_| accounts.contains(&confirmation.account)) {
            println!("{} has {} BAN", confirmation.account, balance.ban());
        }
        if let Some((to, payment)) = payment(confirmation)
            && accounts.contains(&to)
            && to != confirmation.account
        {
            println!("{to} can receive {} BAN", payment.amount.ban());
        }
    }
    Ok(())
}

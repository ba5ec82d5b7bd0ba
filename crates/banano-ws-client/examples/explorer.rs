//! A block explorer in the terminal: the newest blocks, elections and votes.
//!
//!     cargo run -p banano-ws-client --example explorer -- ws://127.0.0.1:7074
//!
//! Four topics over two connections, one stream.

use std::collections::BTreeMap;
use std::error::Error;

use banano_ws_client::{Builder, Item, OnFull, StreamExt as _, Topic};

const TOPICS: [Topic; 4] =
    [Topic::NewUnconfirmedBlock, Topic::StartedElection, Topic::Vote, Topic::Confirmation];

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
    let [url] = arguments else { return Err("usage: explorer WS_URL".into()) };
    // Who only looks prefers the newest.
    let builder = Builder::new(url).connections(2).queue(1_000, OnFull::DropOldest);
    let (client, mut events) = builder.connect().await?;
    for topic in TOPICS {
        client.subscribe(topic).await?;
    }
    println!("looking at {} topics", TOPICS.len());
    let mut counts: BTreeMap<Topic, u64> = BTreeMap::new();
    while let Some(item) = events.next().await {
        if let Item::Event(event) = &item {
            let count = counts.entry(event.topic()).or_default();
            *count += 1;
            print!("{count:>6}  ");
        }
        println!("{item}");
    }
    Ok(())
}

//! Gives every message back, through the very code that serves events: for conformance suites.
//!
//! `cargo run --release -p banano-ws-server --example echo -- 127.0.0.1:9001` (another port, or 0 for a
//! free one). Compresses for clients that offer it, and takes messages of up to 64 MiB.

use std::{env, io::Error, net::TcpListener, thread};

use banano_ws_server::{Config, ErrorReplies, start_echo};

fn main() -> Result<(), Error> {
    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:9001".to_owned());
    let config = Config {
        max_message_bytes: 64 << 20,
        max_outbox_bytes: 1 << 30,
        max_total_outbox_bytes: 1 << 36,
        max_memory_bytes: 1 << 40,
        // A suite expects the close frame and nothing else.
        error_replies: ErrorReplies::Never,
        compression: true,
        ..Config::default()
    };
    let server = start_echo(TcpListener::bind(address)?, config).map_err(Error::other)?;
    println!("ws://{}", server.address());
    loop {
        thread::park();
    }
}

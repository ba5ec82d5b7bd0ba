//! Any bytes of a peer, cut anywhere: frames as they come, and handshakes into both sides of a
//! connection. A stranger's bytes never prove a node id.
#![no_main]

use std::sync::LazyLock;
use std::time::Duration;

use banano_primitives::{Network, Seed};
use banano_wire::{Frames, Greeting, Handshake, Identity, Message, Nonces, Protocol};
use libfuzzer_sys::fuzz_target;

const LIFETIME: Duration = Duration::from_secs(5);

static NETWORK: LazyLock<Network> = LazyLock::new(Network::live);

fuzz_target!(|input: (u8, &[u8])| {
    let (cut, bytes) = input;
    let key = Seed::from_bytes([1; 32]).key_pair(0);
    let identity = Identity { key, genesis: NETWORK.genesis.hash() };
    let nonces = Nonces { cookie: [2; 32], salt: [3; 32] };
    let (dialer, _) = Greeting::dial(identity.clone(), nonces, LIFETIME, 0);
    let mut sides = [dialer, Greeting::listen(identity, LIFETIME)];
    let whole = messages(bytes, usize::MAX);
    assert_eq!(whole, messages(bytes, usize::from(cut).max(1)), "another stream when cut");
    for shake in whole {
        for side in &mut sides {
            if let Ok(greeted) = side.take(&shake, nonces, 1) {
                assert_eq!(greeted.node_id, None, "a proof without a key");
            }
        }
    }
});

/// The handshakes of a stream that comes in pieces.
fn messages(bytes: &[u8], piece: usize) -> Vec<Handshake> {
    let mut frames = Frames::new(Protocol::of(&NETWORK));
    let mut found = Vec::new();
    for piece in bytes.chunks(piece) {
        frames.push(piece);
        while let Ok(Some(frame)) = frames.next_frame() {
            if let Ok(Message::NodeIdHandshake(shake)) = frame.decode() {
                found.push(*shake);
            }
        }
    }
    found
}

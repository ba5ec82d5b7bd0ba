//! A message on its way to several peers: encoded once for all of them, and once more for old ones.
//!
//! Used by [`super::Peers`]. Nodes of before version 0x14 read how many items a vote or a request for
//! votes has from four bits, and take fewer of them (`node.md` §4.10): what is too long for them is cut
//! into several requests, or not sent if it is a vote, which nobody but its signer can cut. Never
//! sends them a count that they misread: they would take the rest for garbage and hang up.

use banano_wire::{Message, Protocol};

use crate::net::Packet;

/// The first version that reads counts of eight bits.
const WIDE_COUNTS_SINCE: u8 = 0x14;
/// What a peer of an older version takes in one message.
const OLD_PAIRS_MAX: usize = 7;
const OLD_HASHES_MAX: usize = 12;

/// One message.
pub(super) struct Letter<'a> {
    message: &'a Message,
    protocol: Protocol,
    whole: Option<Vec<Packet>>,
    parts: Option<Vec<Packet>>,
}

impl<'a> Letter<'a> {
    pub(super) fn new(message: &'a Message, protocol: Protocol) -> Self {
        Self { message, protocol, whole: None, parts: None }
    }

    /// What is sent to a peer that speaks `version`.
    pub(super) fn packets(&mut self, version: u8) -> &[Packet] {
        if version >= WIDE_COUNTS_SINCE || is_short(self.message) {
            self.whole.get_or_insert_with(|| encoded([self.message], self.protocol))
        } else {
            self.parts.get_or_insert_with(|| encoded(&parts(self.message), self.protocol))
        }
    }
}

/// Whether every peer reads it as it is.
fn is_short(message: &Message) -> bool {
    match message {
        Message::ConfirmReq { pairs } => pairs.len() <= OLD_PAIRS_MAX,
        Message::ConfirmAck { vote, .. } => vote.hashes.len() <= OLD_HASHES_MAX,
        _ => true,
    }
}

/// A long message as old peers get it.
fn parts(message: &Message) -> Vec<Message> {
    match message {
        Message::ConfirmReq { pairs } => {
            let part = |pairs: &[_]| Message::ConfirmReq { pairs: pairs.to_vec() };
            pairs.chunks(OLD_PAIRS_MAX).map(part).collect()
        }
        _ => Vec::new(),
    }
}

fn encoded<'m>(messages: impl IntoIterator<Item = &'m Message>, protocol: Protocol) -> Vec<Packet> {
    let packet = |message| {
        // Only lists that are longer than their kind carries are refused; nothing here makes any.
        Packet::of(message, protocol)
            .inspect_err(|error| tracing::error!(%error, "a message that cannot be sent"))
            .ok()
    };
    messages.into_iter().filter_map(packet).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use banano_primitives::{BlockHash, Network, Root, Vote, VoteTimestamp};

    use super::*;
    use crate::net::pipe::{key, pipe_of};

    /// What a peer of a version receives.
    fn received(version: u8, message: &Message) -> Vec<Message> {
        let (mut peers, pipe) = pipe_of(&Network::live(), version);
        peers.refresh();
        peers.broadcast(message);
        peers.flush();
        pipe.mail()
    }

    fn request(pairs: usize) -> Message {
        let hash = |number| BlockHash::from_bytes([u8::try_from(number).unwrap(); 32]);
        Message::ConfirmReq { pairs: (0..pairs).map(|n| (hash(n), Root::from(hash(n)))).collect() }
    }

    fn vote(hashes: u8) -> Message {
        let hashes = (0..hashes).map(|number| BlockHash::from_bytes([number; 32])).collect();
        let vote = Arc::new(Vote::signed(&key(3), VoteTimestamp::FINAL, hashes));
        Message::ConfirmAck { vote, rebroadcasted: true }
    }

    #[test]
    fn an_old_peer_is_asked_for_seven_votes_at_a_time() {
        for (pairs, old) in [(7, vec![7]), (8, vec![7, 1]), (255, [vec![7; 36], vec![3]].concat())]
        {
            let asked = request(pairs);
            assert_eq!(received(0x14, &asked), std::slice::from_ref(&asked));
            let (mut counts, mut all) = (Vec::new(), Vec::new());
            for part in received(0x13, &asked) {
                let Message::ConfirmReq { pairs } = part else { panic!("{part:?}") };
                counts.push(pairs.len());
                all.extend(pairs);
            }
            assert_eq!(counts, old);
            assert_eq!(Message::ConfirmReq { pairs: all }, asked);
        }
    }

    #[test]
    fn an_old_peer_gets_no_vote_that_it_would_misread() {
        for (hashes, reads) in [(1, true), (12, true), (13, false), (16, false), (255, false)] {
            let told = vote(hashes);
            assert_eq!(received(0x15, &told), std::slice::from_ref(&told));
            assert_eq!(received(0x13, &told).len(), usize::from(reads), "{hashes}");
        }
    }
}

//! The handshake of one connection, from its first message to a proven node id (`node.md §8.4`).
//!
//! Called by whoever holds the connection, with each handshake message that came. Has no socket and
//! no clock: time and randomness are handed in. One value serves one connection, so a response that
//! was recorded elsewhere never fits the cookie here.

use std::time::Duration;

use banano_primitives::{Account, BlockHash, KeyPair};

use crate::message::{Cookie, Handshake, ResponseV1, ResponseV2};

/// Who we are.
#[derive(Debug, Clone)]
pub struct Identity {
    /// The node's key, which has nothing to do with any account.
    pub key: KeyPair,
    /// First block of our network.
    pub genesis: BlockHash,
}

/// Random bytes that nobody can foresee, fresh for each use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonces {
    /// What we ask the other side to sign, if we have to ask.
    pub cookie: Cookie,
    /// What makes our own signature unlike any other.
    pub salt: [u8; 32],
}

/// One side of a handshake.
#[derive(Debug, Clone)]
pub struct Greeting {
    identity: Identity,
    lifetime_ms: u64,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// A listener that was not asked yet.
    Silent,
    /// We asked for a signature of this cookie.
    Asked { cookie: Cookie, due_ms: u64, is_dialer: bool },
    /// Proven, or refused: nothing may follow.
    Over,
}

/// What a message led to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Greeted {
    /// To be sent to the other side.
    pub reply: Option<Handshake>,
    /// The other side's node id, once it is proven: the handshake is over with the reply.
    pub node_id: Option<Account>,
}

/// Why a connection is closed instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Asked again, or answered what nobody asked.
    #[error("a handshake message out of turn")]
    OutOfTurn,
    /// The answer took too long.
    #[error("the answer to the handshake came after its cookie had expired")]
    Expired,
    /// The cookie was not signed by that node id.
    #[error("the signature of the handshake is not that of its node id")]
    Signature,
    /// A node of another network that has the same magic.
    #[error("a node of another network: its genesis block is {0}")]
    Genesis(BlockHash),
    /// Ourselves.
    #[error("the other side is this very node")]
    Ourselves,
}

impl Greeting {
    /// Begins on the side that opened the connection, with the message to send.
    pub fn dial(
        identity: Identity,
        nonces: Nonces,
        lifetime: Duration,
        mono_ms: u64,
    ) -> (Self, Handshake) {
        let mut greeting = Self::listen(identity, lifetime);
        greeting.asked(nonces.cookie, true, mono_ms);
        (greeting, Handshake::V2 { query: Some(nonces.cookie), response: None })
    }

    /// Begins on the side that took the connection. A cookie counts for `lifetime`.
    pub fn listen(identity: Identity, lifetime: Duration) -> Self {
        let lifetime_ms = u64::try_from(lifetime.as_millis()).unwrap_or(u64::MAX);
        Self { identity, lifetime_ms, state: State::Silent }
    }

    fn asked(&mut self, cookie: Cookie, is_dialer: bool, mono_ms: u64) {
        let due_ms = mono_ms.saturating_add(self.lifetime_ms);
        self.state = State::Asked { cookie, due_ms, is_dialer };
    }

    /// Takes a message of the other side.
    ///
    /// # Errors
    ///
    /// When it proves nothing; the connection is to be closed.
    pub fn take(
        &mut self,
        message: &Handshake,
        nonces: Nonces,
        mono_ms: u64,
    ) -> Result<Greeted, Refusal> {
        let state = std::mem::replace(&mut self.state, State::Over);
        match (state, message.query()) {
            // The listener is asked, and asks back in the same message and version.
            (State::Silent, Some(query)) if !has_response(message) => {
                let is_v2 = matches!(message, Handshake::V2 { .. });
                let reply = self.reply(query, is_v2, Some(nonces.cookie), nonces.salt);
                self.asked(nonces.cookie, false, mono_ms);
                Ok(Greeted { reply: Some(reply), node_id: None })
            }
            // The dialer gets its proof, and is asked.
            (State::Asked { cookie, due_ms, is_dialer: true }, Some(query)) => {
                let node_id = self.check(message, &cookie, due_ms, mono_ms)?;
                let is_v2 = matches!(message, Handshake::V2 { .. });
                let reply = self.reply(query, is_v2, None, nonces.salt);
                Ok(Greeted { reply: Some(reply), node_id: Some(node_id) })
            }
            // The listener gets its proof.
            (State::Asked { cookie, due_ms, is_dialer: false }, None) => {
                let node_id = self.check(message, &cookie, due_ms, mono_ms)?;
                Ok(Greeted { reply: None, node_id: Some(node_id) })
            }
            _ => Err(Refusal::OutOfTurn),
        }
    }

    /// The proven node id of a response to our cookie.
    fn check(
        &self,
        message: &Handshake,
        cookie: &Cookie,
        due_ms: u64,
        mono_ms: u64,
    ) -> Result<Account, Refusal> {
        let (node_id, is_signed) = match message {
            Handshake::V1 { response: Some(response), .. } => {
                (response.node_id, response.verify(cookie))
            }
            Handshake::V2 { response: Some(response), .. } => {
                if response.genesis != self.identity.genesis {
                    return Err(Refusal::Genesis(response.genesis));
                }
                (response.node_id, response.verify(cookie))
            }
            _ => return Err(Refusal::OutOfTurn),
        };
        if mono_ms > due_ms {
            return Err(Refusal::Expired);
        }
        if node_id == self.identity.key.account() {
            return Err(Refusal::Ourselves);
        }
        if is_signed { Ok(node_id) } else { Err(Refusal::Signature) }
    }

    fn reply(
        &self,
        cookie: &Cookie,
        is_v2: bool,
        query: Option<Cookie>,
        salt: [u8; 32],
    ) -> Handshake {
        let Identity { key, genesis } = &self.identity;
        if is_v2 {
            let response = Some(ResponseV2::signed(key, cookie, salt, *genesis));
            Handshake::V2 { query, response }
        } else {
            Handshake::V1 { query, response: Some(ResponseV1::signed(key, cookie)) }
        }
    }
}

fn has_response(message: &Handshake) -> bool {
    match message {
        Handshake::V1 { response, .. } => response.is_some(),
        Handshake::V2 { response, .. } => response.is_some(),
    }
}

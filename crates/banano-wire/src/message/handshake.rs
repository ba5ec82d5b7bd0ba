//! Handshake bodies: who a node is, proven by a signature (`node.md §8.4`).
//!
//! Called by [`Message`](super::Message) and by whoever opens connections. Holds what is sent and
//! signed; which message comes when is the connection's business.

use banano_primitives::{Account, BlockHash, KeyPair, Signature};

/// 32 random bytes that the other side has to sign.
pub type Cookie = [u8; 32];

/// A query, a response, or both in one message. The version is one bit for both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handshake {
    /// Between nodes of which one does not know version 2.
    V1 {
        /// Asks the other side to sign this.
        query: Option<Cookie>,
        /// Answers the other side's query.
        response: Option<ResponseV1>,
    },
    /// Binds the network's genesis block and a salt into the signature.
    V2 {
        /// Asks the other side to sign this.
        query: Option<Cookie>,
        /// Answers the other side's query.
        response: Option<ResponseV2>,
    },
}

impl Handshake {
    /// Returns the query, whatever the version.
    pub fn query(&self) -> Option<&Cookie> {
        match self {
            Self::V1 { query, .. } | Self::V2 { query, .. } => query.as_ref(),
        }
    }
}

/// Proof of a node id, version 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseV1 {
    /// Public key of the node.
    pub node_id: Account,
    /// Signature of the cookie.
    pub signature: Signature,
}

impl ResponseV1 {
    /// Signs a cookie.
    pub fn signed(node_key: &KeyPair, cookie: &Cookie) -> Self {
        Self { node_id: node_key.account(), signature: node_key.sign(cookie) }
    }

    /// Tells whether the node signed this cookie.
    pub fn verify(&self, cookie: &Cookie) -> bool {
        self.node_id.verifies(cookie, &self.signature)
    }
}

/// Proof of a node id, version 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseV2 {
    /// Public key of the node.
    pub node_id: Account,
    /// Random bytes, so that nobody chooses alone what is signed.
    pub salt: [u8; 32],
    /// First block of the sender's network.
    pub genesis: BlockHash,
    /// Signature of cookie, salt and genesis.
    pub signature: Signature,
}

impl ResponseV2 {
    /// Signs cookie, salt and genesis.
    pub fn signed(node_key: &KeyPair, cookie: &Cookie, salt: [u8; 32], genesis: BlockHash) -> Self {
        let signature = node_key.sign(&signed_bytes(cookie, &salt, &genesis));
        Self { node_id: node_key.account(), salt, genesis, signature }
    }

    /// Tells whether the node signed this cookie together with its salt and genesis.
    pub fn verify(&self, cookie: &Cookie) -> bool {
        self.node_id.verifies(&signed_bytes(cookie, &self.salt, &self.genesis), &self.signature)
    }
}

fn signed_bytes(cookie: &Cookie, salt: &[u8; 32], genesis: &BlockHash) -> Vec<u8> {
    [cookie.as_slice(), salt, genesis.as_bytes()].concat()
}

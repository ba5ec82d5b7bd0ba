//! Handshake bodies: who a node is, proven by a signature (`node.md §8.4`).
//!
//! Called by [`Message`](super::Message) and by whoever opens connections. Holds what is sent and
//! signed; which message comes when is the connection's business.

use banano_primitives::{Account, BlockHash, KeyPair, Signature};

use crate::bytes::Reader;
use crate::error::Problem;

const QUERY: u16 = 1;
const RESPONSE: u16 = 2;
const VERSION_2: u16 = 4;

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

    /// Appends query and response and returns the extensions that tell what is there.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) -> u16 {
        let mut extensions = 0;
        if let Some(cookie) = self.query() {
            extensions |= QUERY;
            out.extend_from_slice(cookie);
        }
        match self {
            Self::V1 { response, .. } => {
                if let Some(ResponseV1 { node_id, signature }) = response {
                    extensions |= RESPONSE;
                    out.extend_from_slice(node_id.as_bytes());
                    out.extend_from_slice(signature.as_bytes());
                }
            }
            Self::V2 { response, .. } => {
                extensions |= VERSION_2;
                if let Some(ResponseV2 { node_id, salt, genesis, signature }) = response {
                    extensions |= RESPONSE;
                    out.extend_from_slice(node_id.as_bytes());
                    out.extend_from_slice(salt);
                    out.extend_from_slice(genesis.as_bytes());
                    out.extend_from_slice(signature.as_bytes());
                }
            }
        }
        extensions
    }

    pub(crate) fn decode(extensions: u16, reader: &mut Reader<'_>) -> Result<Self, Problem> {
        let query = (extensions & QUERY != 0).then(|| reader.array()).transpose()?;
        let has_response = extensions & RESPONSE != 0;
        Ok(if extensions & VERSION_2 == 0 {
            let response = has_response.then(|| ResponseV1::decode(reader)).transpose()?;
            Self::V1 { query, response }
        } else {
            let response = has_response.then(|| ResponseV2::decode(reader)).transpose()?;
            Self::V2 { query, response }
        })
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

    fn decode(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        Ok(Self { node_id: reader.account()?, signature: reader.signature()? })
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

    fn decode(reader: &mut Reader<'_>) -> Result<Self, Problem> {
        Ok(Self {
            node_id: reader.account()?,
            salt: reader.array()?,
            genesis: reader.hash()?,
            signature: reader.signature()?,
        })
    }
}

/// Returns the length of the payload with these extensions.
pub(crate) fn length(extensions: u16) -> usize {
    let query = if extensions & QUERY == 0 { 0 } else { 32 };
    let response = match (extensions & RESPONSE, extensions & VERSION_2) {
        (0, _) => 0,
        (_, 0) => 96,
        _ => 160,
    };
    query + response
}

fn signed_bytes(cookie: &Cookie, salt: &[u8; 32], genesis: &BlockHash) -> Vec<u8> {
    [cookie.as_slice(), salt, genesis.as_bytes()].concat()
}

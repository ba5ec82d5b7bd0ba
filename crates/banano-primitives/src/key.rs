//! Seeds, private keys and signing.
//!
//! Called by wallets and by nodes that vote. Ed25519 with Blake2b-512 in place of SHA-512
//! everywhere (`node.md §1.7`). Secrets never show in `Debug`; writing one takes an explicit
//! `Display`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use blake2::digest::consts::U32;
use blake2::{Blake2b, Blake2b512, Digest};
use ed25519_dalek::VerifyingKey;
use ed25519_dalek::hazmat::{ExpandedSecretKey, raw_sign};

use crate::account::Account;
use crate::ascii_text::AsciiText;
use crate::hex::{self, HexError};
use crate::signature::Signature;

/// A wallet seed: 2^32 private keys in 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Seed([u8; 32]);

/// A private key. Any 32 bytes are one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PrivateKey([u8; 32]);

impl Seed {
    /// Returns the private key of an index: Blake2b-256 of seed and index.
    pub fn private_key(&self, index: u32) -> PrivateKey {
        let hasher = Blake2b::<U32>::new().chain_update(self.0).chain_update(index.to_be_bytes());
        PrivateKey(hasher.finalize().into())
    }

    /// Returns the key pair of an index.
    pub fn key_pair(&self, index: u32) -> KeyPair {
        self.private_key(index).into()
    }
}

/// Gives a secret its bytes and text, and a `Debug` that shows neither.
macro_rules! secret_32 {
    ($type:ident) => {
        impl $type {
            /// Wraps the bytes; fresh secrets come from a random source of the caller.
            pub const fn from_bytes(bytes: [u8; 32]) -> Self {
                Self(bytes)
            }

            /// Returns the secret bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                &self.0
            }

            /// Returns the secret as upper-case hex digits on the stack.
            pub fn text(&self) -> AsciiText<64> {
                hex::encode(&self.0, hex::Case::Upper)
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.text().fmt(f)
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($type), "(hidden)"))
            }
        }

        impl FromStr for $type {
            type Err = HexError;

            fn from_str(text: &str) -> Result<Self, HexError> {
                hex::decode(text).map(Self)
            }
        }
    };
}

secret_32!(Seed);
secret_32!(PrivateKey);

/// A private key with all that signing needs, computed once. Cheap to clone.
#[derive(Clone)]
pub struct KeyPair(Arc<Expanded>);

struct Expanded {
    private_key: PrivateKey,
    secret: ExpandedSecretKey,
    public: VerifyingKey,
}

impl KeyPair {
    /// Returns the account of the key.
    pub fn account(&self) -> Account {
        Account::from_bytes(self.0.public.to_bytes())
    }

    /// Returns the private key.
    pub fn private_key(&self) -> PrivateKey {
        self.0.private_key
    }

    /// Signs a message: the 32-byte hash of a block or vote, or the bytes of a handshake.
    pub fn sign(&self, message: &[u8]) -> Signature {
        let signature = raw_sign::<Blake2b512>(&self.0.secret, message, &self.0.public);
        Signature::from_bytes(signature.to_bytes())
    }
}

impl From<PrivateKey> for KeyPair {
    fn from(private_key: PrivateKey) -> Self {
        let expanded: [u8; 64] = Blake2b512::digest(private_key.0).into();
        let secret = ExpandedSecretKey::from_bytes(&expanded);
        let public = VerifyingKey::from(&secret);
        Self(Arc::new(Expanded { private_key, secret, public }))
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({})", self.account())
    }
}

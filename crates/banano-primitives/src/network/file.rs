//! A network as a file: TOML, JSON or whatever serde reads.
//!
//! Called through serde by whoever loads configuration. Every member is required and unknown ones
//! are refused; an error names the member, its value and what would be right.

use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use super::{EpochSigners, Network, Ports, ProtocolVersions, Timings};
use crate::account::Prefix;
use crate::block::Block;
use crate::text_serde::excerpt;
use crate::threshold::Thresholds;

/// What is wrong with one member of a network file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{member}`: {value:?}: {problem}")]
pub struct NetworkError {
    /// Name of the member, with dots for nested ones.
    pub member: &'static str,
    /// What stands there.
    pub value: String,
    /// What is wrong, and what would be right.
    pub problem: String,
}

/// The members as they are written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NetworkFile {
    name: String,
    prefix: String,
    magic: String,
    online_weight_minimum: String,
    vote_minimum: String,
    representative_minimum: String,
    receive_minimum: String,
    principal_divisor: u32,
    quorum_percent: u8,
    peers: Vec<String>,
    representatives: Vec<String>,
    #[serde(deserialize_with = "read_genesis")]
    genesis: Block,
    ports: Ports,
    thresholds: ThresholdsFile,
    epoch_signers: EpochSignersFile,
    protocol: ProtocolVersions,
    timings: Timings,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "the names are those of the file")]
struct ThresholdsFile {
    epoch_1: String,
    epoch_2: String,
    epoch_2_receive: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EpochSignersFile {
    epoch_1: String,
    epoch_2: String,
}

impl TryFrom<NetworkFile> for Network {
    type Error = NetworkError;

    fn try_from(file: NetworkFile) -> Result<Self, NetworkError> {
        if file.principal_divisor == 0 {
            return Err(wrong("principal_divisor", 0, "expected 1 or more"));
        }
        if !(1..=100).contains(&file.quorum_percent) {
            return Err(wrong("quorum_percent", file.quorum_percent, "expected 1 to 100"));
        }
        if file.genesis.account().is_none() {
            let kind = file.genesis.kind();
            return Err(wrong("genesis.type", kind, "expected open or state"));
        }
        let representatives = file.representatives.iter();
        Ok(Self {
            prefix: prefix(&file.prefix)?,
            magic: magic(&file.magic)?,
            genesis: Arc::new(file.genesis),
            ports: file.ports,
            thresholds: Thresholds::new(
                parse("thresholds.epoch_1", &file.thresholds.epoch_1)?,
                parse("thresholds.epoch_2", &file.thresholds.epoch_2)?,
                parse("thresholds.epoch_2_receive", &file.thresholds.epoch_2_receive)?,
            ),
            epoch_signers: EpochSigners {
                epoch_1: parse("epoch_signers.epoch_1", &file.epoch_signers.epoch_1)?,
                epoch_2: parse("epoch_signers.epoch_2", &file.epoch_signers.epoch_2)?,
            },
            online_weight_minimum: parse("online_weight_minimum", &file.online_weight_minimum)?,
            vote_minimum: parse("vote_minimum", &file.vote_minimum)?,
            representative_minimum: parse("representative_minimum", &file.representative_minimum)?,
            receive_minimum: parse("receive_minimum", &file.receive_minimum)?,
            principal_divisor: file.principal_divisor,
            quorum_percent: file.quorum_percent,
            timings: file.timings,
            protocol: file.protocol,
            representatives: representatives
                .map(|text| parse("representatives", text))
                .collect::<Result<_, _>>()?,
            peers: file.peers,
            name: file.name,
        })
    }
}

impl From<Network> for NetworkFile {
    fn from(network: Network) -> Self {
        let Thresholds { epoch_1, epoch_2, epoch_2_receive, .. } = network.thresholds;
        let account = |account: &crate::Account| account.with_prefix(network.prefix).to_string();
        Self {
            prefix: network.prefix.as_str().to_owned(),
            magic: magic_text(network.magic),
            online_weight_minimum: network.online_weight_minimum.to_string(),
            vote_minimum: network.vote_minimum.to_string(),
            representative_minimum: network.representative_minimum.to_string(),
            receive_minimum: network.receive_minimum.to_string(),
            principal_divisor: network.principal_divisor,
            quorum_percent: network.quorum_percent,
            representatives: network.representatives.iter().map(account).collect(),
            genesis: Block::clone(&network.genesis),
            ports: network.ports,
            thresholds: ThresholdsFile {
                epoch_1: epoch_1.to_string(),
                epoch_2: epoch_2.to_string(),
                epoch_2_receive: epoch_2_receive.to_string(),
            },
            epoch_signers: EpochSignersFile {
                epoch_1: account(&network.epoch_signers.epoch_1),
                epoch_2: account(&network.epoch_signers.epoch_2),
            },
            protocol: network.protocol,
            timings: network.timings,
            peers: network.peers,
            name: network.name,
        }
    }
}

fn wrong(member: &'static str, value: impl Display, problem: impl Display) -> NetworkError {
    let value = excerpt(&value.to_string()).to_owned();
    NetworkError { member, value, problem: problem.to_string() }
}

fn parse<T: FromStr<Err: Display>>(member: &'static str, text: &str) -> Result<T, NetworkError> {
    text.parse().map_err(|error| wrong(member, text, error))
}

fn prefix(text: &str) -> Result<Prefix, NetworkError> {
    match text {
        "ban" => Ok(Prefix::Ban),
        "nano" => Ok(Prefix::Nano),
        "xrb" => Ok(Prefix::Xrb),
        _ => Err(wrong("prefix", text, "expected ban, nano or xrb")),
    }
}

/// Reads two capital letters, or four hex digits for magic that is not letters.
fn magic(text: &str) -> Result<[u8; 2], NetworkError> {
    if let Ok(letters) = <[u8; 2]>::try_from(text.as_bytes())
        && letters.iter().all(u8::is_ascii_uppercase)
    {
        return Ok(letters);
    }
    crate::hex::decode(text)
        .map_err(|_| wrong("magic", text, "expected two capital letters or four hex digits"))
}

fn magic_text(magic: [u8; 2]) -> String {
    if magic.iter().all(u8::is_ascii_uppercase) {
        return String::from_utf8_lossy(&magic).into_owned();
    }
    crate::hex::encode::<4>(&magic, crate::hex::Case::Upper).to_string()
}

/// Adds the name of the member to what is wrong inside the block.
fn read_genesis<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Block, D::Error> {
    Block::deserialize(deserializer)
        .map_err(|error| serde::de::Error::custom(format_args!("`genesis`: {error}")))
}

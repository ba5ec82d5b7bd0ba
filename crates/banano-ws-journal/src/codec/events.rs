//! The events of all topics as bytes.
//!
//! Called by `codec`. One line per type, its members in their order on the wire; a number per word.
//! Never changes a line without a new version: the bytes outlive the program.

use banano_primitives::Subtype;
use banano_ws_protocol::{
    ActiveDifficulty, Bootstrap, BootstrapMode, BootstrapPhase, Confirmation, ConfirmationKind,
    ConfirmationSideband, ElectionEvent, ElectionInfo, ElectionVote, Event, Extra, ExtraMember,
    Multiplier, Place, RawJson, Telemetry, UnconfirmedBlock, VoteCode, VoteEvent, WorkEvent,
    WorkOutcome, WorkRequest, WorkResult,
};

use super::fields::{Code, Fields, decode_text, encode_text};

/// Types whose members follow each other.
macro_rules! members {
    ($($name:ident { $($member:ident),* })*) => {$(
        impl Code for $name {
            fn encode(&self, out: &mut Vec<u8>) {
                let Self { $($member),* } = self;
                $($member.encode(out);)*
            }

            fn decode(fields: &mut Fields<'_>) -> Option<Self> {
                Some(Self { $($member: Code::decode(fields)?),* })
            }
        }
    )*};
}

/// Types that are one of a few words.
macro_rules! words {
    ($($name:ident { $($word:ident = $number:literal),* })*) => {$(
        impl Code for $name {
            fn encode(&self, out: &mut Vec<u8>) {
                out.push(match self { $(Self::$word => $number),* });
            }

            fn decode(fields: &mut Fields<'_>) -> Option<Self> {
                match u8::decode(fields)? {
                    $($number => Some(Self::$word),)*
                    _ => None,
                }
            }
        }
    )*};
}

/// Types with a number in front that says which of several values follows.
macro_rules! choices {
    ($($name:ident { $($choice:ident = $number:literal),* })*) => {$(
        impl Code for $name {
            fn encode(&self, out: &mut Vec<u8>) {
                match self {
                    $(Self::$choice(value) => {
                        out.push($number);
                        value.encode(out);
                    })*
                }
            }

            fn decode(fields: &mut Fields<'_>) -> Option<Self> {
                match u8::decode(fields)? {
                    $($number => Code::decode(fields).map(Self::$choice),)*
                    _ => None,
                }
            }
        }
    )*};
}

choices! {
    Event {
        Confirmation = 0, Vote = 1, StartedElection = 2, StoppedElection = 3,
        ActiveDifficulty = 4, Work = 5, Telemetry = 6, NewUnconfirmedBlock = 7, Bootstrap = 8
    }
}

words! {
    ConfirmationKind { ActiveQuorum = 0, ActiveConfirmationHeight = 1, Inactive = 2 }
    Subtype { Send = 0, Receive = 1, Change = 2, Epoch = 3 }
    VoteCode { Vote = 0, Replay = 1, Late = 2, Indeterminate = 3, Ignored = 4 }
}

members! {
    Confirmation {
        block, account, amount, kind, subtype, linked_account, sideband, election, local, healed,
        extra
    }
    ConfirmationSideband { height, local_timestamp }
    ElectionInfo {
        duration_ms, time_ms, tally, final_tally, blocks, voters, request_count, votes
    }
    ElectionVote { representative, timestamp, hash, weight }
    VoteEvent { vote, code, extra }
    ElectionEvent { hash, extra }
    ActiveDifficulty { minimum, receive_minimum, current, extra }
    WorkEvent { duration_ms, request, outcome, bad_peers, extra }
    WorkRequest { root, difficulty, multiplier }
    WorkResult { source, work, difficulty, multiplier }
    Telemetry {
        block_count, cemented_count, unchecked_count, account_count, bandwidth_cap, peer_count,
        protocol_version, uptime_s, genesis_block, major_version, minor_version, patch_version,
        pre_release_version, maker, timestamp_ms, active_difficulty, node_id, signature, address,
        port, extra
    }
    UnconfirmedBlock { block, subtype, account, amount, linked_account, extra }
    Bootstrap { id, mode, phase, extra }
    ExtraMember { place, name, value }
}

impl Code for Multiplier {
    fn encode(&self, out: &mut Vec<u8>) {
        self.value().encode(out);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        f64::decode(fields).map(Self::new)
    }
}

impl Code for WorkOutcome {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Success(result) => {
                out.push(0);
                result.encode(out);
            }
            Self::Cancelled => out.push(1),
            Self::Failure => out.push(2),
        }
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        match u8::decode(fields)? {
            0 => Code::decode(fields).map(Self::Success),
            1 => Some(Self::Cancelled),
            2 => Some(Self::Failure),
            _ => None,
        }
    }
}

impl Code for BootstrapMode {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_text(self.name(), out);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        decode_text(fields).map(|name| Self::named(name.into()))
    }
}

impl Code for BootstrapPhase {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Started => out.push(0),
            Self::Exited { total_blocks, duration_s } => {
                out.push(1);
                total_blocks.encode(out);
                duration_s.encode(out);
            }
        }
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        match u8::decode(fields)? {
            0 => Some(Self::Started),
            1 => Some(Self::Exited {
                total_blocks: Code::decode(fields)?,
                duration_s: Code::decode(fields)?,
            }),
            _ => None,
        }
    }
}

impl Code for Extra {
    fn encode(&self, out: &mut Vec<u8>) {
        (self.iter().count() as u64).encode(out);
        self.iter().for_each(|member| member.encode(out));
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        Vec::<ExtraMember>::decode(fields).map(|members| members.into_iter().collect())
    }
}

impl Code for Place {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(match self {
            Self::Envelope => 0,
            Self::Message => 1,
            Self::Block => 2,
            Self::ElectionInfo => 3,
            Self::ElectionVote(_) => 4,
            Self::Sideband => 5,
            Self::Request => 6,
            Self::Result => 7,
        });
        if let Self::ElectionVote(entry) = self {
            entry.encode(out);
        }
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        Some(match u8::decode(fields)? {
            0 => Self::Envelope,
            1 => Self::Message,
            2 => Self::Block,
            3 => Self::ElectionInfo,
            4 => Self::ElectionVote(Code::decode(fields)?),
            5 => Self::Sideband,
            6 => Self::Request,
            7 => Self::Result,
            _ => return None,
        })
    }
}

impl Code for Box<str> {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_text(self, out);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        decode_text(fields).map(Into::into)
    }
}

impl Code for RawJson {
    fn encode(&self, out: &mut Vec<u8>) {
        encode_text(self.as_str(), out);
    }

    fn decode(fields: &mut Fields<'_>) -> Option<Self> {
        Self::new(decode_text(fields)?).ok()
    }
}

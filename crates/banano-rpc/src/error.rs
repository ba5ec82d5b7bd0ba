//! What a command answers when it refuses: the reference's texts, in one table.
//!
//! Clients compare these texts, so a variant's text is part of the interface. Called by every command.
//! Texts of our own stand at the end; they say what to do.

use std::time::Duration;

use banano_node::WalletError;

use crate::request::ParseError;

/// A refusal. `Display` is the `error` of the answer (node.md §9; nano-node:nano/lib/errors.cpp).
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    // Requests
    #[error("Unable to parse JSON")]
    Syntax(#[source] ParseError),
    /// The reference reads a field that must be there as part of parsing.
    #[error("Unable to parse JSON")]
    Missing(&'static str),
    #[error("Unable to parse JSON")]
    NotAnObject,
    #[error("Max JSON depth exceeded")]
    Depth,
    #[error("Unknown command")]
    UnknownCommand,
    #[error("Can only POST requests")]
    NotPost,
    #[error("RPC control is disabled")]
    ControlDisabled,
    #[error("Empty response")]
    EmptyResponse,
    #[error("Internal server error in RPC")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),

    // Values
    #[error("Bad account number")]
    BadAccount,
    #[error("Account not found")]
    AccountNotFound,
    #[error("Bad representative number")]
    BadRepresentative,
    #[error("Bad destination account")]
    BadDestination,
    #[error("Bad source")]
    BadSource,
    #[error("Bad link number")]
    BadLink,
    #[error("Bad previous")]
    BadPrevious,
    #[error("Bad public key")]
    BadPublicKey,
    #[error("Bad private key")]
    BadPrivateKey,
    #[error("Bad seed")]
    BadSeed,
    #[error("Invalid index")]
    InvalidIndex,
    #[error("Invalid count")]
    InvalidCount,
    #[error("Invalid offset")]
    InvalidOffset,
    #[error("Bad threshold number")]
    BadThreshold,
    #[error("Invalid amount number")]
    InvalidAmount,
    #[error("Amount too big")]
    AmountTooBig,
    #[error("Invalid balance number")]
    InvalidBalance,
    #[error("Invalid timestamp")]
    InvalidTimestamp,
    #[error("Insufficient balance")]
    InsufficientBalance,
    #[error("Peer not found")]
    PeerNotFound,
    #[error("Both port and address required")]
    PortAndAddress,
    #[error("Invalid IP address")]
    InvalidAddress,
    #[error("Invalid port")]
    InvalidPort,
    #[error("Invalid ms, give 1 to 600000")]
    BadDelay,

    // Blocks
    #[error("Block is invalid")]
    InvalidBlock(&'static str),
    #[error("Invalid block hash")]
    InvalidBlockHash,
    /// A hash inside a list, or the head of a history.
    #[error("Bad hash number")]
    BadHash,
    #[error("Block not found")]
    BlockNotFound,
    #[error("Invalid block type")]
    InvalidBlockType,
    #[error("Active confirmation not found")]
    ConfirmationNotFound,
    #[error("Invalid root hash")]
    InvalidRoot,

    // block_create and sign
    #[error(
        "Previous, representative, final balance and link (source or destination) are required"
    )]
    StateRequirements,
    #[error("Representative account and source hash required")]
    OpenRequirements,
    #[error("Previous hash and source hash required")]
    ReceiveRequirements,
    #[error("Representative account and previous hash required")]
    ChangeRequirements,
    #[error("Destination account, previous hash, current balance and amount required")]
    SendRequirements,
    #[error("Private key or local wallet and account required")]
    KeyRequired,
    #[error("Incorrect key for given account")]
    KeyMismatch,
    #[error("Balance mismatch for previous block")]
    PreviousBalanceMismatch,

    // Wallets
    #[error("Bad wallet number")]
    BadWallet,
    #[error("Wallet not found")]
    WalletNotFound,
    #[error("Account not found in wallet")]
    AccountNotFoundInWallet,
    #[error("Invalid work")]
    InvalidWork,

    // process
    #[error("Invalid block balance for given subtype")]
    SubtypeBalance,
    #[error("Invalid previous block for given subtype")]
    SubtypePrevious,
    #[error("Invalid epoch link")]
    SubtypeEpochLink,
    #[error("Invalid block subtype")]
    Subtype,
    #[error("Must be a state block")]
    NotState,
    #[error("Block work is less than threshold")]
    WorkLow,
    #[error("Old block")]
    Old,
    #[error("Bad signature")]
    BadSignature,
    #[error("Negative spend")]
    NegativeSpend,
    #[error("Fork")]
    Fork,
    #[error("Unreceivable")]
    Unreceivable,
    #[error("Gap previous block")]
    GapPrevious,
    #[error("Gap source block")]
    GapSource,
    #[error("Gap pending for open epoch block")]
    GapEpochOpenPending,
    #[error("Block attempts to open the burn account")]
    OpenedBurnAccount,
    #[error("Balance and amount delta do not match")]
    BalanceMismatch,
    #[error("This block cannot follow the previous block")]
    BlockPosition,
    #[error("Block work is insufficient")]
    InsufficientWork,
    #[error("Error processing block")]
    Processing,

    // Work
    #[error("Bad work")]
    BadWork,
    #[error("Bad work version")]
    BadWorkVersion,
    #[error("Bad difficulty")]
    BadDifficulty,
    #[error("Bad multiplier")]
    BadMultiplier,
    #[error("Difficulty above config limit or below publish threshold")]
    DifficultyLimit,
    #[error("Root mismatch for block")]
    RootMismatch,
    #[error("Provided work is already enough for given difficulty")]
    WorkEnough,
    #[error("Cancelled")]
    WorkCancelled,
    #[error("Local work generation is disabled")]
    LocalWorkDisabled,
    #[error("Work generation is disabled")]
    WorkDisabled,
    #[error("Work generation cancellation or failure")]
    WorkFailed,

    // Ours
    #[error("This node does not follow the network's difficulty: nobody listens to it")]
    NoDifficulty,
    #[error(transparent)]
    BadWorkPeer(banano_node::PeerAddressError),
    #[error(transparent)]
    NoWorkPeer(banano_node::AddPeerError),
    #[error("{0}")]
    Wallet(WalletError),
    #[error("this node keeps no wallets")]
    NoWallets,
    #[error("The node has stopped")]
    Stopped,
    #[error("No answer within {} seconds", .0.as_secs())]
    Deadline(Duration),
    #[error("Request body is larger than {0} bytes")]
    BodyTooLarge(usize),
    #[error("Request body broke off")]
    BodyBroken,
    #[error("Nobody here can begin the network anew, or too many requests to do so are waiting")]
    NoReset,
    #[error("{0} is only offered by the dev network")]
    DevNetworkOnly(&'static str),
    #[error(
        "Bad amount_decimal {0:?}: give at most 3402823669 BAN, as digits with at most 29 after a \
         point, as in 1.5"
    )]
    BadDecimalAmount(String),
    #[error("Give account: whom the faucet is to pay")]
    FaucetForWhom,
    #[error("Cannot make a fork: {0}")]
    NoFork(banano_node::ForkError),
    #[error("Cannot do that: {0}")]
    NoJoin(String),
    #[error("Give hash (of an unconfirmed block) or account (a funded one), and only one of them")]
    ForkOfWhat,
    #[error("Bad publish {0:?}: give others (the rival goes to the other nodes first) or all")]
    BadPublish(String),
    #[error("Bad paused {0:?}: give true or false")]
    BadPaused(String),
    #[error("Invalid index: there are {0} representatives, counted from 0")]
    NoSuchRepresentative(usize),
    #[error("No WebSocket server runs beside this node")]
    NoClients,
    #[error("Invalid or missing type argument")]
    StatsType,
    #[error("Give amount (raw) or amount_decimal (BAN), not both")]
    TwoAmounts,
}

impl Error {
    /// Wraps a failure that is not the client's.
    pub(crate) fn internal(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Box::new(cause))
    }

    /// What the log says beyond the text, when the text alone hides the reason.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::Syntax(cause) => Some(cause.to_string()),
            Self::Missing(field) => Some(format!("`{field}` is missing")),
            Self::NotAnObject => Some("not an object".to_owned()),
            Self::InvalidBlock(field) => Some(format!("`{field}` is missing or wrong")),
            Self::Internal(cause) => Some(cause.to_string()),
            _ => None,
        }
    }
}

impl From<ParseError> for Error {
    fn from(cause: ParseError) -> Self {
        match cause {
            ParseError::Depth(_) => Self::Depth,
            other => Self::Syntax(other),
        }
    }
}

//! Opening a store as a ledger: is it one, of this network, of this version, and whole?
//!
//! Called by `Ledger::open`. Reads the store and, only when it is empty, writes the genesis block. Never repairs,
//! converts or overwrites anything.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use banano_primitives::{Account, Amount, BlockDetails, BlockHash, Epoch, SavedBlock, Sideband};

use crate::ledger::{Committed, Weights};
use crate::read::value;
use crate::row::{self, AccountInfo, ConfirmationHeight, Counts};
use crate::rules::Rules;
use crate::store::{
    Change, DiskStore, Folder, FolderError, Key, Mark, Row, Store, StoreError, Table,
};

/// The layout of the rows. Another layout is another number.
pub(crate) const VERSION: u64 = 1;

/// How many rows are read at a time.
const PAGE_ROWS: usize = 1024;

/// Why a store cannot be used as the ledger of a network. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The ledger belongs to another network.
    #[error(
        "the ledger begins with genesis {found}, but network {network} begins with {wanted}; \
         choose another folder, or the network that this one was made with"
    )]
    OtherNetwork {
        /// The network that was asked for.
        network: String,
        /// The genesis block of the ledger.
        found: BlockHash,
        /// The genesis block of the network.
        wanted: BlockHash,
    },
    /// The ledger was written by a newer program, or by one that never was.
    #[error(
        "the ledger has layout version {found}, this program reads version {VERSION}; \
         use the program that wrote it, or choose another folder"
    )]
    OtherVersion {
        /// The version of the ledger.
        found: u64,
    },
    /// Rows that must be there are not, or make no sense.
    #[error("the ledger is damaged: {problem}; restore it from a copy, or choose an empty folder")]
    Damaged {
        /// What is wrong.
        problem: String,
    },
    /// The folder cannot be used.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The files of the store cannot be read or written.
    #[error(
        "the ledger in {} cannot be opened; if its files are damaged, restore the folder from a copy, \
         or choose an empty or a new folder",
        path.display()
    )]
    Unreadable {
        /// The folder.
        path: PathBuf,
        /// What failed.
        #[source]
        source: StoreError,
    },
    /// The store itself failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl OpenError {
    /// Names the folder whose store failed.
    pub(crate) fn in_folder(self, path: &Path) -> Self {
        match self {
            Self::Store(source) => Self::Unreadable { path: path.to_owned(), source },
            other => other,
        }
    }
}

/// Opens the folder of a ledger on disk, or makes one, as a store of this network and version.
pub(crate) fn open_folder(path: &Path, rules: &Rules) -> Result<DiskStore, OpenError> {
    let wanted = rules.genesis.hash();
    let network = rules.network.clone();
    let fresh = Mark { version: VERSION, network, genesis: wanted, is_begun: false };
    let folder = Folder::open(path, fresh)?;
    let mark = folder.mark().clone();
    if mark.version != VERSION {
        return Err(OpenError::OtherVersion { found: mark.version });
    }
    if mark.genesis != wanted {
        let (network, found) = (rules.network.clone(), mark.genesis);
        return Err(OpenError::OtherNetwork { network, found, wanted });
    }
    folder.prepare()?;
    let mut store = DiskStore::open(folder)?;
    if !mark.is_begun {
        begin(&store, rules)?;
        store.sync()?;
        store.folder_mut().set_begun()?;
    } else if store.get(Table::Meta, &meta("version"))?.is_none() {
        return Err(missing("version"));
    }
    Ok(store)
}

/// The key of a named row in `meta`.
fn meta(name: &str) -> Key {
    Key::from_slice(name.as_bytes()).unwrap_or_else(|| Key::from(&[0; 32]))
}

/// The key of the counters.
pub(crate) fn counts_key() -> Key {
    meta("counts")
}

/// Checks what the store holds, begins a ledger where there is none, and loads what is kept in memory.
pub(crate) fn load(store: &dyn Store, rules: &Rules) -> Result<Committed, OpenError> {
    let wanted = rules.genesis.hash();
    match value::<_, u64>(store, Table::Meta, &meta("version"))? {
        Some(VERSION) => {}
        Some(found) => return Err(OpenError::OtherVersion { found }),
        None => begin(store, rules)?,
    }
    let found = value(store, Table::Meta, &meta("genesis"))?.ok_or_else(|| missing("genesis"))?;
    if found != wanted {
        return Err(OpenError::OtherNetwork { network: rules.network.clone(), found, wanted });
    }
    let counts: Counts =
        value(store, Table::Meta, &counts_key())?.ok_or_else(|| missing("counters"))?;
    if store.get(Table::Blocks, &(&wanted).into())?.is_none() {
        return Err(missing("genesis block"));
    }
    Ok(Committed { counts, weights: Arc::new(weights(store)?) })
}

fn missing(what: &str) -> OpenError {
    OpenError::Damaged { problem: format!("its {what} is missing") }
}

/// Reads all weights; together with what is receivable they are the whole supply, so more is a sign of damage.
fn weights(store: &dyn Store) -> Result<Weights, OpenError> {
    let mut weights = Weights::default();
    let mut total = Amount::ZERO;
    let mut next = Some(Key::from(&[0; 32]));
    while let Some(from) = next {
        let page = store.page(Table::RepWeights, &from, PAGE_ROWS)?;
        next = page.last().filter(|_| page.len() >= PAGE_ROWS).and_then(|(key, _)| key.next());
        for (key, row) in &page {
            let weight: Amount = row::decode(row)
                .ok_or_else(|| StoreError::corrupt(Table::RepWeights, key, "not an amount"))?;
            total = total.checked_add(weight).ok_or_else(|| OpenError::Damaged {
                problem: "its weights are more than the whole supply".to_owned(),
            })?;
            weights.insert(Account::from_bytes(key.first()), weight);
        }
    }
    Ok(weights)
}

/// Writes the first rows of a ledger: the genesis block, cemented, with the whole supply (node.md §2.2).
fn begin(store: &dyn Store, rules: &Rules) -> Result<(), OpenError> {
    for table in Table::ALL {
        if let Some((key, _)) = store.page(table, &meta(""), 1)?.first() {
            let problem =
                format!("its version is missing, but table {} has row {key}", table.name());
            return Err(OpenError::Damaged { problem });
        }
    }
    let genesis = Arc::clone(&rules.genesis);
    let (hash, supply) = (genesis.hash(), Amount::MAX);
    let account = genesis.account().ok_or_else(|| OpenError::Damaged {
        problem: format!("the genesis block {hash} of network {} is no open block", rules.network),
    })?;
    let representative = genesis.representative().unwrap_or(account);
    let sideband = Sideband {
        successor: BlockHash::ZERO,
        account,
        height: 1,
        balance: supply,
        timestamp: 0,
        details: BlockDetails::default(),
        source_epoch: Epoch::Zero,
    };
    let info = AccountInfo {
        head: hash,
        representative,
        open_block: hash,
        balance: supply,
        modified: 0,
        block_count: 1,
        epoch: Epoch::Zero,
    };
    let height = ConfirmationHeight { height: 1, frontier: hash };
    let counts = Counts { blocks: 1, accounts: 1, cemented: 1, pruned: 0 };
    let put = |table, key, row: Vec<u8>| Change { table, key, row: Some(Row::from(row)) };
    store.commit(vec![
        put(
            Table::Blocks,
            (&hash).into(),
            row::encode_block(&SavedBlock { block: genesis, sideband }),
        ),
        put(Table::Accounts, (&account).into(), row::encode(&info)),
        put(Table::ConfirmationHeight, (&account).into(), row::encode(&height)),
        put(Table::RepWeights, (&representative).into(), row::encode(&supply)),
        put(Table::Meta, counts_key(), row::encode(&counts)),
        put(Table::Meta, meta("genesis"), row::encode(&hash)),
        put(Table::Meta, meta("version"), row::encode(&VERSION)),
    ])?;
    Ok(())
}

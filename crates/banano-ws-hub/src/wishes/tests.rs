//! Which anchors an update leaves standing.

use banano_primitives::{Account, Amount, BlockHash};
use banano_ws_protocol::{AccountSet, ListChange, SortedSet, Update};

use super::Anchor;

/// A change that names the list.
fn named<T>() -> ListChange<T> {
    ListChange { add: Some(Vec::new()), del: None }
}

/// A list that an update names becomes the first anchor in the order; what stands before it stays.
#[test]
fn an_anchor_survives_an_update_of_what_stands_behind_it() {
    let (accounts, hashes) = (AccountSet::default(), SortedSet::<BlockHash>::default());
    let anchors = [
        Anchor::Accounts(&accounts),
        Anchor::Hashes(&hashes),
        Anchor::Counterparties(&accounts),
        Anchor::Representatives(&accounts),
        Anchor::AtLeast(Amount::ZERO),
        Anchor::Topic,
    ];
    let updates = [
        Update { accounts: named::<Account>(), ..Update::default() },
        Update { hashes: named(), ..Update::default() },
        Update { counterparties: named(), ..Update::default() },
        Update { representatives: named(), ..Update::default() },
    ];
    for (place, anchor) in anchors.into_iter().enumerate() {
        for (named, update) in updates.iter().enumerate() {
            assert_eq!(anchor.survives(update), place <= named, "{anchor:?} by {update:?}");
        }
        // Of subtypes there is no index.
        let subtypes = Update { subtypes: self::named(), ..Update::default() };
        assert!(anchor.survives(&subtypes) && anchor.survives(&Update::default()));
    }
}

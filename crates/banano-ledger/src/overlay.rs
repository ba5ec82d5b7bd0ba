//! What a writer has changed and not committed yet, with a way back to where the last operation began.
//!
//! Called by the writer alone. Holds bytes, touches no store. Never commits: it is drained into a batch.

use std::collections::BTreeMap;

use crate::store::{Change, Key, Row, StoreError, Table};

/// Changed rows of a table.
type Changes = BTreeMap<Key, Changed>;

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Changed {
    /// It was put.
    Put(Row),
    /// It was removed.
    Removed,
}

impl Changed {
    /// The row as it is now.
    pub(crate) fn row(&self) -> Option<&Row> {
        match self {
            Self::Put(row) => Some(row),
            Self::Removed => None,
        }
    }
}

/// Uncommitted changes over a store.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    tables: [Changes; Table::COUNT],
    /// What stood at each place that was changed since `mark`, oldest first.
    undo: Vec<(Table, Key, Option<Changed>)>,
}

impl Overlay {
    /// What became of a row; `None` when it is as the store has it.
    pub(crate) fn get(&self, table: Table, key: &Key) -> Option<&Changed> {
        self.tables.get(table as usize)?.get(key)
    }

    /// Puts or removes a row.
    pub(crate) fn set(&mut self, table: Table, key: Key, changed: Changed) {
        let Some(rows) = self.tables.get_mut(table as usize) else { return };
        let before = rows.insert(key, changed);
        self.undo.push((table, key, before));
    }

    /// Whether nothing was changed since the last commit.
    pub(crate) fn is_empty(&self) -> bool {
        self.tables.iter().all(BTreeMap::is_empty)
    }

    /// Remembers this moment as the one that `revert` goes back to.
    pub(crate) fn mark(&mut self) {
        self.undo.clear();
    }

    /// Takes back everything since `mark`.
    pub(crate) fn revert(&mut self) {
        for (table, key, before) in self.undo.drain(..).rev() {
            let Some(rows) = self.tables.get_mut(table as usize) else { continue };
            match before {
                Some(changed) => rows.insert(key, changed),
                None => rows.remove(&key),
            };
        }
    }

    /// The rows that changed in a table.
    pub(crate) fn changed(&self, table: Table) -> impl Iterator<Item = (&Key, Option<&Row>)> {
        let rows = self.tables.get(table as usize);
        rows.into_iter().flatten().map(|(key, row)| (key, row.row()))
    }

    /// All changes as a batch, in the order of tables and keys.
    pub(crate) fn to_batch(&self) -> Vec<Change> {
        let mut batch = Vec::with_capacity(self.tables.iter().map(BTreeMap::len).sum());
        for (table, rows) in Table::ALL.into_iter().zip(&self.tables) {
            batch.extend(rows.iter().map(|(key, row)| Change {
                table,
                key: *key,
                row: row.row().cloned(),
            }));
        }
        batch
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.tables.iter_mut().for_each(BTreeMap::clear);
        self.undo.clear();
    }

    /// Gets up to `limit` rows from `from` upwards as they are with the changes, reading the store through `below`.
    pub(crate) fn page(
        &self,
        table: Table,
        from: &Key,
        limit: usize,
        below: impl Fn(&Key, usize) -> Result<Vec<(Key, Row)>, StoreError>,
    ) -> Result<Vec<(Key, Row)>, StoreError> {
        let Some(changes) = self.tables.get(table as usize) else { return Ok(Vec::new()) };
        let mut out = Vec::new();
        let mut next = (limit > 0).then_some(*from);
        while let Some(start) = next {
            let page = below(&start, limit)?;
            // A full page may have more behind it, so changes behind its end wait for the next round.
            let end = page.last().filter(|_| page.len() >= limit).map(|(key, _)| *key);
            let changed =
                changes.range(start..).take_while(|(key, _)| end.is_none_or(|end| **key <= end));
            merge(page, changed, limit, &mut out);
            next = end.filter(|_| out.len() < limit).and_then(Key::next);
        }
        Ok(out)
    }
}

/// Appends two ordered sequences in one order; where both have a key, the change counts.
fn merge<'a>(
    page: Vec<(Key, Row)>,
    changed: impl Iterator<Item = (&'a Key, &'a Changed)>,
    limit: usize,
    out: &mut Vec<(Key, Row)>,
) {
    let mut page = page.into_iter().peekable();
    let mut changed = changed.peekable();
    while out.len() < limit {
        let stored_first = match (page.peek(), changed.peek()) {
            (None, None) => break,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some((stored, _)), Some((new, _))) => stored < *new,
        };
        if stored_first {
            out.extend(page.next());
        } else if let Some((key, row)) = changed.next() {
            page.next_if(|(stored, _)| stored == key);
            out.extend(row.row().map(|row| (*key, Row::clone(row))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u8) -> Key {
        Key::from(&[n; 32])
    }

    fn row(n: u8) -> Row {
        Row::from([n].as_slice())
    }

    /// A store of rows 0, 2, 4, … 18.
    #[expect(clippy::unnecessary_wraps, reason = "it stands for a store, which may fail")]
    fn below(from: &Key, limit: usize) -> Result<Vec<(Key, Row)>, StoreError> {
        let all = (0..10).map(|n| (key(n * 2), row(n * 2)));
        Ok(all.filter(|(k, _)| k >= from).take(limit).collect())
    }

    fn page(overlay: &Overlay, from: u8, limit: usize) -> Vec<u8> {
        let rows = overlay.page(Table::Meta, &key(from), limit, below).unwrap();
        rows.into_iter().map(|(_, row)| row[0]).collect()
    }

    #[test]
    fn a_page_shows_the_store_with_the_changes() {
        let mut overlay = Overlay::default();
        assert_eq!(page(&overlay, 3, 3), [4, 6, 8]);
        overlay.set(Table::Meta, key(5), Changed::Put(row(5)));
        overlay.set(Table::Meta, key(6), Changed::Removed);
        overlay.set(Table::Meta, key(8), Changed::Put(row(88)));
        overlay.set(Table::Meta, key(30), Changed::Put(row(30)));
        assert_eq!(page(&overlay, 3, 4), [4, 5, 88, 10]);
        assert_eq!(page(&overlay, 15, 10), [16, 18, 30]);
        assert_eq!(page(&overlay, 15, 0), [0; 0]);
    }

    #[test]
    fn removed_rows_do_not_end_a_page_early() {
        let mut overlay = Overlay::default();
        (0..8).for_each(|n| overlay.set(Table::Meta, key(n * 2), Changed::Removed));
        assert_eq!(page(&overlay, 0, 1), [16]);
        assert_eq!(page(&overlay, 0, 9), [16, 18]);
    }

    #[test]
    fn revert_goes_back_to_the_mark_and_no_further() {
        let mut overlay = Overlay::default();
        overlay.set(Table::Meta, key(1), Changed::Put(row(1)));
        overlay.mark();
        overlay.set(Table::Meta, key(1), Changed::Put(row(9)));
        overlay.set(Table::Meta, key(1), Changed::Removed);
        overlay.set(Table::Meta, key(3), Changed::Put(row(3)));
        overlay.revert();
        assert_eq!(overlay.get(Table::Meta, &key(1)), Some(&Changed::Put(row(1))));
        assert_eq!(overlay.get(Table::Meta, &key(3)), None);
        assert_eq!(overlay.to_batch().len(), 1);
    }
}

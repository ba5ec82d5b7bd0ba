//! Tells a journal that was cut off from one that was damaged, before the library opens it.
//!
//! Called by the disk store. The library takes the first thing that it cannot read for the end and cuts the file
//! there, which is right after a crash and wrong for a damaged file: everything behind the damage would be lost
//! without a word. Reads only. Never decides about content: the library checks each batch by its checksum.
//!
//! The layout is that of fjall's format 3 (fjall:src/journal/entry.rs), little endian: a batch is `1`, number of
//! items (4 bytes), sequence number (8); its items, each `2`, kind (1), compression (1), tree (8), length of key (2),
//! of value (4), of stored value (4), key, stored value; then `3`, checksum (8), `FJL` 3.

/// How an end mark ends.
const TRAILER: [u8; 4] = *b"FJL\x03";
/// Bytes of an end mark.
const END_BYTES: usize = 13;
/// Files grow by pages of this size, so what a power cut leaves out is whole pages of zeros.
const PAGE_BYTES: usize = 4096;

/// Where a journal makes no sense any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Damage {
    /// The byte behind what cannot be.
    pub(super) at: usize,
}

/// Walks the batches; gives where the last whole one ends.
pub(super) fn examine(journal: &[u8]) -> Result<usize, Damage> {
    let mut whole = 0;
    loop {
        match batch_end(journal, whole) {
            Ok(end) => whole = end,
            Err(at) => {
                let rest = journal.get(whole..).unwrap_or_default();
                let behind = journal.get(at..).unwrap_or_default();
                let is_last = behind.iter().all(|byte| *byte == 0) && trailer(rest).is_none();
                let is_cut_off = is_last || has_hole_before_trailer(rest);
                return if is_cut_off { Ok(whole) } else { Err(Damage { at }) };
            }
        }
    }
}

/// Walks the batch that begins at a byte. The error is where the walk ended: behind the first thing that cannot be,
/// or at the end of the file.
fn batch_end(journal: &[u8], start: usize) -> Result<usize, usize> {
    let mut bytes = Bytes { journal, at: start };
    bytes.expect(&[1])?;
    let items = u32::from_le_bytes(bytes.array()?);
    bytes.array::<8>()?;
    for _ in 0..items {
        bytes.expect(&[2])?;
        let [kind, compression] = bytes.array()?;
        bytes.array::<8>()?;
        let key = u16::from_le_bytes(bytes.array()?);
        let value = u32::from_le_bytes(bytes.array()?);
        let stored = u32::from_le_bytes(bytes.array()?);
        if kind > 4 || compression != 0 || stored != value {
            return Err(bytes.at);
        }
        bytes.skip(u64::from(key).saturating_add(u64::from(stored)))?;
    }
    bytes.expect(&[3])?;
    bytes.array::<8>()?;
    bytes.expect(&TRAILER)?;
    Ok(bytes.at)
}

/// Reads from a place onwards.
struct Bytes<'a> {
    journal: &'a [u8],
    at: usize,
}

impl Bytes<'_> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], usize> {
        let rest = self.journal.get(self.at..).unwrap_or_default();
        let (array, _) = rest.split_first_chunk().ok_or(self.journal.len())?;
        self.at = self.at.saturating_add(N);
        Ok(*array)
    }

    fn expect<const N: usize>(&mut self, want: &[u8; N]) -> Result<(), usize> {
        if self.array()? == *want { Ok(()) } else { Err(self.at) }
    }

    fn skip(&mut self, count: u64) -> Result<(), usize> {
        let end = usize::try_from(count).ok().and_then(|count| self.at.checked_add(count));
        let end = end.filter(|end| *end <= self.journal.len());
        self.at = end.ok_or(self.journal.len())?;
        Ok(())
    }
}

/// Where the first end mark stands: a sign of batches that were written after the place where the walk stopped.
fn trailer(rest: &[u8]) -> Option<usize> {
    let is_end = |mark: &[u8]| mark.first() == Some(&3) && mark.ends_with(&TRAILER);
    rest.windows(END_BYTES).position(is_end)
}

/// Whether a page of zeros lies before the next end mark: a power cut kept later pages and not this one.
fn has_hole_before_trailer(rest: &[u8]) -> bool {
    let Some(end) = trailer(rest) else { return false };
    let zeros = rest.get(..end).unwrap_or_default().split(|byte| *byte != 0).map(<[u8]>::len);
    zeros.max().is_some_and(|longest| longest >= PAGE_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(items: u8) -> Vec<u8> {
        let mut bytes = vec![1, items, 0, 0, 0];
        bytes.extend([9; 8]);
        for n in 0..items {
            bytes.extend([2, 0, 0]);
            bytes.extend([1, 0, 0, 0, 0, 0, 0, 0]);
            bytes.extend([3, 0, 5, 0, 0, 0, 5, 0, 0, 0]);
            bytes.extend([n; 8]);
        }
        bytes.push(3);
        bytes.extend([7; 8]);
        bytes.extend(TRAILER);
        bytes
    }

    #[test]
    fn whole_batches_are_walked_to_the_end() {
        let journal = [batch(1), batch(0), batch(3)].concat();
        assert_eq!(examine(&journal), Ok(journal.len()));
        let preallocated = [journal.as_slice(), &[0; 9000]].concat();
        assert_eq!(examine(&preallocated), Ok(journal.len()));
        assert_eq!(examine(&[]), Ok(0));
    }

    #[test]
    fn a_journal_cut_off_anywhere_ends_with_its_last_whole_batch() {
        let (first, second) = (batch(2), batch(2));
        let journal = [first.as_slice(), &second].concat();
        for length in first.len()..journal.len() {
            let cut = &journal[..length];
            assert_eq!(examine(cut), Ok(first.len()), "cut at {length}");
            let padded = [cut, &[0; 100]].concat();
            assert_eq!(examine(&padded), Ok(first.len()), "cut at {length} and padded");
        }
    }

    #[test]
    fn damage_before_later_batches_is_no_end() {
        let journal = [batch(2), batch(2), batch(2)].concat();
        let start = batch(2).len();
        // Every byte that carries structure: tags, count, compression, lengths, trailer.
        for at in [0, 1, 13, 15, 24, 26, 30, start - 13, start - 1] {
            let mut damaged = journal.clone();
            damaged[start + at] ^= 0x55;
            assert!(examine(&damaged).is_err(), "byte {at}");
        }
        let inverted: Vec<u8> = journal.iter().map(|byte| !byte).collect();
        assert_eq!(examine(&inverted), Err(Damage { at: 1 }));
    }

    #[test]
    fn pages_that_a_power_cut_left_out_are_an_end() {
        let mut journal = batch(1);
        let whole = journal.len();
        journal.resize(3 * PAGE_BYTES, 0);
        journal.extend(batch(1));
        assert_eq!(examine(&journal), Ok(whole));
    }
}

//! What the ledger writes and reads per block: rows of real size under hashes.
//!
//! A fixed seed makes every store see the same keys in the same order.

use crate::Put;

/// A small generator with a fixed sequence (xorshift).
pub struct Rng(pub u64);

impl Rng {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub fn hash(&mut self) -> Vec<u8> {
        self.bytes(32)
    }

    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length.div_ceil(8)).flat_map(|_| self.next().to_be_bytes()).take(length).collect()
    }
}

/// Accounts with heads, and all hashes so far.
pub struct Workload {
    rng: Rng,
    accounts: Vec<(Vec<u8>, Vec<u8>)>,
    representatives: Vec<Vec<u8>>,
    hashes: Vec<Vec<u8>>,
    receivable: Vec<Vec<u8>>,
}

impl Workload {
    pub fn new(accounts: usize) -> Self {
        let mut rng = Rng(0x9E37_79B9_7F4A_7C15);
        let accounts = (0..accounts).map(|_| (rng.hash(), rng.hash())).collect();
        let representatives = (0..100).map(|_| rng.hash()).collect();
        Self { rng, accounts, representatives, hashes: Vec::new(), receivable: Vec::new() }
    }

    /// The reads that judging one block takes: is it known, its account, its source, what is receivable.
    pub fn reads(&mut self) -> Vec<(usize, Vec<u8>)> {
        let rng = &mut self.rng;
        let account = rng.below(self.accounts.len());
        let mut reads = vec![(0, rng.hash()), (2, self.accounts[account].0.clone())];
        if !self.hashes.is_empty() {
            reads.push((0, self.hashes[rng.below(self.hashes.len())].clone()));
            reads.push((4, self.accounts[account].0.clone()));
        }
        reads
    }

    /// The rows of one stored and cemented block.
    pub fn block(&mut self, out: &mut Vec<Put>) {
        let rng = &mut self.rng;
        let index = rng.below(self.accounts.len());
        let hash = rng.hash();
        let (account, head) = &mut self.accounts[index];
        let previous = std::mem::replace(head, hash.clone());
        let mut put = |table, key: &[u8], value| out.push(Put { table, key: key.to_vec(), value });
        put(0, &hash, Some(rng.bytes(283)));
        put(1, &previous, Some(hash.clone()));
        put(2, account, Some(rng.bytes(129)));
        if rng.next() % 2 == 0 || self.receivable.is_empty() {
            let key = [rng.hash(), hash.clone()].concat();
            put(3, &key, Some(rng.bytes(49)));
            self.receivable.push(key);
        } else {
            let taken = rng.below(self.receivable.len());
            put(3, &self.receivable.swap_remove(taken), None);
        }
        put(4, account, Some(rng.bytes(40)));
        for _ in 0..2 {
            let weight = rng.bytes(16);
            put(5, &self.representatives[rng.below(100)], Some(weight));
        }
        put(6, b"counts", Some(rng.bytes(32)));
        self.hashes.push(hash);
    }

    /// Events appended to a log: number → 600 bytes.
    pub fn log(&mut self, first: usize, count: usize) -> Vec<Put> {
        let numbers = first as u64..(first + count) as u64;
        numbers
            .map(|n| Put {
                table: 7,
                key: n.to_be_bytes().to_vec(),
                value: Some(self.rng.bytes(600)),
            })
            .collect()
    }

    pub fn known(&self, rng: &mut Rng) -> Vec<u8> {
        self.hashes[rng.below(self.hashes.len())].clone()
    }
}

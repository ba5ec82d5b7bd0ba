//! Values of the Banano network: accounts, amounts, keys, blocks, votes, work and network constants.

//! Black-box tests: published vectors, rules of the network, and properties of every codec.

#[cfg(test)]
mod accounts;
#[cfg(test)]
mod amounts;
#[cfg(test)]
mod block_json;
#[cfg(test)]
mod blocks;
#[cfg(test)]
mod documentation;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod networks;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod verification;
#[cfg(test)]
mod votes;
#[cfg(test)]
mod work;

#[cfg(test)]
mod vectors;

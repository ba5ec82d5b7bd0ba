//! Black-box tests: published messages, recorded messages, hostile bytes, and properties.

#[cfg(test)]
mod frames;
#[cfg(test)]
mod greeting;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod recording;
#[cfg(test)]
mod telemetry;
#[cfg(test)]
mod vectors;

#[cfg(test)]
mod bytes;

//! Messages compressed for whoever agreed to that (RFC 7692).
//!
//! Called when a finished message is made. Touches nothing. Never refers from one message to an earlier
//! one: so one compression serves every client, whenever it came.

use flate2::{Compress, Compression, FlushCompress};

/// How far back a client can look into what it has inflated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Window {
    /// 32 KiB, as nearly all can.
    #[default]
    Wide,
    /// 512 bytes, for the smallest. Who asks for something in between gets this as well, so that no
    /// message is compressed more than twice.
    Narrow,
}

impl Window {
    /// The binary logarithm of its size (`server_max_window_bits`).
    pub const fn bits(self) -> u8 {
        match self {
            Self::Wide => 15,
            Self::Narrow => 9,
        }
    }
}

/// What ends a message, and is left out (§7.2.1).
const END: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

/// A shorter payload is not worth it.
const BYTES_MIN: usize = 64;

/// What is kept of a buffer from one message to the next.
const KEPT_BYTES: usize = 1 << 20;

/// What compression needs, made when it is first needed and used again.
#[derive(Debug, Default)]
pub(crate) struct Deflater {
    wide: Option<Compress>,
    narrow: Option<Compress>,
    out: Vec<u8>,
}

impl Deflater {
    /// The compressed payload. `None` if it would not be shorter.
    pub(crate) fn deflate(&mut self, payload: &[u8], window: Window) -> Option<&[u8]> {
        if payload.len() < BYTES_MIN {
            return None;
        }
        let stream = match window {
            Window::Wide => &mut self.wide,
            Window::Narrow => &mut self.narrow,
        };
        let make = || Compress::new_with_window_bits(LEVEL, false, window.bits());
        let stream = stream.get_or_insert_with(make);
        stream.reset();
        self.out.clear();
        self.out.shrink_to(KEPT_BYTES);
        self.out.reserve(payload.len());
        stream.compress_vec(payload, &mut self.out, FlushCompress::Sync).ok()?;
        // Where there was no room left it is not all.
        let is_whole = self.out.len() < self.out.capacity();
        let packed = self.out.strip_suffix(&END)?;
        (is_whole && packed.len() < payload.len()).then_some(packed)
    }
}

/// A balance: more takes longer than it saves on a message of a kilobyte.
const LEVEL: Compression = Compression::new(6);

#[cfg(test)]
mod tests {
    use flate2::{Decompress, FlushDecompress};

    use super::*;

    const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";

    fn inflate(packed: &[u8], window: Window) -> Vec<u8> {
        let mut out = Vec::with_capacity(1 << 20);
        let whole = [packed, &END].concat();
        let mut stream = Decompress::new_with_window_bits(false, window.bits());
        stream.decompress_vec(&whole, &mut out, FlushDecompress::Sync).unwrap();
        out
    }

    #[test]
    fn each_message_can_be_read_by_itself_within_the_window() {
        let texts: Vec<Vec<u8>> = (1..200_usize)
            .map(|n| (0..n * 37).map(|at| LETTERS[at * at % (n % 23 + 1)]).collect())
            .collect();
        let mut deflater = Deflater::default();
        for window in [Window::Wide, Window::Narrow] {
            for text in &texts {
                let Some(packed) = deflater.deflate(text, window) else { continue };
                assert!(packed.len() < text.len());
                assert_eq!(inflate(packed, window), *text, "{window:?}, {} bytes", text.len());
            }
        }
        let first = deflater.deflate(&texts[150], Window::Wide).unwrap().to_vec();
        assert_eq!(deflater.deflate(&texts[150], Window::Wide).unwrap(), first);
    }

    #[test]
    fn what_would_not_become_shorter_is_left_as_it_is() {
        let mut deflater = Deflater::default();
        assert!(deflater.deflate(&[b'x'; BYTES_MIN - 1], Window::Wide).is_none());
        let mut noise: u64 = 1;
        let random: Vec<u8> = (0..5_000)
            .map(|_| {
                noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (noise >> 56) as u8
            })
            .collect();
        assert!(deflater.deflate(&random, Window::Wide).is_none());
        assert!(deflater.deflate(&[b'x'; 5_000], Window::Wide).is_some(), "and it goes on");
    }
}

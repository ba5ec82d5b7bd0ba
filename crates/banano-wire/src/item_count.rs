//! How many items a vote or a request for votes has, written into the extensions of the header
//! (`node.md §8.2`).
//!
//! Called for `confirm_req` and `confirm_ack`. Up to 15 items take four bits, as every version
//! knows them; more take eight bits, which versions before 0x14 do not know.

/// Most items in one message.
pub(crate) const MAX: usize = 255;

/// Tells that the count has eight bits.
const WIDE: u16 = 1;
/// The block type "not a block", which old readers look for.
const NOT_A_BLOCK: u16 = 0x0100;

/// Writes a count, together with the constant bits around it.
pub(crate) fn encode(count: u8) -> u16 {
    let (high, low) = (u16::from(count >> 4), u16::from(count & 15));
    NOT_A_BLOCK | if high == 0 { low << 12 } else { WIDE | high << 12 | low << 4 }
}

/// Reads a count in either form. The block type is not looked at: some nodes leave it out.
pub(crate) fn decode(extensions: u16) -> u8 {
    let [low_byte, high_byte] = extensions.to_le_bytes();
    let high_nibble = high_byte >> 4;
    if extensions & WIDE == 0 { high_nibble } else { high_nibble << 4 | low_byte >> 4 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_count_comes_back() {
        for count in 0..=u8::MAX {
            assert_eq!(decode(encode(count)), count);
        }
    }

    #[test]
    fn counts_have_the_published_bits() {
        let cases = [(1, 0x1100), (15, 0xF100), (16, 0x1101), (33, 0x2111), (255, 0xF1F1)];
        for (count, bits) in cases {
            assert_eq!(encode(count), bits, "{count}");
        }
    }

    #[test]
    fn a_flag_beside_the_count_does_not_disturb_it() {
        assert_eq!(decode(encode(12) | 4), 12);
        assert_eq!(decode(encode(200) | 4), 200);
        assert_eq!(decode(0x2000), 2, "without the block type");
    }
}

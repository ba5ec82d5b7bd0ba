//! Whether, and how, a client's messages are compressed: its offers and our answer (RFC 7692 §7.1).
//!
//! Called with the headers of a handshake. Touches nothing. Never agrees to context from one message to
//! the next: what is compressed for one client then serves all, and an idle client costs no window.

use axum::http::{HeaderMap, HeaderValue, header};
use banano_ws_hub::{Framing, Window};

/// What was agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Agreement {
    pub(crate) framing: Framing,
    /// Header `Sec-WebSocket-Extensions` of the answer.
    pub(crate) answer: HeaderValue,
}

/// Takes the first offer that can be met. `None`: messages go as they are.
pub(crate) fn agree(headers: &HeaderMap) -> Option<Agreement> {
    let lists = headers.get_all(header::SEC_WEBSOCKET_EXTENSIONS).iter();
    lists.filter_map(|list| list.to_str().ok()).flat_map(|list| list.split(',')).find_map(take)
}

/// The answer to an offer, if it can be met.
fn take(offer: &str) -> Option<Agreement> {
    let mut words = offer.split(';').map(str::trim);
    if !words.next()?.eq_ignore_ascii_case("permessage-deflate") {
        return None;
    }
    let mut asked = Asked::default();
    for word in words {
        let (name, value) = match word.split_once('=') {
            Some((name, value)) => (name.trim_end(), Some(unquote(value.trim_start()))),
            None => (word, None),
        };
        asked.note(name, value)?;
    }
    let mut answer =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover".to_owned();
    let mut window = Window::Wide;
    if let Some(bits) = asked.server_max_window_bits {
        window = [Window::Wide, Window::Narrow].into_iter().find(|it| it.bits() <= bits)?;
        answer.push_str("; server_max_window_bits=");
        answer.push_str(&window.bits().to_string());
    }
    let answer = HeaderValue::try_from(answer).ok()?;
    Some(Agreement { framing: Framing::Deflated(window), answer })
}

/// The parameters of one offer, each of which may be there once.
#[derive(Debug, Default)]
struct Asked {
    server_no_context_takeover: bool,
    client_no_context_takeover: bool,
    client_max_window_bits: bool,
    server_max_window_bits: Option<u8>,
}

impl Asked {
    /// `None`: the offer must be declined for this one (§7.1).
    fn note(&mut self, name: &str, value: Option<&str>) -> Option<()> {
        let is_repeated = match (name, value) {
            ("server_no_context_takeover", None) => {
                std::mem::replace(&mut self.server_no_context_takeover, true)
            }
            ("client_no_context_takeover", None) => {
                std::mem::replace(&mut self.client_no_context_takeover, true)
            }
            ("server_max_window_bits", Some(bits)) => {
                self.server_max_window_bits.replace(window_bits(bits)?).is_some()
            }
            // How far back it looks itself is its own matter: we can follow to the furthest.
            ("client_max_window_bits", bits) => {
                if let Some(bits) = bits {
                    window_bits(bits)?;
                }
                std::mem::replace(&mut self.client_max_window_bits, true)
            }
            _ => return None,
        };
        (!is_repeated).then_some(())
    }
}

/// 8 to 15, without leading zeros.
fn window_bits(value: &str) -> Option<u8> {
    let bits: u8 = value.parse().ok()?;
    ((8..=15).contains(&bits) && bits.to_string() == value).then_some(bits)
}

fn unquote(value: &str) -> &str {
    value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: &str =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    #[test]
    fn the_first_offer_that_can_be_met_is_taken() {
        let of_bits = |bits: u8| Some(format!("{PLAIN}; server_max_window_bits={bits}"));
        let plain = || Some(PLAIN.to_owned());
        let cases: [(&str, Option<String>); 20] = [
            ("permessage-deflate", plain()),
            ("Permessage-Deflate", plain()),
            ("permessage-deflate; client_max_window_bits", plain()),
            ("permessage-deflate; client_max_window_bits=10", plain()),
            ("permessage-deflate; server_no_context_takeover;client_no_context_takeover", plain()),
            ("permessage-deflate; server_max_window_bits=15", of_bits(15)),
            ("permessage-deflate; server_max_window_bits=\"15\"", of_bits(15)),
            ("permessage-deflate; server_max_window_bits = 14", of_bits(9)),
            ("permessage-deflate; server_max_window_bits=9", of_bits(9)),
            ("permessage-deflate; server_max_window_bits=8", None),
            ("permessage-deflate; server_max_window_bits=8, permessage-deflate", plain()),
            ("x-webkit-deflate-frame, permessage-deflate; unknown, permessage-deflate", plain()),
            ("permessage-deflate; server_max_window_bits", None),
            ("permessage-deflate; server_max_window_bits=16", None),
            ("permessage-deflate; server_max_window_bits=09", None),
            ("permessage-deflate; client_max_window_bits=7", None),
            ("permessage-deflate; server_no_context_takeover=1", None),
            ("permessage-deflate; client_max_window_bits; client_max_window_bits", None),
            ("permessage-bzip2", None),
            ("", None),
        ];
        for (offer, want) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(offer));
            let got = agree(&headers).map(|it| it.answer.to_str().unwrap().to_owned());
            assert_eq!(got, want, "{offer}");
        }
        assert_eq!(agree(&HeaderMap::new()), None);
    }

    #[test]
    fn offers_may_be_spread_over_headers() {
        let mut headers = HeaderMap::new();
        for offer in ["one", "permessage-deflate; server_max_window_bits=10"] {
            headers.append(header::SEC_WEBSOCKET_EXTENSIONS, HeaderValue::from_static(offer));
        }
        assert_eq!(agree(&headers).unwrap().framing, Framing::Deflated(Window::Narrow));
    }
}

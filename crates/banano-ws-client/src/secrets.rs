//! Addresses as people may see them.

/// A URL without what may be secret in it, for logs and errors: user, password and query.
///
/// ```
/// use banano_ws_client::without_secrets;
///
/// let url = "wss://shop:letmein@ws.example/stream?api=SECRET";
/// assert_eq!(without_secrets(url), "wss://…@ws.example/stream?…");
/// ```
pub fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let (address, query) = match rest.split_once(['?', '#']) {
        Some((address, _)) => (address, "?…"),
        None => (rest, ""),
    };
    let (authority, path) = match address.find('/') {
        Some(at) => address.split_at(at),
        None => (address, ""),
    };
    let (user, host) = match authority.rsplit_once('@') {
        Some((_, host)) => ("…@", host),
        None => ("", authority),
    };
    let separator = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{separator}{user}{host}{path}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_what_may_be_seen() {
        let rows = [
            ("ws://127.0.0.1:7074", "ws://127.0.0.1:7074"),
            ("ws://[::1]:7074/a/b", "ws://[::1]:7074/a/b"),
            ("ws://h:1/?api=x", "ws://h:1/?…"),
            ("ws://h:1?api=x", "ws://h:1?…"),
            ("http://u:p@h/x?y@z", "http://…@h/x?…"),
            ("http://u:p@@h", "http://…@h"),
            ("h/x@y", "h/x@y"),
            ("", ""),
        ];
        for (url, want) in rows {
            assert_eq!(without_secrets(url), want);
        }
    }
}

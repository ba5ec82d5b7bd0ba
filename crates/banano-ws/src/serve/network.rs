//! The network to serve: one that is known by name, or a file that says what it is.
//!
//! Called at the start. A file is a network's constants as TOML or JSON, or what `--config-out` of a dev
//! network wrote, which holds them and a peer.

use std::path::Path;

use anyhow::{Context as _, Error, anyhow};
use banano_primitives::Network;
use serde::Deserialize as _;
use serde_json::Value;

/// A network, and where a node of it is known to listen.
#[derive(Debug, PartialEq)]
pub(crate) struct Named {
    pub(crate) network: Network,
    pub(crate) peering: Option<String>,
}

/// Finds the network of a name, or of a file.
///
/// # Errors
/// There is neither, or the file is not a network's: names the member and what would be right.
pub(crate) fn load(name: &str) -> Result<Named, Error> {
    if let Some(network) = Network::by_name(name) {
        return Ok(Named { network, peering: None });
    }
    let names = Network::NAMES.join(", ");
    let text = std::fs::read_to_string(Path::new(name)).map_err(|cause| {
        anyhow!("--network {name}: there is no such network ({names}), and no such file ({cause})")
    })?;
    parse(&text).with_context(|| format!("--network {name}: not a network"))
}

fn parse(text: &str) -> Result<Named, Error> {
    if !text.trim_start().starts_with('{') {
        return Ok(Named { network: toml::from_str(text)?, peering: None });
    }
    let mut file: Value = serde_json::from_str(text)?;
    let peering = file.get("peering").and_then(Value::as_str).map(str::to_owned);
    // What a dev network tells scripts holds more than this.
    let constants = file.get_mut("network_constants").map(Value::take).unwrap_or(file);
    Ok(Named { network: Network::deserialize(constants)?, peering })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_form_of_a_network_is_read() {
        let network = Network { name: "mine".to_owned(), ..Network::dev() };
        let toml = toml::to_string(&network).unwrap();
        let json = serde_json::to_string(&network).unwrap();
        let out = json!({"ws": "ws://…", "peering": "127.0.0.1:5", "network_constants": network});
        for (text, peering) in
            [(toml, None), (json, None), (out.to_string(), Some("127.0.0.1:5".to_owned()))]
        {
            let named = parse(&text).unwrap();
            assert_eq!(named, Named { network: network.clone(), peering }, "{text}");
        }
    }

    #[test]
    fn what_is_no_network_is_told_with_what_would_be_right() {
        let error = load("lvie").unwrap_err().to_string();
        assert!(error.contains("lvie") && error.contains("nano-dev"), "{error}");
        let mut file = serde_json::to_value(Network::dev()).unwrap();
        file["quorum_percent"] = json!(0);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("net.json");
        std::fs::write(&path, file.to_string()).unwrap();
        let error = load(path.to_str().unwrap()).unwrap_err();
        let error = format!("{error:#}");
        for part in ["net.json", "quorum_percent", "expected 1 to 100"] {
            assert!(error.contains(part), "{error}");
        }
    }
}

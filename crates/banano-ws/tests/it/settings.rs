//! Settings from all sources, as the program itself sees them.

use crate::program::{Running, output, program, stdout, text};

#[test]
fn the_last_of_default_file_environment_and_flag_wins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.toml");
    std::fs::write(&path, "accounts = 1\nbalance = 1\nconfirm = \"never\"\n").unwrap();
    let report = output(
        program(&["config", "--config", text(&path), "--confirm", "manual"])
            .env("BANANO_WS_BALANCE", "2")
            .env("BANANO_WS_CONFIRM", "after:1"),
    );
    assert_eq!(report.status.code(), Some(0));
    let report = stdout(&report);
    let line = |name: &str| {
        let line = report.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("nodes"), "nodes = 4 # default");
    assert_eq!(line("accounts"), format!("accounts = 1 # {}", text(&path)));
    assert_eq!(line("balance"), "balance = \"2\" # BANANO_WS_BALANCE");
    assert_eq!(line("confirm"), "confirm = \"manual\" # --confirm");
    // The variable may name the file, too.
    let named = output(program(&["config"]).env("BANANO_WS_CONFIG", &path));
    assert!(stdout(&named).contains("accounts = 1 "), "{}", stdout(&named));
}

#[test]
fn a_network_runs_with_what_the_sources_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.toml");
    std::fs::write(&path, "accounts = 1\nnodes = 1\nlisten = \"127.0.0.1:0\"\n").unwrap();
    let network = Running::of(
        program(&["dev", "--config", text(&path), "--balance", "3"])
            .env("BANANO_WS_RPC_LISTEN", "127.0.0.1:0")
            .env("BANANO_WS_DECIMAL_FIELDS", "false"),
    );
    assert_eq!(network.banner.matches("  3 BAN").count(), 1, "{}", network.banner);
    assert!(network.banner.contains("1 node votes"), "{}", network.banner);
    let account = network.labelled("#0 ");
    let request = format!(r#"{{"action":"account_balance","account":"{account}"}}"#);
    let balance = crate::program::post(network.labelled("RPC"), &request);
    assert_eq!(balance["balance"], format!("3{}", "0".repeat(29)));
    assert!(balance.get("balance_decimal").is_none(), "{balance}");
}

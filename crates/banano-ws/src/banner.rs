//! What a person sees at the start: where to connect, which accounts there are, what to try.
//!
//! Made from facts by the running program. Computes text; colours only where they are wanted.

use std::fmt::{self, Display};
use std::time::Duration;

use banano_node::DevAccount;
use banano_primitives::{BlockHash, Network, Prefix, Seed};

use crate::settings::{Ban, Confirm};

/// More accounts than this are not listed one by one.
const LISTED: usize = 20;
/// Accounts that are listed then.
const LISTED_OF_MANY: usize = 10;

/// What is true of the running network.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) ws: String,
    pub(crate) http: String,
    pub(crate) rpc: String,
    /// Where other nodes can connect.
    pub(crate) peering: String,
    pub(crate) constants: Network,
    pub(crate) prefix: Prefix,
    pub(crate) genesis: BlockHash,
    pub(crate) seed: Seed,
    pub(crate) nodes: u32,
    pub(crate) accounts: Vec<DevAccount>,
    pub(crate) confirm: Confirm,
    pub(crate) activity: Option<f64>,
    pub(crate) data: Option<String>,
    /// Where operators are let in.
    pub(crate) admin: Option<String>,
}

impl Facts {
    /// An account as the network writes it.
    pub(crate) fn text(&self, account: &DevAccount) -> String {
        account.keypair.account().with_prefix(self.prefix).to_string()
    }

    /// Renders the banner.
    pub(crate) fn banner(&self, colours: bool) -> String {
        let paint = Paint { colours };
        let mut out = String::new();
        self.write(&mut out, paint).unwrap_or_default();
        out
    }

    fn write(&self, out: &mut String, paint: Paint) -> fmt::Result {
        use std::fmt::Write as _;
        let Self { ws, http, rpc, peering, .. } = self;
        let title = concat!("banano-ws ", env!("CARGO_PKG_VERSION"));
        writeln!(out, "{} - a private Banano network in this process\n", paint.bold(title))?;
        writeln!(out, "  WebSocket  {}", paint.link(ws))?;
        writeln!(out, "  RPC        {}", paint.link(rpc))?;
        writeln!(out, "  Tester     {}", paint.link(&format!("{http}/")))?;
        writeln!(out, "  Health     {}", paint.link(&format!("{http}/health/live")))?;
        writeln!(out, "  Peering    {}", paint.link(peering))?;
        if let Some(admin) = &self.admin {
            writeln!(out, "  Admin      {}", paint.link(admin))?;
        }
        writeln!(out)?;
        self.write_accounts(out, paint)?;
        writeln!(out, "{}\n  {}\n", paint.bold("Seed"), self.seed)?;
        let warning =
            "WARNING: THESE KEYS ARE PUBLIC. Everybody has them. Never send real money here.";
        writeln!(out, "{}\n", paint.warning(warning))?;
        self.write_first_steps(out, paint)?;
        let nodes =
            if self.nodes == 1 { "1 node votes" } else { &format!("{} nodes vote", self.nodes) };
        let confirm = match self.confirm {
            Confirm::Instant => "at once".to_owned(),
            Confirm::After { ms } => format!("after {ms} ms"),
            Confirm::Manual => "when RPC dev_confirm says so".to_owned(),
            Confirm::Never => "never".to_owned(),
        };
        writeln!(out, "{nodes}, {confirm}.{}{}", self.traffic(), self.kept())
    }

    fn write_accounts(&self, out: &mut String, paint: Paint) -> fmt::Result {
        use std::fmt::Write as _;
        if self.accounts.is_empty() {
            return Ok(());
        }
        let listed =
            if self.accounts.len() <= LISTED { self.accounts.len() } else { LISTED_OF_MANY };
        writeln!(out, "{}", paint.bold("Accounts"))?;
        for account in self.accounts.iter().take(listed) {
            let index = format!("#{}", account.index);
            writeln!(out, "  {index:<3} {}  {} BAN", self.text(account), Ban(account.balance))?;
            writeln!(
                out,
                "      {}",
                paint.dim(&format!("key {}", account.keypair.private_key()))
            )?;
        }
        match self.accounts.len().saturating_sub(listed) {
            0 => writeln!(out),
            more => {
                writeln!(out, "  and {more} more, from the same seed; --config-out lists all\n")
            }
        }
    }

    /// Two lines that work when they are pasted into two terminals.
    fn write_first_steps(&self, out: &mut String, paint: Paint) -> fmt::Result {
        use std::fmt::Write as _;
        let Self { ws, rpc, .. } = self;
        writeln!(out, "{}", paint.bold("Listen, in another terminal"))?;
        writeln!(
            out,
            "  npx wscat -c {ws} -w -1 -x '{{\"action\":\"subscribe\",\"topic\":\"confirmation\",\"ack\":true}}'\n"
        )?;
        let account = self.accounts.first().map(|account| self.text(account));
        let request = match account {
            Some(account) => format!(
                "{{\"action\":\"dev_faucet\",\"account\":\"{account}\",\"amount_decimal\":\"1.5\"}}"
            ),
            None => "{\"action\":\"block_count\"}".to_owned(),
        };
        writeln!(out, "{}", paint.bold("Pay, in a third"))?;
        writeln!(out, "  curl -d '{request}' {rpc}\n")
    }

    fn traffic(&self) -> String {
        self.activity.map_or_else(String::new, |rate| format!(" Traffic: {rate} blocks/s."))
    }

    fn kept(&self) -> String {
        match &self.data {
            Some(folder) => format!(" Kept in {folder}."),
            None => " Kept in memory only.".to_owned(),
        }
    }
}

/// The last line of the start.
pub(crate) fn ready(took: Duration, colours: bool) -> String {
    let text = format!("Ready in {:.2} s. Ctrl-C stops it.", took.as_secs_f64());
    format!("{}\n", Paint { colours }.bold(text))
}

/// Marks text for a terminal, or leaves it alone.
#[derive(Clone, Copy)]
struct Paint {
    colours: bool,
}

impl Paint {
    fn bold(self, text: impl Display) -> String {
        self.code("1", text)
    }

    fn dim(self, text: &str) -> String {
        self.code("2", text)
    }

    fn link(self, text: &str) -> String {
        self.code("36", text)
    }

    fn warning(self, text: &str) -> String {
        self.code("1;33", text)
    }

    fn code(self, code: &str, text: impl Display) -> String {
        if self.colours { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_string() }
    }
}

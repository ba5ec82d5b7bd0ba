//! A dev network from its start to its end.
//!
//! Called by `main`. Takes the ports, starts the nodes, the WebSocket server and the RPC, tells where
//! they are, and waits. Stops in the direction in which data flows: requests, nodes, sessions. Every
//! step has a deadline; a second signal ends the process at once.

use std::io::{IsTerminal as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Error};
use banano_node::{DevAccount, DevNet, EventSink, LedgerRead as _};
use banano_primitives::Amount;
use banano_rpc::{Names, Service};
use banano_ws_journal::{Journal, Limits};
use banano_ws_protocol::RenderSettings;
use banano_ws_server::Server;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::age::Age;
use crate::banner::{Facts, ready};
use crate::config_out::ConfigOut;
use crate::failure::Failure;
use crate::listen::{listen, reachable};
use crate::logs;
use crate::settings::{Log, Resolved, Settings};
use crate::signals::Signals;

/// Threads of the RPC. Nodes and WebSocket shards have their own.
const RPC_THREADS: usize = 2;
/// How long the runtime waits at the end for reads that cannot be interrupted.
const RUNTIME_DEADLINE: Duration = Duration::from_secs(2);

/// Runs until a signal or a failure ends it.
pub(crate) fn dev_network(resolved: &Resolved, reset: bool, age: Age) -> Result<(), Failure> {
    let settings = &resolved.settings;
    if reset && settings.data.is_none() {
        let problem = "--reset: there is nothing to delete without a folder, add --data DIR";
        return Err(Failure::Usage(vec![problem.to_owned()]));
    }
    logs::start(settings.log);
    let config_out = settings.config_out.as_deref().map(ConfigOut::prepare).transpose()?;
    let ws = listen(&settings.listen, "--listen")?;
    let rpc = listen(&settings.rpc_listen, "--rpc-listen")?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(RPC_THREADS)
        .thread_name("rpc")
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let running = Running::start(settings, reset, &runtime, [ws, rpc])?;
    // Until here a signal simply ends the process, also a start that has to find live work.
    let signals = {
        let _inside = runtime.enter();
        Signals::take().context("cannot listen for signals")?
    };
    announce(&running.facts, config_out, settings.log, age)?;
    let outcome = runtime.block_on(running.until_the_end(signals));
    runtime.shutdown_timeout(RUNTIME_DEADLINE);
    Ok(outcome?)
}

/// Everything that runs.
struct Running {
    net: DevNet,
    server: Server,
    rpc: JoinHandle<std::io::Result<()>>,
    stop_rpc: CancellationToken,
    facts: Facts,
}

impl Running {
    fn start(
        settings: &Settings,
        reset: bool,
        runtime: &Runtime,
        [ws, rpc]: [TcpListener; 2],
    ) -> Result<Self, Error> {
        let journal = Journal::memory(Limits::default(), unix_ms);
        let events = journal.clone();
        let sink: EventSink = Arc::new(move |batch| events.append(batch));
        let net = DevNet::start(&settings.dev(reset), &sink).context("cannot start the network")?;
        let facts = facts(settings, &net, &ws, &rpc)?;
        let render =
            RenderSettings { decimal_fields: settings.decimal_fields, prefix: facts.prefix };
        let server = banano_ws_server::start(ws, settings.websocket(), journal, render)?;
        let stop_rpc = CancellationToken::new();
        let service = Service {
            node: net.node().clone(),
            config: settings.rpc.clone(),
            decimal_fields: settings.decimal_fields,
            names: Names::new(
                net.accounts().iter().map(|account| (account.index, account.keypair.account())),
            ),
        };
        let rpc = runtime.spawn(banano_rpc::serve(rpc, service, stop_rpc.clone()));
        Ok(Self { net, server, rpc, stop_rpc, facts })
    }

    /// Waits for a signal or a failure, then stops everything.
    async fn until_the_end(mut self, mut signals: Signals) -> Result<(), Error> {
        let failure = tokio::select! {
            () = signals.next() => None,
            failure = self.net.failed() => Some(Error::from(failure)),
            ended = &mut self.rpc => Some(match ended {
                Ok(Ok(())) => anyhow::anyhow!("the RPC ended by itself"),
                Ok(Err(cause)) => Error::from(cause).context("the RPC cannot listen"),
                Err(cause) => Error::from(cause).context("the RPC ended by a programming error"),
            }),
        };
        info!("stopping");
        let stopped = tokio::select! {
            stopped = self.stop() => stopped,
            () = signals.next() => std::process::exit(1),
        };
        failure.map_or(stopped, Err)
    }

    /// Requests first, then what answers them, then who listens.
    async fn stop(self) -> Result<(), Error> {
        self.stop_rpc.cancel();
        if !self.rpc.is_finished() {
            // Has a deadline of its own. What went wrong was told while it ran.
            let _ = self.rpc.await;
        }
        let stopped = self.net.stop().await;
        self.server.stop().await;
        Ok(stopped?)
    }
}

fn facts(
    settings: &Settings,
    net: &DevNet,
    ws: &TcpListener,
    rpc: &TcpListener,
) -> Result<Facts, Error> {
    let ws = reachable(ws.local_addr()?);
    let rpc = reachable(rpc.local_addr()?);
    let network = net.node().network();
    Ok(Facts {
        ws: format!("ws://{ws}"),
        http: format!("http://{ws}"),
        rpc: format!("http://{rpc}"),
        network: network.name.clone(),
        prefix: network.prefix,
        genesis: network.genesis.hash(),
        seed: settings.seed.0,
        nodes: settings.nodes,
        accounts: accounts(net)?,
        confirm: settings.confirm,
        activity: settings.activity,
        data: settings.data.as_ref().map(|folder| folder.display().to_string()),
    })
}

/// The funded accounts with what they have now, which differs from the start in a kept network.
fn accounts(net: &DevNet) -> Result<Vec<DevAccount>, Error> {
    let ledger = net.node().ledger();
    net.accounts()
        .iter()
        .map(|account| {
            let info = ledger.account(&account.keypair.account())?;
            Ok(DevAccount {
                balance: info.map_or(Amount::ZERO, |info| info.balance),
                ..account.clone()
            })
        })
        .collect()
}

/// Tells people and scripts that everything listens, and where.
fn announce(facts: &Facts, config_out: Option<ConfigOut>, log: Log, age: Age) -> Result<(), Error> {
    if let Some(config_out) = config_out {
        config_out.write(facts)?;
    }
    if log > Log::Quiet {
        let mut stdout = std::io::stdout().lock();
        let colours = stdout.is_terminal() && !logs::no_color();
        // Whoever closed the output does not want to read it.
        let _ = stdout.write_all(facts.banner(colours).as_bytes());
        let _ = stdout.write_all(ready(age.get(), colours).as_bytes());
        let _ = stdout.flush();
    }
    Ok(())
}

/// The clock of the journal.
#[expect(clippy::disallowed_methods, reason = "the journal is given its clock here")]
fn unix_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
}

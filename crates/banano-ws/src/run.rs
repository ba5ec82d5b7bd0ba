//! A dev network from its start to its end.
//!
//! Called by `main`. Takes the ports, starts the nodes, the WebSocket server and the RPC, tells where
//! they are, and waits. Stops in the direction in which data flows: requests, nodes, sessions. Every
//! step has a deadline; a second signal ends the process at once.

use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Error};
use banano_node::{
    Clients, DevAccount, DevConfig, DevNet, EventSink, Harm, LedgerRead as _, Node, ResetOrder,
};
use banano_primitives::Amount;
use banano_rpc::{Names, Service};
use banano_ws_journal::{Journal, Limits, Opened, Past};
use banano_ws_protocol::RenderSettings;
use banano_ws_server::{Config, Fault, Listeners, Server, SourceState};
use tokio::runtime::Runtime;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::age::Age;
use crate::banner::Facts;
use crate::config_out::{ConfigOut, Document, rendered};
use crate::failure::Failure;
use crate::front::{self, Front};
use crate::listen::{listen, reachable};
use crate::logs;
use crate::operators::{self, Place};
use crate::publish::{Publishing, Source};
use crate::serve::close;
use crate::service;
use crate::settings::{Resolved, Settings};
use crate::signals::Signals;

/// Orders to begin anew that wait; one more is refused.
const RESETS_MAX: usize = 16;

/// Runs until a signal or a failure ends it.
pub(crate) fn dev_network(resolved: &Resolved, reset: bool, age: Age) -> Result<(), Failure> {
    let settings = &resolved.settings;
    if reset && settings.data.is_none() {
        let problem = "--reset: there is nothing to delete without a folder, add --data DIR";
        return Err(Failure::Usage(vec![problem.to_owned()]));
    }
    logs::start(settings.log, settings.log_format);
    let config_out = settings.config_out.as_deref().map(ConfigOut::prepare).transpose()?;
    let (ws, front) = front::open(settings)?;
    let rpc = listen(&settings.rpc_listen, "--rpc-listen")?;
    let peering = listen(&settings.peering_listen, "--peering-listen")?;
    let runtime = service::runtime("rpc")?;
    let place = Place::take(settings)?;
    let running = Running::start(settings, reset, &runtime, (ws, &front), [rpc, peering], place)?;
    // Until here a signal simply ends the process, also while it looks for live work.
    let signals = service::signals(runtime.handle(), resolved, &running.server)?;
    let facts = &running.facts;
    let banner = |colours| facts.banner(colours);
    service::announce(banner, &Document::of(facts), config_out, settings.log, age)?;
    let outcome = runtime.block_on(running.until_the_end(signals));
    runtime.shutdown_timeout(service::RUNTIME_DEADLINE);
    Ok(outcome?)
}

/// Everything that runs.
struct Running {
    net: DevNet,
    journal: Journal,
    server: Server,
    rpc: JoinHandle<std::io::Result<()>>,
    stop_rpc: CancellationToken,
    facts: Facts,
    publishing: Option<Publishing>,
    anew: Anew,
}

/// What it takes to begin the network anew (RPC `dev_reset`).
struct Anew {
    config: DevConfig,
    sink: EventSink,
    /// The node that RPC asks: none while the network begins anew.
    seat: watch::Sender<Option<Node>>,
    orderer: mpsc::Sender<ResetOrder>,
    orders: mpsc::Receiver<ResetOrder>,
}

impl Running {
    fn start(
        settings: &Settings,
        reset: bool,
        runtime: &Runtime,
        (ws, front): (Listeners, &Front),
        [rpc, peering]: [TcpListener; 2],
        place: Option<Place>,
    ) -> Result<Self, Error> {
        // The folder is the network's: it is let in, or emptied, before there is a journal in it. Until
        // then a node with an event waits.
        let journal: Arc<OnceLock<Journal>> = Arc::default();
        let events = Arc::clone(&journal);
        let sink: EventSink = Arc::new(move |batch| events.wait().append(batch));
        let net = DevNet::start_at(&settings.dev(reset), peering, &sink)
            .context("cannot start the network")?;
        let opened = open_journal(settings).and_then(|journal| {
            let publishing =
                Publishing::start(settings, (Source::OwnNetwork, &front.ws), &journal, runtime)?;
            Ok((journal, publishing))
        });
        let journal = journal.get_or_init(|| match &opened {
            Ok((journal, _)) => journal.clone(),
            // Lets the nodes end.
            Err(_) => Journal::memory(Limits::default(), unix_ms),
        });
        let (_, publishing) = opened?;
        let admin = place.as_ref().map(|place| place.url.clone());
        let facts = Facts { admin, ..facts(settings, &net, front, &rpc)? };
        let render =
            RenderSettings { decimal_fields: settings.decimal_fields, prefix: facts.prefix };
        let config = Config { required_sources: 1, ..settings.websocket() };
        let server = banano_ws_server::start(ws, config, journal.clone(), render)?;
        operators::admit(&server, place)?;
        let meters = operators::rpc_meters(&server);
        if let Some(publishing) = &publishing {
            publishing.measure(&server.metrics());
        }
        lend_clients(&net, &server);
        server.describe(rendered(&Document::for_strangers(&facts))?);
        tell_nodes(&server, settings.nodes, SourceState::Up, "");
        let stop_rpc = CancellationToken::new();
        let (orderer, orders) = mpsc::channel(RESETS_MAX);
        lend_reset(&net, &orderer);
        let seat = watch::Sender::new(Some(net.node().clone()));
        let service = Service {
            node: seat.subscribe(),
            config: settings.rpc.clone(),
            decimal_fields: settings.decimal_fields,
            names: Names::new(
                net.accounts().iter().map(|account| (account.index, account.keypair.account())),
            ),
            meters,
        };
        let rpc = runtime.spawn(banano_rpc::serve(rpc, service, stop_rpc.clone()));
        let anew = Anew { config: settings.dev(reset), sink, seat, orderer, orders };
        Ok(Self { net, journal: journal.clone(), server, rpc, stop_rpc, facts, publishing, anew })
    }

    /// Waits for a signal or a failure, then stops everything.
    async fn until_the_end(mut self, mut signals: Signals) -> Result<(), Error> {
        let failure = loop {
            tokio::select! {
                () = signals.next() => break None,
                failure = self.net.failed() => break Some(Error::from(failure)),
                failure = self.journal.failed() => break Some(Error::from(failure)),
                ended = &mut self.rpc => break Some(rpc_failure(ended)),
                Some(order) = self.anew.orders.recv() => tokio::select! {
                    begun = self.begin_anew(order) => self = begun?,
                    // There is no network to stop, and what it kept is being deleted.
                    () = signals.next() => return Ok(()),
                },
            }
        };
        signals.end_by(self.stop(), failure).await
    }

    /// Puts a new network in the place of this one. Clients stay connected. The RPC's requests end or
    /// wait.
    async fn begin_anew(self, order: ResetOrder) -> Result<Self, Error> {
        info!("beginning anew");
        self.anew.seat.send_replace(None);
        let nodes = self.anew.config.nodes;
        tell_nodes(&self.server, nodes, SourceState::Down, "the network begins anew");
        let net = self.net.begin_anew(&self.anew.config, &self.anew.sink).await;
        let net = net.context("the network cannot begin anew")?;
        lend_clients(&net, &self.server);
        lend_reset(&net, &self.anew.orderer);
        tell_nodes(&self.server, nodes, SourceState::Up, "");
        self.anew.seat.send_replace(Some(net.node().clone()));
        // Whoever asked may be gone.
        let _ = order.send(());
        Ok(Self { net, ..self })
    }

    /// Clients that may leave in their own time first, then requests, then what answers them, then what was kept of it, then who listens.
    async fn stop(self) -> Result<(), Error> {
        self.server.drain().await;
        self.stop_rpc.cancel();
        if !self.rpc.is_finished() {
            // Has a deadline of its own. What went wrong was told while it ran.
            let _ = self.rpc.await;
        }
        let stopped = self.net.stop().await;
        // Nothing is appended any more; what was is told before the sessions end.
        close(self.journal, &self.server, self.publishing).await?;
        Ok(stopped?)
    }
}

/// The journal: in the data folder, if there is one.
pub(crate) fn open_journal(settings: &Settings) -> Result<Journal, Error> {
    let Some(folder) = settings.journal_folder() else {
        return Ok(Journal::memory(Limits::default(), unix_ms));
    };
    let config = settings.journal.on_disk(folder);
    let Opened { journal, report } = Journal::open(&config, unix_ms)?;
    if report.torn_bytes > 0 {
        let bytes = report.torn_bytes;
        info!(bytes, "cut off a half-written end of the journal; nobody had seen it");
    }
    if report.past == Past::Renamed {
        warn!(
            "events may be missing since the system went down; \
             clients that come back with a cursor of before are told so"
        );
    }
    Ok(journal)
}

/// Why the RPC ended although nobody stopped it.
pub(crate) fn rpc_failure(ended: Result<std::io::Result<()>, JoinError>) -> Error {
    match ended {
        Ok(Ok(())) => anyhow::anyhow!("the RPC ended by itself"),
        Ok(Err(cause)) => Error::from(cause).context("the RPC cannot listen"),
        Err(cause) => Error::from(cause).context("the RPC ended by a programming error"),
    }
}

/// Tells subscribers of `status` how the network's nodes are.
fn tell_nodes(server: &Server, nodes: u32, state: SourceState, detail: &str) {
    let sources = server.sources();
    for number in 0..nodes {
        sources.tell(&format!("node {number}"), state, detail);
    }
}

/// Lets RPC `dev_disconnect` drop WebSocket clients, and `dev_delay` delay them.
fn lend_clients(net: &DevNet, server: &Server) {
    let Some(dev) = net.node().dev() else { return };
    let faults = server.faults();
    dev.lend_clients(Clients::new(move |harm, which| {
        let left = AtomicUsize::new(which.most.unwrap_or(usize::MAX));
        let fault = match harm {
            Harm::Drop => Fault::Drop,
            Harm::Delay(time) => Fault::Delay(time),
        };
        faults.inflict(fault, move |peer, name| {
            let fits = which.ip.is_none_or(|ip| ip == peer.ip().to_canonical())
                && which.port.is_none_or(|port| port == peer.port())
                && which.name.as_deref().is_none_or(|wanted| name == Some(wanted));
            fits && left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_ok()
        })
    }));
}

/// Lets RPC `dev_reset` order a new beginning.
fn lend_reset(net: &DevNet, orderer: &mpsc::Sender<ResetOrder>) {
    if let Some(dev) = net.node().dev() {
        dev.lend_reset(orderer.clone());
    }
}

fn facts(
    settings: &Settings,
    net: &DevNet,
    front: &Front,
    rpc: &TcpListener,
) -> Result<Facts, Error> {
    let rpc = reachable(rpc.local_addr()?);
    let network = net.node().network();
    let peering = net.node().peering().map(reachable);
    Ok(Facts {
        ws: front.ws.clone(),
        http: front.http.clone(),
        rpc: format!("http://{rpc}"),
        peering: peering.map_or_else(String::new, |address| address.to_string()),
        constants: network.clone(),
        prefix: network.prefix,
        genesis: network.genesis.hash(),
        seed: settings.seed.0,
        nodes: settings.nodes,
        accounts: accounts(net)?,
        confirm: settings.confirm,
        activity: settings.activity,
        data: settings.data.as_ref().map(|folder| folder.display().to_string()),
        admin: None,
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

/// The clock of the journal.
#[expect(clippy::disallowed_methods, reason = "the journal is given its clock here")]
pub(crate) fn unix_ms() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(0, |now| u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
}

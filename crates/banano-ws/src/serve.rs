//! Serves a network that is somewhere else: as a gateway to its nodes, or as an observer, a node without
//! keys among them.
//!
//! Called by `main`. From here on this file is the observer, from its start to its end. Takes the ports, starts the node, the WebSocket server and the RPC, tells where they
//! are, and waits. Stops in the direction in which data flows: requests, node, sessions.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::sync::Arc;

use anyhow::{Context as _, Error};
use banano_node::{EventSink, Limits as NodeLimits, Observer, ObserverConfig};
use banano_primitives::Prefix;
use banano_rpc::{Names, Service};
use banano_ws_gateway::read_accounts;
use banano_ws_journal::Journal;
use banano_ws_protocol::RenderSettings;
use banano_ws_server::{Config, Listeners, Server};
use serde::Serialize;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::age::Age;
use crate::config_out::{ConfigOut, rendered};
use crate::failure::Failure;
use crate::front::{self, Front};
use crate::listen::{listen, reachable};
use crate::logs;
use crate::operators::{self, Place};
use crate::publish::{Publishing, Source};
use crate::run::{open_journal, rpc_failure};
use crate::service;
use crate::settings::{Origin, Resolved, Settings};
use crate::signals::Signals;

mod gateway;
mod health;
pub(crate) mod network;
mod weights;

use network::Named;

/// What is true of the running node, as scripts are told (`--config-out`).
#[derive(Debug, Serialize)]
struct Facts {
    ws: String,
    http: String,
    rpc: String,
    peering: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<String>,
    pid: u32,
    network: String,
    genesis: String,
    node_id: String,
    #[serde(skip)]
    peers: Vec<String>,
    #[serde(skip)]
    kept: String,
}

/// Runs until a signal or a failure ends it.
pub(crate) fn serve(resolved: &Resolved, age: Age) -> Result<(), Failure> {
    if !resolved.settings.upstreams.0.is_empty() {
        return gateway::run(resolved, age);
    }
    let strays = ["rpcs", "agree", "verify", "watch"].map(|path| (path, "needs --upstream URL"));
    refuse_strays(resolved, &strays)?;
    observer(resolved, age)
}

/// Reads the files that settings of `serve` name, as the start does, and says what is wrong with them.
pub(crate) fn check_files(settings: &Settings) -> Vec<String> {
    let named = settings.network.as_deref().map(network::load);
    let weights = settings.weights.as_deref().map(weights::load);
    let watched = settings.watch.as_deref().map(|file| read_accounts(file).context("--watch"));
    let errors =
        [named.and_then(Result::err), weights.and_then(Result::err), watched.and_then(Result::err)];
    errors.into_iter().flatten().map(|error| format!("{error:#}")).collect()
}

/// Refuses flags that mean something in the other mode only. Variables and files may be shared.
fn refuse_strays(resolved: &Resolved, strays: &[(&str, &str)]) -> Result<(), Failure> {
    let given = strays.iter().filter_map(|(path, why)| match resolved.origin(path) {
        Origin::Flag(flag) => Some(format!("{flag}: {why}")),
        _ => None,
    });
    let problems: Vec<String> = given.collect();
    if problems.is_empty() { Ok(()) } else { Err(Failure::Usage(problems)) }
}

fn observer(resolved: &Resolved, age: Age) -> Result<(), Failure> {
    let settings = &resolved.settings;
    let Some(name) = &settings.network else {
        let problem = "serve: what? Add --network live, or another network, to follow it as one of its \
                       nodes, or --upstream ws://HOST:PORT to be a gateway to a node; see --help";
        return Err(Failure::Usage(vec![problem.to_owned()]));
    };
    logs::start(settings.log, settings.log_format);
    let named = network::load(name)?;
    let config_out = settings.config_out.as_deref().map(ConfigOut::prepare).transpose()?;
    let config = observer_config(resolved, &named)?;
    let (ws, front) = front::open(settings)?;
    let rpc = listen(&settings.rpc_listen, "--rpc-listen")?;
    let runtime = service::runtime("rpc")?;
    let place = Place::take(settings)?;
    let running = Running::start(resolved, config, &runtime, (ws, &front), rpc, place)?;
    let signals = service::signals(runtime.handle(), resolved, &running.server)?;
    let facts = &running.facts;
    service::announce(|_| facts.banner(), facts, config_out, settings.log, age)?;
    let outcome = runtime.block_on(running.until_the_end(signals));
    runtime.shutdown_timeout(service::RUNTIME_DEADLINE);
    Ok(outcome?)
}

fn observer_config(resolved: &Resolved, named: &Named) -> Result<ObserverConfig, Error> {
    let settings = &resolved.settings;
    let asked = settings.peers.0.iter().map(ToString::to_string);
    let listens = *resolved.origin("peering_listen") != Origin::Default;
    let listener = listens.then_some(&settings.peering_listen);
    Ok(ObserverConfig {
        network: named.network.clone(),
        peers: asked.chain(named.peering.clone()).collect(),
        listener: listener.map(|place| listen(place, "--peering-listen")).transpose()?,
        data: settings.data.clone(),
        work_peers: settings.work_peers.0.clone(),
        weights: settings.weights.as_deref().map(weights::load).transpose()?,
        limits: NodeLimits::default(),
    })
}

/// Everything that runs.
struct Running {
    observer: Observer,
    journal: Journal,
    server: Server,
    rpc: JoinHandle<std::io::Result<()>>,
    stop_rpc: CancellationToken,
    stop_watching: CancellationToken,
    facts: Facts,
    publishing: Option<Publishing>,
}

impl Running {
    fn start(
        resolved: &Resolved,
        config: ObserverConfig,
        runtime: &Runtime,
        (ws, front): (Listeners, &Front),
        rpc: TcpListener,
        place: Option<Place>,
    ) -> Result<Self, Error> {
        let settings = &resolved.settings;
        let journal = open_journal(settings)?;
        // Before edges are told what is heard.
        health::begin(&journal);
        let publishing =
            Publishing::start(settings, (Source::SharedNetwork, &front.ws), &journal, runtime)?;
        let events = journal.clone();
        let sink: EventSink = Arc::new(move |batch| events.append(batch));
        let prefix = config.network.prefix;
        let render = RenderSettings { decimal_fields: resolved.decimal_fields(prefix), prefix };
        let peers = config.peers.clone();
        let observer = Observer::start(config, &sink).context("cannot start the node")?;
        let admin = place.as_ref().map(|place| place.url.clone());
        let facts = facts(settings, &observer, peers, front, &rpc)?;
        let config = Config { required_sources: 1, ..settings.websocket() };
        let server = banano_ws_server::start(ws, config, journal.clone(), render)?;
        operators::admit(&server, place)?;
        let meters = operators::rpc_meters(&server);
        if let Some(publishing) = &publishing {
            publishing.measure(&server.metrics());
        }
        server.describe(rendered(&facts)?);
        // Not for strangers.
        let facts = Facts { admin, ..facts };
        let stop_watching = CancellationToken::new();
        let watched = health::watch(observer.node().clone(), server.sources(), journal.clone());
        runtime.spawn(stop_watching.clone().run_until_cancelled_owned(watched));
        let stop_rpc = CancellationToken::new();
        let seat = watch::Sender::new(Some(observer.node().clone()));
        let service = Service {
            node: seat.subscribe(),
            config: settings.rpc.clone(),
            decimal_fields: render.decimal_fields,
            names: Names::default(),
            meters,
        };
        let rpc = runtime.spawn(banano_rpc::serve(rpc, service, stop_rpc.clone()));
        Ok(Self { observer, journal, server, rpc, stop_rpc, stop_watching, facts, publishing })
    }

    /// Waits for a signal or a failure, then stops everything.
    async fn until_the_end(mut self, mut signals: Signals) -> Result<(), Error> {
        let failure = tokio::select! {
            () = signals.next() => None,
            failure = self.observer.failed() => Some(Error::from(failure)),
            failure = self.journal.failed() => Some(Error::from(failure)),
            ended = &mut self.rpc => Some(rpc_failure(ended)),
        };
        signals.end_by(self.stop(), failure).await
    }

    async fn stop(self) -> Result<(), Error> {
        self.server.drain().await;
        self.stop_rpc.cancel();
        if !self.rpc.is_finished() {
            // Has a deadline of its own. What went wrong was told while it ran.
            let _ = self.rpc.await;
        }
        self.stop_watching.cancel();
        let stopped = self.observer.stop().await;
        // Nothing is appended any more; what was is told before the sessions end.
        close(self.journal, &self.server, self.publishing).await?;
        Ok(stopped?)
    }
}

/// Tells clients and edges what is in the journal, which nobody appends to any more, and ends it.
pub(crate) async fn close(
    journal: Journal,
    server: &Server,
    publishing: Option<Publishing>,
) -> Result<(), Error> {
    let closed = tokio::task::spawn_blocking(move || {
        journal.close();
        journal.newest()
    });
    let newest = closed.await.context("the journal ended by a programming error");
    server.stop().await;
    let newest = newest?;
    if let Some(publishing) = publishing {
        publishing.stop(newest).await;
    }
    Ok(())
}

fn facts(
    settings: &Settings,
    observer: &Observer,
    peers: Vec<String>,
    front: &Front,
    rpc: &TcpListener,
) -> Result<Facts, Error> {
    let rpc = reachable(rpc.local_addr()?);
    let node = observer.node();
    let counts = banano_node::LedgerRead::counts(&**node.ledger());
    let kept = match &settings.data {
        Some(folder) => format!("Kept in {}.", folder.display()),
        None => "Kept in memory only.".to_owned(),
    };
    let network = node.network();
    Ok(Facts {
        ws: front.ws.clone(),
        http: front.http.clone(),
        rpc: format!("http://{rpc}"),
        peering: node.peering().map(|address| address.to_string()),
        admin: None,
        pid: std::process::id(),
        network: network.name.clone(),
        genesis: network.genesis.hash().to_string(),
        node_id: node.id().with_prefix(Prefix::Node).to_string(),
        peers: if peers.is_empty() { network.peers.clone() } else { peers },
        kept: format!("{kept} {} blocks, {} cemented.", counts.blocks, counts.cemented),
    })
}

impl Facts {
    fn banner(&self) -> String {
        let Self { ws, http, rpc, network, .. } = self;
        let title = concat!("banano-ws ", env!("CARGO_PKG_VERSION"));
        let mut out = format!(
            "{title} - a node without keys on the network {network}\n\n  WebSocket  {ws}\n  RPC        \
             {rpc}\n  Health     {http}/health/live\n"
        );
        if let Some(peering) = &self.peering {
            let _ = writeln!(out, "  Peering    {peering}");
        }
        if let Some(admin) = &self.admin {
            let _ = writeln!(out, "  Admin      {admin}");
        }
        let peers = match self.peers.as_slice() {
            [] => "Waiting for nodes that connect to it.".to_owned(),
            peers => format!("Connecting to {}.", peers.join(", ")),
        };
        let _ = writeln!(out, "\n{peers} {}", self.kept);
        out
    }
}

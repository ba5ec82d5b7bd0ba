//! A gateway from its start to its end: running nodes behind, any number of clients in front.
//!
//! Called by `serve`. Takes the ports, finds out which network it is, starts the WebSocket server, the
//! upstreams and the way of RPC requests, tells where they are, and waits. What the nodes behind do is
//! never its failure: it goes on without them. Stops in the direction in which data flows.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::path::Path;

use anyhow::{Context as _, Error};
use banano_primitives::{Account, Network, Prefix};
use banano_rpc::{Meters, Respond};
use banano_ws_client::{Dialer, Timing};
use banano_ws_gateway::{
    Gateway, GatewayConfig, Hearing, Passed, Passing, Upstream, now_ms, read_accounts,
};
use banano_ws_journal::Journal;
use banano_ws_protocol::{RenderSettings, Topic};
use banano_ws_server::{Config, Demand, Listeners, Server};
use bytes::Bytes;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{close, network, refuse_strays};
use crate::age::Age;
use crate::config_out::{ConfigOut, rendered};
use crate::failure::Failure;
use crate::front::{self, Front};
use crate::listen::listen;
use crate::logs;
use crate::operators::{self, Place};
use crate::publish::{Publishing, Source};
use crate::run::{open_journal, rpc_failure};
use crate::service;
use crate::settings::{Resolved, Settings};
use crate::signals::Signals;

mod earlier;
mod facts;
mod health;
mod which;

use facts::Facts;

/// What flags of the other mode say, and why not here.
const STRAYS: [(&str, &str); 4] = [
    ("peers", "a gateway has no peers, only upstreams; leave it out, or leave out --upstream"),
    ("peering_listen", "a gateway has no peers; leave it out, or leave out --upstream"),
    ("weights", "a gateway counts no votes; leave it out, or leave out --upstream"),
    ("work_peers", "a gateway makes no work; leave it out, or leave out --upstream"),
];

/// Runs until a signal or a failure ends it.
pub(super) fn run(resolved: &Resolved, age: Age) -> Result<(), Failure> {
    let settings = &resolved.settings;
    refuse_strays(resolved, &STRAYS)?;
    let is_passing = !settings.rpcs.0.is_empty();
    if !is_passing {
        let why = "there is no RPC behind this gateway; add --rpc http://HOST:PORT";
        refuse_strays(resolved, &[("rpc_listen", why)])?;
    }
    logs::start(settings.log, settings.log_format);
    let named = settings.network.as_deref().map(network::load).transpose()?;
    let watched = watched(settings)?;
    let config_out = settings.config_out.as_deref().map(ConfigOut::prepare).transpose()?;
    let (ws, front) = front::open(settings)?;
    let rpc = is_passing.then(|| listen(&settings.rpc_listen, "--rpc-listen")).transpose()?;
    let runtime = service::runtime("gateway")?;
    let network = match named {
        Some(named) => Some(named.network),
        None => runtime.block_on(which::network(&settings.rpcs.0)),
    };
    let place = Place::take(settings)?;
    let doors = Doors { ws, rpc, place };
    let running = Running::start(resolved, network, watched, &runtime, &front, doors)?;
    let signals = service::signals(runtime.handle(), resolved, &running.server)?;
    let facts = &running.facts;
    service::announce(|_| facts.banner(settings), facts, config_out, settings.log, age)?;
    let outcome = runtime.block_on(running.until_the_end(signals));
    runtime.shutdown_timeout(service::RUNTIME_DEADLINE);
    Ok(outcome?)
}

/// The accounts of the operator's file, and those that were added before.
fn watched(settings: &Settings) -> Result<Vec<Account>, Error> {
    let mut accounts = Vec::new();
    if let Some(file) = &settings.watch {
        accounts.extend(read_accounts(file).context("--watch")?);
    }
    if let Some(file) = settings.data.as_deref().map(added_file).filter(|file| file.exists()) {
        accounts.extend(read_accounts(&file)?);
    }
    Ok(accounts)
}

/// Where accounts are kept that were added while it ran.
fn added_file(data: &Path) -> std::path::PathBuf {
    data.join("watched")
}

/// Where it is reached.
struct Doors {
    ws: Listeners,
    rpc: Option<TcpListener>,
    place: Option<Place>,
}

/// Everything that runs.
struct Running {
    gateway: Gateway,
    /// Wanted whatever clients want.
    always: BTreeSet<Topic>,
    demand: Demand,
    journal: Journal,
    server: Server,
    publishing: Option<Publishing>,
    rpc: Option<JoinHandle<std::io::Result<()>>>,
    stop_rpc: CancellationToken,
    facts: Facts,
}

impl Running {
    fn start(
        resolved: &Resolved,
        network: Option<Network>,
        watched: Vec<Account>,
        runtime: &Runtime,
        front: &Front,
        Doors { ws, rpc, place }: Doors,
    ) -> Result<Self, Error> {
        let settings = &resolved.settings;
        let journal = open_journal(settings)?;
        let upstreams = Upstream::pair(&settings.upstreams.0, &settings.rpcs.0);
        let rpcs = upstreams.iter().filter(|it| it.rpc.is_some()).count();
        // Before edges are told what is heard.
        let covered = covered(&journal, rpcs >= settings.agree);
        let publishing =
            Publishing::start(settings, (Source::SharedNetwork, &front.ws), &journal, runtime)?;
        let mut facts = Facts::new(network.as_ref(), &upstreams, front, rpc.as_ref())?;
        let prefix = network.as_ref().map_or(Prefix::Ban, |network| network.prefix);
        let render = RenderSettings { decimal_fields: resolved.decimal_fields(prefix), prefix };
        let config = Config { required_sources: settings.agree, ..settings.websocket() };
        let server = banano_ws_server::start(ws, config, journal.clone(), render)?;
        let admin = place.as_ref().map(|place| place.url.clone());
        operators::admit(&server, place)?;
        if let Some(publishing) = &publishing {
            publishing.measure(&server.metrics());
        }
        server.describe(rendered(&facts)?);
        // Not for strangers.
        facts.admin = admin;
        let mut demand = server.demand();
        let always = always(settings);
        let config = GatewayConfig {
            upstreams,
            merge: settings.merge(),
            network,
            watched,
            earlier: settings
                .data
                .is_some()
                .then(|| earlier::read(&journal))
                .transpose()?
                .flatten(),
            timing: Timing::default(),
            dialer: Dialer::default(),
            clock: now_ms,
        };
        let events = journal.clone();
        let wanted = always.union(&demand.topics()).copied().collect();
        let gateway = Gateway::start(config, wanted, move |batch| events.append(batch), covered);
        let gateway = runtime.block_on(gateway)?;
        let sources = server.sources();
        health::measure(gateway.standing(), &server.metrics());
        // Ends with the gateway.
        runtime.spawn(health::watch(gateway.standing(), sources));
        let stop_rpc = CancellationToken::new();
        let rpc = rpc.map(|rpc| {
            let watched = gateway.watch_list();
            let watched = match &settings.data {
                Some(data) => watched.kept_in(added_file(data)),
                None => watched,
            };
            let passing = Passing::new(&settings.rpcs.0, settings.passing(), watched)?;
            let config = settings.rpc.clone();
            let passes = Passes(passing, operators::rpc_meters(&server));
            let serve = banano_rpc::serve_with(rpc, config, passes, stop_rpc.clone());
            Ok::<_, Error>(runtime.spawn(serve))
        });
        let rpc = rpc.transpose()?;
        Ok(Self { gateway, always, demand, journal, server, publishing, rpc, stop_rpc, facts })
    }

    /// Waits for a signal or a failure, then stops everything.
    async fn until_the_end(mut self, mut signals: Signals) -> Result<(), Error> {
        let failure = loop {
            let rpc = async {
                match &mut self.rpc {
                    Some(rpc) => rpc.await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = signals.next() => break None,
                failure = self.journal.failed() => break Some(Error::from(failure)),
                ended = rpc => break Some(rpc_failure(ended)),
                () = self.demand.changed() => {
                    let wanted = self.demand.topics();
                    self.gateway.want(self.always.union(&wanted).copied().collect());
                }
            }
        };
        signals.end_by(self.stop(), failure).await
    }

    async fn stop(self) -> Result<(), Error> {
        self.server.drain().await;
        self.stop_rpc.cancel();
        if let Some(rpc) = self.rpc.filter(|rpc| !rpc.is_finished()) {
            // Has a deadline of its own. What went wrong was told while it ran.
            let _ = rpc.await;
        }
        self.gateway.stop().await;
        close(self.journal, &self.server, self.publishing).await
    }
}

/// The topics that are listened to also when no client wants them: those of which the journal keeps
/// the past, and all if edges may want them.
fn always(settings: &Settings) -> BTreeSet<Topic> {
    if settings.journal.shared().is_some() {
        return Topic::ALL.into();
    }
    let kept = settings.data.iter().flat_map(|_| settings.journal.topics());
    kept.chain([Topic::Confirmation]).collect()
}

/// Has the journal know what is not heard: it cannot promise that nothing happened meanwhile. Confirmations
/// that `can_heal` brings in later are missing to nobody.
fn covered(journal: &Journal, can_heal: bool) -> impl Fn(Topic, Hearing) + use<> {
    let is_healed = move |topic| can_heal && topic == Topic::Confirmation;
    Topic::ALL.into_iter().filter(|it| !is_healed(*it)).for_each(|it| journal.interrupt(it));
    let journal = journal.clone();
    move |topic, hearing| match hearing {
        _ if is_healed(topic) => {}
        Hearing::Ends => journal.interrupt(topic),
        Hearing::Begins => journal.resume(topic),
        Hearing::GoesOn => journal.go_on(topic),
    }
}

/// Answers what clients ask by passing it on.
struct Passes(Passing, Meters);

impl Respond for Passes {
    async fn respond(&self, body: Bytes) -> Bytes {
        let Passed { action, is_ok, took, body } = self.0.answer(body).await;
        self.1.note(&action, is_ok, took);
        body
    }
}

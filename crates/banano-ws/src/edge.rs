//! An edge: clients are served from a stream that others publish into.
//!
//! Called by `main`. There is no network and no RPC, only the WebSocket server over a journal that follows
//! the stream. Outages of the NATS server are waited out; a stream that is made anew ends the program.

use std::fmt::Write as _;

use anyhow::Error;
use banano_primitives::Prefix;
use banano_ws_journal::{Edge, FollowStatus, Limits, StreamConfig};
use banano_ws_metrics::Exposition;
use banano_ws_protocol::RenderSettings;
use banano_ws_server::{Config, SourceState, Sources};
use serde::Serialize;
use tokio::runtime::Handle;

use crate::age::Age;
use crate::config_out::{self, ConfigOut};
use crate::failure::Failure;
use crate::front;
use crate::logs;
use crate::operators::{self, Place};
use crate::serve::network;
use crate::service;
use crate::settings::Resolved;

/// What the source of an edge is called.
const SOURCE: &str = "stream";
/// So many events behind, an edge lags: more than come within the time that a message is on its way.
const LAGGING_EVENTS: u64 = 1_000;

/// What scripts and pages are told.
#[derive(Serialize)]
struct Facts<'a> {
    ws: String,
    http: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    admin: Option<String>,
    pid: u32,
    stream: &'a str,
}

impl Facts<'_> {
    fn banner(&self) -> String {
        let Self { ws, http, stream, .. } = self;
        let title = concat!("banano-ws ", env!("CARGO_PKG_VERSION"));
        let mut out = format!(
            "{title} - an edge of the stream {stream}\n\n  WebSocket  {ws}\n  Health     \
             {http}/health/live\n"
        );
        if let Some(admin) = &self.admin {
            let _ = writeln!(out, "  Admin      {admin}");
        }
        out.push('\n');
        out
    }
}

/// Serves until a signal or a failure ends it.
pub(crate) fn serve(resolved: &Resolved, age: Age) -> Result<(), Failure> {
    let settings = &resolved.settings;
    let Some(stream) = settings.journal.shared() else {
        let problem =
            "--journal is missing: where are the events, as in --journal nats://127.0.0.1:4222";
        return Err(Failure::Usage(vec![problem.to_owned()]));
    };
    logs::start(settings.log, settings.log_format);
    let runtime = service::runtime("edge")?;
    let prefix = match &settings.network {
        Some(name) => network::load(name)?.network.prefix,
        None => Prefix::Ban,
    };
    let render = RenderSettings { decimal_fields: resolved.decimal_fields(prefix), prefix };
    let outcome = runtime.block_on(run(resolved, stream, render, age));
    runtime.shutdown_background();
    Ok(outcome?)
}

async fn run(
    resolved: &Resolved,
    stream: StreamConfig,
    render: RenderSettings,
    age: Age,
) -> Result<(), Error> {
    let settings = &resolved.settings;
    let config_out = settings.config_out.as_deref().map(ConfigOut::prepare).transpose()?;
    let (listener, front) = front::open(settings)?;
    let facts = Facts {
        ws: front.ws.clone(),
        http: front.http.clone(),
        admin: None,
        pid: std::process::id(),
        stream: &stream.name,
    };
    let place = Place::take(settings)?;
    let Edge { journal, follower } = Edge::open(&stream, Limits::default()).await?;
    let config = Config { required_sources: 1, ..settings.websocket() };
    let server = banano_ws_server::start(listener, config, journal.clone(), render)?;
    server.describe(config_out::rendered(&facts)?);
    // Not for strangers.
    let facts = Facts { admin: place.as_ref().map(|place| place.url.clone()), ..facts };
    operators::admit(&server, place)?;
    let follow = follower.status();
    server.metrics().add({
        let follow = follow.clone();
        move |out| measure(&follow, out)
    });
    let mut signals = service::signals(&Handle::current(), resolved, &server)?;
    service::announce(|_| facts.banner(), &facts, config_out, settings.log, age)?;
    let failure = tokio::select! {
        () = signals.next() => None,
        () = watch(follow, server.sources()) => None,
        // It ends only where the journal fails.
        () = follower.run() => Some(Error::from(journal.failed().await)),
    };
    let stop = async {
        server.drain().await;
        server.stop().await;
        Ok(())
    };
    signals.end_by(stop, failure).await
}

/// Tells `/metrics` how the stream is.
fn measure(follow: &FollowStatus, out: &mut Exposition) {
    let is_connected = u8::from(*follow.is_connected.borrow());
    out.gauge("banano_ws_stream_connected", "1 while there is a NATS server.", is_connected);
    let behind = *follow.behind.borrow();
    out.gauge(
        "banano_ws_stream_behind",
        "Events that the stream has and this edge has not.",
        behind,
    );
}

/// Tells subscribers of `status` how the stream is, for ever.
async fn watch(mut follow: FollowStatus, sources: Sources) {
    loop {
        let is_connected = *follow.is_connected.borrow_and_update();
        let behind = *follow.behind.borrow_and_update();
        let is_silent = *follow.is_silent.borrow_and_update();
        if !is_connected {
            sources.tell(SOURCE, SourceState::Down, "no connection to the NATS server");
        } else if behind > LAGGING_EVENTS {
            sources.tell(SOURCE, SourceState::Lagging, &format!("{behind} events behind"));
        } else if is_silent {
            // What there is can be had: no reason to send clients elsewhere.
            let detail = "no source of the stream hears the network: events may be missing";
            sources.tell(SOURCE, SourceState::Lagging, detail);
        } else {
            sources.tell(SOURCE, SourceState::Up, "");
        }
        let changed = tokio::select! {
            changed = follow.is_connected.changed() => changed,
            changed = follow.behind.changed() => changed,
            changed = follow.is_silent.changed() => changed,
        };
        if changed.is_err() {
            // The follower has ended, and the program with it.
            std::future::pending::<()>().await;
        }
    }
}

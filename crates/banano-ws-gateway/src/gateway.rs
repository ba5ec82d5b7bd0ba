//! The gateway: a task per upstream, and one that merges what they say.
//!
//! Started by the program on its runtime. Events leave by the function that it is given, in order, from
//! one task. Stops when it is told to; what was said until then still goes out.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use banano_primitives::{Account, Network, Prefix};
use banano_ws_client::{ClientError, Dialer, Rpc, RpcError, Timing, Topic, without_secrets};
use banano_ws_protocol::{Confirmation, Event};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::coverage::Coverage;
use crate::listening::Listener;
use crate::merging::Merging;
use crate::watching::WatchList;
use crate::{Hearing, Merge, MergeConfig, Report, UPSTREAMS_MAX, UpstreamId};

/// Messages of upstreams that wait to be merged; then the upstreams' sockets do.
const HEARD_MAX: usize = 8_192;

/// A node that a gateway listens to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// Its WebSocket, as in `ws://node1:7074`.
    pub ws: String,
    /// Its RPC, if it may be asked for what was missed, as in `http://node1:7072`.
    pub rpc: Option<String>,
}

impl Upstream {
    /// Nodes by their WebSockets, and RPCs. Each RPC belongs to the first WebSocket of its host that has
    /// none yet, or else to the first one at all that has none; so that no node is heard as two.
    pub fn pair(ws: &[String], rpcs: &[String]) -> Vec<Self> {
        let mut upstreams: Vec<_> =
            ws.iter().map(|ws| Self { ws: ws.clone(), rpc: None }).collect();
        let (near, far): (Vec<_>, Vec<_>) =
            rpcs.iter().partition(|rpc| ws.iter().any(|ws| host(ws) == host(rpc)));
        for rpc in near.into_iter().chain(far) {
            let is_near = |it: &Self| it.rpc.is_none() && host(&it.ws) == host(rpc);
            let place = upstreams.iter().position(is_near);
            let place = place.or_else(|| upstreams.iter().position(|it| it.rpc.is_none()));
            if let Some(upstream) = place.and_then(|place| upstreams.get_mut(place)) {
                upstream.rpc = Some(rpc.clone());
            }
        }
        upstreams
    }
}

/// The host of a URL.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    }
}

/// What a gateway is made of.
#[derive(Debug, Clone)]
pub struct GatewayConfig {
    /// The nodes, 1 to 64.
    pub upstreams: Vec<Upstream>,
    /// How they are merged. `can_ask` is set by whether enough of them have an RPC.
    pub merge: MergeConfig,
    /// Whose rules hold. If that is not known, work is not checked.
    pub network: Option<Network>,
    /// Accounts that count as local, and whose chains are watched for holes from the start.
    pub watched: Vec<Account>,
    /// What an earlier run passed on last, oldest first, and when the last of it was, in
    /// milliseconds since the Unix epoch.
    pub earlier: Option<(Vec<Confirmation>, u64)>,
    /// Clocks of the connections.
    pub timing: Timing,
    /// How connections are made.
    pub dialer: Dialer,
    /// What time it is, in milliseconds since the Unix epoch: [`now_ms`], but in a simulation.
    pub clock: fn() -> u64,
}

/// Why a gateway cannot be started.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// Too few or too many.
    #[error("{0} upstreams: give 1 to {UPSTREAMS_MAX}")]
    Count(usize),
    /// More must agree than there are.
    #[error("agree: {agree} of {upstreams} upstreams can never agree; give 1 to {upstreams}")]
    Agree {
        /// How many must.
        agree: usize,
        /// How many there are.
        upstreams: usize,
    },
    /// The URL of a WebSocket cannot be used.
    #[error("upstream {}", without_secrets(.0))]
    Ws(String, #[source] ClientError),
    /// The URL of an RPC cannot be used.
    #[error("RPC of upstream {}", without_secrets(.0))]
    Rpc(String, #[source] RpcError),
}

/// What is known of the upstreams, for metrics and for topic `status`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Of each upstream: its WebSocket's URL, and how it does.
    pub upstreams: Vec<(String, Report)>,
    /// Blocks that went out although one before them was missing.
    pub holes: u64,
    /// Confirmations that were missed and fetched.
    pub healed: u64,
}

/// A running gateway.
pub struct Gateway {
    watched: WatchList,
    wanted: watch::Sender<BTreeSet<Topic>>,
    standing: watch::Receiver<Standing>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Gateway {
    /// Starts listening. `sink` is called with what happened, in order; it may block for a moment.
    /// `wanted` are the topics that somebody wants at first. `covered` is told when enough upstreams hear
    /// a topic for its events to go out (one, or of confirmations, as many as have to agree), and when
    /// they no longer do. At first they don't.
    ///
    /// # Errors
    ///
    /// If the configuration can't work.
    pub async fn start(
        config: GatewayConfig,
        wanted: BTreeSet<Topic>,
        sink: impl FnMut(Vec<Event>) + Send + 'static,
        covered: impl Fn(Topic, Hearing) + Send + Sync + 'static,
    ) -> Result<Self, GatewayError> {
        let GatewayConfig {
            upstreams,
            mut merge,
            network,
            watched,
            earlier,
            timing,
            dialer,
            clock,
        } = config;
        let count = upstreams.len();
        if !(1..=UPSTREAMS_MAX).contains(&count) {
            return Err(GatewayError::Count(count));
        }
        if !(1..=count).contains(&merge.agree) {
            return Err(GatewayError::Agree { agree: merge.agree, upstreams: count });
        }
        let rpcs = upstreams.iter().map(|it| rpc(it, &dialer)).collect::<Result<Vec<_>, _>>()?;
        merge.can_ask = rpcs.iter().flatten().count() >= merge.agree;
        let agree = merge.agree;
        let prefix = network.as_ref().map_or(Prefix::Ban, |network| network.prefix);
        let resume_from_ms = earlier.as_ref().map(|(_, last_ms)| *last_ms);
        let mut merge = Merge::new(merge, network, count, resume_from_ms);
        for it in earlier.iter().flat_map(|(confirmations, _)| confirmations) {
            merge.remember(it);
        }
        merge.watched().extend(&watched);

        let (heard, inbox) = mpsc::channel(HEARD_MAX);
        let (wanted, wishes) = watch::channel(wanted);
        let coverage = Arc::new(Coverage::new(agree, covered));
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        for (number, upstream) in (0..).zip(&upstreams) {
            let listener = Listener {
                id: UpstreamId(number),
                url: upstream.ws.clone(),
                timing,
                dialer: dialer.clone(),
                prefix,
                wanted: wishes.clone(),
                coverage: Arc::clone(&coverage),
                heard: heard.clone(),
                stop: stop.clone(),
            };
            let ready = listener.open().await;
            let ready = ready.map_err(|error| GatewayError::Ws(upstream.ws.clone(), error))?;
            tasks.spawn(ready.run());
        }
        let urls: Vec<_> = upstreams.iter().map(|upstream| without_secrets(&upstream.ws)).collect();
        let silent = vec![false; urls.len()];
        let (telling, standing) = watch::channel(Standing::default());
        let merging = Merging {
            merge,
            clock,
            agree,
            urls,
            silent,
            rpcs,
            sink: Box::new(sink),
            answers: heard.clone(),
            standing: telling,
            jobs: TaskTracker::new(),
        };
        tasks.spawn(merging.run(inbox, stop.clone()));
        tasks.close();
        let watched = WatchList::new(watched, heard);
        Ok(Self { watched, wanted, standing, stop, tasks })
    }

    /// Listens to these topics from now on, and to no others.
    pub fn want(&self, topics: BTreeSet<Topic>) {
        self.wanted.send_if_modified(|wanted| {
            let is_new = *wanted != topics;
            *wanted = topics;
            is_new
        });
    }

    /// The accounts that count as local.
    pub fn watch_list(&self) -> WatchList {
        self.watched.clone()
    }

    /// How the upstreams do: told every second, and when one comes or goes. Ends with the gateway.
    pub fn standing(&self) -> watch::Receiver<Standing> {
        self.standing.clone()
    }

    /// Stops and waits for the end.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}

impl fmt::Debug for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gateway")
            .field("standing", &*self.standing.borrow())
            .finish_non_exhaustive()
    }
}

fn rpc(upstream: &Upstream, dialer: &Dialer) -> Result<Option<Rpc>, GatewayError> {
    let Some(url) = upstream.rpc.as_deref() else { return Ok(None) };
    let rpc = Rpc::new(url).map_err(|error| GatewayError::Rpc(url.to_owned(), error))?;
    Ok(Some(rpc.dialer(dialer.clone())))
}

/// Now, in milliseconds since the Unix epoch.
#[expect(clippy::disallowed_methods, reason = "the gateway's only look at the clock")]
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_rpc_belongs_to_the_upstream_of_its_host() {
        let urls = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        // (WebSockets, RPCs, RPC of each WebSocket)
        let rows = [
            ("ws://a:1", "", "-"),
            ("ws://a:1 ws://b:1", "http://b:2", "- http://b:2"),
            ("ws://a:1 ws://b:1", "http://b:2 http://a:2", "http://a:2 http://b:2"),
            ("ws://[::1]:1 ws://a/x", "http://c:2 http://[::1]:2/", "http://[::1]:2/ http://c:2"),
            ("ws://a:1 ws://a:2 ws://b:1", "http://a:3 http://a:4", "http://a:3 http://a:4 -"),
            ("ws://a:1 ws://b:1", "http://a:2 http://a:3", "http://a:2 http://a:3"),
        ];
        for (ws, rpcs, want) in rows {
            let pairs = Upstream::pair(&urls(ws), &urls(rpcs));
            let got: Vec<_> = pairs.iter().map(|it| it.rpc.as_deref().unwrap_or("-")).collect();
            assert_eq!(got.join(" "), want, "{ws} {rpcs}");
        }
    }
}

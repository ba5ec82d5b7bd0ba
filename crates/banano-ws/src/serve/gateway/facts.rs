//! What is true of a running gateway, for people and for scripts.

use std::fmt::Write as _;
use std::net::TcpListener;

use anyhow::Error;
use banano_primitives::Network;
use banano_ws_client::without_secrets;
use banano_ws_gateway::Upstream;
use serde::Serialize;

use crate::front::Front;
use crate::listen::reachable;
use crate::settings::Settings;

/// What scripts are told (`--config-out`).
#[derive(Debug, Serialize)]
pub(super) struct Facts {
    ws: String,
    http: String,
    /// `None`: no requests are passed on.
    rpc: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) admin: Option<String>,
    pid: u32,
    /// `None`: it is not known.
    network: Option<String>,
    upstreams: Vec<Node>,
}

#[derive(Debug, Serialize)]
struct Node {
    ws: String,
    rpc: Option<String>,
}

impl Facts {
    pub(super) fn new(
        network: Option<&Network>,
        upstreams: &[Upstream],
        front: &Front,
        rpc: Option<&TcpListener>,
    ) -> Result<Self, Error> {
        let rpc = rpc.map(TcpListener::local_addr).transpose()?.map(reachable);
        let node = |it: &Upstream| Node {
            ws: without_secrets(&it.ws),
            rpc: it.rpc.as_deref().map(without_secrets),
        };
        Ok(Self {
            ws: front.ws.clone(),
            http: front.http.clone(),
            rpc: rpc.map(|rpc| format!("http://{rpc}")),
            admin: None,
            pid: std::process::id(),
            network: network.map(|network| network.name.clone()),
            upstreams: upstreams.iter().map(node).collect(),
        })
    }

    pub(super) fn banner(&self, settings: &Settings) -> String {
        let Self { ws, http, .. } = self;
        let nodes = match self.upstreams.len() {
            1 => "a node".to_owned(),
            count => format!("{count} nodes"),
        };
        let mut out = format!(
            "banano-ws {} - a gateway to {nodes}\n\n  WebSocket  {ws}\n",
            env!("CARGO_PKG_VERSION")
        );
        if let Some(rpc) = &self.rpc {
            let _ = writeln!(out, "  RPC        {rpc}");
        }
        let _ = writeln!(out, "  Health     {http}/health/live\n\nUpstreams");
        for Node { ws, rpc } in &self.upstreams {
            let rpc = rpc.as_deref().unwrap_or("none");
            let _ = writeln!(out, "  {ws}  RPC {rpc}");
        }
        let network = match &self.network {
            Some(name) => format!("Network {name}."),
            None => "Network not known, so work is not checked; --network says which it is.".into(),
        };
        let healed = if self.upstreams.iter().filter(|it| it.rpc.is_some()).count() < settings.agree
        {
            " What is missed in an outage stays missing: too few upstreams have an RPC to ask (--rpc)."
        } else {
            ""
        };
        let (agree, count) = (settings.agree, self.upstreams.len());
        let checked = if settings.verify { "checked" } else { "not checked" };
        let kept = match &settings.data {
            Some(folder) => format!("Kept in {}.", folder.display()),
            None => "Kept in memory only.".to_owned(),
        };
        let _ = writeln!(
            out,
            "\n{network} Confirmations on the word of {agree} of {count}, {checked}.{healed} {kept}"
        );
        out
    }
}

//! From the bytes of a body to the bytes of an answer.
//!
//! Called by the server, once per request; knows nothing of HTTP. Every request ends: by its answer, by
//! its refusal, or by its deadline. Writes the one line that the log has for it.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, timeout, timeout_at};
use tracing::info;

use crate::call::{Call, Shared};
use crate::commands::{Answer, Command, Run};
use crate::current;
use crate::error::Error;
use crate::reply::Reply;
use crate::request::Request;

/// Answers one body.
pub(crate) async fn answer(shared: &Arc<Shared>, body: &[u8]) -> Bytes {
    let begun = Instant::now();
    // The seat of a long read is kept until its answer has found room, too.
    let mut seat = None;
    let (subject, answer) = match Request::parse(body, shared.config.nesting_max) {
        Ok(request) => {
            let action = request.text("action").unwrap_or_default().to_owned();
            let subject = subject(shared, &request);
            let answer = run(shared, request, begun, &mut seat).await;
            shared.meters.note(&action, answer.is_ok(), begun.elapsed());
            (subject, answer)
        }
        Err(error) => {
            shared.meters.note("", false, begun.elapsed());
            (String::from("?"), Err(error))
        }
    };
    log(&subject, &answer, begun.elapsed());
    let bytes = rendered(&answer.map_or_else(Reply::error, Reply::from));
    let limit = shared.config.request_timeout();
    match timeout(limit, shared.answers.admit(bytes)).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(_)) => rendered(&Reply::error(Error::Stopped)).into(),
        Err(_) => rendered(&Reply::error(Error::Deadline(limit))).into(),
    }
}

fn rendered(reply: &Reply) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    reply.render(&mut out);
    out
}

async fn run(
    shared: &Arc<Shared>,
    request: Request,
    begun: Instant,
    seat: &mut Option<OwnedSemaphorePermit>,
) -> Answer {
    let name = request.text("action").unwrap_or_default();
    let command = Command::find(name).ok_or(Error::UnknownCommand)?;
    if command.control && !shared.config.enable_control {
        return Err(Error::ControlDisabled);
    }
    let limit = match command.run {
        Run::Work(_) | Run::Replace(_) => shared.config.work_timeout(),
        _ if request.flag("do_work", false) => shared.config.work_timeout(),
        _ => shared.config.request_timeout(),
    };
    let deadline = begun + limit;
    let node = timeout_at(deadline, current(&mut shared.node.clone())).await;
    let node = node.map_err(|_| Error::Deadline(limit))?.ok_or(Error::Stopped)?;
    if let Run::Replace(function) = command.run {
        let done = function(node)?;
        let done = timeout_at(deadline, done).await.map_err(|_| Error::Deadline(limit))?;
        done.map_err(|_| Error::Stopped)?;
        return Ok(shared.style.object().with("reset", 1));
    }
    let call = Arc::new(Call { request, node, shared: Arc::clone(shared), deadline });
    let mut object = timeout_at(deadline, run_now(command, &call, seat))
        .await
        .unwrap_or(Err(Error::Deadline(limit)))?;
    if call.request.dash_form() {
        object.put_first("deprecated_account_format", 1);
    }
    if object.is_empty() {
        return Err(Error::EmptyResponse);
    }
    Ok(object)
}

async fn run_now(
    command: &Command,
    call: &Arc<Call>,
    seat: &mut Option<OwnedSemaphorePermit>,
) -> Answer {
    match command.run {
        Run::Tell(function) => Ok(function(call)),
        Run::Now(function) => function(call),
        // Carried out before there is a call.
        Run::Replace(_) => Err(Error::EmptyResponse),
        Run::Wait(function) | Run::Work(function) => function(call).await,
        Run::Scan(function) => {
            let free = Arc::clone(&call.shared.scans).acquire_owned().await;
            let free = free.map_err(|_| Error::Stopped)?;
            let call = Arc::clone(call);
            // A read whose caller gave up keeps its seat until it has noticed.
            let scan = tokio::task::spawn_blocking(move || (function(&call), free));
            let (answer, free) = scan.await.map_err(Error::internal)?;
            *seat = Some(free);
            answer
        }
    }
}

/// What the log calls a request: its action and whom it is about, with the dev network's short names.
fn subject(shared: &Shared, request: &Request) -> String {
    let action = request.text("action").unwrap_or("?");
    let action: String = action.chars().take(40).collect();
    match request.text("account").and_then(|text| text.parse().ok()) {
        Some(account) => format!("{action} {}", shared.names.short(account)),
        None => action,
    }
}

fn log(subject: &str, answer: &Answer, took: Duration) {
    let ms = took.as_secs_f64() * 1e3;
    match answer {
        Ok(_) => info!(target: "rpc", "{subject}: ok, {ms:.1} ms"),
        Err(error) => {
            let detail = error.detail().map(|detail| format!(" ({detail})")).unwrap_or_default();
            info!(target: "rpc", "{subject}: {error}{detail}, {ms:.1} ms");
        }
    }
    if let Err(Error::Internal(cause)) = answer {
        tracing::error!(target: "rpc", "{subject}: {cause}");
    }
}

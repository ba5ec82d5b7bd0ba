//! Elections: starting one, looking at those that run, and at those that ended (node.md §9.3).
//!
//! Called through the table. Asks the node's processing task, which alone knows elections.

use banano_node::ConfirmStart;
use banano_primitives::{Amount, BlockHash, QualifiedRoot};

use super::Future;
use crate::block_json::contents;
use crate::call::Call;
use crate::error::Error;
use crate::reply::Reply;
use crate::request::{lax_bytes, lax_hash};

pub(super) fn block_confirm(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let hash = call.request.hash("hash")?;
        match call.node().block_confirm(hash).await? {
            ConfirmStart::UnknownBlock => Err(Error::BlockNotFound),
            ConfirmStart::Started | ConfirmStart::AlreadyCemented => {
                Ok(call.object().with("started", 1))
            }
        }
    })
}

pub(super) fn confirmation_active(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let announcements = call.request.text("announcements").unwrap_or("0");
        let announcements: u32 = announcements.trim().parse().unwrap_or(0);
        let elections = call.node().active_elections().await?;
        let asked = elections.iter().filter(|election| election.request_count >= announcements);
        let (confirmed, running): (Vec<_>, Vec<_>) =
            asked.partition(|election| election.is_confirmed);
        let most = call.bounded(usize::MAX);
        let roots: Vec<Reply> =
            running.iter().take(most).map(|election| Reply::text(election.root)).collect();
        Ok(call
            .object()
            .with_reply("confirmations", roots)
            .with("unconfirmed", running.len())
            .with("confirmed", confirmed.len()))
    })
}

pub(super) fn confirmation_info(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let request = &call.request;
        let root = lax_bytes(request.required("root")?).ok_or(Error::InvalidRoot)?;
        let election = call.node().election(QualifiedRoot::from_bytes(&root)).await?;
        let election = election.filter(|election| !election.summary.is_confirmed);
        let election = election.ok_or(Error::ConfirmationNotFound)?;
        let mut blocks = call.object();
        for candidate in &election.candidates {
            let mut entry = call.object();
            entry.put_amount("tally", candidate.tally);
            if request.flag("contents", true) {
                let json = request.flag("json_block", false);
                entry.put_reply("contents", contents(&candidate.block, call.style(), json));
            }
            if request.flag("representatives", false) {
                let mut voters = call.object();
                for vote in election.votes.iter().filter(|vote| vote.hash == candidate.hash()) {
                    voters.put(call.style().account(vote.representative), vote.weight);
                }
                entry.put_reply("representatives", voters);
            }
            blocks.put_reply(candidate.hash().to_string(), entry);
        }
        let total: Amount = election.candidates.iter().map(|candidate| candidate.tally).sum();
        let mut object = call.object();
        object.put("announcements", election.summary.request_count);
        object.put("voters", election.votes.len());
        object.put("last_winner", election.summary.winner.hash());
        object.put_amount("total_tally", total);
        object.put("final_tally", election.final_tally);
        object.put_reply("blocks", blocks);
        Ok(object)
    })
}

pub(super) fn confirmation_history(call: &Call) -> Future<'_> {
    Box::pin(async move {
        let only: Option<BlockHash> = match call.request.text("hash") {
            None => None,
            Some(text) => Some(lax_hash(text).ok_or(Error::InvalidBlockHash)?),
        };
        let only = only.filter(|hash| !hash.is_zero());
        let history = call.node().confirmation_history().await?;
        let duration_ms: u64 = history.iter().map(|status| status.duration_ms).sum();
        let mut confirmations: Vec<Reply> = Vec::new();
        for status in history.iter().filter(|status| only.is_none_or(|hash| hash == status.winner))
        {
            let mut entry = call.object();
            entry.put("hash", status.winner);
            entry.put("duration", status.duration_ms);
            entry.put("time", status.end_unix_ms);
            entry.put_amount("tally", status.tally);
            entry.put("final", status.final_tally);
            entry.put("blocks", status.blocks);
            entry.put("voters", status.voters);
            entry.put("request_count", status.request_count);
            confirmations.push(entry.into());
        }
        let mut stats = call.object().with("count", confirmations.len());
        if let Some(average) = duration_ms.checked_div(confirmations.len() as u64) {
            stats.put("average", average);
        }
        Ok(call
            .object()
            .with_reply("confirmation_stats", stats)
            .with_reply("confirmations", confirmations))
    })
}

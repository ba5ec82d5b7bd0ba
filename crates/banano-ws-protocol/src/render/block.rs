//! The members of a block.

use banano_primitives::{Block, Body};

use super::writer::Writer;

/// Writes the members of a block up to its signature and work, in the order of protocol.md §6.1.1.
pub(super) fn write(block: &Block, w: &mut Writer<'_>) {
    let signature = block.signature().as_bytes();
    let work = block.work().text();
    w.ascii("type", block.kind().name());
    match block.body() {
        Body::State(body) => {
            w.account("account", &body.account);
            w.hex("previous", body.previous.as_bytes());
            w.account("representative", &body.representative);
            w.amount("balance", "balance_decimal", body.balance);
            w.hex("link", body.link.as_bytes());
            w.account("link_as_account", &body.link.as_account());
            w.hex("signature", signature);
            w.ascii("work", &work);
            return;
        }
        Body::Send(body) => {
            w.hex("previous", body.previous.as_bytes());
            w.account("destination", &body.destination);
            w.ascii("balance", &body.balance.hex());
            w.decimal("balance_decimal", body.balance);
        }
        Body::Receive(body) => {
            w.hex("previous", body.previous.as_bytes());
            w.hex("source", body.source.as_bytes());
        }
        Body::Open(body) => {
            w.hex("source", body.source.as_bytes());
            w.account("representative", &body.representative);
            w.account("account", &body.account);
        }
        Body::Change(body) => {
            w.hex("previous", body.previous.as_bytes());
            w.account("representative", &body.representative);
        }
    }
    w.ascii("work", &work);
    w.hex("signature", signature);
}

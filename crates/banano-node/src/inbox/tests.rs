//! Bounds, and who waits for whom.

use std::thread;

use banano_primitives::Network;
use tokio::sync::oneshot;

use super::*;

const PEER: PeerId = PeerId(0);

fn limits(all: usize) -> Limits {
    Limits { requests: all, blocks: all, messages: all, batch: all }
}

fn publish() -> (Message, Option<Digest>) {
    (Message::Publish { block: Arc::clone(&Network::dev().genesis), originator: true }, None)
}

fn other() -> (Message, Option<Digest>) {
    (Message::TelemetryReq, None)
}

fn request() -> Request {
    Request::Release { hash: None, reply: oneshot::channel().0 }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn a_peer_without_room_is_dropped_and_counted_and_nobody_else() {
    let inbox = Inbox::new(limits(2));
    inbox.receive(PEER, (0..5).map(|_| publish()));
    inbox.receive(PEER, (0..3).map(|_| other()));
    run(inbox.request(request())).unwrap();
    let mut intake = Intake::default();
    inbox.wait(None, &mut intake);
    assert_eq!((intake.blocks.len(), intake.messages.len(), intake.requests.len()), (2, 2, 1));
    assert_eq!(intake.dropped, Dropped { blocks: 3, messages: 1 });
    inbox.receive(PEER, [publish()]);
    inbox.wait(None, &mut intake);
    assert_eq!(intake.blocks.len(), 3);
    assert!(intake.dropped.is_zero(), "told once");
}

#[test]
fn a_request_without_room_waits_until_a_pass_took_one() {
    let inbox = Inbox::new(limits(1));
    run(async {
        inbox.request(request()).await.unwrap();
        let second = inbox.request(request());
        tokio::pin!(second);
        tokio::select! {
            biased;
            _ = &mut second => panic!("there was no room"),
            () = std::future::ready(()) => {}
        }
        let mut intake = Intake::default();
        inbox.wait(None, &mut intake);
        assert_eq!(intake.requests.len(), 1);
        second.await.unwrap();
        inbox.wait(None, &mut intake);
        assert_eq!(intake.requests.len(), 2);
    });
}

#[test]
fn a_pass_takes_no_more_of_each_than_a_batch() {
    let inbox = Inbox::new(Limits { batch: 2, ..limits(100) });
    inbox.receive(PEER, (0..5).map(|_| publish()));
    inbox.receive(PEER, (0..3).map(|_| other()));
    let taken: Vec<(usize, usize)> = (0..3)
        .map(|_| {
            let mut intake = Intake::default();
            inbox.wait(None, &mut intake);
            (intake.blocks.len(), intake.messages.len())
        })
        .collect();
    assert_eq!(taken, [(2, 2), (2, 1), (1, 0)]);
}

#[test]
fn whoever_sleeps_is_woken_by_work_and_by_the_end() {
    let inbox = Inbox::new(limits(10));
    let sleeper = Arc::clone(&inbox);
    let thread = thread::spawn(move || {
        let mut counts = Vec::new();
        loop {
            let mut intake = Intake::default();
            sleeper.wait(None, &mut intake);
            if intake.closed {
                return counts.iter().sum::<usize>();
            }
            counts.push(intake.blocks.len());
        }
    });
    for _ in 0..100 {
        // Refused ones were full, not lost.
        while inbox.lock().blocks.len() == 10 {
            thread::yield_now();
        }
        inbox.receive(PEER, [publish()]);
    }
    while !inbox.lock().blocks.is_empty() {
        thread::yield_now();
    }
    inbox.close();
    assert_eq!(thread.join().unwrap(), 100);
}

#[test]
fn a_wait_ends_when_its_time_is_up() {
    let inbox = Inbox::new(limits(1));
    let mut intake = Intake::default();
    inbox.wait(Some(Duration::ZERO), &mut intake);
    inbox.wait(Some(Duration::from_millis(1)), &mut intake);
    assert!(intake.requests.is_empty() && !intake.closed);
}

#[test]
fn a_closed_inbox_refuses_and_lets_go_of_what_waits() {
    let inbox = Inbox::new(limits(1));
    let (reply, answer) = oneshot::channel();
    run(inbox.request(Request::Release { hash: None, reply })).unwrap();
    inbox.close();
    assert!(run(answer).is_err(), "the caller learns of it at once");
    assert_eq!(run(inbox.request(request())), Err(Stopped));
    inbox.receive(PEER, [publish()]);
    let mut intake = Intake::default();
    inbox.wait(None, &mut intake);
    assert!(intake.closed && intake.blocks.is_empty());
}

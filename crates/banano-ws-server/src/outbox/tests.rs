//! The outbox against a socket that takes what it is told to take.

use std::cell::{Cell, RefCell};

use super::*;

const LIMITS: Limits = Limits { messages: 3, bytes: 100 };

/// Takes `room` bytes, then is full.
#[derive(Debug, Default)]
struct Pipe {
    room: Cell<usize>,
    got: RefCell<Vec<u8>>,
}

impl TryWrite for Pipe {
    fn try_write_vectored(&self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        let mut taken = 0;
        for buffer in buffers {
            let part = buffer.len().min(self.room.get());
            self.got.borrow_mut().extend_from_slice(&buffer[..part]);
            self.room.set(self.room.get() - part);
            taken += part;
        }
        if taken == 0 { Err(ErrorKind::WouldBlock.into()) } else { Ok(taken) }
    }
}

impl Pipe {
    fn with_room(room: usize) -> Self {
        Self { room: Cell::new(room), got: RefCell::default() }
    }

    fn got(&self) -> String {
        String::from_utf8(self.got.borrow().clone()).unwrap()
    }
}

fn send(outbox: &mut Outbox, pipe: &Pipe, text: &'static str) -> Result<(), SendError> {
    outbox.send(pipe, &Bytes::from_static(text.as_bytes()), 1, || LIMITS)
}

#[test]
fn what_the_socket_takes_never_waits() {
    let (pipe, mut outbox) = (Pipe::with_room(1_000), Outbox::default());
    send(&mut outbox, &pipe, "one").unwrap();
    outbox.send_slice(&pipe, b"two", LIMITS).unwrap();
    assert_eq!(pipe.got(), "onetwo");
    assert!(outbox.is_empty());
}

#[test]
fn a_full_socket_gets_everything_in_order_and_once() {
    let (pipe, mut outbox) = (Pipe::with_room(2), Outbox::default());
    send(&mut outbox, &pipe, "one").unwrap();
    pipe.room.set(100); // room or not: what waits goes first
    send(&mut outbox, &pipe, "two").unwrap();
    outbox.send_slice(&pipe, b"three", LIMITS).unwrap();
    assert_eq!(pipe.got(), "on");
    for room in [0, 1, 1, 4, 10] {
        pipe.room.set(room);
        assert_eq!(outbox.drain(&pipe).unwrap(), room > 0);
    }
    assert_eq!(pipe.got(), "onetwothree");
    assert!(outbox.is_empty() && outbox.bytes() == 0 && outbox.messages == 0);
}

#[test]
fn the_queue_is_bounded_in_messages_and_in_bytes() {
    let (pipe, mut outbox) = (Pipe::with_room(0), Outbox::default());
    for _ in 0..3 {
        send(&mut outbox, &pipe, "x").unwrap();
    }
    assert!(matches!(
        send(&mut outbox, &pipe, "x"),
        Err(SendError::Full { messages: 4, bytes: 4 })
    ));

    let mut outbox = Outbox::default();
    let long = Bytes::from(vec![b'x'; 60]);
    outbox.send(&pipe, &long, 1, || LIMITS).unwrap();
    assert!(matches!(outbox.send(&pipe, &long, 1, || LIMITS), Err(SendError::Full { .. })));
    assert_eq!(outbox.bytes(), 60);
}

#[test]
fn a_client_that_is_given_up_still_gets_whole_frames_and_the_last_words() {
    let cases = [(0, "bye"), (1, "onebye"), (3, "bye"), (4, "twobye")];
    for (room, want) in cases {
        let (pipe, mut outbox) = (Pipe::with_room(room), Outbox::default());
        for text in ["one", "two", "end"] {
            send(&mut outbox, &pipe, text).unwrap();
        }
        let written = pipe.got().len();
        outbox.abandon();
        outbox.seal(&pipe, b"bye").unwrap();
        send(&mut outbox, &pipe, "too late").unwrap();
        pipe.room.set(1_000);
        outbox.drain(&pipe).unwrap();
        let whole = written - written % 3;
        assert_eq!(&pipe.got()[whole..], want, "room for {room}");
    }
}

#[test]
fn a_frame_that_is_begun_is_finished_even_past_the_limits() {
    let (pipe, mut outbox) = (Pipe::with_room(10), Outbox::default());
    let long = Bytes::from(vec![b'x'; 200]);
    outbox.send(&pipe, &long, 1, || LIMITS).unwrap();
    assert_eq!(outbox.bytes(), 190);
    assert!(send(&mut outbox, &pipe, "y").is_err());
}

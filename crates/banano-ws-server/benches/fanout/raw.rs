//! The ceiling: a write per message and client, and nothing else; one by one, or many by one call.

use std::{
    io::{ErrorKind, Write as _},
    net::{TcpListener, TcpStream},
    os::fd::AsFd as _,
    process, thread,
};

use banano_ws_uring::{Ring, Send};
use bytes::Bytes;

use crate::{
    Task,
    clients::Kind,
    measure::{self, Costs, Process},
    receivers::Receivers,
};

pub(super) fn measure(task: &Task, ring: Option<Ring>) -> Costs {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let task = Task {
        clients: task.kind.wanting(task.clients),
        kind: Kind::Raw,
        event: task.event.clone(),
        text: task.text.clone(),
        frame: task.frame.clone(),
        sender: task.sender.clone(),
    };
    let mut receivers = Receivers::start(listener.local_addr().unwrap(), Kind::Raw, &task);
    let sockets: Vec<TcpStream> = (0..task.clients).map(|_| listener.accept().unwrap().0).collect();
    for socket in &sockets {
        socket.set_nodelay(true).unwrap();
        socket.set_nonblocking(true).unwrap();
    }
    receivers.are_ready();
    let mut writer = Writer { ring, results: Vec::new() };
    measure::run(&task, &mut receivers, Process(process::id()), |events| {
        for _ in 0..events {
            writer.write(&sockets, &task.frame);
        }
    })
}

struct Writer {
    ring: Option<Ring>,
    results: Vec<std::io::Result<usize>>,
}

impl Writer {
    fn write(&mut self, sockets: &[TcpStream], frame: &Bytes) {
        let Some(ring) = &mut self.ring else {
            return sockets.iter().for_each(|socket| write(socket, frame));
        };
        for sockets in sockets.chunks(256) {
            let sends: Vec<_> =
                sockets.iter().map(|it| Send { socket: it.as_fd(), bytes: frame }).collect();
            ring.send(&sends, &mut self.results);
            for (socket, result) in sockets.iter().zip(&self.results) {
                let written = match result {
                    Ok(written) => *written,
                    Err(error) if error.kind() == ErrorKind::WouldBlock => 0,
                    Err(error) => panic!("{error}"),
                };
                write(socket, frame.get(written..).unwrap_or_default());
            }
        }
    }
}

fn write(mut socket: &TcpStream, frame: &[u8]) {
    let mut rest = frame;
    while !rest.is_empty() {
        match socket.write(rest) {
            Ok(written) => rest = rest.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::yield_now(),
            Err(error) => panic!("{error}"),
        }
    }
}

//! The clients, as the measuring process sees them.

use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    process::{Child, Command, Stdio},
};

use crate::{CLIENTS, SERVER, Task, clients::Kind};

/// A process full of clients.
pub(super) struct Receivers {
    child: Child,
    said: BufReader<std::process::ChildStdout>,
    had: usize,
}

impl Receivers {
    pub(super) fn start(address: SocketAddr, kind: Kind, task: &Task) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .env_remove(SERVER)
            .env(CLIENTS, format!("{} {address} {} {}", kind.name(), task.clients, task.sender))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        Self { child, said, had: 0 }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.said.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    fn say(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Returns when all are connected and subscribed.
    pub(super) fn are_ready(&mut self) {
        assert_eq!(self.line(), "ready");
    }

    /// Returns when so many more messages have arrived.
    pub(super) fn have_all(&mut self, messages: usize) {
        self.had += messages;
        self.say(&self.had.to_string());
        assert_eq!(self.line(), "all");
    }

    /// How many messages each of so many has had.
    pub(super) fn had_each(&self, wanting: usize) -> usize {
        self.had / wanting
    }

    /// Since it was asked last: how many messages some clients had of their own, and when.
    pub(super) fn arrivals(&mut self) -> Vec<(usize, u64)> {
        self.say("arrivals");
        let line = self.line();
        line.split_whitespace()
            .map(|word| {
                let (own, at) = word.split_once(':').unwrap();
                (own.parse().unwrap(), at.parse().unwrap())
            })
            .collect()
    }
}

impl Drop for Receivers {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

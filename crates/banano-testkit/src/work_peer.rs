//! Work peers that follow a script, for tests: real sockets on loopback, no logic beyond the script.
//!
//! Called by the tests of everything that asks work peers. A thread for each connection, so that one
//! that hangs holds up nothing else.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use banano_primitives::{Difficulty, Root, Work};
use serde_json::Value;

/// Longer than any test that works.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a peer does with a request for work.
#[derive(Clone, Debug)]
pub enum Reaction {
    /// Finds the work that is asked for.
    Good,
    /// Answers with this status and body.
    Says(u16, String),
    /// Sends these bytes, then closes.
    Sends(Vec<u8>),
    /// Reads the request and never answers.
    Hangs,
    /// Closes at once.
    Closes,
}

impl Reaction {
    /// An answer with status 200.
    pub fn ok(body: &str) -> Self {
        Self::Says(200, body.to_owned())
    }
}

/// A peer. Ends when it is dropped.
#[derive(Debug)]
pub struct TestWorkPeer {
    /// Where it listens.
    pub address: SocketAddr,
    heard: mpsc::Receiver<Heard>,
    script: Arc<Script>,
}

/// A request that a peer got.
#[derive(Debug)]
pub struct Heard {
    /// Its head, in lower case.
    pub head: String,
    /// Its body.
    pub body: Value,
}

#[derive(Debug)]
struct Script {
    /// One for each request; the last one stays.
    reactions: Mutex<VecDeque<Reaction>>,
    stopped: AtomicBool,
    /// Connections that hang, kept so that they stay open.
    hanging: Mutex<Vec<TcpStream>>,
}

impl TestWorkPeer {
    /// A peer that reacts to every request alike.
    pub fn that(reaction: Reaction) -> Self {
        Self::with_script([reaction])
    }

    /// A peer that reacts to one request after the other; the last reaction stays.
    pub fn with_script(reactions: impl IntoIterator<Item = Reaction>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let script = Arc::new(Script {
            reactions: Mutex::new(reactions.into_iter().collect()),
            stopped: AtomicBool::new(false),
            hanging: Mutex::default(),
        });
        let (hears, heard) = mpsc::sync_channel(1024);
        let shared = Arc::clone(&script);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.stopped.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(stream) = stream else { return };
                let (stream, script, hears) = (stream, Arc::clone(&shared), hears.clone());
                // Whoever hangs up early breaks the conversation; that is their right.
                thread::spawn(move || script.serve(stream, &hears).ok());
            }
        });
        Self { address, heard, script }
    }

    /// An address where nobody listens.
    pub fn absent() -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        listener.local_addr().expect("an address")
    }

    /// The next request that it gets.
    pub fn hears(&self) -> Heard {
        self.heard.recv_timeout(PATIENCE).expect("a request for the peer")
    }

    /// The first request for `action` among those to come. Requests on different connections may
    /// overtake each other.
    pub fn hears_of(&self, action: &str) -> Value {
        std::iter::repeat_with(|| self.hears().body)
            .find(|body| body["action"] == action)
            .expect("without end")
    }
}

impl Drop for TestWorkPeer {
    fn drop(&mut self) {
        self.script.stopped.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.address);
    }
}

impl Script {
    fn serve(
        &self,
        mut stream: TcpStream,
        hears: &mpsc::SyncSender<Heard>,
    ) -> Result<(), Box<dyn std::error::Error>> {
        let heard = read(&stream)?;
        let asked = heard.body.clone();
        hears.send(heard)?;
        if asked.get("action").is_some_and(|action| action == "work_cancel") {
            return respond(&mut stream, 200, "{}");
        }
        match self.next() {
            Reaction::Good => {
                let root: Root = text(&asked, "hash")?.parse()?;
                let wanted: Difficulty = text(&asked, "difficulty")?.parse()?;
                let work = search(&root, wanted).ok_or("work")?;
                respond(&mut stream, 200, &format!(r#"{{"work":"{work}"}}"#))
            }
            Reaction::Says(status, body) => respond(&mut stream, status, &body),
            Reaction::Sends(bytes) => Ok(stream.write_all(&bytes)?),
            Reaction::Hangs => {
                self.hanging.lock().expect("no panic while it hangs up").push(stream);
                Ok(())
            }
            Reaction::Closes => Ok(()),
        }
    }

    fn next(&self) -> Reaction {
        let mut reactions = self.reactions.lock().expect("no panic between two reactions");
        let next = reactions.pop_front().expect("the last reaction stays");
        if reactions.is_empty() {
            reactions.push_back(next.clone());
        }
        next
    }
}

fn text<'a>(asked: &'a Value, name: &str) -> Result<&'a str, String> {
    asked.get(name).and_then(Value::as_str).ok_or_else(|| format!("`{name}` in {asked}"))
}

fn search(root: &Root, wanted: Difficulty) -> Option<Work> {
    (0..u64::MAX).map(Work::new).find(|work| work.difficulty(root) >= wanted)
}

fn read(stream: &TcpStream) -> Result<Heard, Box<dyn std::error::Error>> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Err("cut off".into());
        }
    }
    let head = head.to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.ok_or("a length")?.parse()?];
    reader.read_exact(&mut body)?;
    Ok(Heard { head, body: serde_json::from_slice(&body)? })
}

fn respond(
    stream: &mut TcpStream,
    status: u16,
    body: &str,
) -> Result<(), Box<dyn std::error::Error>> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status} Status\r\nContent-Length: {length}\r\n\r\n");
    Ok(stream.write_all((head + body).as_bytes())?)
}

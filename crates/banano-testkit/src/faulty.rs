//! A bad line between a WebSocket client and its server, for tests.
//!
//! Real sockets on loopback; the address stays while servers come and go behind it. What the server says
//! is passed on message by message, and may be late, lost, said twice, said in another order, or spoiled,
//! as a seed has it. What the client says is passed on as it is. A line can hang, swallow everything, or
//! be cut.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

mod frames;

use frames::Frames;

/// Messages on a line that is late; then the server waits.
const ON_THE_WAY: usize = 4_096;

/// What is wrong with a line. Numbers are of 1,000 messages.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// How long each message takes.
    pub latency: Duration,
    /// Never arrives.
    pub lost: u32,
    /// Arrives twice.
    pub repeated: u32,
    /// Arrives after the next one.
    pub swapped: u32,
    /// Arrives with one character changed.
    pub spoiled: u32,
}

/// Whether a line carries anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Line {
    /// It does.
    #[default]
    Open,
    /// It holds everything until it is open again.
    Hangs,
    /// It takes everything and delivers nothing.
    Swallows,
}

/// A line that can be spoiled. Its threads end when both ends of their connections have.
#[derive(Debug)]
pub struct FaultyProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    target: Option<SocketAddr>,
    faults: Faults,
    line: Line,
    rng: StdRng,
    open: Vec<TcpStream>,
}

impl FaultyProxy {
    /// A line without faults that leads nowhere yet: who connects is hung up on.
    pub fn start(seed: u64) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let state = State {
            target: None,
            faults: Faults::default(),
            line: Line::Open,
            rng: StdRng::seed_from_u64(seed),
            open: Vec::new(),
        };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let lines = Arc::clone(&shared);
        // Ends with the process: a test is one.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                lines.connect(client);
            }
        });
        Self { address, shared }
    }

    /// Where clients connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where new connections lead.
    pub fn lead_to(&self, target: SocketAddr) {
        self.shared.change(|state| state.target = Some(target));
    }

    /// What is wrong from now on.
    pub fn set(&self, faults: Faults) {
        self.shared.change(|state| state.faults = faults);
    }

    /// Whether it carries anything from now on.
    pub fn line(&self, line: Line) {
        self.shared.change(|state| state.line = line);
    }

    /// Cuts every connection with a reset.
    pub fn cut(&self) {
        self.shared.change(|state| {
            for stream in state.open.drain(..) {
                // The reset goes out when the last handle is dropped, which the end of reading causes.
                let _ = socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO));
                let _ = stream.shutdown(Shutdown::Read);
            }
        });
    }
}

impl Shared {
    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().expect("no thread panics with the state"));
        self.changed.notify_all();
    }

    fn connect(self: &Arc<Self>, client: TcpStream) {
        let target = self.state.lock().expect("no thread panics with the state").target;
        let Some(server) = target.and_then(|target| TcpStream::connect(target).ok()) else {
            return;
        };
        let handle = |stream: &TcpStream| stream.try_clone().expect("a file descriptor");
        let handles = [handle(&client), handle(&server)];
        self.change(|state| state.open.extend(handles));
        let (shared, from, to) = (Arc::clone(self), handle(&client), handle(&server));
        thread::spawn(move || shared.carry_requests(from, to));
        let (late, due) = mpsc::sync_channel(ON_THE_WAY);
        thread::spawn(move || deliver(&due, client));
        let shared = Arc::clone(self);
        thread::spawn(move || shared.carry_messages(server, &late));
    }

    /// Waits while the line hangs. Returns whether what was to be carried is delivered.
    fn delivers(&self) -> bool {
        let state = self.state.lock().expect("no thread panics with the state");
        let state = self.changed.wait_while(state, |state| state.line == Line::Hangs);
        state.expect("no thread panics with the state").line == Line::Open
    }

    fn carry_requests(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut bytes = vec![0; 16 << 10];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            let part = bytes.get(..count).unwrap_or_default();
            if self.delivers() && to.write_all(part).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    }

    fn carry_messages(&self, from: TcpStream, late: &mpsc::SyncSender<(Instant, Vec<u8>)>) {
        let mut frames = Frames::of(from);
        let mut held: Option<Vec<u8>> = None;
        while let Some(frame) = frames.next() {
            if !self.delivers() {
                continue;
            }
            let mut state = self.state.lock().expect("no thread panics with the state");
            let faults = state.faults;
            let mut hits = |of_1000: u32| state.rng.random_range(0..1_000) < of_1000;
            let is_message = frames::is_message(&frame);
            let (is_lost, is_repeated) = (hits(faults.lost), hits(faults.repeated));
            let (is_swapped, is_spoiled) = (hits(faults.swapped), hits(faults.spoiled));
            let place = state.rng.random::<u32>();
            drop(state);
            #[expect(clippy::disallowed_methods, reason = "a line is late by the real clock")]
            let due = Instant::now() + faults.latency;
            let mut out = Vec::new();
            if !is_message {
                out.push(frame);
            } else if !is_lost {
                let frame = if is_spoiled { frames::spoiled(frame, place) } else { frame };
                if is_repeated {
                    out.push(frame.clone());
                }
                if is_swapped && held.is_none() {
                    held = Some(frame);
                } else {
                    out.push(frame);
                    out.extend(held.take());
                }
            }
            if out.into_iter().any(|frame| late.send((due, frame)).is_err()) {
                return;
            }
        }
    }
}

/// Writes each when it is due.
fn deliver(due: &mpsc::Receiver<(Instant, Vec<u8>)>, mut to: TcpStream) {
    for (at, bytes) in due {
        #[expect(clippy::disallowed_methods, reason = "a line is late by the real clock")]
        while let Some(left) = at.checked_duration_since(Instant::now()).filter(|it| !it.is_zero())
        {
            thread::park_timeout(left);
        }
        if to.write_all(&bytes).is_err() {
            // The reader notices when its channel is closed.
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

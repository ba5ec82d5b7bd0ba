//! The side that receives, in a process of its own.

use std::{
    io::BufRead,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use banano_primitives::Account;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    runtime::{Builder, LocalOptions},
    task::spawn_local,
};

use crate::{clock_ns, counting::Counting};

/// Clients that connect at a time.
const CONNECTING_MAX: usize = 32;

/// Clients whose times of arrival are noted.
const WITNESSES: usize = 50;

/// What clients do once they are connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing: a plain socket.
    Raw,
    /// Subscribe to every confirmation.
    All,
    /// The same, having agreed on compression.
    Compressed,
    /// Subscribe to ten accounts each; that of client 0 has the sender of the event among them.
    Filtered,
    /// Every other one subscribes and then never reads.
    HalfDeaf,
}

impl Kind {
    pub(super) const EVERY: [Self; 5] =
        [Self::Raw, Self::All, Self::Compressed, Self::Filtered, Self::HalfDeaf];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::All => "all",
            Self::Compressed => "compressed",
            Self::Filtered => "filtered",
            Self::HalfDeaf => "half_deaf",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::EVERY.into_iter().find(|kind| kind.name() == name)
    }

    /// How many of so many clients get each event.
    pub(super) const fn wanting(self, clients: usize) -> usize {
        match self {
            Self::Raw | Self::All | Self::Compressed => clients,
            Self::Filtered => 1,
            Self::HalfDeaf => clients.div_ceil(2),
        }
    }
}

/// The account number `n` of the filters.
fn account(n: usize) -> Account {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&n.to_be_bytes());
    Account::from_bytes(bytes)
}

/// What the clients are to do.
struct Order {
    kind: Kind,
    address: String,
    clients: usize,
    sender: String,
    /// The next one to connect.
    next: AtomicUsize,
}

/// What the clients have seen.
#[derive(Default)]
struct Seen {
    connected: AtomicUsize,
    frames: AtomicUsize,
    /// Of the witnesses: how many frames one had of its own, and when.
    arrivals: Mutex<Vec<(usize, u64)>>,
}

/// Connects, says so, and says when it has as many frames as it is told to wait for.
pub(super) fn run(order: &str) {
    let words: Vec<&str> = order.split(' ').collect();
    let clients = words[2].parse().unwrap();
    let order = Arc::new(Order {
        kind: Kind::named(words[0]).unwrap(),
        address: words[1].to_owned(),
        clients,
        sender: words[3].to_owned(),
        next: AtomicUsize::new(0),
    });
    let seen = Arc::new(Seen::default());
    let noted = Arc::clone(&seen);
    thread::spawn(move || {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build_local(LocalOptions::default())
            .unwrap();
        runtime.block_on(async {
            for _ in 0..CONNECTING_MAX {
                spawn_local(connect_some(Arc::clone(&order), Arc::clone(&noted)));
            }
            std::future::pending::<()>().await;
        });
    });
    wait(&seen.connected, clients);
    println!("ready");
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        if line == "arrivals" {
            let arrivals = std::mem::take(&mut *seen.arrivals.lock().unwrap());
            let words: Vec<_> = arrivals.iter().map(|(own, at)| format!("{own}:{at}")).collect();
            println!("{}", words.join(" "));
            continue;
        }
        wait(&seen.frames, line.parse().unwrap());
        println!("all");
    }
}

fn wait(counter: &AtomicUsize, wanted: usize) {
    while counter.load(Relaxed) < wanted {
        thread::sleep(Duration::from_millis(1));
    }
}

/// Connects one client after the other, among others who do the same, until there are enough.
async fn connect_some(order: Arc<Order>, seen: Arc<Seen>) {
    loop {
        let number = order.next.fetch_add(1, Relaxed);
        if number >= order.clients {
            return;
        }
        let is_deaf = order.kind == Kind::HalfDeaf && number % 2 == 1;
        let mut stream = connect(&order.address, is_deaf).await;
        if order.kind != Kind::Raw {
            let subscribe = subscribe(order.kind, number, &order.sender);
            greet(&mut stream, order.kind, &subscribe).await;
        }
        seen.connected.fetch_add(1, Relaxed);
        if is_deaf {
            // Held, and never read.
            std::mem::forget(stream);
        } else {
            let is_witness = number.is_multiple_of(order.clients.div_ceil(WITNESSES));
            spawn_local(receive(stream, is_witness, Arc::clone(&seen)));
        }
    }
}

async fn receive(mut stream: TcpStream, is_witness: bool, seen: Arc<Seen>) {
    let (mut buffer, mut counting) = (vec![0; 16 << 10], Counting::default());
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        let before = counting.frames;
        counting.advance(&buffer[..length]);
        seen.frames.fetch_add(counting.frames - before, Relaxed);
        if is_witness {
            seen.arrivals.lock().unwrap().push((counting.frames, clock_ns()));
        }
    }
}

async fn connect(address: &str, is_deaf: bool) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    if is_deaf {
        // What its kernel hoards is not what is measured.
        socket.set_recv_buffer_size(8 << 10).unwrap();
    }
    socket.connect(address.parse().unwrap()).await.unwrap()
}

fn subscribe(kind: Kind, number: usize, sender: &str) -> String {
    if kind != Kind::Filtered {
        return r#"{"action":"subscribe","topic":"confirmation","ack":true}"#.into();
    }
    let mut accounts: Vec<_> = (number * 10..number * 10 + 10).map(account).collect();
    if number == 0 {
        accounts[0] = sender.parse().unwrap();
    }
    let accounts: Vec<_> = accounts.iter().map(|account| format!("\"{account}\"")).collect();
    let accounts = accounts.join(",");
    format!(
        r#"{{"action":"subscribe","topic":"confirmation","ack":true,"options":{{"accounts":[{accounts}]}}}}"#
    )
}

async fn greet(stream: &mut TcpStream, kind: Kind, subscribe: &str) {
    let offer = match kind {
        Kind::Compressed => "Sec-WebSocket-Extensions: permessage-deflate\r\n",
        _ => "",
    };
    let handshake = format!(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{offer}\r\n"
    );
    stream.write_all(handshake.as_bytes()).await.unwrap();
    until(stream, |got| got.ends_with(b"\r\n\r\n")).await;
    let mut frame = vec![0x81];
    if let Ok(short @ ..=125) = u8::try_from(subscribe.len()) {
        frame.push(0x80 | short);
    } else {
        frame.push(0xfe);
        frame.extend(u16::try_from(subscribe.len()).unwrap().to_be_bytes());
    }
    frame.extend([0; 4]);
    frame.extend_from_slice(subscribe.as_bytes());
    stream.write_all(&frame).await.unwrap();
    // The acknowledgement, which some servers compress.
    until(stream, |got| {
        let mut counting = Counting::default();
        counting.advance(got);
        counting.frames > 0
    })
    .await;
}

async fn until(stream: &mut TcpStream, is_end: impl Fn(&[u8]) -> bool) {
    let mut got = Vec::new();
    while !is_end(&got) {
        got.push(stream.read_u8().await.unwrap());
    }
}

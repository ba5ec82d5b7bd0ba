//! The side that receives, in a process of its own.

use std::{
    io::BufRead,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    runtime::{Builder, LocalOptions},
    task::spawn_local,
};

const HANDSHAKE: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\n\
    Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const SUBSCRIBE: &[u8] = br#"{"action":"subscribe","topic":"confirmation","ack":true}"#;

/// Connects, says so, and says when it has as many bytes as it is told to wait for.
pub(super) fn run(order: &str) {
    let mut words = order.split(' ');
    let is_ws = words.next() == Some("ws");
    let address = words.next().unwrap().to_owned();
    let clients: usize = words.next().unwrap().parse().unwrap();
    let (connected, got) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let counters = (Arc::clone(&connected), Arc::clone(&got));
    thread::spawn(move || {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build_local(LocalOptions::default())
            .unwrap();
        runtime.block_on(async move {
            for _ in 0..clients {
                let (connected, got) = counters.clone();
                let mut stream = TcpStream::connect(&*address).await.unwrap();
                if is_ws {
                    greet(&mut stream).await;
                }
                connected.fetch_add(1, Relaxed);
                spawn_local(async move {
                    let mut buffer = vec![0; 16 << 10];
                    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
                        got.fetch_add(length, Relaxed);
                    }
                });
            }
            std::future::pending::<()>().await;
        });
    });
    let wait = |counter: &AtomicUsize, wanted: usize| {
        while counter.load(Relaxed) < wanted {
            thread::sleep(Duration::from_millis(1));
        }
    };
    wait(&connected, clients);
    println!("ready");
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        wait(&got, line.parse().unwrap());
        println!("all");
    }
}

async fn greet(stream: &mut TcpStream) {
    stream.write_all(HANDSHAKE).await.unwrap();
    until(stream, b"\r\n\r\n").await;
    let mut frame = vec![0x81, 0x80 | u8::try_from(SUBSCRIBE.len()).unwrap(), 0, 0, 0, 0];
    frame.extend_from_slice(SUBSCRIBE);
    stream.write_all(&frame).await.unwrap();
    until(stream, b"}").await;
}

async fn until(stream: &mut TcpStream, end: &[u8]) {
    let mut got = Vec::new();
    while !got.ends_with(end) {
        got.push(stream.read_u8().await.unwrap());
    }
}

//! Sources and edges over a real nats-server, which is killed and started again.

use std::{
    io::{BufRead as _, BufReader},
    net::TcpListener,
    ops::Range,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use banano_primitives::{Amount, Block, Body, Work};
use banano_testkit::{
    FakeClock,
    fixtures::{CHANGE, SEND, conf, started_election, stopped_election, v2, work_success},
};
use banano_ws_journal::{
    Batch, DiskConfig, Edge, Journal, Limits, LocateError, PublishStatus, Publisher,
    PublisherConfig, Query, Reader, StreamConfig, StreamReport,
};
use banano_ws_protocol::{ConfirmationKind, Cursor, Event, Since, Stamped, Topic, VoteCode};
use tempfile::{TempDir, tempdir};
use tokio::{
    task::{JoinSet, spawn_blocking},
    time::timeout,
};

use crate::{
    NOW_MS,
    replaying::{all, replayed},
};

const PATIENCE: Duration = Duration::from_mins(1);

/// Debian's nats-server on a free port, with its data in a folder of its own.
struct Nats {
    child: Child,
    port: u16,
    data: TempDir,
}

impl Nats {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let data = tempdir().unwrap();
        Self { child: run(port, data.path(), &[]), port, data }
    }

    /// One that lets in who says who it is.
    fn locked(arguments: &[&str]) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let data = tempdir().unwrap();
        Self { child: run(port, data.path(), arguments), port, data }
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn restart(&mut self) {
        self.child = run(self.port, self.data.path(), &[]);
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Returns when it is ready.
fn run(port: u16, data: &Path, more: &[&str]) -> Child {
    let program = if Path::new("/usr/sbin/nats-server").exists() {
        "/usr/sbin/nats-server"
    } else {
        "nats-server"
    };
    let mut child = Command::new(program)
        .args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"])
        .arg(data)
        .args(more)
        .stderr(Stdio::piped())
        .spawn()
        .expect("this test needs Debian's package nats-server, which ./test installs");
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let is_ready =
        lines.by_ref().map_while(Result::ok).any(|line| line.contains("Server is ready"));
    assert!(is_ready, "nats-server ended");
    // Somebody has to read on, or it would stall one day.
    std::thread::spawn(move || lines.count());
    child
}

/// Confirmations of different blocks, of A and of B, and an election between.
fn events(numbers: Range<u64>) -> Vec<Event> {
    let event = |number: u64| {
        if number.is_multiple_of(4) {
            return started_election(SEND);
        }
        let fixture = if number.is_multiple_of(3) { SEND } else { CHANGE };
        let mut confirmation = conf(fixture, ConfirmationKind::ActiveQuorum);
        let Body::State(mut body) = confirmation.block.body().clone() else { panic!("it is one") };
        body.balance = Amount::from_raw(number.into());
        let signature = *confirmation.block.signature();
        confirmation.block = Arc::new(Block::new(Body::State(body), signature, Work::new(number)));
        Event::Confirmation(confirmation)
    };
    numbers.map(event).collect()
}

fn vote(code: VoteCode) -> Event {
    Event::Vote(banano_testkit::fixtures::vote(v2(), code))
}

async fn take(reader: &mut Reader, count: usize) -> Vec<Arc<Stamped>> {
    let mut got = Vec::new();
    while got.len() < count {
        timeout(PATIENCE, reader.changed()).await.expect("an event comes in time");
        match reader.next_batch(usize::MAX) {
            Batch::Events(events) => got.extend(events),
            Batch::Lost { from, to } => panic!("lost {from} to {to}"),
        }
    }
    got
}

fn told(events: &[Arc<Stamped>]) -> Vec<Event> {
    events.iter().map(|stamped| stamped.event.clone()).collect()
}

/// An edge that runs until `tasks` is dropped.
async fn edge(nats: &Nats, memory: Limits, tasks: &mut JoinSet<()>) -> Journal {
    let Edge { journal, follower } =
        Edge::open(&StreamConfig::new(nats.url()), memory).await.unwrap();
    tasks.spawn(follower.run());
    journal
}

fn publishing(nats: &Nats) -> PublisherConfig {
    let stream = StreamConfig::new(nats.url());
    PublisherConfig { stream, has_twins: false, instance: String::new(), position: None }
}

async fn publisher(config: &PublisherConfig, journal: &Journal, tasks: &mut JoinSet<()>) {
    let publisher = Publisher::open(config, journal).await.unwrap();
    tasks.spawn(publisher.run());
}

/// What a client gets that comes back to `edge` with a cursor.
async fn resumed(edge: &Journal, query: Query, since: Since) -> Result<Vec<u64>, LocateError> {
    let edge = edge.clone();
    let replay = move || {
        let after = edge.locate(query.topic, &since)?;
        Ok(replayed(&edge, query, after, 50))
    };
    timeout(PATIENCE, spawn_blocking(replay)).await.expect("a replay ends").unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edges_tell_everything_once_in_order_through_a_kill_of_the_server() {
    let mut nats = Nats::start();
    let mut tasks = JoinSet::new();
    let source = Journal::memory(Limits::default(), || NOW_MS);
    publisher(&publishing(&nats), &source, &mut tasks).await;
    let first = edge(&nats, Limits::default(), &mut tasks).await;
    // Holds next to nothing itself, so that its replays come from the server.
    let second = edge(&nats, Limits { events: 1, bytes: 1 }, &mut tasks).await;
    assert_eq!(first.id(), second.id(), "a cursor of one means the same to the other");
    let mut reader = first.reader();
    let all_events = events(0..300);

    source.append(events(0..100));
    let mut got = take(&mut reader, 100).await;
    nats.kill();
    source.append(events(100..200));
    nats.restart();
    got.extend(take(&mut reader, 100).await);
    nats.kill();
    nats.restart();
    source.append(events(200..300));
    got.extend(take(&mut reader, 100).await);
    assert_eq!(told(&got), all_events);
    assert!(got.is_sorted_by(|a, b| a.sequence < b.sequence));
    assert!(got.iter().all(|it| it.time_ms == NOW_MS), "the time is that of the source");

    // A client of the first edge goes on at the second.
    let seen_by_both = async {
        while second.newest() < first.newest() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, seen_by_both).await.expect("the second edge follows");
    let wanted = |query: &Query, after: u64| -> Vec<u64> {
        let matching = got.iter().filter(|it| it.sequence > after && query.matches(&it.event));
        matching.map(|it| it.sequence).collect()
    };
    let by_account = Query {
        topic: Topic::Confirmation,
        accounts: Some([SEND.account()].into_iter().collect()),
    };
    for query in [all(Topic::Confirmation), all(Topic::StartedElection), by_account] {
        for place in [&got[0], &got[150], &got[299]] {
            let since = Since::Cursor(place.cursor());
            let again = resumed(&second, query.clone(), since).await.unwrap();
            assert_eq!(again, wanted(&query, place.sequence));
        }
        let oldest = resumed(&second, query.clone(), Since::Oldest).await.unwrap();
        assert_eq!(oldest, wanted(&query, 0));
        let time = resumed(&second, query.clone(), Since::Time(NOW_MS)).await.unwrap();
        assert_eq!(time, wanted(&query, 0));
    }
    let stranger = Since::Cursor(Cursor { journal: !first.id(), sequence: 1 });
    let refused = resumed(&second, all(Topic::Confirmation), stranger).await;
    assert!(matches!(refused, Err(LocateError::Expired(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_what_two_sources_of_a_network_tell_each_event_is_given_once() {
    let nats = Nats::start();
    let mut tasks = JoinSet::new();
    let edge = edge(&nats, Limits::default(), &mut tasks).await;
    let mut reader = edge.reader();
    let shared: Vec<_> = events(1..40).into_iter().chain([vote(VoteCode::Replay)]).collect();
    let config = PublisherConfig { has_twins: true, ..publishing(&nats) };
    for kind in [ConfirmationKind::ActiveQuorum, ConfirmationKind::Inactive] {
        let source = Journal::memory(Limits::default(), || NOW_MS);
        publisher(&config, &source, &mut tasks).await;
        let mut seen = shared.clone();
        for event in &mut seen {
            if let Event::Confirmation(it) = event {
                it.kind = kind; // each saw it in its own way
            }
        }
        source.append(seen);
        // Behind them, something that each source has alone.
        source.append(vec![Event::Work(work_success())]);
    }
    let got = told(&take(&mut reader, shared.len() + 2).await);
    let is_own = |event: &&Event| event.topic() == Topic::Work;
    assert_eq!(got.iter().filter(is_own).count(), 2);
    let once: Vec<_> = got.into_iter().filter(|event| !is_own(&event)).collect();
    assert_eq!(once, shared, "as the first one told it, in its order");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_twice_on_one_source_is_told_twice() {
    let nats = Nats::start();
    let mut tasks = JoinSet::new();
    let edge = edge(&nats, Limits::default(), &mut tasks).await;
    let mut reader = edge.reader();
    let twice = vec![started_election(SEND), stopped_election(SEND), started_election(SEND)];
    for has_twins in [false, true] {
        let source = Journal::memory(Limits::default(), || NOW_MS);
        publisher(&PublisherConfig { has_twins, ..publishing(&nats) }, &source, &mut tasks).await;
        source.append(twice.clone());
        assert_eq!(told(&take(&mut reader, 3).await), twice, "{has_twins}");
    }
}

/// Waits until a publisher has come so far.
async fn reaches(mut status: tokio::sync::watch::Receiver<PublishStatus>, place: u64) {
    let done = status.wait_for(|it| it.place >= place);
    timeout(PATIENCE, done).await.expect("it comes that far").unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_source_had_told_and_not_published_is_published_later_once_and_in_order() {
    let mut nats = Nats::start();
    let folder = tempdir().unwrap();
    let disk = DiskConfig::new(folder.path().to_owned());
    let config =
        PublisherConfig { position: Some(folder.path().join("published")), ..publishing(&nats) };
    // The server soon forgets what it was given, so that repeats are for the source to know.
    let client = async_nats::connect(nats.url()).await.unwrap();
    let stream = async_nats::jetstream::stream::Config {
        name: config.stream.name.clone(),
        subjects: vec![format!("{}.*", config.stream.name)],
        duplicate_window: Duration::from_millis(100),
        ..Default::default()
    };
    async_nats::jetstream::new(client).create_stream(stream).await.unwrap();
    let mut edges = JoinSet::new();
    let edge = edge(&nats, Limits::default(), &mut edges).await;
    let mut reader = edge.reader();
    let mut all_events = Vec::new();
    for round in 0..4 {
        let journal = Journal::open(&disk, || NOW_MS).unwrap().journal;
        let publisher = Publisher::open(&config, &journal).await.unwrap();
        let status = publisher.status();
        let mut tasks = JoinSet::new();
        tasks.spawn(publisher.run());
        let newer = events(round * 200..round * 200 + 200);
        journal.append(newer[..100].to_vec());
        journal.flush();
        reaches(status.clone(), journal.newest()).await;
        // From here on nobody takes anything: it is in the journal of the source only.
        nats.kill();
        journal.append(newer[100..].to_vec());
        journal.flush();
        all_events.extend(newer);
        tasks.shutdown().await;
        if round % 2 == 0 {
            // As if it had been killed between an event and the note of it.
            let note = std::fs::read_to_string(folder.path().join("published")).unwrap();
            let earlier = status.borrow().place - 30;
            let words: Vec<&str> = note.split_ascii_whitespace().collect();
            let note = format!("published {earlier} stored {}", words[3]);
            let (name, stored) = note.rsplit_once('-').unwrap();
            let stored = stored.parse::<u64>().unwrap() - 30;
            std::fs::write(folder.path().join("published"), format!("{name}-{stored} claimed 0"))
                .unwrap();
        }
        journal.close();
        drop(journal);
        nats.restart();
    }
    let journal = Journal::open(&disk, || NOW_MS).unwrap().journal;
    publisher(&config, &journal, &mut edges).await;
    let got = take(&mut reader, all_events.len()).await;
    assert_eq!(told(&got), all_events);
    let report = StreamReport::fetch(&config.stream).await.unwrap();
    assert_eq!(report.events, all_events.len() as u64, "nothing was stored twice");
    assert_eq!(report.journal, edge.id());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outage_longer_than_the_memory_loses_nothing_that_is_on_disk() {
    let mut nats = Nats::start();
    let folder = tempdir().unwrap();
    let mut disk = DiskConfig::new(folder.path().to_owned());
    disk.memory = Limits { events: 4, bytes: 1 << 20 };
    let journal = Journal::open(&disk, || NOW_MS).unwrap().journal;
    let mut tasks = JoinSet::new();
    let publisher = Publisher::open(&publishing(&nats), &journal).await.unwrap();
    let status = publisher.status();
    tasks.spawn(publisher.run());
    let edge = edge(&nats, Limits::default(), &mut tasks).await;
    let mut reader = edge.reader();
    nats.kill();
    let all_events = events(0..300);
    // Votes are not on disk: of these, what has left the memory is lost, and counted.
    journal.append(vec![vote(VoteCode::Vote); 50]);
    for part in all_events.chunks(10) {
        journal.append(part.to_vec());
        journal.flush();
    }
    nats.restart();
    reaches(status.clone(), journal.newest()).await;
    let PublishStatus { published, lost, .. } = *status.borrow();
    let got = told(&take(&mut reader, usize::try_from(published).unwrap()).await);
    let of_blocks: Vec<_> = got.into_iter().filter(|it| it.topic() != Topic::Vote).collect();
    assert_eq!(of_blocks, all_events);
    assert_eq!(published + lost, 350);
    assert!((1..=50).contains(&lost), "{lost} votes");
}

/// From every time on an edge gives what stands behind the first event that is not before it, though the source's
/// clock is another one than the server's, and jumps.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_place_in_time_leaves_nothing_out_on_an_edge_however_the_clocks_are_set() {
    let nats = Nats::start();
    let config = publishing(&nats);
    let mut tasks = JoinSet::new();
    let clock = FakeClock::at(NOW_MS);
    let journal = Journal::memory(Limits::default(), clock.reader());
    publisher(&config, &journal, &mut tasks).await;
    let edge = edge(&nats, Limits { events: 2, bytes: 1 << 20 }, &mut tasks).await;
    let now_ms = StreamReport::fetch(&config.stream).await.unwrap().created_ms;
    let ahead_ms = [30_000, 20_000, 50_000, 5, 40_000, 39_999, 45_000, 0, 31_000_u64];
    let mut reader = edge.reader();
    let mut stamps = Vec::new();
    for (number, ahead_ms) in (1..).zip(ahead_ms) {
        clock.set_unix_ms(now_ms + ahead_ms);
        journal.append(events(4 * number + 1..4 * number + 2));
        let told = take(&mut reader, 1).await;
        stamps.push((told[0].sequence, told[0].time_ms));
    }
    for since_ms in stamps.iter().flat_map(|(_, time_ms)| [time_ms - 1, *time_ms, time_ms + 1]) {
        let want = stamps.iter().skip_while(|(_, time_ms)| *time_ms < since_ms);
        let want: Vec<_> = want.map(|(sequence, _)| *sequence).collect();
        let got = resumed(&edge, all(Topic::Confirmation), Since::Time(since_ms)).await.unwrap();
        assert_eq!(got, want, "since {since_ms} of {stamps:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_looked_at_a_stream_leaves_no_reader_behind() {
    let nats = Nats::start();
    let config = publishing(&nats);
    let mut tasks = JoinSet::new();
    let journal = Journal::memory(Limits::default(), || NOW_MS);
    let publisher = Publisher::open(&config, &journal).await.unwrap();
    let status = publisher.status();
    tasks.spawn(publisher.run());
    journal.append(events(0..5));
    reaches(status, journal.newest()).await;
    let Edge { journal: examined, .. } =
        Edge::examine(&config.stream, Limits::default()).await.unwrap();
    // Of most topics there is nothing.
    for topic in Topic::ALL {
        let got = resumed(&examined, all(topic), Since::Oldest).await.unwrap();
        let is_there = matches!(topic, Topic::Confirmation | Topic::StartedElection);
        assert_eq!(got.is_empty(), !is_there, "{topic}");
    }
    assert_eq!(StreamReport::fetch(&config.stream).await.unwrap().readers, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_comes_is_said_in_the_address_and_not_in_errors() {
    let opened = async |nats: &Nats, who: &str| {
        let url = format!("nats://{who}127.0.0.1:{}", nats.port);
        Edge::open(&StreamConfig::new(url), Limits::default()).await
    };
    let by_password = Nats::locked(&["--user", "shop", "--pass", "a/b c"]);
    opened(&by_password, "shop:a%2Fb%20c@").await.unwrap();
    let by_token = Nats::locked(&["--auth", "s3cret"]);
    opened(&by_token, "s3cret@").await.unwrap();
    for (nats, who) in [(&by_password, "shop:wr0ng@"), (&by_password, ""), (&by_token, "wr0ng@")] {
        let error = opened(nats, who).await.unwrap_err().to_string();
        assert!(error.contains("nats://127.0.0.1:"), "{error}");
        assert!(error.contains("USER:PASSWORD@HOST"), "{error}");
        assert!(!error.contains("wr0ng"), "{error}");
    }
}

/// Waits until an edge says of a place what it should.
async fn becomes(edge: &Journal, topic: Topic, since: &Since, is_good: bool) {
    let settled = async {
        while edge.locate(topic, since).is_ok() != is_good {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, settled).await.expect("the edge learns it in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn edges_know_of_what_no_source_has_heard() {
    let (nats, mut tasks) = (Nats::start(), JoinSet::new());
    let config = PublisherConfig { has_twins: true, ..publishing(&nats) };
    let topic = Topic::Vote;
    let sources = [(); 2].map(|()| Journal::memory(Limits::default(), || NOW_MS));
    for source in &sources {
        source.interrupt(topic);
        publisher(&config, source, &mut tasks).await;
    }
    let edge_ = edge(&nats, Limits::default(), &mut tasks).await;
    let now = || Since::Cursor(edge_.cursor());
    becomes(&edge_, topic, &now(), false).await;
    // The other topics are heard.
    becomes(&edge_, Topic::Confirmation, &now(), true).await;

    // The event is behind what the source claims then.
    sources[0].resume(topic);
    let mut reader = edge_.reader();
    becomes(&edge_, topic, &Since::Oldest, true).await;
    let told_by = async |source: &Journal, code| {
        // By then the sources have said what they hear now.
        tokio::time::sleep(Duration::from_secs(7)).await;
        source.append(vec![vote(code)]);
    };
    told_by(&sources[0], VoteCode::Vote).await;
    take(&mut reader, 1).await;
    let place = now();
    becomes(&edge_, topic, &place, true).await;

    // One is enough, and one after the other.
    sources[1].resume(topic);
    told_by(&sources[1], VoteCode::Replay).await;
    take(&mut reader, 1).await;
    sources[0].interrupt(topic);
    told_by(&sources[1], VoteCode::Indeterminate).await;
    take(&mut reader, 1).await;
    becomes(&edge_, topic, &place, true).await;
    let late = edge(&nats, Limits::default(), &mut tasks).await;
    becomes(&late, topic, &place, true).await;

    // Nobody: what comes behind is no longer without a hole.
    sources[1].interrupt(topic);
    for edge in [&edge_, &late] {
        becomes(edge, topic, &now(), false).await;
    }
    sources[0].resume(topic);
    becomes(&edge_, Topic::Confirmation, &place, true).await;
    becomes(&edge_, topic, &Since::Time(NOW_MS + 1), true).await;
    assert!(matches!(edge_.locate(topic, &place), Err(LocateError::Expired(_))));
}

//! A dev network with its RPC for one test, and a client that speaks plain HTTP to it.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use banano_node::{DevConfig, DevNet};
use banano_primitives::{Account, Amount, Block, BlockHash, Body, KeyPair, Link, StateBlock, Work};
use banano_rpc::{Config, Meters, Names, Service, serve};
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Longest wait for something that the network does by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// One BAN in raw.
pub(crate) const BAN: u128 = 10_u128.pow(29);

pub(crate) struct Network {
    pub(crate) net: Option<DevNet>,
    pub(crate) address: SocketAddr,
    stop: CancellationToken,
    runtime: Runtime,
}

impl Network {
    /// Two nodes, three accounts with 1,000 BAN each.
    pub(crate) fn start() -> Self {
        Self::with(small(), Config::default())
    }

    pub(crate) fn with(dev: DevConfig, config: Config) -> Self {
        let net = DevNet::start(&dev, &(Arc::new(|_| {}) as _)).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let service = Service {
            node: watch::channel(Some(net.node().clone())).1,
            config,
            decimal_fields: true,
            names: Names::default(),
            meters: Meters::default(),
        };
        drop(runtime.spawn(serve(listener, service, stop.clone())));
        Self { net: Some(net), address, stop, runtime }
    }

    /// Stops the nodes but not the RPC.
    pub(crate) fn stop_nodes(&mut self) {
        if let Some(net) = self.net.take() {
            self.runtime.block_on(net.stop()).unwrap();
        }
    }

    pub(crate) fn key(&self, index: usize) -> KeyPair {
        self.net.as_ref().unwrap().accounts()[index].keypair.clone()
    }

    pub(crate) fn account(&self, index: usize) -> Account {
        self.key(index).account()
    }

    /// Sends bytes as they are and returns the whole answer.
    pub(crate) fn raw(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(bytes).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Posts a body and returns the body of the answer, which must have status 200.
    pub(crate) fn post(&self, body: &str) -> String {
        let head = format!(
            "POST / HTTP/1.1\r\nHost: test\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let answer = self.raw(&[head.as_bytes(), body.as_bytes()].concat());
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
        answer.split_once("\r\n\r\n").unwrap().1.to_owned()
    }

    /// Asks and returns the answer as JSON.
    pub(crate) fn ask(&self, request: &Value) -> Value {
        serde_json::from_str(&self.post(&request.to_string())).unwrap()
    }

    /// Asks and returns the `error` of the answer, or the whole answer if it has none.
    pub(crate) fn error(&self, request: &Value) -> String {
        let answer = self.ask(request);
        answer["error"].as_str().map_or_else(|| answer.to_string(), str::to_owned)
    }

    /// Asks until the answer passes, as for what needs a confirmation first.
    pub(crate) fn until(&self, request: &Value, passes: impl Fn(&Value) -> bool) -> Value {
        #[expect(clippy::disallowed_methods, reason = "a test may not wait for ever")]
        let begun = Instant::now();
        loop {
            let answer = self.ask(request);
            if passes(&answer) {
                return answer;
            }
            assert!(begun.elapsed() < PATIENCE, "{request} still answers {answer}");
            std::thread::yield_now();
        }
    }

    /// A state block that goes on from where the account is now, signed, without work.
    pub(crate) fn next(&self, key: &KeyPair, change: impl FnOnce(&mut StateBlock)) -> Block {
        let account = key.account();
        let info = self
            .ask(&json!({"action": "account_info", "account": account, "representative": true}));
        let mut state = if info["error"].is_null() {
            StateBlock {
                account,
                previous: text(&info["frontier"]).parse().unwrap(),
                representative: text(&info["representative"]).parse().unwrap(),
                balance: text(&info["balance"]).parse().unwrap(),
                link: Link::ZERO,
            }
        } else {
            StateBlock {
                account,
                previous: BlockHash::ZERO,
                representative: self.account(0),
                balance: Amount::ZERO,
                link: Link::ZERO,
            }
        };
        change(&mut state);
        Block::signed(Body::State(state), key, Work::new(0))
    }

    /// A send of `raw` from account `from` to `to`.
    pub(crate) fn send_block(&self, from: usize, to: Account, raw: u128) -> Block {
        self.next(&self.key(from), |state| {
            state.balance = state.balance.checked_sub(Amount::from_raw(raw)).unwrap();
            state.link = to.into();
        })
    }

    /// A receive of what `send` sent.
    pub(crate) fn receive_block(&self, key: &KeyPair, send: BlockHash, raw: u128) -> Block {
        self.next(key, |state| {
            state.balance = state.balance.checked_add(Amount::from_raw(raw)).unwrap();
            state.link = send.into();
        })
    }

    /// Processes a block with `do_work`, which must succeed, and returns its hash.
    pub(crate) fn process(&self, block: &Block) -> BlockHash {
        let answer = self.ask(&process(block, json!({})));
        assert_eq!(answer, json!({"hash": block.hash()}), "{block:?}");
        block.hash()
    }

    /// Sends and waits until the send is cemented.
    pub(crate) fn pay(&self, from: usize, to: Account, raw: u128) -> BlockHash {
        let hash = self.process(&self.send_block(from, to, raw));
        self.wait_confirmed(hash);
        hash
    }

    pub(crate) fn wait_confirmed(&self, hash: BlockHash) {
        self.until(&json!({"action": "block_info", "hash": hash}), |answer| {
            answer["confirmed"] == "true"
        });
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub(crate) fn small() -> DevConfig {
    DevConfig {
        nodes: 2,
        accounts: 3,
        balance: Amount::from_raw(1000 * BAN),
        ..DevConfig::default()
    }
}

/// A request with more members, or other ones.
pub(crate) fn merged(mut request: Value, more: &Value) -> Value {
    request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    request
}

/// A `process` request for a block without work, with more members.
pub(crate) fn process(block: &Block, more: Value) -> Value {
    let mut json = serde_json::to_value(block).unwrap();
    json.as_object_mut().unwrap().remove("work");
    merged(
        json!({"action": "process", "json_block": "true", "do_work": true, "block": json}),
        &more,
    )
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a string"))
}

/// Names of an object's members, in the order of the text.
pub(crate) fn keys(json: &str) -> Vec<String> {
    struct Keys(Vec<String>);

    impl<'de> serde::Deserialize<'de> for Keys {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Visitor;
            impl<'de> serde::de::Visitor<'de> for Visitor {
                type Value = Keys;

                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }

                fn visit_map<M: serde::de::MapAccess<'de>>(
                    self,
                    mut map: M,
                ) -> Result<Keys, M::Error> {
                    let mut keys = Vec::new();
                    while let Some((key, serde::de::IgnoredAny)) = map.next_entry()? {
                        keys.push(key);
                    }
                    Ok(Keys(keys))
                }
            }
            deserializer.deserialize_map(Visitor)
        }
    }

    serde_json::from_str::<Keys>(json).unwrap().0
}

/// Checks that every scalar is a string and that no list or object is empty.
pub(crate) fn check_habits(value: &Value) {
    match value {
        Value::String(_) => {}
        Value::Array(items) => {
            assert!(!items.is_empty());
            items.iter().for_each(check_habits);
        }
        Value::Object(members) => {
            assert!(!members.is_empty());
            members.values().for_each(check_habits);
        }
        other => panic!("{other} is not a string"),
    }
}

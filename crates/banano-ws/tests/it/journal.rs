//! `banano-ws journal`: what is kept, without a server.

use serde_json::Value;

use crate::gateway::until_confirmed;
use crate::program::{Running, output, post, program, stderr, stdout, text};

fn lines(arguments: &[&str]) -> Vec<Value> {
    let ended = output(&mut program(arguments));
    assert_eq!(ended.status.code(), Some(0), "{arguments:?}: {}", stderr(&ended));
    stdout(&ended).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn hash(event: &Value) -> &str {
    event["message"]["hash"].as_str().unwrap()
}

#[test]
fn a_folder_tells_what_happened_there() {
    let folder = tempfile::tempdir().unwrap();
    let data = text(folder.path());
    let network = Running::start(&["--data", data]);
    let busy = output(&mut program(&["journal", "info", data]));
    assert_eq!(busy.status.code(), Some(1));
    assert!(stderr(&busy).contains("is in use; ask the program that has it"), "{}", stderr(&busy));
    let account = network.labelled("#1").to_owned();
    let paid: Vec<String> = (0..5)
        .map(|_| {
            let body = format!(r#"{{"action":"dev_faucet","account":"{account}","amount":"7"}}"#);
            post(network.labelled("RPC"), &body)["hash"].as_str().unwrap().to_owned()
        })
        .collect();
    for hash in &paid {
        until_confirmed(&network, hash);
    }
    let (status, errors) = network.end();
    assert_eq!(status.code(), Some(0), "{errors}");

    let all = lines(&["journal", "export", data]);
    let sequence = |event: &Value| {
        let cursor = event["cursor"].as_str().unwrap();
        cursor.split_once('-').unwrap().1.parse::<u64>().unwrap()
    };
    assert!(all.is_sorted_by(|a, b| sequence(a) < sequence(b)), "in the order of happening");
    let own = ["journal", "export", data, "confirmation", "--account", &account];
    let own = lines(&own);
    let seen: Vec<&str> =
        own.iter().filter(|it| it["message"]["amount"] == "7").map(hash).collect();
    assert_eq!(seen, paid);
    assert_eq!(own[0]["message"]["block"]["linked_account"], account, "everything is told");

    // From a cursor to a cursor, and by number.
    let (from, to) = (own[1]["cursor"].as_str().unwrap(), own[3]["cursor"].as_str().unwrap());
    let part = |more: &[&str]| {
        let base = ["journal", "export", data, "confirmation", "--account", &account];
        lines(&[&base, more].concat())
    };
    assert_eq!(part(&["--since", from, "--until", to]), own[2..4]);
    assert_eq!(part(&["--since", "oldest", "--count", "2"]), own[..2]);
    let time = format!("time:{}", own[2]["time"].as_str().unwrap());
    assert!(part(&["--since", &time]).ends_with(&own[2..]));
    assert!(own.starts_with(&part(&["--until", &time])));
    let tail = ["journal", "tail", data, "confirmation", "--account", &account, "-n", "2"];
    assert_eq!(lines(&tail), own[own.len() - 2..]);
    assert_eq!(lines(&["journal", "tail", data, "-n", "100000"]), all);

    let [info] = &lines(&["journal", "info", data, "--json"])[..] else { panic!("one line") };
    assert_eq!(info["events"], all.len());
    assert_eq!(info["closed"], true);
    let confirmation = &info["topics"][0];
    assert_eq!(confirmation["topic"], "confirmation");
    let confirmed = all.iter().filter(|event| event["topic"] == "confirmation").count();
    assert_eq!(confirmation["events"], confirmed);
    let told = output(&mut program(&["journal", "info", data]));
    assert!(stdout(&told).starts_with("Journal "), "{}", stdout(&told));

    // Looking has changed nothing: cursors of before are good.
    let network = Running::start(&["--data", data]);
    let url = ["listen", "--url", network.labelled("WebSocket"), "--since", from, "--account"];
    let rest = lines(&[&url[..], &[&account, "--json", "--count", "2", "--strict"]].concat());
    assert_eq!(rest.iter().map(hash).collect::<Vec<_>>(), [hash(&own[2]), hash(&own[3])]);
}

#[test]
fn what_cannot_be_looked_at_is_told_with_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let empty = text(folder.path());
    let rows: [(&[&str], i32, &str); 8] = [
        (&["journal", "info", empty], 1, "there is no journal in"),
        (&["journal", "export", "http://127.0.0.1:1"], 2, "expected nats://HOST:PORT"),
        (&["journal", "tail", empty, "--follow"], 2, "banano-ws listen"),
        (&["journal", "export", empty, "--since", "soon"], 2, "--since soon: expected a cursor"),
        (&["journal", "export", empty, "--until", "oldest"], 1, "there is no journal"),
        (&["journal", "export", empty, "--account", "ban_1"], 2, "--account ban_1"),
        (&["journal", "export", empty, "--journal-stream", "X"], 2, "--journal-stream: "),
        (&["journal", "info", "nats://127.0.0.1:1"], 1, "is nats-server running there"),
    ];
    for (arguments, code, part) in rows {
        let ended = output(&mut program(arguments));
        assert_eq!(ended.status.code(), Some(code), "{arguments:?}: {}", stderr(&ended));
        assert!(stderr(&ended).contains(part), "{arguments:?}: {}", stderr(&ended));
        assert_eq!(stderr(&ended).lines().count(), 1, "{arguments:?}: {}", stderr(&ended));
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}

//! Bun's server (uWebSockets), for comparison: `bun.js` beside this file.

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

use crate::{
    Task,
    clients::Kind,
    measure::{self, Costs, Process},
};

pub(super) fn measure(task: &Task, bun: &str) -> Costs {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/fanout/bun.js");
    let topic = if task.kind == Kind::Filtered { task.sender.as_str() } else { "confirmation" };
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("message");
    fs::write(&text, &task.text).unwrap();
    let mut child = Command::new(bun)
        .args([script, topic])
        .arg(&text)
        .arg(if task.kind == Kind::Compressed { "compressed" } else { "plain" })
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut stdin, process) = (child.stdin.take().unwrap(), Process(child.id()));
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    let port: u16 = line.trim().parse().unwrap();
    let address = ([127, 0, 0, 1], port).into();
    let (mut receivers, connecting) = measure::connect(task, process, address);
    let costs = measure::run(task, &mut receivers, process, |events| {
        writeln!(stdin, "{events}").unwrap();
    });
    drop(receivers);
    drop(stdin);
    let _ = child.kill();
    let _ = child.wait();
    costs.after(&connecting)
}

//! The built program in the hands of a test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};

use serde_json::Value;

/// The program, with nothing of ours in its environment.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_banano-ws"));
    let ours = std::env::vars_os()
        .map(|(name, _)| name)
        .filter(|name| name.to_string_lossy().starts_with("BANANO_WS_"));
    for name in ours {
        command.env_remove(name);
    }
    command.args(arguments);
    command
}

/// Runs it to its end.
pub(crate) fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A dev network that runs until the test ends.
pub(crate) struct Running {
    child: Child,
    errors: BufReader<ChildStderr>,
    /// Everything up to the ready line.
    pub(crate) banner: String,
}

impl Running {
    /// Starts one on free ports and waits until it is ready.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let free = ["--listen", "127.0.0.1:0", "--rpc-listen", "127.0.0.1:0", "--nodes", "2"];
        Self::of(program(&free).args(arguments))
    }

    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut banner = String::new();
        while !banner.contains("Ready in ") {
            if lines.read_line(&mut banner).unwrap() == 0 {
                let mut text = String::new();
                errors.read_to_string(&mut text).unwrap();
                panic!("it ended: {banner}{text}");
            }
        }
        Self { child, errors, banner }
    }

    /// The word after a label at the beginning of a line.
    pub(crate) fn labelled(&self, label: &str) -> &str {
        let line = self.banner.lines().find(|line| line.trim_start().starts_with(label));
        line.unwrap_or_else(|| panic!("no {label} in {}", self.banner))
            .split_whitespace()
            .nth(1)
            .unwrap()
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Reads standard error up to a line that contains `part`. Returns what was said until then.
    pub(crate) fn wait_for_error_line(&mut self, part: &str) -> String {
        let (mut text, mut start) = (String::new(), 0);
        while !text[start..].contains(part) {
            start = text.len();
            assert_ne!(self.errors.read_line(&mut text).unwrap(), 0, "it never said {part}");
        }
        text
    }

    pub(crate) fn wait(mut self) -> (ExitStatus, String) {
        let status = self.child.wait().unwrap();
        let mut errors = String::new();
        self.errors.read_to_string(&mut errors).unwrap();
        (status, errors)
    }

    pub(crate) fn end(self) -> (ExitStatus, String) {
        self.signal("TERM");
        self.wait()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Posts a body to an `http://` URL and returns the JSON of the answer.
pub(crate) fn post(url: &str, body: &str) -> Value {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

//! Where WebSocket and HTTP listen: a port, a Unix socket, or what systemd has opened already.
//!
//! Called before anything starts. Knows what clients write to get there; what is served is the server's.

use std::{
    fs,
    io::ErrorKind,
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Error, anyhow, bail};
use banano_ws_server::{Listener, Listeners};
use listenfd::ListenFd;

use crate::listen::{listen, reachable};
use crate::settings::{Listen, Settings};

/// Where clients find the server. A Unix socket that was made for it is deleted with this.
#[derive(Debug)]
pub(crate) struct Front {
    /// What WebSocket clients connect to.
    pub(crate) ws: String,
    /// The same for HTTP.
    pub(crate) http: String,
    _made: Option<SocketFile>,
}

/// The file of a Unix socket.
#[derive(Debug)]
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Whoever took the place meanwhile has put another file there; that is not ours to know.
        let _ = fs::remove_file(&self.0);
    }
}

/// Listens. What systemd hands over takes the place of `--listen`.
pub(crate) fn open(settings: &Settings) -> Result<(Listeners, Front), Error> {
    let mut handed = ListenFd::from_env();
    if handed.len() > 0 {
        let listeners = (0..handed.len()).map(|index| take(&mut handed, index));
        let listeners: Vec<Listener> = listeners.collect::<Result<_, _>>()?;
        return described(settings, listeners, None);
    }
    match &settings.listen {
        Listen::Tcp(endpoint) => {
            let listener = Listener::Tcp(listen(endpoint, "--listen")?);
            described(settings, vec![listener], None)
        }
        Listen::Unix(path) => {
            let listener = Listener::Unix(bind(path)?);
            described(settings, vec![listener], Some(SocketFile(path.clone())))
        }
    }
}

/// One of the sockets that systemd has opened.
fn take(handed: &mut ListenFd, index: usize) -> Result<Listener, Error> {
    if let Ok(Some(tcp)) = handed.take_tcp_listener(index) {
        return Ok(Listener::Tcp(tcp));
    }
    match handed.take_unix_listener(index) {
        Ok(Some(unix)) => Ok(Listener::Unix(unix)),
        _ => bail!(
            "LISTEN_FDS: socket {} is neither a TCP nor a Unix stream socket; use ListenStream= in the \
             socket unit",
            index.saturating_add(3)
        ),
    }
}

/// Makes a Unix socket. A file that a program left there that is gone is replaced.
fn bind(path: &Path) -> Result<UnixListener, Error> {
    let place = path.display();
    match UnixListener::bind(path) {
        Err(cause) if cause.kind() == ErrorKind::AddrInUse => {
            if UnixStream::connect(path).is_ok() {
                bail!("unix:{place} is in use: stop the program that listens there, or choose another path with --listen");
            }
            let is_socket = fs::symlink_metadata(path).is_ok_and(|facts| {
                std::os::unix::fs::FileTypeExt::is_socket(&facts.file_type())
            });
            if path.is_dir() {
                bail!("unix:{place} is a folder: name a file in it with --listen unix:/PATH");
            }
            if !is_socket {
                bail!("unix:{place} is a file and no socket: choose another path with --listen");
            }
            fs::remove_file(path).with_context(|| format!("cannot replace the socket {place}"))?;
            UnixListener::bind(path).with_context(|| format!("cannot listen at unix:{place}"))
        }
        bound => bound.map_err(|cause| {
            anyhow!(
                "cannot listen at unix:{place} ({cause}): choose a path in a folder that is there and \
                 that you may write to, with --listen unix:/PATH"
            )
        }),
    }
}

fn described(
    settings: &Settings,
    listeners: Vec<Listener>,
    made: Option<SocketFile>,
) -> Result<(Listeners, Front), Error> {
    let s = if settings.tls_cert.is_some() { "s" } else { "" };
    let tcp = listeners.iter().find_map(|listener| match listener {
        Listener::Tcp(tcp) => Some(tcp.local_addr()),
        Listener::Unix(_) => None,
    });
    let (ws, http) = match (tcp, listeners.first()) {
        (Some(address), _) => {
            let address = reachable(address?);
            (format!("ws{s}://{address}"), format!("http{s}://{address}"))
        }
        (None, Some(Listener::Unix(unix))) => {
            let address = unix.local_addr()?;
            let path = address.as_pathname().unwrap_or(Path::new("")).display().to_string();
            (format!("ws+unix:{path}"), format!("http+unix:{path}"))
        }
        (None, _) => bail!("LISTEN_FDS names no socket"),
    };
    Ok((Listeners(listeners), Front { ws, http, _made: made }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(listen: &str) -> Settings {
        Settings { listen: listen.parse().unwrap(), ..Settings::default() }
    }

    #[test]
    fn a_socket_that_a_dead_program_left_is_replaced_and_one_in_use_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ws.sock");
        let listen = format!("unix:{}", path.display());
        drop(UnixListener::bind(&path).unwrap());
        let (listeners, front) = open(&settings(&listen)).unwrap();
        assert_eq!(front.ws, format!("ws+{listen}"));
        let error = open(&settings(&listen)).unwrap_err().to_string();
        assert!(error.contains("in use"), "{error}");
        drop((listeners, front));
        assert!(!path.exists(), "it is deleted at the end");

        fs::write(&path, "a file").unwrap();
        let error = open(&settings(&listen)).unwrap_err().to_string();
        assert!(error.contains("no socket"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), "a file");
        let error = open(&settings(&format!("unix:{}", folder.path().display())));
        let error = error.unwrap_err().to_string();
        assert!(error.contains("is a folder"), "{error}");
        let error = open(&settings("unix:/no/such/folder/a")).unwrap_err().to_string();
        assert!(error.contains("/no/such/folder/a") && error.contains("--listen"), "{error}");
    }

    #[test]
    fn clients_are_told_whether_it_is_tls() {
        let (_, front) = open(&settings("127.0.0.1:0")).unwrap();
        assert!(front.ws.starts_with("ws://127.0.0.1:"), "{}", front.ws);
        let tls = Settings { tls_cert: Some("cert".into()), ..settings("127.0.0.1:0") };
        let (_, front) = open(&tls).unwrap();
        assert!(front.ws.starts_with("wss://127.0.0.1:"), "{}", front.ws);
        assert!(front.http.starts_with("https://127.0.0.1:"), "{}", front.http);
    }
}

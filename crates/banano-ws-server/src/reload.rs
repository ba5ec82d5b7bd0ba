//! Another configuration for a server that runs.
//!
//! Held by whoever hears that the configuration is to be read again. All of it is read before any of it
//! is in force: what cannot be used leaves everything as it was. Clients stay connected, with the limits
//! that they have from then on; only those whose token is gone are closed.

use std::sync::Arc;

use tokio::sync::watch;

use crate::{
    admission::TokensError,
    config::{Config, Problem},
    server::StartError,
    settings::Settings,
    tls::{Certificates, Files, TlsError},
};

/// Gives a server another configuration. Cheap to clone; of no effect once the server has stopped.
#[derive(Debug, Clone)]
pub struct Reloader {
    settings: watch::Sender<Arc<Settings>>,
    certificates: Option<Certificates>,
}

/// What of the files that a configuration names is another than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reread {
    /// What the file of tokens says.
    pub tokens: bool,
    /// The certificate.
    pub certificate: bool,
}

/// Why another configuration was not taken. The one before is still in force.
#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    /// It can't work.
    #[error("the configuration of the WebSocket server can't work: {}", join(.0))]
    Config(Vec<Problem>),
    /// The file of tokens can't be used.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// The certificate can't be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// TLS is all or nothing from the start.
    #[error("`tls_cert`: TLS cannot be turned on or off while the server runs; restart it")]
    TlsSwitch,
}

fn join(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Reloader {
    /// The first configuration.
    pub(crate) fn new(config: &Config) -> Result<Self, StartError> {
        let certificates = files(config).map(Certificates::load).transpose()?;
        let settings = watch::Sender::new(Arc::new(Settings::load(config)?));
        Ok(Self { settings, certificates })
    }

    pub(crate) fn settings(&self) -> watch::Receiver<Arc<Settings>> {
        self.settings.subscribe()
    }

    pub(crate) fn certificates(&self) -> Option<&Certificates> {
        self.certificates.as_ref()
    }

    /// Puts a configuration into force, but for what [needs a restart](Config::NEED_RESTART), with its
    /// tokens and its certificate read anew. Returns which of those are others now.
    ///
    /// # Errors
    ///
    /// If any of it cannot be used.
    pub fn reload(&self, config: &Config) -> Result<Reread, ReloadError> {
        let problems = config.check();
        if !problems.is_empty() {
            return Err(ReloadError::Config(problems));
        }
        let settings = Settings::load(config)?;
        let certificate = match (&self.certificates, files(config)) {
            (Some(certificates), Some(files)) => certificates.reload(files)?,
            (None, None) => false,
            _ => return Err(ReloadError::TlsSwitch),
        };
        let settings = Arc::new(settings);
        let before = self.settings.send_replace(Arc::clone(&settings));
        let tokens = !before.tokens.is_same_file(&settings.tokens);
        Ok(Reread { tokens, certificate })
    }
}

impl Config {
    /// Reads the files that it names and says what is wrong with them, one text for each.
    pub fn check_files(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Err(error) = Settings::load(self) {
            problems.push(error.to_string());
        }
        if let Some(Err(error)) = files(self).map(Certificates::load) {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            problems.push(format!("{error}{}", cause.unwrap_or_default()));
        }
        problems
    }
}

fn files(config: &Config) -> Option<Files> {
    let (cert, key) = (config.tls_cert.clone()?, config.tls_key.clone()?);
    Some(Files { cert, key })
}

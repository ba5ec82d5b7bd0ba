//! The certificate that clients are shown, and its renewal while the server runs.
//!
//! Read at the start, when the configuration is read again, and when the files have changed: a tool that
//! renews certificates needs to tell nobody. A new pair that cannot be used leaves the old one in force.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem, pem::PemObject as _},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::time::sleep;
use tracing::{error, info};

/// How often the files are looked at.
const CHECK: Duration = Duration::from_secs(10);

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read, or is not PEM.
    #[error("`{field}`: cannot read {} as PEM", path.display())]
    File {
        /// The setting.
        field: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: pem::Error,
    },
    /// The file holds no certificate.
    #[error("`tls_cert`: {} holds no certificate; it must have the server's and its chain", .0.display())]
    Empty(PathBuf),
    /// Key and certificate are not one another's, or of a kind that is not known.
    #[error("`tls_key`: {} is not the key of the certificate in `tls_cert`", path.display())]
    Pair {
        /// The file of the key.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: rustls::Error,
    },
}

/// The certificate in force. Clones are handles to the same.
#[derive(Debug, Clone)]
pub(crate) struct Certificates(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    current: Mutex<Current>,
    config: Arc<ServerConfig>,
    shown: Arc<Shown>,
}

/// From where it is, and how the files looked.
#[derive(Debug)]
struct Current {
    files: Files,
    stamps: [Option<Stamp>; 2],
}

/// The two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Files {
    pub(crate) cert: PathBuf,
    pub(crate) key: PathBuf,
}

/// How a file looked: enough to see that it is another.
type Stamp = (SystemTime, u64);

/// What handshakes look at.
#[derive(Debug)]
struct Shown(Mutex<Arc<CertifiedKey>>);

impl ResolvesServerCert for Shown {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Certificates {
    /// Reads the files.
    ///
    /// # Errors
    ///
    /// If they cannot be used.
    pub(crate) fn load(files: Files) -> Result<Self, TlsError> {
        let stamps = files.stamps();
        let shown = Arc::new(Shown(Mutex::new(files.read()?)));
        let resolver: Arc<dyn ResolvesServerCert> = Arc::clone(&shown) as _;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|source| TlsError::Pair { path: files.key.clone(), source })?
            .with_no_client_auth()
            .with_cert_resolver(resolver);
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        let current = Mutex::new(Current { files, stamps });
        Ok(Self(Arc::new(Inner { current, config: Arc::new(config), shown })))
    }

    /// What a connection needs.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0.config)
    }

    /// Reads the certificate again, from these files. Returns whether it is another.
    ///
    /// # Errors
    ///
    /// If it cannot be used. The old one stays in force then.
    pub(crate) fn reload(&self, files: Files) -> Result<bool, TlsError> {
        let stamps = files.stamps();
        let pair = files.read()?;
        let is_other = {
            let mut shown = self.0.shown.0.lock().unwrap_or_else(PoisonError::into_inner);
            let is_other = shown.cert != pair.cert;
            *shown = pair;
            is_other
        };
        *self.0.current.lock().unwrap_or_else(PoisonError::into_inner) = Current { files, stamps };
        Ok(is_other)
    }

    /// Takes a renewed certificate into use without being told, for as long as it is polled.
    pub(crate) async fn watch(self) {
        loop {
            sleep(CHECK).await;
            match self.refresh() {
                Ok(true) => info!("the certificate was renewed"),
                Ok(false) => {}
                Err(error) => error!(
                    error = &error as &dyn std::error::Error,
                    "the renewed certificate cannot be used; the old one stays in force"
                ),
            }
        }
    }

    /// Reads it again if a file is another than the last time. Returns whether it did.
    ///
    /// # Errors
    ///
    /// As [`Certificates::reload`]; told once for the same files.
    fn refresh(&self) -> Result<bool, TlsError> {
        let files = {
            let mut current = self.0.current.lock().unwrap_or_else(PoisonError::into_inner);
            let stamps = current.files.stamps();
            // While one of them is being replaced, the other is waited for.
            if stamps == current.stamps || stamps.contains(&None) {
                return Ok(false);
            }
            current.stamps = stamps;
            current.files.clone()
        };
        self.reload(files).map(|_| true)
    }
}

impl Files {
    fn stamps(&self) -> [Option<Stamp>; 2] {
        [stamp(&self.cert), stamp(&self.key)].map(Result::ok)
    }

    fn read(&self) -> Result<Arc<CertifiedKey>, TlsError> {
        let Self { cert, key } = self;
        let wrong = |field, path: &PathBuf| {
            let path = path.clone();
            move |source| TlsError::File { field, path, source }
        };
        let chain: Result<Vec<_>, _> =
            CertificateDer::pem_file_iter(cert).and_then(Iterator::collect);
        let chain = chain.map_err(wrong("tls_cert", cert))?;
        if chain.is_empty() {
            return Err(TlsError::Empty(cert.clone()));
        }
        let private = PrivateKeyDer::from_pem_file(key).map_err(wrong("tls_key", key))?;
        let pair = CertifiedKey::from_der(chain, private, &ring::default_provider());
        pair.map(Arc::new).map_err(|source| TlsError::Pair { path: key.clone(), source })
    }
}

fn stamp(path: &Path) -> io::Result<Stamp> {
    let facts = fs::metadata(path)?;
    Ok((facts.modified()?, facts.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(files: &Files) -> Vec<u8> {
        let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(&files.cert, pair.cert.pem()).unwrap();
        fs::write(&files.key, pair.signing_key.serialize_pem()).unwrap();
        pair.cert.der().to_vec()
    }

    fn shown(certificates: &Certificates) -> Vec<u8> {
        certificates.0.shown.0.lock().unwrap().cert[0].to_vec()
    }

    #[test]
    fn a_new_pair_is_taken_and_a_broken_one_leaves_the_old_in_force() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files { cert: folder.path().join("cert"), key: folder.path().join("key") };
        let first = write(&files);
        let certificates = Certificates::load(files.clone()).unwrap();
        assert_eq!(shown(&certificates), first);
        assert!(!certificates.refresh().unwrap(), "nothing has changed");

        fs::write(&files.cert, "half a certi").unwrap();
        assert!(certificates.refresh().is_err());
        assert!(!certificates.refresh().unwrap(), "it is told once");
        assert_eq!(shown(&certificates), first);
        fs::remove_file(&files.key).unwrap();
        assert!(!certificates.refresh().unwrap(), "the rest is still to come");

        let second = write(&files);
        assert!(certificates.refresh().unwrap());
        assert_eq!(shown(&certificates), second);
    }

    #[tokio::test(start_paused = true)]
    async fn files_that_change_are_taken_without_a_word() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files { cert: folder.path().join("cert"), key: folder.path().join("key") };
        let mut want = write(&files);
        let certificates = Certificates::load(files.clone()).unwrap();
        let renewals = async {
            for is_whole in [true, false, true] {
                sleep(CHECK + Duration::from_millis(1)).await;
                assert_eq!(shown(&certificates), want);
                if is_whole {
                    want = write(&files);
                } else {
                    fs::write(&files.cert, "half a certi").unwrap();
                }
            }
            sleep(CHECK + Duration::from_millis(1)).await;
            assert_eq!(shown(&certificates), want);
        };
        tokio::select! {
            () = certificates.clone().watch() => {}
            () = renewals => {}
        }
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files { cert: folder.path().join("cert"), key: folder.path().join("key") };
        let said = || Certificates::load(files.clone()).unwrap_err().to_string();
        assert!(said().starts_with("`tls_cert`: cannot read "), "{}", said());
        write(&files);
        let other = Files { cert: folder.path().join("other"), ..files.clone() };
        write(&other);
        assert!(said().starts_with("`tls_key`: "), "{}", said());
        fs::write(&files.cert, "").unwrap();
        assert!(said().contains("holds no certificate"), "{}", said());
    }
}

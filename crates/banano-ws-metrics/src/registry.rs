//! Who is asked at a scrape.
//!
//! One for the process. Parts of the program add themselves when they start. Never asked by anyone who
//! counts: its lock is taken at a scrape and at a start only.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::Exposition;

type Collector = Box<dyn Fn(&mut Exposition) + Send>;

/// All who have numbers. Clones are handles to the same.
#[derive(Clone, Default)]
pub struct Registry(Arc<Mutex<Vec<Collector>>>);

impl Registry {
    /// Has `collect` asked at every scrape from now on, after those who came before. It must be quick,
    /// and begin only families that nobody else begins.
    pub fn add(&self, collect: impl Fn(&mut Exposition) + Send + 'static) {
        self.collectors().push(Box::new(collect));
    }

    /// The text of a scrape.
    pub fn scrape(&self) -> String {
        let mut out = Exposition::default();
        for collect in self.collectors().iter() {
            collect(&mut out);
        }
        out.into_text()
    }

    fn collectors(&self) -> MutexGuard<'_, Vec<Collector>> {
        // A collector that panics leaves the list as it was, so poison is no harm.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Registry").field(&self.collectors().len()).finish()
    }
}

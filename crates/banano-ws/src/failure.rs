//! Why the program ends, as an exit code and one line.
//!
//! Made where something fails, turned into text and code by `main` alone. A line says what to do.

use std::fmt;
use std::process::ExitCode;

/// An end that is not clean.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Command line, environment or file is wrong: exit code 2. One line for each problem.
    Usage(Vec<String>),
    /// Something failed: exit code 1.
    Failed(anyhow::Error),
    /// Events may be missing, and that was not to happen: exit code 3.
    Incomplete(String),
}

impl Failure {
    pub(crate) fn code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Failed(_) => ExitCode::from(1),
            Self::Incomplete(_) => ExitCode::from(3),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(problems) => {
                for (index, problem) in problems.iter().enumerate() {
                    let end = if index + 1 < problems.len() { "\n" } else { "" };
                    write!(f, "error: {problem}{end}")?;
                }
                Ok(())
            }
            // The chain of causes on one line.
            Self::Failed(error) => write!(f, "error: {error:#}"),
            Self::Incomplete(what) => write!(f, "error: {what}"),
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<Vec<crate::settings::Problem>> for Failure {
    fn from(problems: Vec<crate::settings::Problem>) -> Self {
        Self::Usage(problems.iter().map(ToString::to_string).collect())
    }
}

#[cfg(test)]
mod tests {
    use anyhow::Context as _;

    use super::*;

    #[test]
    fn a_chain_of_causes_is_one_line_and_problems_are_one_each() {
        let error = Err::<(), _>(anyhow::anyhow!("disk full")).context("cannot write net.json");
        assert_eq!(
            Failure::from(error.unwrap_err()).to_string(),
            "error: cannot write net.json: disk full"
        );
        let usage = Failure::Usage(vec!["one".to_owned(), "two".to_owned()]);
        assert_eq!(usage.to_string(), "error: one\nerror: two");
    }
}

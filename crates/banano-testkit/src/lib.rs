//! Fixtures and fakes for the tests of the workspace.

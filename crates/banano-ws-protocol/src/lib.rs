//! The WebSocket protocol: topics, actions, options, events; render and parse.

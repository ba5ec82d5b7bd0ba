//! HTTP and WebSocket listener, sessions and health.

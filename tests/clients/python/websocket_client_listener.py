"""Subscribes with `websocket-client` and prints every message. Argument: the URL."""

import sys

import websocket


def on_open(socket):
    socket.send('{"action": "subscribe", "topic": "confirmation", "ack": true, "id": 7}')


def on_message(_, message):
    print(message)


def on_error(_, error):
    print("error", repr(error))


websocket.WebSocketApp(
    sys.argv[1], on_open=on_open, on_message=on_message, on_error=on_error
).run_forever(ping_interval=1, ping_timeout=0.5)

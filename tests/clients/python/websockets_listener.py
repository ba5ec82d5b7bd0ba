"""Subscribes with `websockets`, which offers permessage-deflate, and prints every message. Argument: the URL."""

import sys

from websockets.sync.client import connect

with connect(sys.argv[1]) as socket:
    socket.send('{"action": "subscribe", "topic": "confirmation", "ack": "true", "id": "websockets"}')
    for message in socket:
        assert isinstance(message, str), message
        print(message)

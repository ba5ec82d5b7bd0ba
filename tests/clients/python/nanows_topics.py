"""Prints one line for each event of all nine topics that nanows's typed models accept.

Arguments: the WebSocket's URL. Prints `subscribed` once the server has acknowledged all nine, then lines of
`<topic> <model> <members>`, the members as JSON without the message they were read from. nanows logs a message that its models
refuse as an error, which goes to the standard error.
"""

import asyncio
import dataclasses
import json
import sys

from nanows import NanoWebSocketClient

TOPICS = [
    "confirmation",
    "vote",
    "started_election",
    "stopped_election",
    "active_difficulty",
    "work",
    "telemetry",
    "new_unconfirmed_block",
    "bootstrap",
]


async def print_topic(url, topic, subscribed):
    """One connection for a topic: what comes is a matter of its subscription alone."""
    client = NanoWebSocketClient(url)
    await client.connect()
    await getattr(client, f"subscribe_{topic}")(ack=True, ws_id=topic)
    reply = json.loads(await client.websocket_client.websocket.recv())
    assert (reply.get("ack"), reply.get("id")) == ("subscribe", topic), reply
    subscribed.append(topic)
    if len(subscribed) == len(TOPICS):
        print("subscribed")
    async for message in client.receive_messages():
        members = dataclasses.asdict(message)
        del members["raw_message"]
        print(topic, type(message).__name__, json.dumps(members))


async def main(url):
    subscribed = []
    await asyncio.gather(*(print_topic(url, topic, subscribed) for topic in TOPICS))


asyncio.run(main(sys.argv[1]))

"""Prints every confirmation that nanows sees, as `confirmation <hash> <type> <subtype> <linked account>`.

Arguments: the WebSocket's URL. Prints `subscribed` once the server has acknowledged. Everything goes through
nanows's own client and typed models; a message that its models refuse never gets printed.
"""

import asyncio
import json
import sys

from nanows import NanoWebSocketClient


async def main(url):
    client = NanoWebSocketClient(url)
    await client.connect()
    await client.subscribe_confirmation(
        include_election_info=True,
        include_linked_account=True,
        include_sideband_info=True,
        ack=True,
        ws_id="nanows",
    )
    while True:
        reply = json.loads(await client.websocket_client.websocket.recv())
        if reply.get("ack") == "subscribe" and reply.get("id") == "nanows":
            break
    print("subscribed")
    async for message in client.receive_messages("confirmation"):
        assert message.election_info is not None, message
        print(
            "confirmation",
            message.hash,
            message.confirmation_type.value,
            message.block.subtype.value,
            message.block.linked_account,
        )


asyncio.run(main(sys.argv[1]))

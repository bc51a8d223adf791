"""The shortest client in Python: subscribes quotes and checks that `seq` has no gap. Prints how many it got."""

import asyncio
import json
import sys

import websockets


async def main(url: str, symbols: list[str], wanted: int) -> None:
    async with websockets.connect(url) as socket:
        await socket.send(json.dumps({"action": "subscribe", "channels": ["quotes"], "symbols": symbols}))
        expected, quotes = 1, 0
        async for text in socket:
            message = json.loads(text)
            if "seq" not in message:
                continue
            if message["seq"] != expected:
                sys.exit(f"seq {message['seq']} came where {expected} was due")
            expected += 1
            quotes += message["type"] == "quote"
            if quotes >= wanted:
                print(f"{quotes} quotes without a gap")
                return


asyncio.run(asyncio.wait_for(main(sys.argv[1], sys.argv[2].split(","), int(sys.argv[3])), 30))

"""Python's websockets: each message is sent back. The port is the argument."""
import asyncio
import sys

import websockets


async def echo(socket, *_):
    async for message in socket:
        await socket.send(message)


async def main():
    async with websockets.serve(echo, '127.0.0.1', int(sys.argv[1]), max_size=None):
        await asyncio.Future()


asyncio.run(main())

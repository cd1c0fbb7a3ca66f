"""A line to the broker that can be cut: forwards TCP, and names itself wherever the broker gives its own address."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class Line:
    """Between clients and one broker; `cut()` drops and refuses connections until `mend()`."""

    def __init__(self, broker: str) -> None:
        host, _, port = broker.partition(":")
        self._host, self._port = host, int(port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._whole = True
        self.address = ""

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Line"]:
        self._server = await asyncio.start_server(self._serve, self._host, 0)
        port = self._server.sockets[0].getsockname()[1]
        self.address = f"{self._host}:{port}"
        host = self._host.encode()
        self._theirs, self._ours = host + self._port.to_bytes(4), host + int(port).to_bytes(4)
        try:
            yield self
        finally:
            self.cut()
            self._server.close()
            await self._server.wait_closed()

    def cut(self) -> None:
        self._whole = False
        for writer in list(self._writers):
            writer.transport.abort()

    def mend(self) -> None:
        self._whole = True

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(self._host, self._port)
        self._writers |= {writer, back}
        try:
            await asyncio.gather(self._requests(reader, back), self._answers(there, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            for end in (writer, back):
                end.transport.abort()
                self._writers.discard(end)
                with contextlib.suppress(OSError):
                    await end.wait_closed()

    async def _requests(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError

    async def _answers(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            size = await reader.readexactly(4)
            frame = await reader.readexactly(int.from_bytes(size))
            writer.write(size + frame.replace(self._theirs, self._ours))
            await writer.drain()

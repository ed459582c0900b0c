"""People in rooms: the load under which the fleet is watched. It needs no package."""

import asyncio
import base64
import contextlib
import http.client
import json
import os
import struct
import uuid

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Visitor:
    """One connection to one room, over the plain end of the fleet's tunnel to its edge."""

    def __init__(self, site, room):
        self.site, self.room, self.heard, self.grant = site, room, 0, None

    async def enter(self):
        host, port = self.site["plain"].split(":")
        self.reader, self.writer = await asyncio.open_connection(host, int(port))
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET /api/rooms/{self.room}/ws HTTP/1.1", f"Host: {authority(self.site)}",
            f"Origin: {self.site['url']}", "Connection: Upgrade", "Upgrade: websocket",
            "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Protocol: instantchat.v1", "", "",
        ]
        self.writer.write("\r\n".join(lines).encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            self.writer.close()
            raise ConnectionError(head)
        self.say(type="join")
        self.say(type="grant", id=1)

    def say(self, **frame):
        self.write(TEXT, json.dumps(frame).encode())

    def write(self, opcode, payload):
        length = len(payload)
        size = bytes([0x80 | length]) if length < 126 else b"\xfe" + struct.pack(">H", length)
        mask = os.urandom(4)
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))
        self.writer.write(bytes([0x80 | opcode]) + size + mask + masked)

    async def listen(self):
        """Hears until the connection ends."""
        while True:
            first, second = await self.reader.readexactly(2)
            size = second & 0x7F
            if size == 126:
                size, = struct.unpack(">H", await self.reader.readexactly(2))
            elif size == 127:
                size, = struct.unpack(">Q", await self.reader.readexactly(8))
            payload = await self.reader.readexactly(size)
            match first & 0x0F:
                case 8:
                    return
                case 9:
                    self.write(PONG, payload)
                case 1:
                    frame = json.loads(payload)
                    self.heard += frame["type"] == "event"
                    self.grant = frame.get("grant", self.grant)

    async def live(self, pause_seconds):
        """Enters, posts now and then, and comes back when cut off."""
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                await self.enter()
                listening = asyncio.create_task(self.listen())
                with contextlib.closing(self.writer):
                    while not listening.done():
                        self.say(type="post", id=2, key=uuid.uuid4().hex, text="is this on?")
                        await asyncio.wait([listening], timeout=pause_seconds)
                    listening.result()
            await asyncio.sleep(pause_seconds)


def authority(site):
    return site["url"].removeprefix("https://")


def request(site, method, path, body=None, **headers):
    """A request through the edge: the status and the body."""
    connection = http.client.HTTPConnection(site["plain"], timeout=10)
    with contextlib.closing(connection):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        headers |= {"Host": authority(site), "Origin": site["url"]}
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def upload(site, grant):
    """Uploads a text, reads it, and asks for a preview of an address that nobody may see."""
    boundary = uuid.uuid4().hex
    body = (
        f"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n"
        f"hello\r\n--{boundary}--\r\n"
    ).encode()
    kind = f"multipart/form-data; boundary={boundary}"
    status, answer = request(
        site, "POST", "/api/files?kind=file", body, Content_Type=kind, Instantchat_Grant=grant
    )
    assert status == 201, answer
    status, content = request(site, "GET", json.loads(answer)["url"])
    assert (status, content) == (200, b"hello"), status
    preview = json.dumps({"url": "http://127.0.0.1/"})
    status, answer = request(
        site, "POST", "/api/previews", preview, Content_Type="application/json",
        Instantchat_Grant=grant,
    )
    assert status == 422, answer


class Crowd:
    """Rooms of a few people, who talk until the crowd is ended."""

    def __init__(self, site, rooms=6, members=3):
        self.visitors = [Visitor(site, f"watched-{room}") for room in range(rooms)
                         for _ in range(members)]

    async def live(self):
        await asyncio.gather(*(visitor.live(0.5) for visitor in self.visitors))

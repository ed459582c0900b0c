#!/usr/bin/env python3
"""A client of instantchat, written from PROTOCOL.md alone.

    client.py http://127.0.0.1:8080/tea [--name Ada] [--password …]

prints what is said in the room and posts each line that is typed. As a library: a `Client` is
one visitor in one room, through any number of connections.
"""

import argparse
import asyncio
import contextlib
import json
import random
import socket
import struct
import sys
import urllib.parse
import uuid
from dataclasses import dataclass, field

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

ANSWER_SECONDS_MAX = 10
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10
# Closes after which a client does not come back on its own (§12), and reasons for which it does.
FINAL_CLOSES = {1000, 1002, 1003, 1007, 1008, 1009, 4002, 4003}
PASSING_REASONS = {"unavailable", "rate_limited", "moved", "bad_ticket"}


class Refused(Exception):
    """The server said no."""

    def __init__(self, frame):
        super().__init__(f"{frame['code']}: {frame['detail']}")
        self.code = frame["code"]
        self.retry_after_ms = frame["retryAfterMs"]


@dataclass
class Copy:
    """What a client holds of a room: its messages, merged by `rev` (§10)."""

    messages: dict = field(default_factory=dict)
    seq: int = 0

    def take_page(self, messages):
        for message in messages:
            held = self.messages.get(message["seq"])
            if held is None or message["rev"] >= held["rev"]:
                self.messages[message["seq"]] = message

    def take_event(self, frame):
        assert frame["seq"] == self.seq + 1, f"event {frame['seq']} after {self.seq}"
        self.seq = frame["seq"]
        event = frame["event"]
        if event["kind"] == "posted":
            self.messages[self.seq] = {
                "seq": self.seq, "at": frame["at"], "by": frame["by"], "name": frame["name"],
                "text": event["text"], "replyTo": event["replyTo"], "file": event["file"],
                "preview": event["preview"], "up": 0, "down": 0, "mine": "none", "rev": self.seq,
                "editedAt": None, "deleted": False,
            }
        elif event["kind"] == "renamed":
            for message in self.messages.values():
                if message["by"] == event["member"]:
                    message["name"] = event["name"]
        elif event["kind"] == "trimmed":
            self.messages = {seq: m for seq, m in self.messages.items() if seq >= event["before"]}
        elif event["kind"] in ("edited", "deleted", "voted"):
            message = self.messages.get(event["message"])
            if message and self.seq > message["rev"]:
                self.change(message, frame)

    def change(self, message, frame):
        event = frame["event"]
        message["rev"] = frame["seq"]
        if event["kind"] == "edited":
            message.update(text=event["text"], editedAt=frame["at"])
        elif event["kind"] == "deleted":
            message.update(text="", file=None, preview=None, deleted=True)
        else:
            message.update(up=event["up"], down=event["down"])

    def texts(self):
        return [self.messages[seq]["text"] for seq in sorted(self.messages)]


class Client:
    """One visitor in one room."""

    def __init__(self, site, room, session=None, local_address=None):
        parts = urllib.parse.urlsplit(site)
        scheme = "wss" if parts.scheme == "https" else "ws"
        segment = urllib.parse.quote(room, safe="")
        self.url = f"{scheme}://{parts.netloc}/api/rooms/{segment}/ws"
        self.session = session
        self.local_address = local_address
        self.copy = Copy()
        self.joined = None
        self.socket = None
        self.frames = []
        self.last_id = 0

    async def connect(self):
        headers = {"Authorization": f"Bearer {self.session}"} if self.session else {}
        source = {"local_addr": (self.local_address, 0)} if self.local_address else {}
        self.socket = await connect(
            self.url, subprotocols=["instantchat.v1"], additional_headers=headers,
            compression=None, max_size=262_144, ping_interval=None, **source,
        )
        for cookie in self.socket.response.headers.get_all("Set-Cookie"):
            name, _, value = cookie.split(";")[0].partition("=")
            if name in ("session", "__Host-session"):
                self.session = value

    async def join(self, **fields):
        """Connects and enters; with what it holds, if it was here before."""
        await self.connect()
        if self.joined:
            held = {key: self.joined[key] for key in ("incarnation", "epoch", "keep")}
            fields["resume"] = held | {"seq": self.copy.seq}
        # A server that refuses the room says so at once, perhaps before it hears this.
        with contextlib.suppress(ConnectionClosed):
            await self.send(type="join", **fields)
        frame = await self.receive()
        if frame["type"] == "error":
            raise Refused(frame)
        assert frame["type"] == "joined", frame
        self.joined = frame
        if frame["gap"] and frame["gap"]["reason"] == "restarted":
            self.copy = Copy()
        if not frame["resumed"]:
            self.copy.seq = frame["seq"]
            self.copy.take_page(frame["history"])
        return frame

    async def send(self, **frame):
        await self.socket.send(json.dumps(frame))

    async def receive(self):
        """The next frame, events being taken into the copy."""
        text = await asyncio.wait_for(self.socket.recv(), ANSWER_SECONDS_MAX)
        frame = json.loads(text)
        if frame["type"] == "event":
            self.copy.take_event(frame)
        return frame

    async def next(self, kind):
        """The next frame of a type; others are passed over."""
        while True:
            frame = self.frames.pop(0) if self.frames else await self.receive()
            if frame["type"] == kind:
                return frame

    async def request(self, **frame):
        """Sends a request and returns its answer; what comes in between is kept for `next`."""
        self.last_id += 1
        await self.send(id=self.last_id, **frame)
        while True:
            answer = await self.receive()
            if answer.get("id") != self.last_id:
                self.frames.append(answer)
            elif answer["type"] == "error":
                raise Refused(answer)
            else:
                return answer

    async def post(self, text, key=None, **fields):
        """Posts a text; the message's seq."""
        key = key or uuid.uuid4().hex
        return (await self.request(type="post", key=key, text=text, **fields))["seq"]

    async def until_seq(self, seq):
        while self.copy.seq < seq:
            await self.receive()

    def abort(self):
        """Resets the connection, as a network does that fails: nothing is said."""
        transport = self.socket.transport
        linger = struct.pack("ii", 1, 0)
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        transport.abort()
        self.frames = []

    async def close(self):
        await self.socket.close()


async def show(client):
    """Prints what is said, and comes back after a loss with full jitter."""
    failures = 0
    while True:
        pause = None
        try:
            while True:
                frame = await client.socket.recv()
                frame = json.loads(frame)
                failures = 0
                if frame["type"] == "moving":
                    pause = frame["retryAfterMs"] / 1000
                if frame["type"] == "event":
                    client.copy.take_event(frame)
                    if frame["event"]["kind"] == "posted":
                        print(f"{frame['name']}: {frame['event']['text']}")
        except ConnectionClosed as closed:
            last = closed.rcvd
            if last and last.code in FINAL_CLOSES and last.reason not in PASSING_REASONS:
                sys.exit(f"closed: {last.code} {last.reason}")
        limit = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**failures)
        failures += 1
        await asyncio.sleep(random.uniform(0, limit) if pause is None else pause)
        try:
            await client.join()
        except (OSError, ConnectionClosed, TimeoutError):
            continue
        except Refused as refused:
            if refused.code not in PASSING_REASONS:
                sys.exit(f"not let in again: {refused}")


async def chat(arguments):
    parts = urllib.parse.urlsplit(arguments.room)
    room = urllib.parse.unquote(parts.path.strip("/"))
    client = Client(f"{parts.scheme}://{parts.netloc}", room)
    chosen = {"name": arguments.name, "password": arguments.password}
    await client.join(**{key: value for key, value in chosen.items() if value})
    print(f"in {client.joined['room']['name']} as {client.joined['you']['name']}")
    for message in client.joined["history"]:
        print(f"{message['name']}: {message['text']}")
    shown = asyncio.create_task(show(client))
    while line := await asyncio.to_thread(sys.stdin.readline):
        if line.strip():
            await client.send(type="post", key=uuid.uuid4().hex, text=line.rstrip("\n"))
    shown.cancel()
    await client.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("room", help="the room's address, as a browser opens it")
    parser.add_argument("--name")
    parser.add_argument("--password")
    asyncio.run(chat(parser.parse_args()))


if __name__ == "__main__":
    main()

"""What PROTOCOL.md promises, asked of a running server (INSTANTCHAT_URL) by the client beside."""

import asyncio
import http.client
import json
import os
import unittest
import urllib.error
import urllib.parse
import urllib.request
import uuid

from websockets.exceptions import ConnectionClosed

from client import Client, Refused

SITE = os.environ["INSTANTCHAT_URL"].rstrip("/")


def a_room():
    return f"python-{uuid.uuid4().hex[:12]}"


def look_up(name):
    segment = urllib.parse.quote(name, safe="")
    with urllib.request.urlopen(f"{SITE}/api/rooms/{segment}", timeout=10) as answer:
        return json.load(answer)


class Story(unittest.IsolatedAsyncioTestCase):
    stories = 0

    def setUp(self):
        # An address makes 20 rooms at once and no more, so that each story has its own.
        Story.stories += 1
        here = urllib.parse.urlsplit(SITE).hostname == "127.0.0.1"
        self.address = f"127.0.0.{1 + Story.stories}" if here else None

    def visitor(self, room, session=None):
        return Client(SITE, room, session, self.address)

    async def enter(self, room, session=None, **fields):
        client = self.visitor(room, session)
        await client.join(**fields)
        self.addAsyncCleanup(client.close)
        return client

    async def refused(self, code, awaitable):
        with self.assertRaises(Refused) as caught:
            await awaitable
        self.assertEqual(caught.exception.code, code)

    async def closed(self, client):
        """The code and reason with which the server closes."""
        with self.assertRaises(ConnectionClosed) as caught:
            while True:
                await client.receive()
        return caught.exception.rcvd.code, caught.exception.rcvd.reason


class Talking(Story):
    async def test_two_people_talk(self):
        room = a_room()
        ada = await self.enter(room, name="Ada")
        tim = await self.enter(room, name="Tim")
        self.assertEqual(ada.joined["seq"], 0)
        self.assertTrue(ada.joined["you"]["creator"])
        self.assertFalse(tim.joined["you"]["creator"])
        first = await ada.post("tea?")
        await tim.until_seq(first)
        second = await tim.post("yes 🍵\n\tplease", replyTo=first)
        await ada.until_seq(second)
        self.assertEqual(ada.copy, tim.copy)
        self.assertEqual(ada.copy.texts(), ["tea?", "yes 🍵\n\tplease"])
        self.assertEqual(ada.copy.messages[second]["replyTo"], first)

    async def test_a_message_is_edited_voted_for_and_deleted(self):
        room = a_room()
        ada, tim = await self.enter(room), await self.enter(room)
        seq = await tim.post("helo")
        self.assertEqual((await tim.request(type="edit", message=seq, text="hello"))["type"], "ok")
        await self.refused("not_author", ada.request(type="edit", message=seq, text="no"))
        await self.refused("own_vote", tim.request(type="vote", message=seq, value="up"))
        await ada.request(type="vote", message=seq, value="up")
        again = await ada.request(type="vote", message=seq, value="up")
        self.assertIsNone(again["seq"], "nothing had to change")
        page = await ada.request(type="history")
        [message] = page["messages"]
        self.assertEqual((message["text"], message["up"], message["mine"]), ("hello", 1, "up"))
        gone = await tim.request(type="delete", message=seq)
        await ada.until_seq(gone["seq"])
        self.assertTrue(ada.copy.messages[seq]["deleted"])
        self.assertEqual(ada.copy.texts(), [""])

    async def test_names_and_descriptions_change(self):
        room = a_room()
        ada, tim = await self.enter(room, name="Ada"), await self.enter(room, name="Tim")
        await self.refused("name_taken", tim.request(type="rename", name="ADA"))
        await tim.request(type="rename", name="Tim T.")
        await self.refused("not_creator", tim.request(type="describe", text="mine"))
        await ada.request(type="describe", text="All about tea.")
        kinds = [(await tim.next("event"))["event"]["kind"] for _ in range(2)]
        self.assertEqual(kinds, ["renamed", "described"])
        found = await ada.request(type="members", prefix="ti")
        self.assertEqual([member["name"] for member in found["members"]], ["Tim T."])

    async def test_presence_and_typing_are_told(self):
        room = a_room()
        ada = await self.enter(room, name="Ada")
        tim = await self.enter(room, name="Tim")
        names = set()
        while "Tim" not in names:
            came = await ada.next("presence")
            names |= {member["name"] for member in came["joined"]}
        self.assertEqual(came["online"], 2)
        await tim.send(type="typing")
        typing = await ada.next("typing")
        self.assertEqual(typing["members"], [tim.joined["you"]["member"]])
        tim.abort()
        left = await ada.next("presence")
        self.assertEqual(left["left"], [tim.joined["you"]["member"]])

    async def test_a_grant_is_given(self):
        ada = await self.enter(a_room())
        answer = await ada.request(type="grant")
        self.assertEqual(answer["type"], "grant")
        self.assertTrue(answer["grant"])


class Files(Story):
    # A PNG of one pixel.
    PNG = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
        "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
    )

    def upload(self, client, grant, content, kind="file"):
        """Posts one part called `file`, as a form does."""
        boundary = uuid.uuid4().hex
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        request = urllib.request.Request(
            f"{SITE}/api/files?kind={kind}",
            data=head.encode() + content + f"\r\n--{boundary}--\r\n".encode(),
            headers={
                "Content-Type": f"multipart/form-data; boundary={boundary}",
                "Instantchat-Grant": grant,
                "Authorization": f"Bearer {client.session}",
            },
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            self.assertEqual(answer.status, 201)
            return json.load(answer)

    async def test_an_image_goes_with_a_message_once(self):
        room = a_room()
        ada, tim = await self.enter(room), await self.enter(room)
        grant = (await ada.request(type="grant"))["grant"]
        uploaded = await asyncio.to_thread(self.upload, ada, grant, self.PNG)
        descriptor = uploaded.pop("descriptor")
        self.assertEqual((uploaded["type"], uploaded["width"]), ("image/png", 1))
        seq = await ada.post("", file=descriptor)
        await tim.until_seq(seq)
        self.assertEqual(tim.copy.messages[seq]["file"], uploaded)
        with urllib.request.urlopen(SITE + uploaded["url"], timeout=10) as answer:
            self.assertTrue(answer.read().startswith(self.PNG[:8]))
        await self.refused("no_file", ada.post("again", file=descriptor))

    async def test_an_upload_needs_a_grant(self):
        ada = await self.enter(a_room())
        with self.assertRaises(urllib.error.HTTPError) as caught:
            await asyncio.to_thread(self.upload, ada, "made.up.grant", self.PNG)
        with caught.exception as answer:
            self.assertEqual((answer.code, json.load(answer)["code"]), (403, "bad_grant"))


class Returning(Story):
    async def test_who_is_dropped_gets_exactly_what_it_missed(self):
        room = a_room()
        ada, tim = await self.enter(room), await self.enter(room)
        await ada.until_seq(await tim.post("before"))
        held = ada.copy.seq
        ada.abort()
        for number in range(20):
            # Ten at once, then five a second.
            await self.post_patiently(tim, f"missed {number}")
        joined = await ada.join()
        self.assertTrue(joined["resumed"])
        self.assertIsNone(joined["gap"])
        self.assertEqual(joined["history"], [])
        self.assertEqual(joined["you"]["member"], ada.joined["you"]["member"])
        missed = [await ada.next("event") for _ in range(20)]
        self.assertEqual([event["seq"] for event in missed], list(range(held + 1, held + 21)))
        await ada.until_seq(await self.post_patiently(tim, "after"))
        self.assertEqual(ada.copy.texts(), tim.copy.texts())

    async def post_patiently(self, client, text):
        key = uuid.uuid4().hex
        while True:
            try:
                return await client.post(text, key)
            except Refused as refused:
                self.assertEqual(refused.code, "rate_limited")
                await asyncio.sleep(refused.retry_after_ms / 1000)

    async def test_the_same_key_is_posted_once(self):
        room = a_room()
        ada, tim = await self.enter(room), await self.enter(room)
        seq = await ada.post("once", key="k1")
        self.assertEqual(await ada.post("once", key="k1"), seq)
        self.assertEqual(await ada.post("other words", key="k1"), seq)
        ada.abort()
        await ada.join()
        self.assertEqual(await ada.post("once", key="k1"), seq, "on another connection too")
        self.assertNotEqual(await tim.post("mine", key="k1"), seq, "a key is the member's")
        page = await tim.request(type="history")
        self.assertEqual([message["text"] for message in page["messages"]], ["once", "mine"])

    async def test_a_second_connection_of_a_session_replaces_the_first(self):
        room = a_room()
        ada = await self.enter(room, name="Ada")
        again = await self.enter(room, session=ada.session)
        self.assertEqual(again.joined["you"], ada.joined["you"])
        self.assertEqual(await self.closed(ada), (4002, "replaced"))

    async def test_a_room_that_is_gone_is_not_made_by_a_return(self):
        ada = await self.enter(a_room())
        elsewhere = self.visitor(a_room(), ada.session)
        elsewhere.joined = ada.joined
        await self.refused("not_found", elsewhere.join())
        self.assertEqual(await self.closed(elsewhere), (1008, "not_found"))

    async def test_a_cursor_of_another_life_starts_anew(self):
        room = a_room()
        ada = await self.enter(room)
        await ada.post("hello")
        ada.joined["incarnation"] = "AAAAAAAAAAAAAAAAAAAAAA"
        joined = await ada.join()
        self.assertFalse(joined["resumed"])
        self.assertEqual(joined["gap"], {"from": None, "to": None, "reason": "restarted"})
        self.assertEqual(ada.copy.texts(), ["hello"])


class Paging(Story):
    async def test_pages_reach_back_to_the_first_message(self):
        room = a_room()
        ada = await self.enter(room)
        for number in range(10):
            await ada.post(f"{number}")
        tim = await self.enter(room)
        self.assertEqual(tim.copy.texts(), [f"{number}" for number in range(10)])
        texts, before, more = [], None, True
        while more:
            fields = {} if before is None else {"before": before}
            page = await tim.request(type="history", limit=4, **fields)
            self.assertLessEqual(len(page["messages"]), 4)
            texts = [message["text"] for message in page["messages"]] + texts
            before, more = page["messages"][0]["seq"], page["more"]
        self.assertEqual(texts, [f"{number}" for number in range(10)])


class Refusing(Story):
    async def test_bad_frames_leave_the_connection(self):
        ada = await self.enter(a_room())
        for text, identifier in [
            ("hello", None), ("{", None), ("[]", None), ("{}", None),
            ('{"type":"dance","id":5}', 5), ('{"type":"join","id":6}', 6),
            ('{"type":"post","id":7}', 7), ('{"type":"grant","id":9007199254740992}', None),
        ]:
            await ada.socket.send(text)
            error = await ada.next("error")
            self.assertEqual((error["code"], error["id"]), ("bad_frame", identifier), text)
        self.assertEqual(await ada.post("still here"), 1)

    async def test_too_many_bad_frames_end_it(self):
        ada = await self.enter(a_room())
        for _ in range(11):
            await ada.socket.send("hello")
        self.assertEqual(await self.closed(ada), (1008, "bad_frame"))

    async def test_join_comes_first(self):
        ada = self.visitor(a_room())
        await ada.connect()
        self.addAsyncCleanup(ada.close)
        await ada.send(type="post", id=1, key="k", text="hello")
        error = await ada.receive()
        self.assertEqual((error["code"], error["id"]), ("bad_frame", 1))
        await ada.send(type="join")
        self.assertEqual((await ada.receive())["type"], "joined")

    async def test_binary_messages_are_not_spoken(self):
        ada = await self.enter(a_room())
        await ada.socket.send(b"hello")
        self.assertEqual((await self.closed(ada))[0], 1003)

    async def test_texts_that_no_message_has(self):
        ada = await self.enter(a_room())
        await self.refused("empty", ada.post(" \n\t"))
        await self.refused("bad_text", ada.post("a\0b"))
        await self.refused("too_long", ada.post("x" * 10_001))
        await self.refused("not_found", ada.post("hello", replyTo=99))
        await self.refused("no_file", ada.post("hello", file="made.up.token"))
        self.assertEqual(await ada.post("\N{GRINNING FACE}" * 10_000), 1)

    async def test_a_frame_that_is_too_big_ends_the_connection(self):
        ada = await self.enter(a_room())
        await ada.socket.send(json.dumps({"type": "describe", "id": 1, "text": "x" * 131_072}))
        error = await ada.next("error")
        self.assertEqual(error["code"], "too_long")
        self.assertEqual((await self.closed(ada))[0], 1009)


class Entering(Story):
    async def test_a_password_protects_a_room(self):
        room = a_room()
        ada = await self.enter(room, password="correct horse")
        self.assertTrue(ada.joined["room"]["protected"])
        self.assertTrue(look_up(room)["protected"])
        for fields in [{}, {"password": "wrong"}]:
            stranger = self.visitor(room)
            await self.refused("wrong_password", stranger.join(**fields))
            self.assertEqual(await self.closed(stranger), (1008, "wrong_password"))
        tim = await self.enter(room, password="correct horse")
        tim.abort()
        await tim.join()

    async def test_spellings_of_a_name_are_one_room(self):
        room = a_room()
        ada = await self.enter(room)
        tim = await self.enter(f"  {room.upper()} ")
        self.assertEqual(ada.joined["incarnation"], tim.joined["incarnation"])
        self.assertEqual(tim.joined["room"]["name"], room)

    async def test_names_of_other_scripts_are_rooms(self):
        room = f"{a_room().replace('python', 'комната')}".translate(
            str.maketrans("abcdef", "абцдеф")
        )
        ada = await self.enter(room)
        self.assertEqual(ada.joined["room"]["name"], room)

    async def test_names_that_are_none_are_refused_on_the_connection(self):
        for name, code in [("ab", "bad_name"), ("a%b", "bad_name"), ("about", "reserved_name")]:
            client = self.visitor(name)
            await self.refused(code, client.join())
            self.assertEqual(await self.closed(client), (1008, code))

    async def test_looking_up_makes_nothing(self):
        room = a_room()
        info = look_up(room)
        self.assertEqual((info["room"], info["exists"], info["members"]), (room, False, 0))
        self.assertFalse(look_up(room)["exists"])
        ada = await self.enter(room)
        info = look_up(room)
        self.assertTrue(info["exists"])
        self.assertEqual(len(info["suggestions"]), 4)
        self.assertEqual(urllib.parse.unquote(info["url"]), ada.url)

    async def test_the_site_tells_its_limits(self):
        with urllib.request.urlopen(f"{SITE}/api/site", timeout=10) as answer:
            site = json.load(answer)
        self.assertEqual((site["messagesMax"], site["textCharsMax"]), (1_000, 10_000))
        self.assertIn(site["filesIn"], ("folder", "objectStore"))

    async def test_a_problem_tells_its_code(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            look_up("ab")
        with caught.exception as answer:
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")
            problem = json.load(answer)
        self.assertEqual((problem["status"], problem["code"]), (400, "bad_name"))

    async def test_a_page_of_another_site_is_refused(self):
        # Not by urllib, which cannot ask for an upgrade.
        connection = http.client.HTTPConnection(urllib.parse.urlsplit(SITE).netloc, timeout=10)
        self.addCleanup(connection.close)
        connection.request("GET", f"/api/rooms/{a_room()}/ws", headers={
            "Origin": "https://evil.example", "Connection": "Upgrade", "Upgrade": "websocket",
            "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        })
        answer = connection.getresponse()
        self.assertEqual((answer.status, json.load(answer)["code"]), (403, "bad_origin"))


if __name__ == "__main__":
    unittest.main()

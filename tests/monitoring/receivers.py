"""Those who are told: a webhook and a mail server of the tests' own."""

import email
import email.policy
import http.server
import json
import socketserver
import threading
import time


class Hook(http.server.ThreadingHTTPServer):
    """What Alertmanager posts."""

    def __init__(self):
        # When each came, and what it said.
        notices = self.notices = []

        class Take(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                notices.append((time.monotonic(), json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Take)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/"

    def told(self, alert, status, name, after=0):
        """Whether an alert about a process was told, after a moment."""
        return any(
            at > after and one["labels"]["alertname"] == alert and one["status"] == status
            and one["labels"].get("name", name) == name
            for at, notice in self.notices for one in notice["alerts"]
        )

    def pauses(self, alert):
        """The seconds between the notices of a kind, as long as it fires."""
        kind = [(at, notice["status"]) for at, notice in self.notices
                if notice["groupLabels"]["alertname"] == alert]
        return [then - at for (at, status), (then, _) in zip(kind, kind[1:], strict=False)
                if status == "firing"]


class MailServer(socketserver.ThreadingTCPServer):
    """Takes every mail, by as much of SMTP as that needs."""

    daemon_threads = True

    def __init__(self):
        mails = self.mails = []

        class Take(socketserver.StreamRequestHandler):
            def answer(self, text):
                self.wfile.write(text.encode() + b"\r\n")

            def handle(self):
                self.answer("220 the tests")
                for line in self.rfile:
                    match line[:4].upper():
                        case b"DATA":
                            self.answer("354 go on")
                            lines = iter(self.rfile.readline, b".\r\n")
                            text = b"".join(line.removeprefix(b".") for line in lines)
                            mails.append(email.message_from_bytes(text, policy=email.policy.default))
                            self.answer("250 taken")
                        case b"QUIT":
                            return self.answer("221 bye")
                        case _:
                            self.answer("250 fine")

        super().__init__(("127.0.0.1", 0), Take)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"127.0.0.1:{self.server_address[1]}"

    def received(self, *texts):
        """Whether a mail has all of these in its subject and its text."""
        for mail in list(self.mails):
            text = f"{mail['subject']}\n{mail.get_body().get_content()}"
            if all(one in text for one in texts):
                return mail
        return None

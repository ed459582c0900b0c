"""A room of uWebSockets: one topic, published to whoever is in it."""

import sys

from socketify import App, OpCode


def main() -> None:
    app = App()

    def upgrade(response, request, context) -> None:
        response.upgrade(
            request.get_header("sec-websocket-key"),
            request.get_header("sec-websocket-protocol"),
            request.get_header("sec-websocket-extensions"),
            context,
            {"room": request.get_url()},
        )

    def opened(socket) -> None:
        socket.subscribe(socket.get_user_data()["room"])

    def said(socket, message, opcode) -> None:
        app.publish(socket.get_user_data()["room"], message, opcode)

    app.ws(
        "/*",
        {
            "compression": 0,
            "max_payload_length": 65536,
            "idle_timeout": 120,
            "upgrade": upgrade,
            "open": opened,
            "message": said,
        },
    )
    app.listen({"port": int(sys.argv[1]), "host": "127.0.0.1"}, lambda config: None)
    app.run()


main()

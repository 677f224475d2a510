"""The bare framework: one route that answers as many bytes as `verify` does, on a socket that is handed in."""

from __future__ import annotations

import socket
import sys

import uvicorn
from fastapi import FastAPI, Response

_BODY = b'{"valid":true,"padding":"' + b"x" * 300 + b'"}'


def main() -> None:
    """Serve until a signal ends it."""
    app = FastAPI()

    @app.post("/verify")
    async def verify() -> Response:
        return Response(_BODY, media_type="application/json")

    # The parser that `reconciler serve` uses; nothing else is set that would cost anything. While the other server is
    # asked, connections wait.
    config = uvicorn.Config(app, http="h11", access_log=False, log_config=None, timeout_keep_alive=75)
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])


if __name__ == "__main__":
    main()

"""`python -m local_cloud.inbox`: serve the inbox until it is interrupted."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import typer
import uvicorn

from local_cloud.inbox.messages import Messages
from local_cloud.inbox.server import InboxServer


def serve(
    *,
    port: Annotated[int, typer.Option(help="Port to listen on.")],
    emulator: Annotated[str, typer.Option(help="URL of the AWS emulator.")],
) -> None:
    """Serve the inbox of a local cloud on 127.0.0.1. The local cloud starts it."""
    messages = Messages()
    messages.follow()
    server = InboxServer(messages, emulator)
    with suppress(KeyboardInterrupt):
        uvicorn.run(server.app(), host="127.0.0.1", port=port, log_level="warning", access_log=False)


typer.run(serve)

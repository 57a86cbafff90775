"""`python -m local_cloud.inbox`: serve the inbox until it is interrupted."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path  # noqa: TC003 - typer reads it
from typing import Annotated

import typer
import uvicorn

from local_cloud.inbox.messages import Messages
from local_cloud.inbox.server import InboxServer


def serve(
    *,
    port: Annotated[int, typer.Option(help="Port to listen on.")],
    emulator: Annotated[str, typer.Option(help="URL of the AWS emulator.")],
    data: Annotated[Path | None, typer.Option(help="File that stores the messages. Default: memory.")] = None,
) -> None:
    """Serve the inbox of a local cloud on 127.0.0.1. The local cloud starts it."""
    messages = Messages(data)
    messages.follow()
    server = InboxServer(messages, emulator)
    with suppress(KeyboardInterrupt):
        uvicorn.run(server.app(), host="127.0.0.1", port=port, log_level="warning", access_log=False)


typer.run(serve)

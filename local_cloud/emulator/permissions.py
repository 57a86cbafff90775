"""Records each permission check of a role, and lets other servers of the cloud ask for one."""

import json
import threading
from pathlib import Path
from typing import Any

from ministack.core import iam_evaluator

from local_cloud.emulator.asgi import JSON, App, Message, Receive, Send, read_body, respond
from local_cloud.settings import PERMISSIONS_PATH, REGION


def record_checks(file: Path) -> None:
    """Append each different check of a role to a file: role, action, resource, and whether IAM allowed it.

    ministack imports `enforce` at each use, so replacing it in its module is enough.
    """
    enforce = iam_evaluator.enforce
    seen: set[tuple[str, str, str, bool]] = set()
    lock = threading.Lock()

    def enforce_and_record(
        access_key: str, action: str, service: str, region: str, resource_arn: str = "*", **options: Any
    ) -> Any:
        denied = enforce(access_key, action, service, region, resource_arn, **options)
        if role := _role(access_key):
            check = (role, action, resource_arn, denied is None)
            with lock:
                if check not in seen:
                    seen.add(check)
                    with file.open("a", encoding="utf-8") as record:
                        line = dict(zip(("role", "action", "resource", "allowed"), check, strict=True))
                        record.write(json.dumps(line) + "\n")
        return denied

    iam_evaluator.enforce = enforce_and_record


def _role(access_key: str) -> str | None:
    """Return the name of the role whose session has this access key."""
    caller = iam_evaluator.resolve_caller_identity(access_key) or {}
    _, _, session = str(caller.get("userArn", "")).partition(":assumed-role/")
    return session.partition("/")[0] or None


class PermissionGateway:
    """ASGI middleware that answers permission checks of the Rekognition server.

    `POST` an access key, an action, and a resource to `PERMISSIONS_PATH`. The answer's `denied` is the ARN of
    a caller that is denied, or null.
    """

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Handle one ASGI connection."""
        if scope["type"] != "http" or scope["path"] != PERMISSIONS_PATH:
            await self.app(scope, receive, send)
            return
        check = json.loads(await read_body(receive))
        service = check["action"].partition(":")[0]
        # Bucket policies require TLS, which the local cloud claims for each request (`patches.claim_https`).
        iam_evaluator.pin_request_origin("127.0.0.1", secure_transport=True)
        denied = iam_evaluator.enforce(check["access_key"], check["action"], service, REGION, check["resource"])
        caller = None if denied is None else getattr(denied, "principal_arn", "") or "unknown"
        await respond(send, 200, json.dumps({"denied": caller}).encode(), JSON)

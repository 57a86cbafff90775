"""A fake of the Greengrass v1 SDK. It writes published messages to a file, one JSON line each."""

import json
import os
from typing import Any

_calls = 0


class _IotData:
    def publish(self, **arguments: Any) -> None:
        global _calls  # noqa: PLW0603 - one process, one count
        assert set(arguments) <= {"topic", "queueFullPolicy", "payload"}, arguments
        assert isinstance(arguments["payload"], bytes | str)
        _calls += 1
        if _calls <= int(os.environ.get("FAKE_GREENGRASS_FAILURES", "0")):
            raise RuntimeError("(500) the Greengrass core is not there")
        with open(os.environ["FAKE_GREENGRASS_FILE"], "a") as file:  # noqa: PTH123 - Python 3.7 style
            payload = arguments["payload"]
            text = payload if isinstance(payload, str) else payload.decode()
            file.write(json.dumps({"topic": arguments["topic"], "payload": json.loads(text)}) + "\n")


def client(name: str) -> _IotData:
    assert name == "iot-data"
    return _IotData()

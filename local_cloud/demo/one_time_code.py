"""The one-time code that an authenticator app shows for a key (RFC 6238), for the demo's and the tests' sign-ins.

`python -m local_cloud.demo.one_time_code KEY` prints the present code.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import sys
import time

_STEP_S = 30


def one_time_code(key: str, *, at: float | None = None) -> str:
    """Return the code of six digits for a key in base 32. `at` is in seconds since the epoch; default now."""
    counter = int((time.time() if at is None else at) // _STEP_S)
    secret = base64.b32decode(key + "=" * (-len(key) % 8), casefold=True)
    digest = hmac.new(secret, struct.pack(">Q", counter), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


if __name__ == "__main__":
    print(one_time_code(sys.argv[1]))

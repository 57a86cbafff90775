"""A user pool on 127.0.0.1: discovery, keys, tokens, and the two calls of the API that the console makes."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import boto3
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from lambdas.console.access.identity_provider import IdentityProvider

if TYPE_CHECKING:
    from collections.abc import Iterator

POOL, CLIENT, ISSUER = "us-east-1_pool", "console-client", "https://issuer.example/us-east-1_pool"


@cache
def new_key(name: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class UserPool:
    """`claims` go into the next token over the defaults. `welcome` is whether a refresh token is accepted.

    `codes` has the query of each sign-in by the code that `sign_in` gave for it.
    """

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    signing_key: str = "the pool's"
    welcome: bool = True
    refusal: str = "NotAuthorizedException"
    revoked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def provider(self) -> IdentityProvider:
        cognito = boto3.client(
            "cognito-idp",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        return IdentityProvider(cognito, POOL, CLIENT)

    def sign_in(self, address: str) -> str:
        """Sign in at the managed login, as the address asks, and return the code."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return code

    def id_token(self, **claims: Any) -> str:
        now = int(datetime.now(UTC).timestamp())
        default = {
            "iss": ISSUER,
            "aud": CLIENT,
            "sub": "sub-1",
            "email": "ana@agency.example",
            "cognito:groups": ["reviewer", "another"],
            "token_use": "id",
            "iat": now,
            "exp": now + 600,
        }
        given = {name: value for name, value in {**default, **claims, **self.claims}.items() if value is not None}
        return jwt.encode(given, new_key(self.signing_key), algorithm="RS256", headers={"kid": "1"})

    def answer(self, path: str, target: str, body: bytes) -> tuple[int, dict[str, Any]]:
        if path.endswith("/.well-known/openid-configuration"):
            places = {
                "authorization_endpoint": "authorize",
                "token_endpoint": "token",
                "jwks_uri": "keys",
                "end_session_endpoint": "logout",
            }
            return 200, {"issuer": ISSUER, **{name: f"{self.url}/{place}" for name, place in places.items()}}
        if path == "/keys":
            public = jwt.algorithms.RSAAlgorithm.to_jwk(new_key("the pool's").public_key(), as_dict=True)
            return 200, {"keys": [{**public, "kid": "1", "use": "sig", "alg": "RS256"}]}
        if path == "/token":
            return self._redeem({name: values[0] for name, values in parse_qs(body.decode()).items()})
        if target.endswith("RevokeToken"):
            self.revoked.append(json.loads(body)["Token"])
            return 200, {}
        if target.endswith("InitiateAuth") and self.welcome:
            return 200, {"AuthenticationResult": {"IdToken": self.id_token()}}
        return 400, {"__type": self.refusal, "message": "made by the test"}

    def _redeem(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(form["code"], None)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        )
        if asked is None or asked["code_challenge"] != challenge or asked["redirect_uri"] != form["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": self.id_token(nonce=asked["nonce"]), "refresh_token": "refresh-1"}


@contextmanager
def user_pool() -> Iterator[UserPool]:
    """Serve on a free port."""
    pool = UserPool()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            status, document = pool.answer(self.path, self.headers.get("x-amz-target", ""), body)
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - named by the base class

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - named by the base class
            """Suppress the log."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        pool.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield pool
        finally:
            server.shutdown()
            thread.join()

"""The user pool as an OpenID Connect provider. Discovery names its addresses, on AWS and in the local cloud."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import urllib3
from botocore.exceptions import ClientError

from lambdas.common.base64url import to_base64url
from lambdas.common.outside_text import single_line
from lambdas.console.person import Person, known_roles
from lambdas.console.web.errors import SignedOutError

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_TIMEOUT = urllib3.Timeout(connect=2, read=5)
_LEEWAY_S = 60
# What Cognito answers about a person who was removed, disabled or signed out everywhere.
_ENDED = frozenset({"NotAuthorizedException", "UserNotFoundException", "PasswordResetRequiredException"})


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """What a sign-in gives: who it is, and the token that later asks whether the person is still welcome."""

    person: Person
    refresh_token: str


@dataclass(frozen=True)
class IdentityProvider:
    """The user pool. `client_id` is the console's own app client, which has no secret and needs PKCE."""

    cognito: CognitoIdentityProviderClient
    pool_id: str
    client_id: str

    def sign_in_url(self, *, redirect_uri: str, state: str, nonce: str, verifier: str, language: str) -> str:
        """Return the address of the managed login."""
        query = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid email",
            "state": state,
            "nonce": nonce,
            "code_challenge": to_base64url(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
            "lang": language,
        }
        return f"{self._discovered['authorization_endpoint']}?{urlencode(query)}"

    def sign_out_url(self, *, redirect_uri: str) -> str:
        """Return the address that ends the session of the managed login."""
        query = {"client_id": self.client_id, "logout_uri": redirect_uri}
        return f"{self._discovered['end_session_endpoint']}?{urlencode(query)}"

    def redeem(self, code: str, *, redirect_uri: str, nonce: str, verifier: str) -> Tokens:
        """Exchange the code of a sign-in for the person.

        Raises:
            SignedOutError: the code or what it gives is not valid.
        """
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        tokens = self._ask("POST", self._discovered["token_endpoint"], fields=form, encode_multipart=False)
        if tokens is None:
            raise SignedOutError("The sign-in was not completed. Sign in again.")
        person = self._person(str(tokens.get("id_token")), nonce=nonce)
        return Tokens(person=person, refresh_token=str(tokens["refresh_token"]))

    def still_welcome(self, refresh_token: str) -> Person:
        """Return the person as the user pool knows them now, with their present groups.

        Raises:
            SignedOutError: the person was removed, disabled or signed out.
        """
        try:
            answer = self.cognito.initiate_auth(
                AuthFlow="REFRESH_TOKEN_AUTH",
                ClientId=self.client_id,
                AuthParameters={"REFRESH_TOKEN": refresh_token},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _ENDED:
                raise SignedOutError("Your session has ended. Sign in again.") from error
            raise
        return self._person(answer["AuthenticationResult"]["IdToken"])

    def revoke(self, refresh_token: str) -> None:
        """Revoke the tokens of a sign-in."""
        self.cognito.revoke_token(Token=refresh_token, ClientId=self.client_id)

    def _person(self, id_token: str, nonce: str | None = None) -> Person:
        """Check an ID token and return its person.

        Raises:
            SignedOutError: the token is not valid.
        """
        import jwt  # noqa: PLC0415 - only sign-ins and their checks need it, and it takes long to import

        try:
            key = self._keys[jwt.get_unverified_header(id_token)["kid"]]
            claims = jwt.decode(
                id_token,
                key,
                algorithms=["RS256"],
                audience=self.client_id,
                issuer=self._discovered["issuer"],
                leeway=_LEEWAY_S,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except (jwt.PyJWTError, KeyError) as error:
            raise SignedOutError("The sign-in was not completed. Sign in again.") from error
        if claims.get("token_use") != "id" or (nonce is not None and claims.get("nonce") != nonce):
            raise SignedOutError("The sign-in was not completed. Sign in again.")
        name = claims.get("email") or claims.get("cognito:username") or claims["sub"]
        groups = known_roles(claims.get("cognito:groups", ()))
        return Person(sub=str(claims["sub"]), name=single_line(str(name)), groups=groups)

    @cached_property
    def _discovered(self) -> dict[str, str]:
        address = f"{self.cognito.meta.endpoint_url}/{self.pool_id}/.well-known/openid-configuration"
        found = self._ask("GET", address)
        if found is None:
            raise RuntimeError(f"{address} does not answer: the user pool may be deleted")
        return found

    @property
    def _keys(self) -> Any:
        """The keys that the user pool signs with. They may change, so each sign-in reads them."""
        import jwt  # noqa: PLC0415 - as above

        return jwt.PyJWKSet.from_dict(self._ask("GET", self._discovered["jwks_uri"]) or {"keys": []})

    @cached_property
    def _http(self) -> urllib3.PoolManager:
        return urllib3.PoolManager(timeout=_TIMEOUT, retries=urllib3.Retry(total=2, redirect=0))

    def _ask(self, method: str, address: str, **options: Any) -> dict[str, Any] | None:
        """Return a JSON document; None if the provider refuses.

        Raises:
            urllib3.exceptions.HTTPError: the provider does not answer.
        """
        response = self._http.request(method, address, **options)
        return dict(json.loads(response.data)) if response.status == 200 else None

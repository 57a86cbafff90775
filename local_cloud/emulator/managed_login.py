"""Make the emulator's managed login ask for the one-time code that a user pool requires. ministack never asks."""

import html
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from ministack.services import cognito
from ministack.services.cloudformation import provisioners

_Answer = tuple[int, dict[str, str], bytes]
# The sign-ins that await a code: the user, the secret that the code must match, and how to go on.
_pending: dict[str, tuple[dict[str, Any], str, Callable[[], _Answer]]] = {}


def accept_styles() -> None:
    """Accept styles of the managed login, which only AWS can show."""
    provisioners._RESOURCE_HANDLERS["AWS::Cognito::ManagedLoginBranding"] = {  # noqa: SLF001  (no public hook)
        "create": lambda logical_id, _properties, stack: (f"{stack}-{logical_id}", {}),
        "update": lambda physical_id, *_: (physical_id, {}),
        "delete": lambda *_: None,
    }


def ask_for_one_time_codes() -> None:
    """Show a page for the code between the password and the redirect to the application."""
    redirect, submit = cognito._issue_auth_code_redirect, cognito.handle_login_submit  # noqa: SLF001  (no public hook)

    def redirect_after_code(
        client_id: str, pool_id: str, redirect_uri: str, scope: str, username: str, *rest: Any
    ) -> _Answer:
        def go_on() -> _Answer:
            answer: _Answer = redirect(client_id, pool_id, redirect_uri, scope, username, *rest)
            return answer

        pool = cognito._get_pool_unscoped(pool_id)  # noqa: SLF001  (as above)
        if pool.get("MfaConfiguration") != "ON":
            return go_on()
        user = pool["_users"][username]
        token = secrets.token_urlsafe(16)
        secret = user.get("_totp_secret") or _new_secret()
        _pending[token] = (user, secret, go_on)
        return _page(token)

    def submit_with_code(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, Any]
    ) -> _Answer:
        form = {name: values[0] for name, values in parse_qs(body.decode(errors="replace")).items()}
        token = form.get("code_token", "")
        if token not in _pending:
            answer: _Answer = submit(method, path, headers, body, query)
            return answer
        user, secret, go_on = _pending[token]
        if not cognito._totp_matches(secret, form.get("code", "")):  # noqa: SLF001  (as above)
            return _page(token, error="The code is wrong. Enter the one that the app shows now.")
        del _pending[token]
        user |= {"_totp_secret": secret, "_mfa_enabled": ["SOFTWARE_TOKEN_MFA"], "_preferred_mfa": "SOFTWARE_TOKEN_MFA"}
        return go_on()

    cognito._issue_auth_code_redirect = redirect_after_code  # noqa: SLF001  (as above)
    cognito.handle_login_submit = submit_with_code


def _new_secret() -> str:
    return "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(32))


def _page(token: str, error: str = "") -> _Answer:
    """Show the page for the code, with the secret if the user has none yet."""
    user, secret, _ = _pending[token]
    is_new = "_totp_secret" not in user
    set_up = f'<p>Add this key to an authenticator app: <code id="secret">{secret}</code></p>' if is_new else ""
    body = f"""{f'<div class="error">{html.escape(error)}</div>' if error else ""}{set_up}
<form method="POST" action="/login">
<input type="hidden" name="code_token" value="{token}">
<label for="code">One-time code</label>
<input type="text" id="code" name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus>
<button type="submit">Continue</button>
</form>"""
    shell: str = cognito._page_shell("One-time code", "One-time code", body)  # noqa: SLF001  (no public hook)
    return 200, {"Content-Type": "text/html; charset=utf-8"}, shell.encode()

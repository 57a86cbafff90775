"""A throwaway sign-in for the demo's console: a supervisor who went through the first sign-in already."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import httpx

from homeward.reviewers import open_reviewers
from lambdas.common.console_paths import CALLBACK, encounter_path
from lambdas.console.person import Role
from local_cloud.demo.one_time_code import one_time_code
from local_cloud.errors import CloudError

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment

_EMAIL = "ada@demo.example"


def add_sign_in(deployment: Deployment, *, emulator: str, encounter_id: str | None) -> dict[str, str]:
    """Add the person, and return the address of an encounter in the console, with what signs in there.

    Raises:
        CloudError: The managed login did not do what it should.
    """
    reviewers = open_reviewers(deployment)
    if reviewers.find(_EMAIL):  # of an earlier demo in the same cloud
        reviewers.remove(_EMAIL)
    temporary = reviewers.add(_EMAIL, [Role.SUPERVISOR])
    password = f"Demo-{secrets.token_urlsafe(9)}-1a"
    key = _first_sign_in(deployment, emulator, str(temporary), password)
    path = encounter_path(encounter_id) if encounter_id else "/"
    return {"address": deployment["ConsoleUrl"] + path, "email": _EMAIL, "password": password, "key": key}


def _first_sign_in(deployment: Deployment, emulator: str, temporary: str, password: str) -> str:
    """Choose a password and register an authenticator, as a browser does. Return the authenticator's key."""
    [client] = deployment.client("cognito-idp").list_user_pool_clients(UserPoolId=deployment["UserPool"])[
        "UserPoolClients"
    ]
    request = {
        "client_id": client["ClientId"],
        "redirect_uri": deployment["ConsoleUrl"] + CALLBACK,
        "scope": "openid email",
    }
    with httpx.Client(base_url=emulator, trust_env=False, timeout=30) as browser:
        form = {**request, "username": _EMAIL, "password": temporary}
        page = browser.post("/login", data=form).text
        form = {"np_token": _found('name="np_token" value="([^"]+)"', page)}
        page = browser.post("/login", data={**form, "new_password": password, "confirm_password": password}).text
        key = _found(r'id="secret">(\w+)<', page)
        form = {"code_token": _found('name="code_token" value="([^"]+)"', page), "code": one_time_code(key)}
        if browser.post("/login", data=form).status_code != httpx.codes.FOUND:
            raise CloudError("The managed login refused the one-time code.")
    return key


def _found(pattern: str, page: str) -> str:
    if found := re.search(pattern, page):
        return found[1]
    raise CloudError(f"The managed login has no {pattern} in:\n{page}")

"""The people who may sign in to the console: a user pool, whose groups are the roles of the console."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homeward.deployment.outputs import NotDeployedError
from lambdas.console.access.sessions import SessionsTable
from lambdas.console.person import known_roles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

    from homeward.deployment.outputs import Deployment
    from lambdas.console.person import Role

# One of each kind that the user pool asks for. Nobody should have to tell l from I or 0 from O.
_KINDS = ("abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-+=%")
_PASSWORD_LENGTH = 20
_STATES = {"FORCE_CHANGE_PASSWORD": "invited", "CONFIRMED": "active", "EXTERNAL_PROVIDER": "active"}


class UnknownReviewerError(LookupError):
    """Nobody with this address may sign in."""


@dataclass(frozen=True, kw_only=True)
class Reviewer:
    """One person. `state` is invited until the first sign-in, then active; or disabled."""

    email: str
    groups: tuple[str, ...]
    state: str
    added_at: str


@dataclass(frozen=True, kw_only=True)
class Reviewers:
    """The user pool and the sessions of one environment."""

    cognito: CognitoIdentityProviderClient
    pool: str
    sessions: SessionsTable

    def add(self, email: str, roles: Iterable[Role]) -> str | None:
        """Let a person sign in with these roles. Return the temporary password, None for somebody who is known.

        A known person gets exactly these roles, and has to sign in again.
        """
        wanted, known = set(roles), self.find(email)
        password = None if known else self._create(email)
        for user in known or self.find(email):
            has = self._groups(user["Username"])
            for role in wanted - has:
                self.cognito.admin_add_user_to_group(UserPoolId=self.pool, Username=user["Username"], GroupName=role)
            for role in has - wanted:
                self.cognito.admin_remove_user_from_group(
                    UserPoolId=self.pool, Username=user["Username"], GroupName=role
                )
            if not user["Enabled"]:
                self.cognito.admin_enable_user(UserPoolId=self.pool, Username=user["Username"])
            if has != wanted:
                self.sessions.end_all(_attribute(user, "sub"))
        return password

    def everybody(self) -> Iterator[Reviewer]:
        """Yield everybody who may sign in."""
        for page in self.cognito.get_paginator("list_users").paginate(UserPoolId=self.pool):
            for user in page["Users"]:
                yield Reviewer(
                    email=_attribute(user, "email") or user["Username"],
                    groups=tuple(sorted(self._groups(user["Username"]))),
                    state=_STATES.get(user["UserStatus"], user["UserStatus"].lower())
                    if user["Enabled"]
                    else "disabled",
                    added_at=user["UserCreateDate"].strftime("%Y-%m-%dT%H:%M:%SZ"),
                )

    def remove(self, email: str) -> int:
        """Remove a person: no further sign-in, and every session ends now. Return how many sessions ended.

        Raises:
            UnknownReviewerError: nobody has this address.
        """
        known = self.find(email)
        if not known:
            raise UnknownReviewerError(f"Nobody with the address {email} may sign in.")
        for user in known:
            self.cognito.admin_delete_user(UserPoolId=self.pool, Username=user["Username"])
        # After the deletion: a session that began before it would outlive an earlier search.
        return sum(self.sessions.end_all(_attribute(user, "sub")) for user in known)

    def find(self, email: str) -> list[Any]:
        """Return the users with this address. A person may also have one for the agency's own accounts."""
        pages = self.cognito.get_paginator("list_users").paginate(UserPoolId=self.pool, Filter=f'email = "{email}"')
        return [user for page in pages for user in page["Users"]]

    def _create(self, email: str) -> str:
        password = _temporary_password()
        self.cognito.admin_create_user(
            UserPoolId=self.pool,
            Username=email,
            TemporaryPassword=password,
            MessageAction="SUPPRESS",  # the operator hands the password over
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}],
        )
        return password

    def _groups(self, username: str) -> set[Role]:
        pages = self.cognito.get_paginator("admin_list_groups_for_user").paginate(
            UserPoolId=self.pool, Username=username
        )
        return set(known_roles(group["GroupName"] for page in pages for group in page["Groups"]))


def open_reviewers(deployment: Deployment) -> Reviewers:
    """Return the people of a deployment.

    Raises:
        NotDeployedError: the environment has no console.
    """
    if "UserPool" not in deployment.outputs:
        raise NotDeployedError(
            f"{deployment.stage} has no console. Set enabled = true under [console] in the agency's file, and deploy"
        )
    return Reviewers(
        cognito=deployment.client("cognito-idp"),
        pool=deployment["UserPool"],
        sessions=SessionsTable(dynamodb=deployment.client("dynamodb"), name=deployment["SessionsTable"]),
    )


def _attribute(user: Any, name: str) -> str:
    return next((str(each["Value"]) for each in user.get("Attributes", ()) if each["Name"] == name), "")


def _temporary_password() -> str:
    alphabet = "".join(_KINDS)
    chosen = [secrets.choice(kind) for kind in _KINDS]
    chosen += [secrets.choice(alphabet) for _ in range(_PASSWORD_LENGTH - len(chosen))]
    secrets.SystemRandom().shuffle(chosen)
    # A password that begins with a sign looks like an option to a shell.
    letter = next(index for index, each in enumerate(chosen) if each in string.ascii_letters)
    chosen[0], chosen[letter] = chosen[letter], chosen[0]
    return "".join(chosen)

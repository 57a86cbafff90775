from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from lambdas.console.access.identity_provider import Tokens
from lambdas.console.access.sessions import Sessions, SessionsTable
from lambdas.console.person import Person
from local_cloud.pipeline.tables import make_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.support.clock import Clock
    from tests.support.town import Town

ANA = "ana@agency.example"


@pytest.fixture
def pool(aws: None) -> str:
    cognito = boto3.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="people", UsernameAttributes=["email"])["UserPool"]["Id"]
    for group in ("reviewer", "supervisor", "auditor"):
        cognito.create_group(UserPoolId=pool, GroupName=group)
    return str(pool)


@pytest.fixture
def town(deploy: Callable[..., Town], pool: str, dynamodb: DynamoDBClient) -> Town:
    make_table(dynamodb, "sessions", {"session": "HASH"})
    return deploy({"UserPool": pool, "SessionsTable": "sessions", "ConsoleUrl": "https://console.example"})


def listed(town: Town) -> list[dict[str, Any]]:
    return list(json.loads(town.run("reviewer", "list", "--json").stdout))


def session_of(town: Town, dynamodb: DynamoDBClient, clock: Clock, pool: str) -> None:
    """Sign Ana in."""
    [user] = boto3.client("cognito-idp").list_users(UserPoolId=pool)["Users"]
    sub = next(each["Value"] for each in user["Attributes"] if each["Name"] == "sub")
    table = SessionsTable(dynamodb=dynamodb, name="sessions")
    sessions = Sessions(table=table, provider=None, now=clock)  # type: ignore[arg-type] # starting needs none
    sessions.start(Tokens(person=Person(sub=sub, name=ANA, groups=frozenset()), refresh_token="refresh"))


def count_sessions(dynamodb: DynamoDBClient) -> int:
    return dynamodb.scan(TableName="sessions")["Count"]


def test_added_person_is_listed_with_groups(town: Town) -> None:
    done = town.run("reviewer", "add", ANA, "--group", "supervisor", "--group", "auditor")
    assert done.exit_code == 0
    assert "https://console.example" in done.stdout
    [person] = listed(town)
    assert (person["email"], person["groups"], person["state"]) == (ANA, ["auditor", "supervisor"], "invited")


def test_person_is_a_reviewer_by_default(town: Town) -> None:
    town.run("reviewer", "add", ANA)
    assert listed(town)[0]["groups"] == ["reviewer"]


def test_temporary_password_fits_the_policy(town: Town) -> None:
    for number in range(5):
        added = json.loads(town.run("reviewer", "add", f"p{number}@agency.example", "--json").stdout)
        password = added["temporary_password"]
        assert len(password) >= 14
        for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits, "-+=%"):
            assert set(password) & set(kind)
        assert password[0] in string.ascii_letters


def test_known_person_gets_exactly_the_given_groups(town: Town) -> None:
    town.run("reviewer", "add", ANA)
    again = town.run("reviewer", "add", ANA.upper(), "--group", "auditor")
    assert "was there already" in again.stdout
    assert "password" not in again.stdout
    assert [(person["email"], person["groups"]) for person in listed(town)] == [(ANA, ["auditor"])]


def test_changed_groups_end_the_sessions(town: Town, dynamodb: DynamoDBClient, clock: Clock, pool: str) -> None:
    town.run("reviewer", "add", ANA)
    session_of(town, dynamodb, clock, pool)
    town.run("reviewer", "add", ANA)
    assert count_sessions(dynamodb) == 1
    town.run("reviewer", "add", ANA, "--group", "auditor")
    assert count_sessions(dynamodb) == 0


def test_removal_ends_the_sessions(town: Town, dynamodb: DynamoDBClient, clock: Clock, pool: str) -> None:
    town.run("reviewer", "add", ANA)
    session_of(town, dynamodb, clock, pool)
    done = town.run("reviewer", "remove", ANA)
    assert (done.exit_code, done.stdout) == (0, f"{ANA} is removed; sessions ended: 1\n")
    assert (listed(town), count_sessions(dynamodb)) == ([], 0)


def test_unknown_person_cannot_be_removed(town: Town) -> None:
    for options in ((), ("--dry-run",)):
        done = town.run("reviewer", "remove", ANA, *options)
        assert done.exit_code == 3
        assert f"Nobody with the address {ANA} may sign in." in done.stderr


def test_dry_run_changes_nothing(town: Town) -> None:
    assert "would add" in town.run("reviewer", "add", ANA, "--dry-run").stdout
    assert listed(town) == []
    town.run("reviewer", "add", ANA)
    assert "would change" in town.run("reviewer", "add", ANA, "--dry-run").stdout
    assert "would remove" in town.run("reviewer", "remove", ANA, "--dry-run").stdout
    assert len(listed(town)) == 1


@pytest.mark.parametrize("address", ["ana", 'a"b@agency.example', "ana@agency.example, kim@agency.example", ""])
def test_what_is_no_address_is_refused(town: Town, address: str) -> None:
    assert town.run("reviewer", "add", address).exit_code == 2


def test_unknown_group_is_refused(town: Town) -> None:
    assert town.run("reviewer", "add", ANA, "--group", "boss").exit_code == 2


def test_environment_without_a_console_says_so(deploy: Callable[..., Town]) -> None:
    with pytest.raises(Exception, match="town-dev has no console"):
        deploy().run("reviewer", "list")

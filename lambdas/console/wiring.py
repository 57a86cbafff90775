"""Build the console from the environment of its function."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import boto3
from botocore.config import Config

from lambdas.common.times import now
from lambdas.console.access.identity_provider import IdentityProvider
from lambdas.console.access.sessions import Sessions, SessionsTable
from lambdas.console.access.sign_in import SignIn
from lambdas.console.app import build_app
from lambdas.console.services import Services
from lambdas.encounters.policy import read_policy
from lambdas.review.wiring import verdicts_from_environment

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler import APIGatewayHttpResolver


def app_from_environment() -> APIGatewayHttpResolver:
    """Build the application.

    Raises:
        KeyError: an environment variable is missing.
    """
    dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
    services = Services(
        dynamodb=dynamodb,
        s3=s3,
        verdicts=verdicts_from_environment(s3, dynamodb, settles=False),
        cases_table=os.environ["CASES_TABLE"],
        cameras_table=os.environ["CAMERAS_TABLE"],
        detection_bucket=os.environ["DETECTION_BUCKET"],
        gallery_bucket=os.environ["GALLERY_BUCKET"],
        stage=os.environ["STAGE"],
        agency=os.environ["AGENCY"],
        zone=ZoneInfo(os.environ["TIME_ZONE"]),
        language=os.environ["LANGUAGE"],
        now=now,
        origin=os.environ["CONSOLE_ORIGIN"],
        policy=read_policy(os.environ["POLICY"]),
        face_collection=os.environ["FACE_COLLECTION"],
    )
    # Short: a person waits, and the retries together must end before the function does.
    cognito = boto3.client(
        "cognito-idp", config=Config(connect_timeout=2, read_timeout=3, retries={"total_max_attempts": 2})
    )
    provider = IdentityProvider(cognito, os.environ["USER_POOL"], os.environ["USER_POOL_CLIENT"])
    table = SessionsTable(dynamodb=dynamodb, name=os.environ["SESSIONS_TABLE"])
    origin = os.environ["CONSOLE_ORIGIN"]
    sign_in = SignIn(
        services=services,
        sessions=Sessions(table=table, provider=provider, now=now),
        provider=provider,
        origin=origin,
    )
    app = build_app(services, sign_in.gate, origin=origin)
    sign_in.add_to(app)
    return app

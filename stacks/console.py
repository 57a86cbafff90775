"""The console stack: the people who may sign in, their sessions, and the pages where they review encounters."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_certificatemanager as acm

from agencies.policy import policy_document
from stacks.constructs.function import Function
from stacks.constructs.grant import may
from stacks.constructs.logged_http_api import LoggedHttpApi
from stacks.constructs.nag import acknowledge
from stacks.constructs.outputs import add_outputs
from stacks.constructs.people import People
from stacks.constructs.storage import table
from stacks.stack import HomewardStack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from agencies.settings import Settings
    from stacks.constructs.grant import Grant


class Console(HomewardStack):
    """The console. `grants` are everything that its function may use of other stacks."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings, grants: Sequence[Grant]) -> None:
        super().__init__(scope, name, settings=settings, purpose="the console")
        self._domain = self._own_domain()
        api = LoggedHttpApi(
            self,
            "Pages",
            description=f"Homeward {settings.stage}: the console",
            log_days=self.log_days,
            domain=self._domain,
        )
        # The address of the console, without a path. Sign-ins come back to it, and forms must be from it.
        self.origin = f"https://{self._domain.name}" if self._domain else api.api_endpoint
        self.people = People(
            self,
            "People",
            login_domain=self._login_domain(),
            origin=self.origin,
            removal=self.removal,
            federation=settings.console.federation,
        )
        self.sessions = table(
            self,
            "Sessions",
            key=self.key,
            removal="destroy",  # nobody misses a session
            partition="session",
            time_to_live_attribute="expires_at",
        )
        self._serve(api, grants)
        add_outputs(
            self,
            {
                "ConsoleUrl": self.origin,
                "UserPool": self.people.user_pool_id,
                "SessionsTable": self.sessions.table_name,
                **({"ConsoleDomainTarget": self._domain.regional_domain_name} if self._domain else {}),
            },
        )

    def _serve(self, api: LoggedHttpApi, grants: Sequence[Grant]) -> None:
        function = Function(
            self,
            "Console",
            handler="console.console",
            description="Show the pages of the console, and record what people decide",
            log_days=self.log_days,
            statements=[
                self.decrypt(),
                may(
                    *(f"dynamodb:{action}Item" for action in ("Get", "Put", "Update", "Delete")),
                    on=[self.sessions.table_arn],
                ),
            ],
            grants=grants,
            environment={
                "STAGE": self.settings.stage,
                "AGENCY": self.settings.display_name,
                "TIME_ZONE": self.settings.alerting.time_zone,
                "LANGUAGE": self.settings.alerting.language,
                "ENCOUNTER_DAYS": str(self.settings.retention.encounter_days),
                "CONSOLE_ORIGIN": self.origin,
                "USER_POOL": self.people.user_pool_id,
                "USER_POOL_CLIENT": self.people.client.user_pool_client_id,
                "SESSIONS_TABLE": self.sessions.table_name,
                "POLICY": policy_document(self.settings),
            },
            timeout=cdk.Duration.seconds(20),
            memory_mb=1024,  # people wait for the first page, which imports most
        )
        route = apigateway.HttpRoute(
            self,
            "EveryPage",
            http_api=api,
            route_key=apigateway.HttpRouteKey.DEFAULT,
            integration=integrations.HttpLambdaIntegration("EveryPageIntegration", function),
        )
        acknowledge(route, "console route")

    def _own_domain(self) -> apigateway.DomainName | None:
        """Return the agency's own domain; None if the agency has no certificate for it."""
        certificate = self.settings.console.certificate
        if certificate is None:
            return None
        return apigateway.DomainName(
            self,
            "Domain",
            domain_name=urlsplit(str(self.settings.alerting.console_url)).netloc,
            certificate=acm.Certificate.from_certificate_arn(self, "Certificate", certificate),
        )

    def _login_domain(self) -> str:
        """Name the managed login's host. It is unique in a region for all accounts, and may not contain "aws"."""
        digest = hashlib.sha256(self.settings.stage.encode()).hexdigest()[:10]
        return f"homeward-{digest}-{self.account}"

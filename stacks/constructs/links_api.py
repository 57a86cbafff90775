"""The HTTP API that the links in alerts lead to. Alerts need its address, so it exists before what answers it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway

from stacks.constructs.function import log_group

if TYPE_CHECKING:
    from constructs import Construct

    from agencies.settings import Settings

# Not the path, which has the link's secret.
_LOGGED = (
    "requestId",
    "requestTime",
    "routeKey",
    "status",
    "responseLength",
    "integrationLatency",
    "identity.sourceIp",
)


class LinksApi(apigateway.HttpApi):
    """Without routes yet: the Review stack adds them. `api_endpoint` is what a link starts with."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(
            scope,
            name,
            description=f"Homeward {settings.stage}: what the links in alerts show",
            create_default_stage=False,
        )
        self.log = log_group(scope, f"{name}AccessLog", settings=settings)
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self,
            auto_deploy=True,
            # A few officers with a telephone; more than that is somebody who tries tokens.
            throttle=apigateway.ThrottleSettings(rate_limit=20, burst_limit=40),
        )
        resource = stage.node.default_child
        assert isinstance(resource, apigateway.CfnStage)  # noqa: S101 - tells mypy what CDK made
        resource.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=cdk.Arn.format(
                cdk.ArnComponents(
                    service="logs",
                    resource="log-group",
                    resource_name=self.log.log_group_name,
                    arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
                ),
                cdk.Stack.of(self),
            ),
            format=json.dumps({name.rpartition(".")[2]: f"$context.{name}" for name in _LOGGED}),
        )

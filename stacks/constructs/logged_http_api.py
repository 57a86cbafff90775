"""An HTTP API with a rate limit and an access log that has no paths."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway

from stacks.constructs.function import log_group

if TYPE_CHECKING:
    from constructs import Construct

# The path is not logged: that of a link contains its secret.
_LOGGED = (
    "requestId",
    "requestTime",
    "routeKey",
    "status",
    "responseLength",
    "integrationLatency",
    "identity.sourceIp",
)


class LoggedHttpApi(apigateway.HttpApi):
    """An API without routes. With a `domain`, it answers only there.

    The API of the links and its routes are in different stacks: alerts contain its `api_endpoint`, and Review depends
    on Alerting.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        description: str,
        log_days: int,
        domain: apigateway.DomainName | None = None,
    ) -> None:
        super().__init__(
            scope,
            name,
            description=description,
            create_default_stage=False,
            disable_execute_api_endpoint=True if domain else None,
        )
        self.log = log_group(scope, f"{name}AccessLog", days=log_days)
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self,
            auto_deploy=True,
            domain_mapping=apigateway.DomainMappingOptions(domain_name=domain) if domain else None,
            # All visitors share these limits, so a flood must not reach them easily. The functions themselves limit
            # each visitor of each link (a page is three requests) and each session of the console.
            throttle=apigateway.ThrottleSettings(rate_limit=200, burst_limit=400),
        )
        resource = stage.node.default_child
        assert isinstance(resource, apigateway.CfnStage)  # noqa: S101 - narrows the type for mypy
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

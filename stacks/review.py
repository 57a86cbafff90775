"""The review stack: the page behind an alert's link, SMS replies, and the daily expiry of encounters and pictures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns

from stacks.constructs.function import Function
from stacks.constructs.grant import may
from stacks.constructs.nag import acknowledge
from stacks.constructs.outputs import add_outputs
from stacks.constructs.schedule import repeat
from stacks.constructs.work_queue import WorkQueue, accept_from, accept_publications, failure_queue
from stacks.stack import HomewardStack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from constructs import Construct

    from agencies.settings import Settings
    from stacks.constructs.grant import Grant

_REPLY_TIMEOUT = cdk.Duration.seconds(30)
# A route for GET would refuse HEAD. The functions answer any other method with "not found".
_LINK = "/e/{encounter_id}/{token}"
_ROUTES = {
    "View": (_LINK, apigateway.HttpMethod.ANY),
    "Acknowledge": (_LINK, apigateway.HttpMethod.POST),
    "Picture": (f"{_LINK}/{{picture}}", apigateway.HttpMethod.ANY),
}
_UPLOAD = "/u/{link_id}/{token}"
_UPLOAD_ROUTES = {
    "UploadForm": (_UPLOAD, apigateway.HttpMethod.ANY),
    "UploadSent": (f"{_UPLOAD}/sent", apigateway.HttpMethod.ANY),
    "UploadScript": ("/u/form.js", apigateway.HttpMethod.ANY),
}


class Review(HomewardStack):
    """The functions that record what reviewers decide, and that expire encounters without a decision.

    `links`, `uploads`, `daily` and `reply` grant these functions what they use of other stacks. `console_origin` is
    the address of the console, empty if the agency has none.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        links_api: apigateway.HttpApi,
        detection_bucket: str,
        console_origin: str,
        links: Sequence[Grant],
        uploads: Sequence[Grant],
        daily: Sequence[Grant],
        reply: Sequence[Grant],
    ) -> None:
        super().__init__(scope, name, settings=settings, purpose="reviews")
        self._pages = {"TIME_ZONE": settings.alerting.time_zone, "LANGUAGE": settings.alerting.language}
        self._environment = {
            "DETECTION_BUCKET": detection_bucket,
            "ENCOUNTER_DAYS": str(settings.retention.encounter_days),
        }
        self._links(links_api, links, console_origin)
        self._uploads(links_api, uploads)
        self._daily(daily)
        if settings.alerting.sms_replies:
            self._replies(reply)

    def _links(self, api: apigateway.HttpApi, grants: Sequence[Grant], console_origin: str) -> None:
        function = Function(
            self,
            "Links",
            handler="review.links",
            description="Show one encounter to whoever has the link in its alert",
            log_days=self.log_days,
            grants=grants,
            environment={
                **self._environment,
                **self._pages,
                "LINK_VALID_HOURS": str(self.settings.alerting.link_valid_hours),
                "CONSOLE_ORIGIN": console_origin,
            },
            timeout=cdk.Duration.seconds(10),
        )
        self._route(api, function, _ROUTES)

    def _uploads(self, api: apigateway.HttpApi, grants: Sequence[Grant]) -> None:
        """Serve the form behind an upload link. The function signs what its own role may put."""
        function = Function(
            self,
            "Uploads",
            handler="review.uploads",
            description="Show the upload form to whoever has an upload link",
            log_days=self.log_days,
            grants=grants,
            environment={
                **self._pages,
                "LINK_BASE": api.api_endpoint,
                "AGENCY_NAME": self.settings.display_name,
            },
            timeout=cdk.Duration.seconds(10),
        )
        self._route(api, function, _UPLOAD_ROUTES)

    def _route(
        self, api: apigateway.HttpApi, function: Function, routes: Mapping[str, tuple[str, apigateway.HttpMethod]]
    ) -> None:
        for name, (path, method) in routes.items():
            route = apigateway.HttpRoute(
                self,
                name,
                http_api=api,
                route_key=apigateway.HttpRouteKey.with_(path, method),
                integration=integrations.HttpLambdaIntegration(f"{name}Integration", function),
            )
            acknowledge(route, "link route")

    def _daily(self, grants: Sequence[Grant]) -> None:
        daily = Function(
            self,
            "Daily",
            handler="review.daily",
            description="Expire encounters without a decision, and move or delete the pictures of encounters",
            log_days=self.log_days,
            grants=grants,
            environment={
                **self._environment,
                "REVIEW_DEADLINE_DAYS": str(self.settings.matching.review_deadline_days),
            },
            timeout=cdk.Duration.minutes(15),
            retry_attempts=0,  # the next day's run does the same work
            failures=failure_queue(self, "DailyFailures", key=self.key),
        )
        repeat(self, "EveryDay", every=cdk.Duration.days(1), target=targets.LambdaFunction(daily))
        only_due = targets.LambdaFunction(daily, event=events.RuleTargetInput.from_object({"only": "due"}))
        repeat(self, "EveryFiveMinutes", every=cdk.Duration.minutes(5), target=only_due)
        add_outputs(self, {"DailyFunction": daily.function_name, "EncounterDays": self._environment["ENCOUNTER_DAYS"]})

    def _replies(self, grants: Sequence[Grant]) -> None:
        """Receive replies to alerts. The operator makes the topic the two-way channel of the agency's number."""
        topic = sns.Topic(self, "RepliesTopic", master_key=self.key, enforce_ssl=True)
        accept_publications(topic, "sms-voice.amazonaws.com", key=self.key)
        queue = WorkQueue(self, "Replies", key=self.key, function_timeout=_REPLY_TIMEOUT)
        accept_from("sns.amazonaws.com", queue, key=self.key)
        undelivered = failure_queue(self, "UndeliveredReplies", key=self.key)
        accept_from("sns.amazonaws.com", undelivered, key=self.key)
        phones = self._phones()
        function = Function(
            self,
            "Reply",
            handler="review.replies",
            description="Acknowledge the encounters that a recipient's text message names",
            log_days=self.log_days,
            statements=[self.decrypt(), may("secretsmanager:GetSecretValue", on=[phones.secret_arn])],
            grants=grants,
            environment={
                **self._environment,
                "PHONES_SECRET": phones.secret_arn,
                "LINK_VALID_HOURS": str(self.settings.alerting.link_valid_hours),
            },
            timeout=_REPLY_TIMEOUT,
        )
        queue.feed(function, batch_size=10, concurrency=2)
        sns.CfnSubscription(
            self,
            "RepliesSubscription",
            topic_arn=topic.topic_arn,
            protocol="sqs",
            endpoint=queue.queue_arn,
            raw_message_delivery=True,
            redrive_policy={"deadLetterTargetArn": undelivered.queue_arn},
        )
        add_outputs(self, {"RepliesTopicArn": topic.topic_arn})

    def _phones(self) -> secretsmanager.Secret:
        """Keep the recipients' telephone numbers, with their names, where only the reply function reads them.

        Everybody who may describe a function reads its environment.
        """
        phones = {recipient.sms: recipient.name for recipient in self.settings.alerting.recipients if recipient.sms}
        secret = secretsmanager.Secret(
            self,
            "Phones",
            description="Telephone numbers of the recipients",
            encryption_key=self.key,
            secret_string_value=cdk.SecretValue.unsafe_plain_text(json.dumps(phones)),
        )
        acknowledge(secret, "phones")
        return secret

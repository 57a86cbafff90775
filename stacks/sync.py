"""The sync stack: a state machine that brings the gallery into step with its sources, on a schedule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn

from stacks.constructs.function import Function, log_group, may
from stacks.constructs.nag import acknowledge_wildcards

if TYPE_CHECKING:
    from constructs import Construct

    from agencies.settings import Settings
    from stacks.alerting import Alerting
    from stacks.detection import Detection
    from stacks.ingest import Ingest

_DEFINITION = Path(__file__).parent / "sync.asl.json"


class Sync(cdk.Stack):
    """It comes last, since a case that closes takes its faces, its photos and its open encounters with it."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        ingest: Ingest,
        alerting: Alerting,
        detection: Detection,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, name, env=env, description=f"Homeward {settings.stage}: in step with the sources")
        self._settings, self._ingest, self._alerting, self._detection = settings, ingest, alerting, detection
        machine = self._state_machine(self._sync_function())
        for source in settings.sources.in_the_cloud:
            events.Rule(
                self,
                f"Sync-{source}",
                schedule=events.Schedule.rate(cdk.Duration.hours(settings.sync.interval_hours)),
                targets=[
                    targets.SfnStateMachine(
                        machine,
                        input=events.RuleTargetInput.from_object({"source": source, "allow_removals": False}),
                    )
                ],
            )
        output = cdk.CfnOutput(self, "SyncStateMachineOutput", value=machine.state_machine_arn)
        output.override_logical_id("SyncStateMachine")

    def _sync_function(self) -> Function:
        ingest, alerting, detection = self._ingest, self._alerting, self._detection
        return Function(
            self,
            "SyncFunction",
            settings=self._settings,
            handler="ingest.sync",
            description="Plans a sync, fetches cases, withdraws those that closed",
            policies=[ingest.may_change_gallery, detection.may_delete_evidence],
            statements=[
                may("kms:Decrypt", "kms:GenerateDataKey", on=[alerting.key.key_arn]),
                may("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=[alerting.encounters.table_arn]),
                may("dynamodb:Query", on=[f"{alerting.encounters.table_arn}/index/by-review"]),
                *self._read_own_folder(),
            ],
            environment={
                **ingest.gallery_environment,
                "DETECTION_BUCKET": detection.captures.bucket_name,
                "ENCOUNTERS_TABLE": alerting.encounters.table_name,
                "SOURCES": self._settings.as_functions_read(self._settings.sources.in_the_cloud),
                "MAX_REMOVED_PERCENT": str(self._settings.sync.max_removed_percent),
            },
            timeout=cdk.Duration.minutes(15),
            memory_mb=1024,
        )

    def _read_own_folder(self) -> list[iam.PolicyStatement]:
        """The agency's own cases in S3. The policy of the key that encrypts them must allow this role as well."""
        folder = self._settings.sources.in_the_cloud.get("folder")
        if folder is None or folder.folder is None:
            return []
        bucket, _, prefix = folder.folder.removeprefix("s3://").strip("/").partition("/")
        files = self.format_arn(
            service="s3", region="", account="", resource=bucket, resource_name=f"{prefix}/*" if prefix else "*"
        )
        bucket_itself = self.format_arn(
            service="s3", region="", account="", resource=bucket, arn_format=cdk.ArnFormat.NO_RESOURCE_NAME
        )
        return [may("s3:GetObject", on=[files]), may("s3:ListBucket", on=[bucket_itself])]

    def _state_machine(self, function: Function) -> sfn.StateMachine:
        machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_file(str(_DEFINITION)),
            definition_substitutions={
                "Partition": self.partition,
                "SyncFunction": function.function_name,
                "GalleryBucket": self._ingest.gallery.bucket_name,
            },
            logs=sfn.LogOptions(
                destination=log_group(self, "MachineLog", settings=self._settings), level=sfn.LogLevel.ALL
            ),
            tracing_enabled=True,
        )
        self._allow_map(machine, function)
        return machine

    def _allow_map(self, machine: sfn.StateMachine, function: Function) -> None:
        """What a Distributed Map needs: its children are executions of the machine itself."""
        plans = [f"syncs/{source}/plan.json" for source in self._settings.sources.in_the_cloud]
        children = [
            self.format_arn(
                service="states",
                resource="execution",
                resource_name=f"{machine.state_machine_name}{after}",
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            )
            for after in (":*", "/*")
        ]
        policy = iam.Policy(
            self,
            "MachineMay",
            statements=[
                may("lambda:InvokeFunction", on=[function.function_arn]),
                may("states:StartExecution", on=[machine.state_machine_arn]),
                may("states:DescribeExecution", "states:StopExecution", on=children),
                may("s3:GetObject", on=[self._ingest.gallery.arn_for_objects(plan) for plan in plans or ["no source"]]),
                may("kms:Decrypt", on=[self._ingest.key.key_arn]),
            ],
        )
        policy.attach_to_role(machine.role)
        acknowledge_wildcards(policy, *children)
        acknowledge_wildcards(machine.role)

"""The sync stack: a state machine that updates the gallery from its sources, on a schedule."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_stepfunctions as sfn

from stacks.constructs.function import Function, log_group
from stacks.constructs.grant import Grant, may, trust_this_account_only
from stacks.constructs.nag import acknowledge, acknowledge_wildcards
from stacks.constructs.outputs import add_outputs
from stacks.constructs.schedule import repeat
from stacks.stack import HomewardStack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from agencies.settings import Settings

_DEFINITION = Path(__file__).parent / "sync.asl.json"


class Sync(HomewardStack):
    """The state machine and its function. A case that closes loses its faces, photos and open encounters.

    `sync` grants the function, and `machine` the state machine, what they use of other stacks.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        gallery_bucket: str,
        sync: Sequence[Grant],
        machine: Grant,
    ) -> None:
        super().__init__(scope, name, settings=settings, purpose="syncs of the gallery with its sources")
        self._function = self._sync_function(sync)
        state_machine = self._state_machine(self._function, gallery_bucket, machine)
        for source in settings.sources.in_the_cloud:
            repeat(
                self,
                f"Sync-{source}",
                every=cdk.Duration.hours(settings.sync.interval_hours),
                target=targets.SfnStateMachine(
                    state_machine,
                    input=events.RuleTargetInput.from_object({"source": source, "allow_removals": False}),
                ),
            )
        if events_role := state_machine.node.try_find_child("EventsRole"):
            assert isinstance(events_role, iam.Role)  # noqa: S101 - narrows the type for mypy
            acknowledge(events_role, "role")
            trust_this_account_only(events_role)
        add_outputs(self, {"SyncStateMachine": state_machine.state_machine_arn})

    def may_close_cases(self) -> Grant:
        """Grant having the function close a case."""
        function = self._function
        return Grant(
            statements=[may("lambda:InvokeFunction", on=[function.function_arn])],
            environment={"SYNC_FUNCTION": function.function_name},
        )

    def _sync_function(self, grants: Sequence[Grant]) -> Function:
        sources = self.settings.sources.in_the_cloud
        return Function(
            self,
            "SyncFunction",
            handler="ingest.sync",
            description="Plan a sync, fetch cases, and withdraw closed ones",
            log_days=self.log_days,
            statements=self._read_own_folder(),
            grants=grants,
            environment={
                "SOURCES": self.settings.as_functions_read(sources),
                "MAX_REMOVED_PERCENT": str(self.settings.sync.max_removed_percent),
            },
            timeout=cdk.Duration.minutes(15),
            memory_mb=1024,
        )

    def _read_own_folder(self) -> list[iam.PolicyStatement]:
        """Allow reading the agency's own cases in S3. The policy of their KMS key must allow this role as well."""
        folder = self.settings.sources.in_the_cloud.get("folder")
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

    def _state_machine(self, function: Function, gallery_bucket: str, grant: Grant) -> sfn.StateMachine:
        machine = sfn.StateMachine(
            self,
            "Machine",
            definition_body=sfn.DefinitionBody.from_file(str(_DEFINITION)),
            definition_substitutions={
                "Partition": self.partition,
                "SyncFunction": function.function_name,
                "GalleryBucket": gallery_bucket,
            },
            logs=sfn.LogOptions(destination=log_group(self, "MachineLog", days=self.log_days), level=sfn.LogLevel.ALL),
            tracing_enabled=True,
        )
        self._allow_map(machine, function, grant)
        return machine

    def _allow_map(self, machine: sfn.StateMachine, function: Function, grant: Grant) -> None:
        """Allow what a Distributed Map needs: its children are executions of the same state machine."""
        children = [
            self.format_arn(
                service="states",
                resource="execution",
                resource_name=f"{machine.state_machine_name}{after}",
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            )
            for after in (":*", "/*:*")
        ]
        policy = iam.Policy(
            self,
            "MachineMay",
            statements=[
                may("lambda:InvokeFunction", on=[function.function_arn]),
                may("states:StartExecution", on=[machine.state_machine_arn]),
                may("states:DescribeExecution", "states:StopExecution", on=children),
                *grant.statements,
            ],
        )
        policy.attach_to_role(machine.role)
        acknowledge_wildcards(policy, *children)
        acknowledge_wildcards(machine.role)
        for construct in (policy, machine.role):
            acknowledge(construct, "role")

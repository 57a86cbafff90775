"""The tables of encounters and of their audit log, and the grants on both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam

from stacks.constructs.grant import Grant, may
from stacks.constructs.storage import string_attribute, table

if TYPE_CHECKING:
    from stacks.stack import HomewardStack


class Encounters:
    """The tables, in the scope of their stack. Functions of the same stack need the statements of `on_table` only."""

    def __init__(self, stack: HomewardStack) -> None:
        self._stack = stack
        self.table = _encounters_table(stack)
        self.audit = table(stack, "Audit", key=stack.key, removal=stack.removal, partition="encounter_id", sort="at")
        self.audit.add_global_secondary_index(
            index_name="by-day", partition_key=string_attribute("day"), sort_key=string_attribute("at")
        )
        self.environment = {"ENCOUNTERS_TABLE": self.table.table_name}

    def may_scan(self) -> Grant:
        """Grant reading all encounters."""
        return self._grant(self.on_table("Scan"))

    def may_list(self, *others: str) -> Grant:
        """Grant listing encounters by their review state, and by the `others` of the indexes."""
        return self._grant(*map(self.on_index, ("by-review", *others)))

    def may_browse(self) -> Grant:
        """Grant reading all encounters and the audit, and adding notices, for the pages of the console."""
        return self._grant(
            self.on_table("BatchGetItem", "PutItem", "Scan"),
            self.on_index("by-review"),
            self.on_index("by-strength"),
            may("dynamodb:Query", on=[self.audit.table_arn, f"{self.audit.table_arn}/index/by-day"]),
        )

    def may_withdraw(self) -> Grant:
        """Grant listing open encounters, and closing those whose case is closed."""
        return self._grant(self.on_table("GetItem", "PutItem", "UpdateItem"), self.on_index("by-review"))

    def may_add_notices(self) -> Grant:
        """Grant adding a notice, which Notify sends."""
        return self._grant(self.on_table("PutItem"))

    def may_count_captures(self) -> Grant:
        """Grant counting the captures of cameras, keeping their health, and adding the notice that one floods."""
        counting = iam.PolicyStatement(
            actions=["dynamodb:PutItem", "dynamodb:UpdateItem"],
            resources=[self.table.table_arn],
            conditions={
                "ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["flood#*", "health#*", "notice#*#flood#*"]}
            },
        )
        return self._grant(counting)

    def may_read_upload_links(self) -> Grant:
        """Grant reading the records of upload links, and no encounters."""
        reading = iam.PolicyStatement(
            actions=["dynamodb:GetItem"],
            resources=[self.table.table_arn],
            conditions={"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["upload#*"]}},
        )
        return self._grant(reading)

    def may_decide(self) -> Grant:
        """Grant recording acknowledgments and verdicts. The audit log is append-only."""
        grant = self._grant(self.on_table("GetItem", "UpdateItem"), may("dynamodb:PutItem", on=[self.audit.table_arn]))
        four_eyes = str(self._stack.settings.review.four_eyes).lower()
        environment = {**grant.environment, "AUDIT_TABLE": self.audit.table_name, "FOUR_EYES": four_eyes}
        return Grant(statements=grant.statements, environment=environment)

    def on_table(self, *actions: str) -> iam.PolicyStatement:
        """Allow actions on the encounters table."""
        return may(*(f"dynamodb:{action}" for action in actions), on=[self.table.table_arn])

    def on_index(self, name: str) -> iam.PolicyStatement:
        """Allow queries of an index of the encounters table."""
        return may("dynamodb:Query", on=[f"{self.table.table_arn}/index/{name}"])

    def _grant(self, *statements: iam.PolicyStatement) -> Grant:
        return Grant(statements=[self._stack.decrypt(), *statements], environment=self.environment)


def _encounters_table(stack: HomewardStack) -> dynamodb.Table:
    encounters = table(
        stack,
        "Encounters",
        key=stack.key,
        removal=stack.removal,
        partition="encounter_id",
        time_to_live_attribute="expires_at",
        stream=dynamodb.StreamViewType.NEW_IMAGE,
    )
    encounters.add_global_secondary_index(
        index_name="alerts-due",
        partition_key=string_attribute("alert"),
        sort_key=string_attribute("alert_due_at"),
        projection_type=dynamodb.ProjectionType.KEYS_ONLY,
    )
    encounters.add_global_secondary_index(
        index_name="by-review",
        partition_key=string_attribute("review"),
        sort_key=string_attribute("started_at"),
        projection_type=dynamodb.ProjectionType.INCLUDE,
        non_key_attributes=["case_id", "camera"],
    )
    # CloudFormation adds one index to a table in a deployment; a second new one needs a release of its own.
    encounters.add_global_secondary_index(
        index_name="by-strength",
        partition_key=string_attribute("review"),
        sort_key=dynamodb.Attribute(name="best_similarity", type=dynamodb.AttributeType.NUMBER),
        projection_type=dynamodb.ProjectionType.INCLUDE,
        non_key_attributes=["case_id", "camera"],
    )
    return encounters

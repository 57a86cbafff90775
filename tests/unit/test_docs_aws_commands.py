"""The `aws` commands in the pages exist, with their options."""

from __future__ import annotations

import re
import shlex

import botocore.session
import pytest
from botocore import xform_name

from tests.unit.test_docs_links import PAGES, ROOT

COMMAND = re.compile(r"^ *\$ aws (.+)$|`aws ([^`]+)`", re.MULTILINE)
OPTIONS_OF_ALL = {"--cli-binary-format", "--query", "--output", "--region", "--profile"}
HIGH_LEVEL = {"s3"}  # commands of the AWS command line itself, without a model
QUOTED = [
    (str(page.relative_to(ROOT)), "".join(found))
    for page in PAGES
    for found in COMMAND.findall(page.read_text().replace("\\\n", " "))
]


@pytest.mark.parametrize(("page", "line"), QUOTED)
def test_aws_commands_and_their_options_exist(page: str, line: str) -> None:
    service, operation, *arguments = shlex.split(line)
    if service in HIGH_LEVEL:
        return
    model = botocore.session.get_session().get_service_model({"s3api": "s3"}.get(service, service))
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in operations, page
    shape = model.operation_model(operations[operation]).input_shape
    known = {f"--{xform_name(member, '-')}" for member in (shape.members if shape else ())}
    assert {each for each in arguments if re.match("--[a-z]", each)} <= known | OPTIONS_OF_ALL, page

from __future__ import annotations

import subprocess
import sys

import boto3
import pytest

from agencies.regions import complaint

COMPLETE = {"us-east-1", "us-west-2", "eu-west-1", "us-gov-west-1"}


@pytest.mark.parametrize("region", sorted(COMPLETE))
def test_region_with_every_service(region: str) -> None:
    assert complaint(region, greengrass=True) is None


def test_region_that_does_not_exist() -> None:
    reason = complaint("us-east-9") or ""
    assert reason.startswith("there is no such region; must be one of ")
    assert set(reason.partition("one of ")[2].split(", ")) >= COMPLETE


@pytest.mark.parametrize(
    ("region", "greengrass", "lacks"),
    [
        ("eu-north-1", False, "Rekognition"),
        ("ap-northeast-3", False, "AWS IoT, Rekognition"),
        ("il-central-1", True, "Greengrass"),
    ],
)
def test_region_without_a_service(region: str, greengrass: bool, lacks: str) -> None:
    reason = complaint(region, greengrass=greengrass) or ""
    assert reason.startswith(f"the region lacks {lacks}; must be one of ")
    assert f"{region}," not in reason.partition("one of ")[2]


def test_only_greengrass_needs_greengrass() -> None:
    assert complaint("il-central-1") is None


@pytest.mark.parametrize("service", ["rekognition", "iot", "lambda", "stepfunctions", "greengrassv2"])
def test_every_listed_region_has_the_service_as_boto3_knows_it(service: str) -> None:
    session = boto3.session.Session()
    known = {
        region
        for partition in session.get_available_partitions()
        for region in session.get_available_regions(service, partition)
    }
    listed = (complaint("us-east-9", greengrass=True) or "").partition("one of ")[2].split(", ")
    assert set(listed) <= known


def test_loading_an_agency_file_does_not_import_botocore() -> None:
    program = "import agencies.regions, sys; agencies.regions.complaint('us-east-9'); print('botocore' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert ran.stdout == "False\n"

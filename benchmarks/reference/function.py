"""The prototype as one Lambda function, invoked by S3: searches, requests the case from NamUs, and alerts."""

from __future__ import annotations

import json
import os
import time
from typing import Any

import boto3
import httpx
from prototype import Prototype  # type: ignore[import-not-found] # in the same folder in the deployed function

rekognition = boto3.client("rekognition")
prototype = Prototype(
    dynamodb=boto3.client("dynamodb"),
    sns=boto3.client("sns"),
    table=os.environ["TABLE"],
    topic_arn=os.environ["TOPIC_ARN"],
)


def handler(event: dict[str, Any], _: Any) -> None:
    """Alert to the best match of the picture. The message contains the times for the benchmark."""
    s3 = event["Records"][0]["s3"]
    answer = rekognition.search_faces_by_image(
        CollectionId=os.environ["COLLECTION"],
        Image={"S3Object": {"Bucket": s3["bucket"]["name"], "Name": s3["object"]["key"]}},
        FaceMatchThreshold=80,
        MaxFaces=1,
    )
    searched_s = time.time()
    for match in answer["FaceMatches"]:
        number = match["Face"]["ExternalImageId"].split(":")[1].removeprefix("MP")
        case = httpx.get(f"{os.environ['CASES_URL']}/{number}", timeout=10).raise_for_status().json()
        name = case["subjectIdentification"]

        def compose(name: dict[str, str] = name, similarity: float = match["Similarity"]) -> str:
            text = f"{name['firstName']} {name['lastName']} was seen, similarity {similarity:.1f}"
            return json.dumps({"text": text, "searched_s": searched_s})

        prototype.alert_once(number, compose, now_s=time.time())

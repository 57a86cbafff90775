"""Grants that no end-to-end test can be seen to use, with the reason why they are right."""

from local_cloud.permissions.report import Reason

_TAGS = "S3 copies an object with tags only with these actions. The emulator copies without asking."
_MISSING = "Without it, S3 answers 403 instead of 404 for an object that is gone. The emulator always answers 404."
_REBUILT = "`homeward gallery rebuild` makes and activates such a collection. Its test has the operator's permissions."
_INTERRUPTED = "Only after a worker died or lost its answer between indexing a face and recording it."
_EITHER = "Notify and Sweep run the same code. Which of them gets a notice depends on the time."

REASONS = (
    Reason("*", "s3:GetObjectTagging", "*", _TAGS),
    Reason("*", "s3:GetObjectVersionTagging", "*", _TAGS),
    Reason("*", "s3:PutObjectTagging", "*", _TAGS),
    Reason("<Detection/MatchRole>", "s3:ListBucket", "*", _MISSING, is_sometimes_used=True),
    Reason("<Detection/RetrospectiveRole>", "s3:ListBucket", "*", _MISSING, is_sometimes_used=True),
    Reason("<Ingest/IndexPhotoRole>", "s3:ListBucket", "*", _MISSING, is_sometimes_used=True),
    Reason("*", "rekognition:*", "*-20????????????", _REBUILT),
    Reason("<Ingest/IndexPhotoRole>", "rekognition:SearchFaces", "*", _INTERRUPTED, is_sometimes_used=True),
    Reason("<Ingest/IndexPhotoRole>", "rekognition:ListFaces", "*", _INTERRUPTED, is_sometimes_used=True),
    Reason("<Sync/SyncFunctionRole>", "rekognition:ListFaces", "*", _INTERRUPTED, is_sometimes_used=True),
    Reason(
        "<Ingest/Faces/ManagerRole>",
        "rekognition:ListTagsForResource",
        "*",
        "Only to roll back a creation that failed, or whose answer was lost.",
        is_sometimes_used=True,
    ),
    Reason("<Alerting/NotifyRole>", "dynamodb:*", "*/<Alerting/Encounters>", _EITHER, is_sometimes_used=True),
    Reason("<Alerting/SweepRole>", "dynamodb:*", "*/<Alerting/Encounters>", _EITHER, is_sometimes_used=True),
    Reason(
        "<Detection/MatchRole>",
        "dynamodb:GetItem",
        "*/<Alerting/Encounters>",
        "Only if two captures open an encounter at the same moment. tests/faults has the race.",
        is_sometimes_used=True,
    ),
    Reason(
        "<Detection/StoreCaptureRole>",
        "dynamodb:PutItem",
        "*/<Alerting/Encounters>",
        "Only when a camera floods. Unit tests have the limit.",
        is_sometimes_used=True,
    ),
    Reason(
        "<Ingest/IndexPhotoRole>",
        "rekognition:SearchFacesByImage",
        "*",
        "Only for a photo with several faces. Unit tests have the choice, with the real face engine.",
        is_sometimes_used=True,
    ),
    Reason(
        "<Console/ConsoleRole>",
        "s3:GetObject",
        "*/confirmed/*",
        "Only for the pictures of confirmed encounters, which the daily function moves there.",
        is_sometimes_used=True,
    ),
    Reason(
        "<Alerting/NotifyRole>",
        "kms:DescribeKey",
        "*",
        "CDK's grant to read the stream of an encrypted table, limited to one key.",
    ),
)

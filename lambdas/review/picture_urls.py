"""Signed URLs of the two pictures of an encounter."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from lambdas.common.keys import photo_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from lambdas.encounters.encounter import Encounter

# Long enough for a slow phone, too short to pass on.
_LIFETIME_S = 60


class LinkPicture(StrEnum):
    """The best capture of the encounter, and the photo of the case that it resembles."""

    SEEN = "seen.jpg"
    PHOTO = "photo.jpg"


@dataclass(frozen=True, kw_only=True)
class PictureUrls:
    """The two buckets. `s3` must sign with version 4 and use virtual-hosted addresses, which name the region."""

    s3: S3Client
    detection_bucket: str
    gallery_bucket: str

    def sign(self, encounter: Encounter, picture: LinkPicture) -> str:
        """Return a URL that works for one minute."""
        bucket, key = self.detection_bucket, encounter.best.key
        if picture is LinkPicture.PHOTO:
            bucket, key = self.gallery_bucket, photo_key(encounter.case_id, encounter.best.photo_id)
        return self.s3.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": bucket,
                "Key": key,
                "ResponseContentType": "image/jpeg",
                "ResponseCacheControl": "private, no-store",
            },
            ExpiresIn=_LIFETIME_S,
        )

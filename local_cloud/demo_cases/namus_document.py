"""Makes NamUs documents of fictional people, in either shape."""

from typing import Any

from local_cloud.demo_cases.person import Jurisdiction, Person, Story
from local_cloud.namus.document_shapes import convert_shape
from local_cloud.namus.states import POSTAL_CODES

_CASES = "/api/CaseSets/NamUs/MissingPersons/Cases"
_THIS_YEAR = 2026
_THUMBNAIL_PX = 120


def case_document(person: Person, images: list[dict[str, Any]]) -> dict[str, Any]:
    """Make a person's document in their shape. `images` come from `image_entry`; the first is the default image."""
    document = {
        **_heading(person.number, resolved=person.story is Story.RESOLVED),
        "subjectIdentification": _subject(person),
        "subjectDescription": {
            "heightFrom": person.body.height_in,
            "weightFrom": person.body.weight_lb - 5,
            "weightTo": person.body.weight_lb + 5,
            "ethnicities": [lookup(9, "Uncertain")],
            "primaryEthnicity": lookup(9, "Uncertain"),
            "sex": lookup(1 if person.sex == "male" else 2, person.sex.title()),
            "tribeAssociations": [],
        },
        "caseIdentification": {"ncmecNumber": f"99{person.number}"} if person.age < 18 else {},
        "circumstances": {"circumstancesOfDisappearance": f"{person.circumstances} (Invented text.)"},
        "physicalDescription": {
            "hairColor": lookup(1, person.body.hair),
            "leftEyeColor": lookup(1, person.body.eyes),
            "rightEyeColor": lookup(1, person.body.eyes),
        },
        "sighting": {"date": person.last_seen, **_whereabouts(person.jurisdiction)},
        "investigatingAgencies": [_agency(person.jurisdiction, f"F-{person.number}", person.last_seen)],
        "primaryInvestigatingAgency": {"name": person.jurisdiction.agency},
        **_pictures(person.number, images),
    }
    return convert_shape(document, person.shape)


def own_document(
    number: int, given: str, family: str, images: list[dict[str, Any]], jurisdiction: Jurisdiction
) -> dict[str, Any]:
    """Make the document of a case of which only a picture and a name are known."""
    return {
        **_heading(number, resolved=False),
        "subjectIdentification": {"firstName": given, "lastName": family},
        "subjectDescription": {"ethnicities": []},
        "circumstances": {"circumstancesOfDisappearance": "Your own picture, added to try the demo."},
        "sighting": {"date": f"{_THIS_YEAR}-11-01", **_whereabouts(jurisdiction)},
        "investigatingAgencies": [_agency(jurisdiction, f"F-{number}", f"{_THIS_YEAR}-11-02")],
        "primaryInvestigatingAgency": {"name": jurisdiction.agency},
        **_pictures(number, images),
    }


def image_entry(
    number: int, identity: int, size: tuple[int, int], category: dict[str, Any], caption: str
) -> dict[str, Any]:
    """Make one entry of a document's `images`.

    Args:
        number: Number of the case.
        identity: The `identityId`, which is part of the links.
        size: Width and height in pixels.
        category: A `lookup`.
        caption: Text that NamUs shows below the picture.
    """
    path, scale = f"{_CASES}/{number}/Images/{identity}", _THUMBNAIL_PX / max(size)
    file = {"storageKey": f"00000000-0000-4000-8000-{identity:012}", "mimeType": "image/jpg"}
    return {
        "id": identity + 1500,
        "identityId": identity,
        "category": {"canBeDefault": True, "canBePublic": True, **category},
        "caption": caption,
        "isPublic": True,
        "createdDateTime": "2026-10-01T09:30:00.12",
        "files": {
            "original": {**file, "width": size[0], "height": size[1], "href": f"{path}/Original"},
            "thumbnail": {
                **file,
                "width": round(size[0] * scale),
                "height": round(size[1] * scale),
                "href": f"{path}/Thumbnail",
            },
        },
        "hrefDownload": f"{path}/Download",
    }


def lookup(number: int, name: str) -> dict[str, Any]:
    """Make a value of one of NamUs's lists."""
    return {"id": number, "name": name, "localizedName": name}


def _heading(number: int, *, resolved: bool) -> dict[str, Any]:
    return {
        "id": number,
        "idFormatted": f"MP{number}",
        "publicationStatus": lookup(1, "Published"),
        "createdDateTime": "2026-09-30T16:20:11",
        "modifiedDateTime": "2026-11-02T08:05:27.94",
        "caseIsResolved": resolved,
    }


def _subject(person: Person) -> dict[str, Any]:
    age_today = person.age + _THIS_YEAR - int(person.last_seen[:4])
    return {
        "firstName": person.given,
        "lastName": person.family,
        **({"nicknames": person.nickname} if person.nickname else {}),
        "currentMinAge": age_today,
        "currentMaxAge": age_today,
        "computedMissingMinAge": person.age,
        "computedMissingMaxAge": person.age,
    }


def _whereabouts(jurisdiction: Jurisdiction) -> dict[str, Any]:
    code = POSTAL_CODES[jurisdiction.state]
    return {
        "address": {
            "city": jurisdiction.city,
            "state": {"name": jurisdiction.state, "displayName": code},
            "county": {"name": f"{jurisdiction.county} County", "displayName": jurisdiction.county},
        },
        "publicGeolocation": {"formattedAddress": f"{jurisdiction.city}, {code}, USA"},
    }


def _agency(jurisdiction: Jurisdiction, case_number: str, reported: str) -> dict[str, Any]:
    return {
        "name": jurisdiction.agency,
        "city": jurisdiction.city,
        "isCaseOwner": True,
        "selection": {
            "contact": {"firstName": "Robin", "lastName": "Jurisdictionholder", "jobTitle": "Detective"},
            "agency": {"name": jurisdiction.agency, "city": jurisdiction.city, "phone": jurisdiction.phone},
        },
        "caseNumber": case_number,
        "dateReported": reported,
    }


def _pictures(number: int, images: list[dict[str, Any]]) -> dict[str, Any]:
    default = {"defaultImage": {"defaultImageIdentityId": images[0]["identityId"]}} if images else {}
    return {
        "images": images,
        **default,
        "documents": [],
        "viewPermission": "public",
        "hrefDefaultImageThumbnail": f"{_CASES}/{number}/Images/Default/Thumbnail",
        "hrefDefaultImagePoster": f"{_CASES}/{number}/Images/Default/Poster",
    }

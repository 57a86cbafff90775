"""NamUs documents of fictional people, in either shape."""

from typing import Any

from local_cloud.demo_cases.person import Person, Place, Story
from local_cloud.namus.shapes import reshaped
from local_cloud.namus.states import POSTAL_CODES

_CASES = "/api/CaseSets/NamUs/MissingPersons/Cases"
_THIS_YEAR = 2026
_THUMBNAIL_PX = 120


def case_document(person: Person, images: list[dict[str, Any]]) -> dict[str, Any]:
    """The person's document in their shape; `images` are `image_entry`s, the first is the default one."""
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
        "sighting": {"date": person.last_seen, **_whereabouts(person.place)},
        "investigatingAgencies": [_agency(person.place, f"F-{person.number}", person.last_seen)],
        "primaryInvestigatingAgency": {"name": person.place.agency},
        **_pictures(person.number, images),
    }
    return reshaped(document, person.shape)


def own_document(number: int, given: str, family: str, images: list[dict[str, Any]], place: Place) -> dict[str, Any]:
    """The document of a case that is known by its picture only."""
    return {
        **_heading(number, resolved=False),
        "subjectIdentification": {"firstName": given, "lastName": family},
        "subjectDescription": {"ethnicities": []},
        "circumstances": {"circumstancesOfDisappearance": "A picture of one's own, to try the demo with."},
        "sighting": {"date": f"{_THIS_YEAR}-11-01", **_whereabouts(place)},
        "investigatingAgencies": [_agency(place, f"F-{number}", f"{_THIS_YEAR}-11-02")],
        "primaryInvestigatingAgency": {"name": place.agency},
        **_pictures(number, images),
    }


def image_entry(
    number: int, identity: int, size: tuple[int, int], category: dict[str, Any], caption: str
) -> dict[str, Any]:
    """One entry of a document's `images`.

    Args:
        number: of the case.
        identity: the `identityId`, which the links use.
        size: width and height in pixels.
        category: a `lookup`.
        caption: what NamUs shows below the picture.
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
    """A value of one of NamUs's lists."""
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


def _whereabouts(place: Place) -> dict[str, Any]:
    code = POSTAL_CODES[place.state]
    return {
        "address": {
            "city": place.city,
            "state": {"name": place.state, "displayName": code},
            "county": {"name": f"{place.county} County", "displayName": place.county},
        },
        "publicGeolocation": {"formattedAddress": f"{place.city}, {code}, USA"},
    }


def _agency(place: Place, case_number: str, reported: str) -> dict[str, Any]:
    return {
        "name": place.agency,
        "city": place.city,
        "isCaseOwner": True,
        "selection": {
            "contact": {"firstName": "Robin", "lastName": "Placeholder", "jobTitle": "Detective"},
            "agency": {"name": place.agency, "city": place.city, "phone": place.phone},
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

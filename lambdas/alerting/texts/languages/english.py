"""English phrases."""

from lambdas.alerting.texts.languages.phrases import Labels, Phrases
from lambdas.cases.case import PhotoKind
from lambdas.cases.readable import AMERICAN
from lambdas.common.trusted_time import TimeDoubt
from lambdas.encounters.evidence import Ground, Strength
from lambdas.encounters.notice import NoticeKind
from lambdas.encounters.reason_phrases import ENGLISH_REASONS

ENGLISH = Phrases(
    notation=AMERICAN,
    headlines={
        NoticeKind.FIRST: "Possible match, not verified",
        NoticeKind.BETTER_SHOT: "Better image of a possible match, not verified",
        NoticeKind.DIGEST: "Possible match, not verified: {more} until {until}, best {best:.1f}",
        NoticeKind.ESCALATION: "Nobody has acknowledged in {minutes} min: possible match, not verified",
        NoticeKind.RECALL: "Case closed, stand down",
        NoticeKind.STAND_DOWN: "Not the missing person, stand down",
        NoticeKind.BUDGET: (
            "Homeward: the {limit} text messages of {day} are used up. "
            "Until midnight alerts go by e-mail, webhook and chat only"
        ),
        NoticeKind.FLOOD: (
            "Homeward: camera {camera} at {site} sends more than one camera may. "
            "Its further alerts of today may wait for review only. Check the camera"
        ),
        NoticeKind.ANSWER: (
            "Homeward: nothing was acknowledged. Reply ACK and the code of an open alert, for example ACK 3F9A2C"
        ),
    },
    one_more="1 more sighting",
    more="{count} more sightings",
    must_be_checked="A person must check it before anybody acts on it.",
    endings={
        NoticeKind.RECALL: "The case is closed: nobody needs to act on the earlier alert any more.",
        NoticeKind.STAND_DOWN: "A reviewer dismissed the match: nobody needs to act on the earlier alert any more.",
    },
    minor="MINOR",
    sexes={"male": "male", "female": "female"},
    name_not_known="Name not known",
    age="age {age}",
    age_then="{age} when missing",
    age_then_in="{age} when missing in {year}",
    age_now="about {age} now",
    last_seen="Last seen {what}",
    seen_at="Seen at {site}, {time}",
    received_from="Received from {site}, {time}",
    time_doubts={doubt: doubt.reason for doubt in TimeDoubt},
    similarity="Similarity {similarity:.1f}, {strength} ({images}: {ground})",
    strengths={Strength.STRONG: "strong", Strength.FAIR: "fair", Strength.WEAK: "weak"},
    grounds={
        Ground.IMAGES_AGREE: "they agree, no other case is near",
        Ground.PHOTOS_AGREE: "two photos of the case agree",
        Ground.ONE_IMAGE: "no second one agrees yet",
        Ground.OTHER_NEAR: "another case is near",
        Ground.OTHER_ALIKE: "another case looks almost as alike",
    },
    reasons=ENGLISH_REASONS,
    one_image="1 image",
    images="{count} images",
    runner_up="{case} is next, {points:.1f} points lower",
    runner_up_alike="{case} looks almost as alike, {points:.1f} points lower",
    runner_up_ahead="{case} looks even more alike, {points:.1f} points higher",
    matched_on="Matched on {photo}",
    photos={
        PhotoKind.PORTRAIT: "a photo",
        PhotoKind.AGE_PROGRESSION: "an age-progressed picture",
        PhotoKind.ARTIST: "a drawn picture",
    },
    of_year="{photo} of {year}",
    call="Call {agency} {phone}",
    agency="agency",
    reply="Reply ACK {code}",
    labels=Labels(
        name="Name",
        case="Case",
        minor="Minor",
        sex="Sex",
        age="Age",
        last_seen="Last seen",
        height="Height",
        weight="Weight",
        hair="Hair",
        marks="Marks",
        clothing="Clothing",
        agency="Agency",
        phone="Agency phone",
        case_number="Agency case number",
        camera="Camera",
        seen_at="Seen",
        received_at="Received",
        similarity="Similarity",
        mean="Mean of all images",
        runner_up="Other case",
        photo="Matched on",
        why="Why",
        picture="Picture of the sighting (the link expires)",
        case_photo="Photo of the case (the link expires)",
        review="Review",
    ),
)

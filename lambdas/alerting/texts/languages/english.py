"""English phrases."""

from lambdas.alerting.texts.languages.phrases import Labels, Phrases
from lambdas.cases.case import PhotoKind
from lambdas.common.trusted_time import TimeDoubt
from lambdas.encounters.evidence import Strength
from lambdas.encounters.notice import NoticeKind

ENGLISH = Phrases(
    headlines={
        NoticeKind.FIRST: "Possible match, not verified",
        NoticeKind.BETTER_SHOT: "Better shot of a possible match, not verified",
        NoticeKind.DIGEST: "Possible match, not verified: {count} more sightings until {until}, best {best:.1f}",
        NoticeKind.ESCALATION: "Nobody has acknowledged in {minutes} min: possible match, not verified",
        NoticeKind.RECALL: "Case closed, stand down",
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
    must_be_checked="A person must check it before anybody acts on it.",
    stand_down="The case is closed: nobody needs to act on the earlier alert any more.",
    minor="MINOR",
    sexes={"male": "male", "female": "female"},
    name_not_known="Name not known",
    age="age {age}",
    last_seen="Last seen {what}",
    now_at="Now at {site} {time}",
    seen_at="Seen {time} at {site}",
    received_from="Received {time} from {site}",
    time_doubts={doubt: doubt.reason for doubt in TimeDoubt},
    similarity="Similarity {similarity:.1f} ({strength}, {shots})",
    strengths={Strength.STRONG: "strong", Strength.FAIR: "fair", Strength.WEAK: "weak"},
    one_shot="1 shot",
    shots="{count} shots",
    points_behind="{points:.1f} points behind",
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
        age="Age when missing",
        last_seen="Last seen",
        agency="Agency",
        phone="Agency phone",
        case_number="Agency case number",
        camera="Camera",
        seen_at="Seen at",
        received_at="Received at",
        similarity="Similarity",
        mean="Mean of all shots",
        runner_up="Next case",
        photo="Matched on",
        picture="Picture of the sighting (the link expires)",
        case_photo="Photo of the case (the link expires)",
        review="Review",
    ),
)

"""Render the form and the page after it."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from lambdas.review.link_page.templates import escape, html_page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.review.words.words import Words

SCRIPT = Path(__file__).with_name("form.js").read_text(encoding="utf-8")
SCRIPT_PATH = "/u/form.js"

_FORM = Template("""<p>$purpose</p>
<form method="post" action="$action" enctype="multipart/form-data" data-max-bytes="$max_bytes"
data-no-picture="$no_picture" data-other-type="$other_type" data-too-large="$too_large" data-future="$future">
$fields
<label>$where <input id="place" maxlength="80" autocomplete="off"></label>
<label>$when
<input id="time" type="datetime-local"></label>
<label>$picture <input id="file" name="file" type="file" accept="image/jpeg,image/png" required></label>
<p id="refused" class="refused" role="alert"></p>
<button>$send</button>
</form>
<noscript><p>$without_scripts</p></noscript>
<p>$valid_until</p>
<script src="$script"></script>
""")
_FIELD = Template('<input type="hidden" name="$name" value="$value">')
_SENT = Template("""<p role="status">$arrived</p>
<p><a href="$again">$another</a></p>
""")


def form_page(post: Mapping[str, Any], t: Words, *, agency: str, until: str, max_bytes: int) -> str:
    """Render the form that posts to S3 with these presigned fields."""
    fields = (_FIELD.substitute(name=escape(name), value=escape(value)) for name, value in post["fields"].items())
    texts = {
        "purpose": t(
            "{agency} searches the picture for missing persons. If nobody is found, it is deleted at once.",
            agency=agency,
        ),
        "where": t("Where was it taken?"),
        "when": t("When was it taken, in your local time? Leave it empty if nobody knows."),
        "picture": t("Picture, JPEG or PNG"),
        "send": t("Send"),
        "without_scripts": t("Without scripts the picture is sent without place and time."),
        "valid_until": t("This form may be used until {until}. Send one picture at a time.", until=until),
        "no_picture": t("Choose a picture."),
        "other_type": t("Only JPEG and PNG pictures can be searched."),
        "too_large": t("The picture is too large: 15 MB is the maximum."),
        "future": t("This time is in the future."),
    }
    body = _FORM.substitute(
        {name: escape(text) for name, text in texts.items()},
        action=escape(post["url"]),
        fields="\n".join(fields),
        max_bytes=max_bytes,
        script=SCRIPT_PATH,
    )
    return html_page(t("Send a picture"), body, language=t.language)


def sent_page(again: str, t: Words) -> str:
    """Say that a picture has arrived. `again` is the path of the form."""
    arrived, another = t("The picture has arrived and is being searched."), t("Send another picture")
    body = _SENT.substitute(again=escape(again), arrived=escape(arrived), another=escape(another))
    return html_page(t("Picture sent"), body, language=t.language)

"""Render the form and the page after it."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from lambdas.review.link_page.templates import escape, html_page

if TYPE_CHECKING:
    from collections.abc import Mapping

SCRIPT = Path(__file__).with_name("form.js").read_text(encoding="utf-8")
SCRIPT_PATH = "/u/form.js"
TITLE = "Send a picture"

# S3 ignores every field after the file.
_FORM = Template("""<p>$agency searches the picture for missing persons. If nobody is found, it is deleted at once.</p>
<form method="post" action="$action" enctype="multipart/form-data" data-max-bytes="$max_bytes">
$fields
<label>Where was it taken? <input id="place" maxlength="80" autocomplete="off"></label>
<label>When was it taken, in your local time? Leave it empty if nobody knows.
<input id="time" type="datetime-local"></label>
<label>Picture, JPEG or PNG <input id="file" name="file" type="file" accept="image/jpeg,image/png" required></label>
<p id="refused" class="refused" role="alert"></p>
<button>Send</button>
</form>
<noscript><p>Without scripts the picture is sent without place and time.</p></noscript>
<p>This form may be used until $until. Send one picture at a time.</p>
<script src="$script"></script>
""")
_FIELD = Template('<input type="hidden" name="$name" value="$value">')
_SENT = Template("""<p role="status">The picture has arrived and is being searched.</p>
<p><a href="$again">Send another picture</a></p>
""")


def form_page(post: Mapping[str, Any], *, agency: str, until: str, max_bytes: int) -> str:
    """Render the form that posts to S3 with these presigned fields."""
    fields = (_FIELD.substitute(name=escape(name), value=escape(value)) for name, value in post["fields"].items())
    body = _FORM.substitute(
        agency=escape(agency),
        action=escape(post["url"]),
        fields="\n".join(fields),
        max_bytes=max_bytes,
        script=SCRIPT_PATH,
        until=escape(until),
    )
    return html_page(TITLE, body)


def sent_page(again: str) -> str:
    """Say that a picture has arrived. `again` is the path of the form."""
    return html_page("Picture sent", _SENT.substitute(again=escape(again)))

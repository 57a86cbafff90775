"""The style and the frame of every page."""

import html
from string import Template

from lambdas.common.outside_text import single_line

STYLE = """
:root { color-scheme: light dark; font: 18px/1.4 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 44rem; padding: 0 0.8rem 2rem; }
h1 { font-size: 1.25rem; margin: 0 -0.8rem 0.8rem; padding: 0.7rem 0.8rem; background: #7a3b00; color: #fff; }
.pictures { display: grid; grid-template-columns: 1fr 1fr; gap: 0.5rem; }
figure { margin: 0; }
img { width: 100%; height: 45vw; max-height: 22rem; object-fit: contain; background: #8883; border-radius: 6px; }
figcaption { font-size: 0.85rem; }
.stage { border-left: 6px solid #7a3b00; padding: 0.4rem 0.8rem; margin: 1rem 0; font-weight: 600; }
h2 { font-size: 1.05rem; margin: 1.2rem 0 0; }
dl { display: grid; grid-template-columns: fit-content(38%) 1fr; gap: 0.2rem 0.9rem; margin: 0.5rem 0; }
dt { opacity: 0.75; }
dd { margin: 0; overflow-wrap: anywhere; }
label { display: block; }
input, button { box-sizing: border-box; width: 100%; font: inherit; padding: 0.6rem; margin-top: 0.4rem; }
button { background: #0b5a2b; color: #fff; border: 0; border-radius: 6px; font-weight: 700; }
.call { display: block; padding: 0.6rem; margin: 0.6rem 0; text-align: center; border: 2px solid; border-radius: 6px; }
.refused { color: #c00000; font-weight: 600; }
"""
_DOCUMENT = Template("""<!doctype html>
<html lang="$language">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<meta name="format-detection" content="telephone=no, address=no, email=no, date=no">
<link rel="icon" href="data:,">
<title>$title</title>
<style>$style</style>
<h1>$title</h1>
$body
</html>
""")


def escape(text: str) -> str:
    """Escape the visible text for HTML. Telephones make no links from it (`format-detection`)."""
    return html.escape(single_line(text))


def escape_paragraphs(text: str) -> str:
    """Escape a text of several lines as paragraphs."""
    return "\n".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line.strip())


def html_page(title: str, body: str, *, language: str) -> str:
    """Render a page with this title around a body that is HTML."""
    return _DOCUMENT.substitute(title=escape(title), style=STYLE, body=body, language=language)


def message_page(title: str, text: str, *, language: str) -> str:
    """Render a page with one message."""
    return html_page(title, f"<p>{escape(text)}</p>", language=language)

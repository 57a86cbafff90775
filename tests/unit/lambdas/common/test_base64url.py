from __future__ import annotations

import pytest

from lambdas.common.base64url import from_base64url, to_base64url


@pytest.mark.parametrize(("data", "text"), [(b"", ""), (b"\xfb\xff", "-_8"), (b"abc", "YWJj"), (b"abcd", "YWJjZA")])
def test_bytes_come_back_from_a_text_without_padding(data: bytes, text: str) -> None:
    assert (to_base64url(data), from_base64url(text)) == (text, data)


@pytest.mark.parametrize("text", ["A", "YW J", "YWJj\n", "Y=Jj", "é"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)base64|padding|ASCII"):
        from_base64url(text)

from __future__ import annotations

import pytest

from lambdas.webhook.chat_text import chat_text

LINK = "https://console.example/e/0123_4567/a-secret_"


@pytest.mark.parametrize(
    ("text", "posted"),
    [
        ("<!channel> look", "‹!channel› look"),
        ("<https: /evil. example|our page>", "‹https: /evil. example¦our page›"),
        ("@here and @all", "@ here and @ all"),
        ("[our page](evil)", "[our page] (evil)"),
        ("*bold* ~gone~ `code`", "∗bold∗ ∼gone∼ 'code'"),
        ("_hidden_ cam_01 +1_500", "hidden cam_01 +1_500"),
        ("#general, gate # 4", "# general, gate # 4"),
    ],
)  # fmt: skip
def test_markup_of_chat_rooms_loses_its_meaning(text: str, posted: str) -> None:
    assert chat_text(f"{text}. {LINK}", link=LINK).split() == f"{posted}. {LINK}".split()


def test_text_without_a_link_is_escaped_too() -> None:
    assert chat_text("<!here>", link="") == "‹!here›"
    assert chat_text("<!here>", link=LINK) == "‹!here›"

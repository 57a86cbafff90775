"""What the demo says at its end."""

from __future__ import annotations

from rich.console import Console

from local_cloud.demo.report import Report


def test_demo_that_saw_nobody_says_what_a_passer_by_is() -> None:
    console = Console(width=200)
    report = Report(
        sms=[],
        encounters=[],
        captures_published=0,
        captures_left=0,
        captures_searched={},
        hops_ms={},
        gallery={},
        seconds=1,
    )
    with console.capture() as captured:
        report.show(console)
    lines = captured.get().splitlines()
    assert lines[1] == "none"
    assert any(line.startswith("The camera saw nobody: a passer-by is a face of at least 48 pixels") for line in lines)

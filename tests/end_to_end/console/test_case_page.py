"""A case in the deployed console: a person chooses the face of its photo, and closes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.end_to_end.console.console_site import loaded_pictures
from tests.support.chromium import accessibility_problems

if TYPE_CHECKING:
    from tests.end_to_end.console.conftest import OwnCases
    from tests.end_to_end.console.console_site import ConsoleSite


def test_chosen_face_is_found_until_the_case_closes(console: ConsoleSite, own_cases: OwnCases) -> None:
    path, faces = f"/cases/{own_cases.group_case}", console.agency.watch.faces()
    reviewer = console.signed_in("reviewer")
    reviewer.goto(path)
    expect(reviewer.get_by_text("several faces: choose the missing person's")).to_be_visible()
    expect(reviewer.get_by_role("button", name="This face")).to_have_count(0)

    page = console.signed_in("supervisor")
    page.goto(path)
    assert loaded_pictures(page, "form.faces img") == [480, 480]
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="This face").nth(1).click()
    expect(page.get_by_text("supervisor@agency.example chose it.")).to_be_visible()
    expect(page.get_by_text("a person chose the face")).to_be_visible()
    assert console.agency.watch.faces() == faces + 1
    encounter = console.encounter(own_cases.right, "case-page")

    page.get_by_text("Close this case").first.click()
    page.get_by_label("Reason").select_option("resolved")
    page.get_by_role("button", name="Close this case").click()
    expect(page.locator("header.title")).to_contain_text("resolved")
    assert console.agency.watch.faces() == faces
    source_id = own_cases.group_case.partition(":")[2]
    assert console.agency.watch.keys("GalleryBucket", f"photos/namus/{source_id}/") == []
    page.goto(f"/encounters/{encounter}")
    expect(page.locator("header .stage")).to_have_text("withdrawn")
    notes = [record["note"] for record in console.agency.watch.scan("AuditTable") if record.get("note")]
    assert f"{own_cases.group_case} resolved" in notes
    assert any(note.startswith(own_cases.group_case) and note.endswith("face 2") for note in notes)

"""Tests of how a source is opened from the agency's settings."""

from __future__ import annotations

import pytest

from lambdas.common.local_cloud import LOCAL_CLOUD_VARIABLE
from lambdas.downloads.errors import RefusedError
from lambdas.ingest.sources.open_source import open_source
from lambdas.ingest.sources.settings import Sources, SourceSettings
from tests.support.loopback_site import loopback_site


@pytest.mark.parametrize("name", ["namus", "fbi", "interpol", "ncmec"])
def test_source_at_a_private_address_is_not_asked(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.delenv(LOCAL_CLOUD_VARIABLE, raising=False)
    with loopback_site() as site:
        settings = SourceSettings(enabled=True, base_url=site.url, permission="the test's own")
        source = open_source(name, Sources("homeward@agency.example", {name: settings}))
        with pytest.raises(RefusedError, match="not a public address"):
            next(iter(source.list_cases()))
        assert site.requests == []

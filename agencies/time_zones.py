"""Time zones of places. A name such as EST has no daylight saving, so alerts would be an hour off in summer."""

from __future__ import annotations

import re
from zoneinfo import available_timezones

from edge_device.wording.likely import closest, did_you_mean
from lambdas.common.outside_text import shown

_UTC = frozenset({"UTC", "Etc/UTC", "UCT", "Etc/UCT", "Universal", "Etc/Universal", "Zulu", "Etc/Zulu"})
# Names that are not a place's: fixed hours from UTC, or the machine's own zone.
_PLACELESS = re.compile(r"Etc/.*|GMT.*|Greenwich|[EMH]ST|Factory|localtime|posixrules")
_BY_NAME = {
    "America/New_York": "est edt et eastern newyork",
    "America/Chicago": "cst cdt ct central",
    "America/Denver": "mst mdt mt mountain",
    "America/Los_Angeles": "pst pdt pt pacific",
    "America/Anchorage": "akst akdt alaska",
    "Pacific/Honolulu": "hst hdt hawaii",
    "America/Puerto_Rico": "ast puertorico",
    "Europe/London": "gmt bst greenwich",
}
_ZONES = {name: zone for zone, names in _BY_NAME.items() for name in names.split()}
_NEAR = 0.75  # cities have names that are more alike than options
_BY_HOURS = {
    -10: "Pacific/Honolulu",
    -9: "America/Anchorage",
    -8: "America/Los_Angeles",
    -7: "America/Denver",
    -6: "America/Chicago",
    -5: "America/New_York",
    -4: "America/Puerto_Rico",
    0: "UTC",
    1: "Europe/Paris",
}


def check_time_zone(name: str) -> str:
    """Return the name of a place's time zone, or UTC."""
    known = available_timezones()
    if name in _UTC:
        return name
    if name not in known:
        reason = "must be a time zone such as America/Denver"
    elif _PLACELESS.fullmatch(name):
        reason = "it has no daylight saving; must be the zone of a place, such as America/Denver"
    else:
        return name
    raise ValueError(f"{shown(repr(name))} is not allowed: {reason}{did_you_mean(_likely(name, known))}")


def _likely(name: str, known: set[str]) -> str | None:
    if hours := re.fullmatch(r"(Etc/)?(?:UTC|GMT)?([+-]?\d{1,2})(?::?00)?", name.strip()):
        sign = -1 if hours[1] else 1  # Etc/GMT+7 is west of Greenwich
        return _BY_HOURS.get(sign * int(hours[2]))
    words = re.sub(r"[\W_]|standard|daylight|time|zone", "", name.casefold().removeprefix("us/").removeprefix("etc/"))
    if zone := _ZONES.get(words):
        return zone
    area, _, city = name.rpartition("/")
    if not area:
        cities = {zone.rpartition("/")[2]: zone for zone in sorted(known) if "/" in zone and not _PLACELESS.match(zone)}
        near = closest(city, cities, cutoff=_NEAR)
        return cities[near] if near else closest(name, known, cutoff=_NEAR)
    area = closest(area, {zone.rpartition("/")[0] for zone in known}) or area
    near = closest(city, (zone.rpartition("/")[2] for zone in known if zone.rpartition("/")[0] == area), cutoff=_NEAR)
    return f"{area}/{near}" if near else None

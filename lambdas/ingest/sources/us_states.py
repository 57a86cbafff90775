"""The states and territories of the United States. NamUs wants their names, NCMEC their postal codes."""

from __future__ import annotations

from lambdas.common.place_names import name_key

_STATES = (
    "Alabama AL, Alaska AK, American Samoa AS, Arizona AZ, Arkansas AR, California CA, Colorado CO, Connecticut CT, "
    "Delaware DE, District of Columbia DC, Florida FL, Georgia GA, Guam GU, Hawaii HI, Idaho ID, Illinois IL, "
    "Indiana IN, Iowa IA, Kansas KS, Kentucky KY, Louisiana LA, Maine ME, Maryland MD, Massachusetts MA, Michigan MI, "
    "Minnesota MN, Mississippi MS, Missouri MO, Montana MT, Nebraska NE, Nevada NV, New Hampshire NH, New Jersey NJ, "
    "New Mexico NM, New York NY, North Carolina NC, North Dakota ND, Northern Mariana Islands MP, Ohio OH, "
    "Oklahoma OK, Oregon OR, Pennsylvania PA, Puerto Rico PR, Rhode Island RI, South Carolina SC, South Dakota SD, "
    "Tennessee TN, Texas TX, Utah UT, Vermont VT, Virgin Islands VI, Virginia VA, Washington WA, West Virginia WV, "
    "Wisconsin WI, Wyoming WY"
)
NAMES_BY_CODE = {entry[-2:]: entry[:-3] for entry in _STATES.split(", ")}
_ALSO = {"washingtondc": "DC", "usvirginislands": "VI", "washingtonstate": "WA", "newyorkstate": "NY"}
_CODES = {name_key(name): code for code, name in NAMES_BY_CODE.items()} | _ALSO


def state_code(state: str) -> str | None:
    """Return the postal code of a state by its name or code, without case, accents and "State of"; None if unknown."""
    key = name_key(state).removeprefix("stateof").removeprefix("commonwealthof")
    return key.upper() if key.upper() in NAMES_BY_CODE else _CODES.get(key)


def state_name(state: str) -> str | None:
    """Return the name of a state by its name or code, as `state_code` does."""
    code = state_code(state)
    return NAMES_BY_CODE[code] if code else None

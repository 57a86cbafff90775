"""How much the age of a photo raises the similarity that a match on it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.cases.ages import was_minor

if TYPE_CHECKING:
    from datetime import date

    from lambdas.cases.case import Case, SourcePhoto

# Whole years for which a photo stays as good as new, years for each halving after them, and the maximum.
_ADULT = (6, 40, 0.5)
_CHILD = (1, 4, 1.0)


def photo_age_halvings(case: Case, photo: SourcePhoto | None, on: date) -> float:
    """Return how often the distance to 100 of the thresholds is halved because the photo is old.

    With the years, the similarity of true matches falls and that of false ones does not, so the same similarity says
    less. Of adults, 99 % are recognized up to six years later, and fewer after that (Best-Rowden and Jain, Longitudinal
    Study of Automatic Face Recognition, 2017). Children are recognized less after months: at the same false matches,
    a good matcher missed 1.7 % after half a year and 5.1 % after three (Face Recognition In Children: A Longitudinal
    Study, arXiv 2204.01760, 2022). So the curve is flat for six years and then gentle for adults, and steeper from the
    second year on for those who were under 18. A photo without a year is taken to be of the year when the person was
    last seen, the latest possible; without that year, nothing is raised.
    """
    year = _year_of(case, photo)
    if year is None:
        return 0.0
    as_new, years_per_halving, most = _CHILD if was_minor(case) else _ADULT
    return round(min(most, max(0, on.year - year - as_new) / years_per_halving), 3)


def _year_of(case: Case, photo: SourcePhoto | None) -> int | None:
    if photo and photo.taken_year:
        return photo.taken_year
    seen = (case.last_seen.date or "")[:4]
    return int(seen) if seen.isdecimal() and len(seen) == 4 else None

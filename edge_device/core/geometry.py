"""Boxes in pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels: its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """X of the right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Y of the bottom edge."""
        return self.y + self.height

    @property
    def area(self) -> float:
        """Area in square pixels."""
        return self.width * self.height

    def intersection(self, other: Box) -> Box:
        """The overlap of two boxes; its area is 0 if they are apart."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(x, y, max(0.0, right - x), max(0.0, bottom - y))

    def scaled(self, factor: float) -> Box:
        """The same box in an image scaled by `factor`."""
        return Box(self.x * factor, self.y * factor, self.width * factor, self.height * factor)

    def moved(self, dx: float, dy: float) -> Box:
        """The box, shifted by (dx, dy)."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, margin: float) -> Box:
        """The box with `margin` times its size added on each side."""
        dx, dy = self.width * margin, self.height * margin
        return Box(self.x - dx, self.y - dy, self.width + 2 * dx, self.height + 2 * dy)

    def to_ints(self) -> list[int]:
        """[x, y, width, height], rounded, as in messages."""
        return [round(self.x), round(self.y), round(self.width), round(self.height)]


def intersection_over_union(one: Box, other: Box) -> float:
    """Jaccard index of two boxes, from 0 (apart) to 1 (equal)."""
    shared = one.intersection(other).area
    covered = one.area + other.area - shared
    return shared / covered if covered else 0.0

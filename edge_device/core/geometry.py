"""Boxes in pixels."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels: its left upper corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x just beyond the box."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y just beyond the box."""
        return self.y + self.height

    @property
    def area(self) -> float:
        """In square pixels."""
        return self.width * self.height

    def intersection(self, other: Box) -> Box:
        """The part that both cover; its area is 0 where they do not meet."""
        x, y = max(self.x, other.x), max(self.y, other.y)
        right, bottom = min(self.right, other.right), min(self.bottom, other.bottom)
        return Box(x, y, max(0.0, right - x), max(0.0, bottom - y))

    def scaled(self, factor: float) -> Box:
        """The same box in a picture whose sides are `factor` times as long."""
        return Box(self.x * factor, self.y * factor, self.width * factor, self.height * factor)

    def moved(self, dx: float, dy: float) -> Box:
        """The box, shifted."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, margin: float) -> Box:
        """The box with `margin` times its size added on each side."""
        dx, dy = self.width * margin, self.height * margin
        return Box(self.x - dx, self.y - dy, self.width + 2 * dx, self.height + 2 * dy)

    def to_ints(self) -> list[int]:
        """[x, y, width, height], rounded as messages carry it."""
        return [round(self.x), round(self.y), round(self.width), round(self.height)]


def intersection_over_union(one: Box, other: Box) -> float:
    """From 0 (apart) to 1 (the same): shared area by covered area (Jaccard index)."""
    shared = one.intersection(other).area
    covered = one.area + other.area - shared
    return shared / covered if covered else 0.0

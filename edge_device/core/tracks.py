"""Follows faces from frame to frame by the overlap of their boxes: a person walking past is one track."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edge_device.core.geometry import Box, intersection_over_union

if TYPE_CHECKING:
    from edge_device.core.face import Face

_LONGEST_STEP = 1.0  # of the box's width: how far a face may be from where it was expected, when the boxes do not meet
_SMOOTHING = 0.5  # of the newest step in the velocity


@dataclass(eq=False)
class Track:
    """One person's way through the picture: `box` is where the face was last, velocities are in pixels a second."""

    box: Box
    started_at_s: float
    seen_at_s: float
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    hits: int = 1
    velocity_x: float = 0.0
    velocity_y: float = 0.0

    def expected(self, at_s: float) -> Box:
        """Where the face should be at that time, if it goes on as it went."""
        elapsed = at_s - self.seen_at_s
        return self.box.moved(self.velocity_x * elapsed, self.velocity_y * elapsed)

    def see(self, box: Box, at_s: float) -> None:
        """The face was seen again."""
        elapsed = at_s - self.seen_at_s
        if elapsed > 0:
            step_x = (box.x + box.width / 2 - self.box.x - self.box.width / 2) / elapsed
            step_y = (box.y + box.height / 2 - self.box.y - self.box.height / 2) / elapsed
            weight = _SMOOTHING if self.hits > 1 else 1.0
            self.velocity_x += weight * (step_x - self.velocity_x)
            self.velocity_y += weight * (step_y - self.velocity_y)
        self.box, self.seen_at_s = box, at_s
        self.hits += 1


@dataclass
class Tracker:
    """Gives each face its track.

    A track is confirmed with its `confirm_hits`-th face, which keeps a detector's single false finding out, and ends
    when its face was not seen for `patience_s` seconds.
    """

    confirm_hits: int = 3
    patience_s: float = 1.0
    least_overlap: float = 0.2
    tracks: list[Track] = field(default_factory=list)

    def update(self, faces: list[Face], at_s: float) -> list[tuple[Track, Face]]:
        """Each face of a frame with its track, an old or a new one. Call `ended` afterwards."""
        free_tracks, free_faces, seen = list(self.tracks), list(faces), []
        for _, track, face in sorted(self._pairs(faces, at_s), key=lambda pair: -pair[0]):
            if track in free_tracks and face in free_faces:
                free_tracks.remove(track)
                free_faces.remove(face)
                track.see(face.box, at_s)
                seen.append((track, face))
        for face in free_faces:
            track = Track(box=face.box, started_at_s=at_s, seen_at_s=at_s)
            self.tracks.append(track)
            seen.append((track, face))
        return seen

    def ended(self, at_s: float) -> list[Track]:
        """The tracks whose face has gone; they are forgotten."""
        gone = [track for track in self.tracks if at_s - track.seen_at_s > self.patience_s]
        self.tracks = [track for track in self.tracks if track not in gone]
        return gone

    def confirmed(self, track: Track) -> bool:
        """Whether the track was seen often enough to be a person."""
        return track.hits >= self.confirm_hits

    def _pairs(self, faces: list[Face], at_s: float) -> list[tuple[float, Track, Face]]:
        pairs = []
        for track in self.tracks:
            expected = track.expected(at_s)
            for face in faces:
                likeness = self._likeness(expected, face.box)
                if likeness > 0:
                    pairs.append((likeness, track, face))
        return pairs

    def _likeness(self, expected: Box, box: Box) -> float:
        """The boxes' overlap if it reaches `least_overlap`; less, and by nearness, for a face that moved far.

        Either is multiplied by how alike the sizes are: of two people who cross, the near one stays the near one.
        """
        likeness = intersection_over_union(expected, box)
        if likeness < self.least_overlap:
            distance_x = abs(expected.x + expected.width / 2 - box.x - box.width / 2)
            distance_y = abs(expected.y + expected.height / 2 - box.y - box.height / 2)
            step = (distance_x**2 + distance_y**2) ** 0.5 / expected.width
            likeness = self.least_overlap * max(0.0, 1 - step / _LONGEST_STEP)
        smaller, larger = sorted((expected.height, box.height))
        return likeness * (smaller / larger) if smaller > 0.5 * larger else 0.0

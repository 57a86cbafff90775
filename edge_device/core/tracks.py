"""Tracks faces from frame to frame by the overlap of their boxes: one person is one track."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from edge_device.core.geometry import Box, intersection_over_union

if TYPE_CHECKING:
    from edge_device.core.face import Face

_MAX_STEP = 1.0  # times the box's width: maximum distance from the prediction when the boxes do not overlap
_SMOOTHING = 0.5  # weight of the newest step in the velocity


@dataclass(eq=False)
class Track:
    """One person's path. `box` is the last position of the face; velocities are in pixels per second."""

    box: Box
    started_at_s: float
    seen_at_s: float
    id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    hits: int = 1
    velocity_x: float = 0.0
    velocity_y: float = 0.0

    def predicted(self, at_s: float) -> Box:
        """Predict the face's box at a time, assuming constant velocity."""
        elapsed = at_s - self.seen_at_s
        return self.box.moved(self.velocity_x * elapsed, self.velocity_y * elapsed)

    def see(self, box: Box, at_s: float) -> None:
        """Update the track with a new detection."""
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
    """Assigns faces to tracks.

    A track is confirmed after `confirm_hits` detections, which filters out a detector's false positives. It ends when
    its face is missing for more than `max_gap_s` seconds, even if there were no frames in this time.
    """

    confirm_hits: int = 3
    max_gap_s: float = 1.0
    min_overlap: float = 0.2
    tracks: list[Track] = field(default_factory=list)

    def update(self, faces: list[Face], at_s: float) -> list[tuple[Track, Face]]:
        """Assign each face of a frame to an existing or new track. Call `remove_ended` before."""
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

    def remove_ended(self, at_s: float) -> list[Track]:
        """Remove and return the tracks that have ended."""
        gone = [track for track in self.tracks if at_s - track.seen_at_s > self.max_gap_s]
        self.tracks = [track for track in self.tracks if track not in gone]
        return gone

    def is_confirmed(self, track: Track) -> bool:
        """Whether the track has enough detections to be a person."""
        return track.hits >= self.confirm_hits

    def _pairs(self, faces: list[Face], at_s: float) -> list[tuple[float, Track, Face]]:
        pairs = []
        for track in self.tracks:
            predicted = track.predicted(at_s)
            for face in faces:
                score = self._match_score(predicted, face.box)
                if score > 0:
                    pairs.append((score, track, face))
        return pairs

    def _match_score(self, predicted: Box, box: Box) -> float:
        """Score a pair by the overlap of its boxes or, if that is below `min_overlap`, by their distance.

        The ratio of the sizes multiplies the score. This keeps two people apart who cross at different distances.
        """
        score = intersection_over_union(predicted, box)
        if score < self.min_overlap:
            distance_x = abs(predicted.x + predicted.width / 2 - box.x - box.width / 2)
            distance_y = abs(predicted.y + predicted.height / 2 - box.y - box.height / 2)
            step = (distance_x**2 + distance_y**2) ** 0.5 / predicted.width
            score = self.min_overlap * max(0.0, 1 - step / _MAX_STEP)
        smaller, larger = sorted((predicted.height, box.height))
        return score * (smaller / larger) if smaller > 0.5 * larger else 0.0

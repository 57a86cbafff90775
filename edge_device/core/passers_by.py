"""Turns frames and their faces into the few shots that are worth sending."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from edge_device.core.best_shot import BestShot, ShotCandidate, ShotRules
from edge_device.core.crop import Cutout, cut_out, encode_crop
from edge_device.core.message import FaceShot
from edge_device.core.quality import assess, is_whole
from edge_device.core.tracks import Track, Tracker
from edge_device.core.zones import Zones

if TYPE_CHECKING:
    from edge_device.core.face import Face, Frame
    from edge_device.core.geometry import Box


_OVERLAP_FACTOR = 0.3  # lowers the score of an overlapped face, so that any other shot is preferred


@dataclass(frozen=True)
class FaceRules:
    """Which faces become captures, and how they are cropped.

    A face needs a height of at least `min_px` and a confidence above `min_confidence` (the IoT rule requires 0.8). A
    crop shows `margin` times the face's size on each side, and has at most `max_px` on its larger side.
    """

    min_px: float = 48.0
    min_confidence: float = 0.8
    margin: float = 0.6
    max_px: int = 480
    jpeg_quality: int = 88

    def allows(self, face: Face) -> bool:
        """Whether the face is large and clear enough."""
        return face.confidence > self.min_confidence and face.box.height >= self.min_px


@dataclass(frozen=True, eq=False)
class _Observation:
    """A face, and what the message needs of its frame."""

    frame_size: tuple[int, int]
    captured_at: float
    clock_synced: bool
    face: Face
    cutout: Cutout


@dataclass
class PassersBy:
    """Selects shots. Call `see` with each frame and all its faces, then `finish`."""

    faces: FaceRules = field(default_factory=FaceRules)
    rules: ShotRules = field(default_factory=ShotRules)
    zones: Zones = field(default_factory=Zones)
    tracker: Tracker = field(default_factory=Tracker)
    seen: list[tuple[Track, Face]] = field(default_factory=list)  # faces of the last frame with their tracks
    _shots: dict[str, BestShot[_Observation]] = field(default_factory=dict)

    def see(self, frame: Frame, faces: list[Face]) -> list[FaceShot]:
        """Return the shots to send now. Faces too small or uncertain for a capture are still tracked and blurred."""
        gone = [self._end(track) for track in self.tracker.remove_ended(frame.at_s)]
        self.seen = self.tracker.update(faces, frame.at_s)
        for track, face in self.seen:
            if self._may_be_captured(track, frame, face):
                self._offer(track, frame, face)
        taken = [self._take(track, final=False, at_s=frame.at_s) for track, _ in self.seen]
        return [shot for shot in gone + taken if shot]

    def finish(self) -> list[FaceShot]:
        """End all tracks and return their final shots, after the last frame or before a pause."""
        return [shot for shot in map(self._end, self.tracker.remove_ended(float("inf"))) if shot]

    def _may_be_captured(self, track: Track, frame: Frame, face: Face) -> bool:
        return (
            self.tracker.is_confirmed(track)
            and self.faces.allows(face)
            and is_whole(frame, face)
            and self.zones.admits(frame, face.box)
        )

    def _offer(self, track: Track, frame: Frame, face: Face) -> None:
        best = self._shots.setdefault(track.id, BestShot(self.rules, confirmed_at_s=frame.at_s))
        others = self._others(track, frame)
        quality = assess(frame, face)
        if any(_covers(other, face.box) for other in others):
            quality = replace(quality, score=_OVERLAP_FACTOR * quality.score)
        if best.wants(quality):
            cutout = cut_out(frame, face.box, others=others, margin=self.faces.margin)
            observed = _Observation(frame.size, frame.captured_at, frame.clock_synced, face, cutout)
            best.offer(ShotCandidate(quality, frame.at_s, observed))

    def _others(self, track: Track, frame: Frame) -> list[Box]:
        """Boxes of all other faces: detected, or predicted if the detector missed them in this frame."""
        return [other.predicted(frame.at_s) for other in self.tracker.tracks if other is not track]

    def _take(self, track: Track, *, final: bool, at_s: float) -> FaceShot | None:
        best = self._shots.get(track.id)
        taken = best and (best.end(at_s) if final else best.due(at_s))
        if not best or not taken:
            return None
        observed = taken.picture
        return FaceShot(
            capture_id=str(uuid.uuid4()),
            captured_at=observed.captured_at,
            clock_synced=observed.clock_synced,
            track_id=track.id,
            shot=best.sent,
            final=final,
            dwell_s=taken.at_s - track.started_at_s,
            confidence=observed.face.confidence,
            box=observed.face.box,
            frame_size=observed.frame_size,
            quality=taken.quality,
            crop=encode_crop(observed.cutout, max_px=self.faces.max_px, jpeg_quality=self.faces.jpeg_quality),
        )

    def _end(self, track: Track) -> FaceShot | None:
        shot = self._take(track, final=True, at_s=track.seen_at_s)
        self._shots.pop(track.id, None)
        return shot


def _covers(other: Box, face: Box) -> bool:
    """Whether another face overlaps this one so much that a search might use the other."""
    return other.intersection(face).area > 0.1 * face.area

"""Draws the background: a corridor with doors, notices, and a tiled floor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def draw_corridor(size: tuple[int, int]) -> NDArray[np.uint8]:
    """Draw the background with this width and height. Deterministic."""
    width, height = size
    floor = int(height * 0.72)
    fade = np.linspace(1.0, 0.75, height)[:, None, None]
    picture = (np.full((height, width, 3), (190, 186, 176), np.float64) * fade).astype(np.uint8)
    _floor(picture, floor)
    for left in (0.07, 0.44, 0.79):
        _door(picture, int(left * width), int(0.16 * height), int(0.13 * width), floor)
    for left in (0.26, 0.66):
        _notice(picture, int(left * width), int(0.27 * height), int(0.12 * width), int(0.15 * height))
    cv2.rectangle(picture, (0, floor - 14), (width, floor), (122, 116, 110), -1)
    return cv2.GaussianBlur(picture, (0, 0), 1.3).astype(np.uint8)


def _floor(picture: NDArray[np.uint8], top: int) -> None:
    height, width = picture.shape[:2]
    shade = np.linspace(0.6, 1.0, height - top)[:, None, None]
    picture[top:] = (np.array((112, 104, 96)) * shade).astype(np.uint8)
    for tile in range(-14, 30):
        start, end = (width // 2 + 60 * tile - 200, top), (width // 2 + 260 * tile - 400, height)
        cv2.line(picture, start, end, (92, 86, 80), 2, cv2.LINE_AA)
    for row in range(1, 7):
        y = int(top + (height - top) * (row / 7) ** 1.7)
        cv2.line(picture, (0, y), (width, y), (92, 86, 80), 2)


def _door(picture: NDArray[np.uint8], left: int, top: int, width: int, floor: int) -> None:
    cv2.rectangle(picture, (left, top), (left + width, floor), (98, 108, 120), -1)
    window = top + (floor - top) // 2
    cv2.rectangle(picture, (left + 14, top + 20), (left + width - 14, window), (176, 190, 196), -1)
    cv2.circle(picture, (left + width - 20, window + 40), 7, (60, 60, 60), -1, cv2.LINE_AA)


def _notice(picture: NDArray[np.uint8], left: int, top: int, width: int, height: int) -> None:
    cv2.rectangle(picture, (left, top), (left + width, top + height), (230, 226, 222), -1)
    for line in range(5):
        y = top + 18 + 16 * line
        cv2.line(picture, (left + 14, y), (left + width - 14 - 20 * (line % 3), y), (120, 120, 120), 2)

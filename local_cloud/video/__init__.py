"""Generated videos of people walking past a camera, with the true boxes of their faces."""

from local_cloud.video.busy_corridor import busy_corridor
from local_cloud.video.ground_truth import GroundTruth, TrueFace
from local_cloud.video.render import render, render_walk_past
from local_cloud.video.walk import Walk

__all__ = ["GroundTruth", "TrueFace", "Walk", "busy_corridor", "render", "render_walk_past"]

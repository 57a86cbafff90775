"""Find the largest face of a picture whose faces are too small for Rekognition, and cut it out."""

from __future__ import annotations


def largest_face(data: bytes) -> bytes | None:
    """Return a JPEG of the largest clear face, with the other faces blurred; None if there is none.

    Rekognition finds a face of 40 pixels in a picture of 1920. Larger pictures are scaled down to that, so a group of
    people may have no face that it finds. The camera program's detector looks at the picture's own resolution.

    Raises:
        ImportError: the camera program is not installed.
        UnreadablePictureError: the picture cannot be decoded.
    """
    # The camera program's packages are optional.
    from edge_device.cameras.picture_file import decode_bgr  # noqa: PLC0415
    from edge_device.close_look import TILE_PX, CloseLook  # noqa: PLC0415
    from edge_device.core.crop import cut_out, encode_crop  # noqa: PLC0415
    from edge_device.core.face import Frame  # noqa: PLC0415
    from edge_device.core.passers_by import FaceRules  # noqa: PLC0415
    from edge_device.detector import load_detector  # noqa: PLC0415

    frame = Frame(decode_bgr(data), 0.0, 0.0)
    detector = load_detector("yunet", width_px=TILE_PX, min_score=0.6)
    faces = CloseLook(detector, tile_px=TILE_PX).detect(frame.image)
    clear = [face for face in faces if FaceRules().allows(face)]
    if not clear:
        return None
    largest = max(clear, key=lambda face: face.box.height)
    others = [face.box for face in faces if face is not largest]
    return encode_crop(cut_out(frame, largest.box, others=others)).jpeg

"""Adds the user's own picture as a case: `make demo PHOTO=me.jpg`."""

from pathlib import Path
from typing import TYPE_CHECKING

from local_cloud.demo_cases.documents_folder import write_document, write_picture
from local_cloud.demo_cases.namus_document import lookup, own_document
from local_cloud.demo_cases.person import Jurisdiction
from local_cloud.errors import CloudError
from pictures.decode import decode
from pictures.errors import UnreadablePictureError

if TYPE_CHECKING:
    from PIL import Image

_FIRST_NUMBER = 990001
_MAX_SIDE_PX = 1920
_JURISDICTION = Jurisdiction(
    city="Yourtown", county="Anywhere", state="Oregon", agency="Demo Agency of Yourtown", phone="5035550199"
)


def add_own_photo(folder: Path, photo_path: Path, name: str = "Your Own Photo") -> str:
    """Add a case with this picture to the folder of documents, and return its case id.

    Args:
        folder: The folder that `write_demo_documents` wrote.
        photo_path: A JPEG, PNG, or other picture that Pillow reads.
        name: Given names, then the family name.

    Raises:
        CloudError: The file does not exist or is not a picture.
    """
    number = _FIRST_NUMBER
    while (folder / f"MP{number}.json").exists():
        number += 1
    picture = _read(photo_path)
    entry = write_picture(folder, number, 0, picture, category=lookup(24, "ActualPhoto"), caption=name)
    given, _, family = name.rpartition(" ")
    write_document(folder, number, own_document(number, given, family, [entry], _JURISDICTION))
    return f"namus:MP{number}"


def _read(path: Path) -> "Image.Image":
    try:
        return decode(path.read_bytes(), fit_px=_MAX_SIDE_PX).image
    except FileNotFoundError:
        raise CloudError(f"There is no picture {path}. Check the path.") from None
    except (OSError, UnreadablePictureError):
        raise CloudError(f"{path} is not a readable picture. Give a complete JPEG or PNG file.") from None

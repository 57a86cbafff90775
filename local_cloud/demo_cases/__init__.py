"""The fictional cases of the demo: NamUs documents about nobody, with headshots that a free library ships."""

from local_cloud.demo_cases.own_photo import add_own_photo
from local_cloud.demo_cases.write import DemoCases, write_demo_documents

__all__ = ["DemoCases", "add_own_photo", "write_demo_documents"]

"""The demo's fictional cases: NamUs documents about invented people, with headshots from a free library."""

from local_cloud.demo_cases.documents_folder import DemoCases, write_demo_documents
from local_cloud.demo_cases.own_photo import add_own_photo

__all__ = ["DemoCases", "add_own_photo", "write_demo_documents"]

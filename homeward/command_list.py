"""The commands of `homeward`, and the group that imports them."""

from edge_device.lazy_commands import lazy_group

# The first line of each command's help. A test compares the two.
SUMMARIES = {
    "agency": "Write an agency's file, and check what it says.",
    "sync": "Update the gallery from its sources: fetch new and changed cases, and remove closed ones.",
    "import": "Import an agency's own cases from a folder. If it has errors, list them by line and import nothing.",
    "search": "Search the gallery for the largest face of a picture. Nothing is stored and nobody is alerted.",
    "submit": "Submit pictures or videos as captures of a camera. Each face is searched and can alert.",
    "upload-link": "Create a link with which a partner can upload pictures as captures of one camera, "
    "and nothing else.",
    "gallery": "Count, verify and repair the gallery, and rebuild its face collection.",
    "case": "List and show the cases of the gallery, choose their faces, and close a case by hand.",
    "encounter": "List and show encounters, and review them.",
    "thresholds": "Say what each alert threshold would have meant in alerts and verdicts, and propose one.",
    "latency": "Print p50, p90 and p99 in milliseconds of each hop from the camera to the alert.",
    "probe": "Send one synthetic capture through a deployed environment, and print the time of each hop.",
    "doctor": "Check an account and its deployed environment with read-only calls. Print ok or what to do.",
    "reviewer": "Add, list and remove the people who may sign in to the console.",
    "camera": "Register, reserve, change, list and revoke cameras.",
    "fleet": "Delete the cameras of an environment, before the environment itself is removed.",
    "queue": "Count and retry messages that failed permanently.",
    "webhook": "Print a webhook's signing key, set a chat room's address, and test either.",
}
# A module cannot be called `import`, and two commands have a folder.
_MODULES = {"import": "import_folder", "agency": "agency.group", "camera": "camera.group"}
LazyGroup = lazy_group("homeward.commands", SUMMARIES, _MODULES)

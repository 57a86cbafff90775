"""`homeward-edge live-view`."""

from edge_device.commands.options import WRONG_SETTINGS, Config, Set, exit_on_error, failure, load_settings
from edge_device.commands.output import say
from edge_device.live_view.server import live_link


def live_view(*, config: Config = None, assignments: Set = None) -> None:
    """Print the link to the live view. Only who may read the token's file can do so.

    Examples:
        sudo homeward-edge live-view --config /etc/homeward-edge/camera.toml
    """
    with exit_on_error():
        view = load_settings(config, assignments).live_view
        if view.port is None:
            raise failure("the live view is off. Set live_view.port, such as 8090", code=WRONG_SETTINGS)
        say(live_link(view.port, view.token_file.read_text().strip()))

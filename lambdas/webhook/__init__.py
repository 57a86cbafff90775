"""Post alerts to other systems: signed webhooks and chat rooms."""

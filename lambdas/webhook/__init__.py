"""Alerts posted to other systems: signed webhooks, and chat rooms."""

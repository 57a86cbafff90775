"""The AWS emulator, ministack 1.5.33, with the behavior that it lacks."""

"""Counts as people write them."""


def counted(count: int, one: str, several: str = "") -> str:
    """Write a number with its noun: 1 camera, 2 cameras. Give `several` where an s is not enough: people, cases are."""
    return f"{count:,} {one if count == 1 else several or one + 's'}"

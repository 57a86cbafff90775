"""Counts as people write them."""


def counted(count: int, noun: str) -> str:
    """Write a number with its noun: 1 camera, 2 cameras."""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")

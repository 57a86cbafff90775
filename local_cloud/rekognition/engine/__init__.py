"""The face engine: detect, align, embed, compare."""

"""The face engine: detect faces, align them, compute a vector of each, compare vectors."""

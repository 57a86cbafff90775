"""The constructs that several stacks use, and the larger parts of one stack."""

"""The few constructs that the stacks share."""

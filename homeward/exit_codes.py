"""The exit codes of `homeward`. docs/agency-it/operations.md explains them."""

FAILED = 1
WRONG_USAGE = 2
NOT_FOUND = 3
DIFFERENCES = 4
REFUSED = 5
UNUSABLE = 6

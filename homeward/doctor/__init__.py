"""Read-only checks of an account and of the environment that is deployed in it, for `homeward doctor`."""

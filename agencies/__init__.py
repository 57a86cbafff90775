"""Agency files (TOML), and the typed model that validates them."""

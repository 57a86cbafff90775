"""The pages: one module each, with the functions that `routes.py` names."""

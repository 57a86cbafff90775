"""An agency's file: find it, write a new one, and say in words what it means and costs."""

"""Requests and answers of the console, whatever they are about."""

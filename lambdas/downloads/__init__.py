"""Download from other people's servers politely and safely."""

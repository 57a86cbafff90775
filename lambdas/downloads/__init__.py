"""Download from other organizations' servers, politely and safely."""

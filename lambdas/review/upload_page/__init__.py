"""The web form behind an upload link: plain HTML and one script of our own."""

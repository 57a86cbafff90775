"""Virtual time, and AWS as far as the index-photo function uses it: a national gallery in a minute of ours."""

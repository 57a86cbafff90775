"""The console: the web pages where reviewers sign in, see encounters and cases, and decide."""

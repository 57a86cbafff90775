"""What each alert threshold would have meant, from searches and verdicts."""

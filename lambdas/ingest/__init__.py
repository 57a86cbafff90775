"""From a source's documents to a gallery that tells the truth: list, fetch, index, withdraw."""

"""Code that Lambda packages share: keys, times, tables, batches, logs, metrics and photos."""

"""What several Lambda packages use: names and keys, times, AWS clients, logs and metrics, photos and outside text."""

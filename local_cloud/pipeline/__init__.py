"""Detection and alerting called directly on the emulator, without a deployment: for fault tests and a benchmark."""

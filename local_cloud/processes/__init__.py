"""The processes of a local cloud: the supervisor, its services, and how they end."""

"""The mark of the local cloud, in the environment of its functions and of the shells that point to it."""

LOCAL_CLOUD_VARIABLE = "HOMEWARD_LOCAL_CLOUD"

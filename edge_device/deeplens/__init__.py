"""The inference function for AWS DeepLens: the same core, with the device's own camera, model and Greengrass v1."""

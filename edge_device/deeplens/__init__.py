"""The inference function of an AWS DeepLens: the same core behind Amazon's camera, model and Greengrass v1."""

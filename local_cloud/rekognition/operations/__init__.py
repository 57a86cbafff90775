"""The Rekognition operations that the local server implements."""

"""The gallery: from a photo in the bucket to a face in the collection, and back out."""

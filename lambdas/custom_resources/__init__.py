"""CloudFormation custom resources: the face collection, and deleting a bucket with its contents."""

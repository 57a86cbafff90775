"""CloudFormation custom resources: the face collection, and emptying a bucket before its deletion."""

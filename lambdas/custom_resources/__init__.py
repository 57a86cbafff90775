"""CloudFormation custom resources: the face collection, and emptying buckets on delete."""

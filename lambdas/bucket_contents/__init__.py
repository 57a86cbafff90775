"""What is in a bucket, as a resource: CloudFormation deletes no bucket that has objects."""

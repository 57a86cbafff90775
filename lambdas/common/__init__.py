"""What the Lambda packages share: the records, the tables and the keys of the two buckets."""

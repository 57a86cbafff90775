"""The face collection as a resource of CloudFormation, which has none of its own that keeps and adopts one."""

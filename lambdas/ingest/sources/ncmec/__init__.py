"""NCMEC (National Center for Missing & Exploited Children): its search, and the parser of a child's details."""

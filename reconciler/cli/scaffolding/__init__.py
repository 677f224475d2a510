"""What `init` writes."""

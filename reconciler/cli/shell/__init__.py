"""What a shell is told when it completes a command line."""

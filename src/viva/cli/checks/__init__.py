"""What `viva doctor` looks at."""

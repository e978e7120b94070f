"""viva: a self-hosted AI interview system in one process."""

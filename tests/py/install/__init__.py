"""Installing into a host's project."""

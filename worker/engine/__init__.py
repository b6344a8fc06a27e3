"""The job engine: claims jobs from the database, processes them, and hands back their outcomes."""

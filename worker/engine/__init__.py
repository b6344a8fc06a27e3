"""The job engine: claims jobs from the database, does them, and hands back what came of them."""

"""Migrating hosts, and rolling back."""

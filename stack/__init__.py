"""A local Supabase without Docker, for development and tests.

Postgres, PostgREST and the Supabase CLI are the real programs, from the package registries; only the gateway
that joins them under one port, and its stand-in for Auth, are this repository's own. Nothing here is meant
for production, and nothing listens anywhere but on the loopback address.
"""

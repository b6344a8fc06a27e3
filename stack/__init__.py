"""A local Supabase without Docker, for development and tests.

Postgres, PostgREST and the Supabase CLI are the real programs from the package registries. Only the gateway
that serves them on one port, and its replacement for Auth, belong to this repository. Nothing here is meant
for production, and everything listens on the loopback address only.
"""

"""Custom assessments: the compiler for tenants' files, and the worker that compiles and scores."""

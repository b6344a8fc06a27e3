"""Generators of the committed files: types, schema dump, diagram, access matrix and the tables in the docs.

``python -m tools.generate`` writes all of them from a freshly migrated database and from the code;
``python -m tools.generate --check`` writes nothing and fails when a committed file differs.
"""

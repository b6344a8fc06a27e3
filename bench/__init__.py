"""Benchmarks of this product, compared with the same work without it, and with other products.

`python -m bench` starts servers of its own, measures, prints tables and writes `bench/results/latest.json`
and `docs/benchmarks.md`. Every claim is a ratio of two figures taken in one run on one machine.
"""

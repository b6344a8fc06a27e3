"""What this product costs, measured: against the same work with nothing around it, and against the others.

`python -m bench` starts servers of its own, measures, prints tables and writes `bench/results/latest.json`
and `docs/benchmarks.md`. Every claim is a ratio of two figures taken in one run on one machine.
"""

"""Runs the pgTAP files of tests/sql under pytest, each assertion as a test."""

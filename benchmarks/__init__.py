"""Comparisons with peers: see README.md beside this file."""

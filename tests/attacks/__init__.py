"""Hostile DOs and a hostile home, against the whole product: dropped, watched, run, told."""

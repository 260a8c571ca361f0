"""Randomness: each seed owns a generator for each purpose, and nothing else draws from it."""

from __future__ import annotations

import numpy as np

WEIGHTS, SHUFFLING, NOISE = 0, 1, 2  # what a seed's generators are for: their spawn keys


def generator(seed: int, *key: int) -> np.random.Generator:
    """Return a seed's own generator for one purpose."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed, spawn_key=key)))

"""The multilayer perceptron: the recipe (`mlp`), and what one pass through it holds (`trace`)."""

from gradlab.network.mlp import MLP, NOISE, SHUFFLING, WEIGHTS, Layer, generator
from gradlab.network.trace import Moments, Trace

__all__ = ["MLP", "NOISE", "SHUFFLING", "WEIGHTS", "Layer", "Moments", "Trace", "generator"]
for _public in (MLP, Layer, Trace, generator):
    _public.__module__ = __name__  # where readers, pickles and the reference find them

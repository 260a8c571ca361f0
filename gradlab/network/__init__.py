"""The multilayer perceptron: the recipe (`mlp`), and what one pass through it holds (`trace`)."""

from gradlab.network.mlp import MLP, Layer
from gradlab.network.trace import Moments, Trace

__all__ = ["MLP", "Layer", "Moments", "Trace"]
for _public in (MLP, Layer, Trace):
    _public.__module__ = __name__  # where readers, pickles and the reference find them

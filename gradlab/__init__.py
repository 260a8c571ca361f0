"""Activation functions and a trainer for dense networks, in NumPy, for the book that explains them."""

from gradlab import activations, datasets, initializers, losses, optimizers, testing
from gradlab.activations import *  # noqa: F403
from gradlab.activations import ACTIVATIONS, Activation, activation
from gradlab.claims import Claim, ClaimError, claim
from gradlab.datasets import DATASETS, Data
from gradlab.history import History
from gradlab.initializers import INITIALIZERS, Initializer
from gradlab.losses import LOSSES, Loss
from gradlab.network import MLP
from gradlab.optimizers import OPTIMIZERS, SGD, Adam, Optimizer
from gradlab.training import DivergenceWarning, probe, train

__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import `gradlab.plots` when it is first asked for: it alone needs Matplotlib."""
    if name == "plots":
        import importlib

        return importlib.import_module("gradlab.plots")
    raise AttributeError(f"module 'gradlab' has no attribute {name!r}")

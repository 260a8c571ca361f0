"""Activation functions and a trainer for dense networks, in NumPy, for the book that explains them."""

from typing import TYPE_CHECKING

from gradlab import (
    activations,
    claims,
    datasets,
    initializers,
    losses,
    network,
    optimizers,
    schedules,
    testing,
    training,
)
from gradlab.activations import ACTIVATIONS, Activation, GaussianMoments, activation
from gradlab.claims import Claim, ClaimError, claim
from gradlab.datasets import DATASETS, Data
from gradlab.initializers import INITIALIZERS, Initializer
from gradlab.losses import LOSSES, Loss
from gradlab.network import MLP
from gradlab.optimizers import OPTIMIZERS, SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from gradlab.training import DivergenceWarning, History, history, probe, train

if TYPE_CHECKING:
    from gradlab.activations import *  # noqa: F403
else:  # each activation by its name and aliases, so that a new one needs no line here
    globals().update({name: ACTIVATIONS[name] for name in (*ACTIVATIONS, *ACTIVATIONS.aliases)})

__version__ = "0.1.0"

__all__ = [
    "ACTIVATIONS",
    "DATASETS",
    "INITIALIZERS",
    "LOSSES",
    "MLP",
    "OPTIMIZERS",
    "SGD",
    "Activation",
    "Adagrad",
    "Adam",
    "AdamW",
    "Claim",
    "ClaimError",
    "Data",
    "DivergenceWarning",
    "GaussianMoments",
    "History",
    "Initializer",
    "Loss",
    "Optimizer",
    "RMSprop",
    "activation",
    "activations",
    "claim",
    "claims",
    "datasets",
    "history",
    "initializers",
    "losses",
    "network",
    "optimizers",
    "probe",
    "schedules",
    "testing",
    "train",
    "training",
]
__all__ += [*ACTIVATIONS, *ACTIVATIONS.aliases]


def __getattr__(name: str) -> object:
    """Import `gradlab.plots` when it is first asked for: it alone needs Matplotlib."""
    if name == "plots":
        import importlib

        return importlib.import_module("gradlab.plots")
    raise AttributeError(f"module 'gradlab' has no attribute {name!r}")

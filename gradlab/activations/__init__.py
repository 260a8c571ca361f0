"""Activation functions: what one is (`record`), and all of them, each as its formula (`functions`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

# `X as X` tells type checkers that X is offered here; the star brings the activations
from gradlab.activations import functions
from gradlab.activations.functions import *  # noqa: F403
from gradlab.activations.record import ACTIVATIONS as ACTIVATIONS
from gradlab.activations.record import Activation as Activation
from gradlab.activations.record import GaussianMoments as GaussianMoments
from gradlab.activations.record import Rule as Rule
from gradlab.activations.record import activation as activation

if TYPE_CHECKING:
    # imported again and not offered: what the star would hand on of the file's own imports
    import numpy as np  # noqa: F401

    from gradlab.activations._arithmetic import exp_pair  # noqa: F401
    from gradlab.activations._normal import standard_normal  # noqa: F401
    from gradlab.activations.record import Array  # noqa: F401
else:
    __all__ = ["ACTIVATIONS", "Activation", "GaussianMoments", "Rule", "activation", *functions.__all__]
    del TYPE_CHECKING
for _public in (Activation, GaussianMoments, activation):
    _public.__module__ = __name__  # where readers, pickles and the reference find them

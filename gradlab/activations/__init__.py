"""Activation functions: what one is (`record`), and all of them, each as its formula (`functions`)."""

import typing as _typing

# `X as X` tells type checkers that X is offered here; the star brings the activations
from gradlab.activations import functions
from gradlab.activations.record import ACTIVATIONS as ACTIVATIONS
from gradlab.activations.record import Activation as Activation
from gradlab.activations.record import GaussianMoments as GaussianMoments
from gradlab.activations.record import Rule as Rule
from gradlab.activations.record import activation as activation

if _typing.TYPE_CHECKING:  # the star of the file itself would hand on what the file imports
    from gradlab.activations._offered import *  # noqa: F403
else:
    from gradlab.activations.functions import *  # noqa: F403

    __all__ = ["ACTIVATIONS", "Activation", "GaussianMoments", "Rule", "activation", *functions.__all__]
for _public in (Activation, GaussianMoments, activation):
    _public.__module__ = __name__  # where readers, pickles and the reference find them

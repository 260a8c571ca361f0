"""Activation functions: what one is (`record`), and all of them, each as its formula (`functions`)."""

from gradlab.activations import functions, record
from gradlab.activations.functions import *  # noqa: F403
from gradlab.activations.record import ACTIVATIONS, Activation, GaussianMoments, Rule, activation

__all__ = ["ACTIVATIONS", "Activation", "GaussianMoments", "Rule", "activation", *functions.__all__]
for _public in (Activation, GaussianMoments, activation):
    _public.__module__ = __name__  # where readers, pickles and the reference find them

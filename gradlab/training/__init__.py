"""Training and probing: recipe × data × seeds → `History`."""

from gradlab.training import history
from gradlab.training.history import STATISTICS, History
from gradlab.training.train import DivergenceWarning, probe, train

__all__ = ["STATISTICS", "DivergenceWarning", "History", "history", "probe", "train"]
for _public in (DivergenceWarning, History, probe, train):
    _public.__module__ = __name__  # where readers, pickles and the reference find them

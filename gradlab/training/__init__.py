"""Training and probing: recipe × data × seeds → `History`."""

from gradlab.training import history as history
from gradlab.training.history import History
from gradlab.training.statistics import STATISTICS, LayerRecords, Statistic
from gradlab.training.train import DivergenceWarning, InterruptionWarning, LimitWarning, probe, train

__all__ = [
    "STATISTICS",
    "DivergenceWarning",
    "History",
    "InterruptionWarning",
    "LayerRecords",
    "LimitWarning",
    "Statistic",
    "probe",
    "train",
]
for _name in __all__:
    if callable(globals()[_name]):
        globals()[_name].__module__ = __name__  # where readers, pickles and the reference find them

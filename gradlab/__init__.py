"""Activation functions and a trainer for dense networks, in NumPy, for the book that explains them."""

import typing as _typing

# `X as X` tells type checkers that gradlab offers X; the star brings the activations, so that a new one needs no line here
from gradlab import activations as activations
from gradlab import claims as claims
from gradlab import datasets as datasets
from gradlab import initializers as initializers
from gradlab import losses as losses
from gradlab import network as network
from gradlab import optimizers as optimizers
from gradlab import schedules as schedules
from gradlab import testing as testing
from gradlab import training as training
from gradlab._registry import Registry as Registry
from gradlab.activations import ACTIVATIONS as ACTIVATIONS
from gradlab.activations import Activation as Activation
from gradlab.activations import GaussianMoments as GaussianMoments
from gradlab.activations import Rule as Rule
from gradlab.activations import activation as activation
from gradlab.claims import Claim as Claim
from gradlab.claims import ClaimError as ClaimError
from gradlab.claims import claim as claim
from gradlab.datasets import DATASETS as DATASETS
from gradlab.datasets import Data as Data
from gradlab.initializers import INITIALIZERS as INITIALIZERS
from gradlab.initializers import Initializer as Initializer
from gradlab.losses import LOSSES as LOSSES
from gradlab.losses import Loss as Loss
from gradlab.network import MLP as MLP
from gradlab.network import Moments as Moments
from gradlab.network import Trace as Trace
from gradlab.optimizers import OPTIMIZERS as OPTIMIZERS
from gradlab.optimizers import SGD as SGD
from gradlab.optimizers import Adagrad as Adagrad
from gradlab.optimizers import Adam as Adam
from gradlab.optimizers import AdamW as AdamW
from gradlab.optimizers import Optimizer as Optimizer
from gradlab.optimizers import RMSprop as RMSprop
from gradlab.schedules import SCHEDULES as SCHEDULES
from gradlab.schedules import Schedule as Schedule
from gradlab.training import STATISTICS as STATISTICS
from gradlab.training import DivergenceWarning as DivergenceWarning
from gradlab.training import History as History
from gradlab.training import InterruptionWarning as InterruptionWarning
from gradlab.training import LimitWarning as LimitWarning
from gradlab.training import Statistic as Statistic
from gradlab.training import history as history
from gradlab.training import probe as probe
from gradlab.training import train as train

__version__ = "0.1.0"

if _typing.TYPE_CHECKING:
    from gradlab import plots as plots  # checkers have it at once

    # the star of the file itself would hand on what the file imports
    from gradlab.activations._offered import *  # noqa: F403
else:
    from gradlab.activations.functions import *  # noqa: F403

    __all__ = sorted(name for name in globals() if not name.startswith("_"))
    Registry.__module__ = __name__  # where readers and the reference find it

    def __getattr__(name: str) -> object:
        """Import `gradlab.plots` when it is first asked for: it alone needs Matplotlib."""
        if name == "plots":
            import importlib

            return importlib.import_module("gradlab.plots")
        raise AttributeError(f"module 'gradlab' has no attribute {name!r}")

    def __dir__() -> list[str]:
        """Return what is public and nothing else."""
        return sorted([*__all__, "plots", "__version__"])

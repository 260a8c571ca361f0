# ruff: noqa: F401, F403
"""What type checkers see of `functions`: the activations. In a stub, what is imported by name is not handed on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gradlab.activations._arithmetic import exp_pair
from gradlab.activations._normal import standard_normal
from gradlab.activations.functions import *
from gradlab.activations.record import Array

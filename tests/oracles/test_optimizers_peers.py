"""Optimisers beside torch.optim: the same network, the same batches, and the parameters compared after every step."""

import numpy as np
import pytest
import torch

import gradlab as gl

RATE = 0.05
# name in gl.OPTIMIZERS, keywords there, class in torch.optim, keywords there. Defaults are written out on one side only:
# so a default that is not PyTorch's shows itself, but for RMSprop, where gradlab's is Hinton's 0.9.
CASES = [
    ("sgd", {}, "SGD", {}),
    ("sgd", {"momentum": 0.9}, "SGD", {"momentum": 0.9}),
    ("sgd", {"momentum": 0.9, "nesterov": True}, "SGD", {"momentum": 0.9, "nesterov": True}),
    ("sgd", {"weight_decay": 0.1}, "SGD", {"weight_decay": 0.1}),
    ("sgd", {"momentum": 0.8, "weight_decay": 0.1}, "SGD", {"momentum": 0.8, "weight_decay": 0.1}),
    (
        "sgd",
        {"momentum": 0.8, "nesterov": True, "weight_decay": 0.1},
        "SGD",
        {"momentum": 0.8, "nesterov": True, "weight_decay": 0.1},
    ),
    ("rmsprop", {}, "RMSprop", {"alpha": 0.9}),
    ("adagrad", {}, "Adagrad", {}),
    ("adam", {}, "Adam", {}),
    ("adam", {"beta1": 0.5, "beta2": 0.9, "epsilon": 0.01}, "Adam", {"betas": (0.5, 0.9), "eps": 0.01}),
    ("adamw", {}, "AdamW", {}),
    ("adamw", {"weight_decay": 0.3}, "AdamW", {"weight_decay": 0.3}),
]


def _names(case):
    name, own, _, _ = case
    return "-".join([name, *(f"{key}={value}" for key, value in own.items())])


def test_no_optimiser_is_left_out():
    assert set(gl.OPTIMIZERS) == {name for name, *_ in CASES}


@pytest.mark.parametrize("case", CASES, ids=_names)
@pytest.mark.parametrize("batch_size", [None, 8])
def test_every_step_equals_pytorchs(
    *, case, batch_size, problem, torch_network, torch_loss, torch_theta, batches, close
):
    name, own, other, others = case
    optimizer, steps = gl.OPTIMIZERS[name](RATE, **own), 30
    net, data, theta = problem("cross_entropy", samples=40)
    model = torch_network(net, theta[0])
    there = getattr(torch.optim, other)(model.parameters(), lr=RATE, **others)
    rule, targets = torch_loss("cross_entropy", data.y)
    x, run = torch.from_numpy(data.x.copy()), None
    order = [slice(None)] * steps if batch_size is None else batches(3, len(data), batch_size, steps)
    for batch in order:
        given = {"theta": theta[:1]} if run is None else {"resume": run}
        run = gl.train(net, data, optimizer=optimizer, steps=1, batch_size=batch_size, seeds=3, **given)
        there.zero_grad()
        rule(model(x[batch]), targets[batch]).backward()
        there.step()
        close(run.theta[0], torch_theta(net, model), within=1e-11)
    assert np.abs(run.theta - theta[0]).max() > 0.1, "so little movement would hide a wrong step"


STEPS = 30
SCHEDULES = {
    "step": (gl.schedules.StepDecay(RATE, 7, 0.3), lambda o: torch.optim.lr_scheduler.StepLR(o, 7, 0.3)),
    "cosine": (
        gl.schedules.Cosine(RATE, STEPS, 0.001),
        lambda o: torch.optim.lr_scheduler.CosineAnnealingLR(o, STEPS, 0.001),
    ),
    "warm-up": (
        gl.schedules.WarmUp(RATE, 10),
        lambda o: torch.optim.lr_scheduler.LinearLR(o, start_factor=0.1, end_factor=1, total_iters=9),
    ),
    "warm-up, then cosine": (
        gl.schedules.WarmUp(gl.schedules.Cosine(RATE, STEPS), 10),
        lambda o: torch.optim.lr_scheduler.LambdaLR(
            o, lambda t: min(1, (t + 1) / 10) * (1 + np.cos(np.pi * t / STEPS)) / 2
        ),
    ),
}


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_a_schedule_and_clipping_take_the_steps_of_pytorchs(
    *, name, kind, problem, torch_network, torch_loss, torch_theta, close
):
    schedule, schedule_there = SCHEDULES[name]
    net, data, theta = problem("cross_entropy", samples=40)
    clip = 0.2  # below the first gradients' norm and above the last ones': both branches are taken
    run = gl.train(net, data, optimizer=gl.OPTIMIZERS[kind](schedule, clip_norm=clip), steps=STEPS, theta=theta[:1])
    model = torch_network(net, theta[0])
    there = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[kind](model.parameters(), lr=RATE)
    rates, clipped = schedule_there(there), []
    rule, targets = torch_loss("cross_entropy", data.y)
    for _ in range(STEPS):
        there.zero_grad()
        rule(model(torch.from_numpy(data.x.copy())), targets).backward()
        clipped.append(torch.nn.utils.clip_grad_norm_(model.parameters(), clip).item() > clip)
        there.step()
        rates.step()
    close(run.theta[0], torch_theta(net, model), within=1e-10)
    assert clipped[0]
    assert kind == "sgd" or not clipped[-1]

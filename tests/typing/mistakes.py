"""What people mistype: type checkers find an error in each line that ends in ``# mistake``, and in no other.

It is read by mypy and pyright alone (`test_typing.py`), and never run.
"""

# ruff: noqa: F401
import gradlab as gl
from gradlab import reluu  # mistake
from gradlab.losses import np as numpy  # mistake

data = gl.datasets.xor()
net = gl.MLP([2, 8, 2], activation="tanh")
run = gl.train(net, data, steps=10)

# names that are not there
gl.rleu(1.0)  # mistake
gl.relu.deriv(1.0)  # mistake
gl.np.zeros(3)  # mistake
print(gl.kernels)  # mistake
print(gl.TYPE_CHECKING)  # mistake
print(gl.plots.bnd)  # mistake
gl.datasets.moon(100)  # mistake
print(gl.initializers.he_norml)  # mistake
print(run.losss[-1])  # mistake
print(run.gradient_norms)  # mistake
print(data.labels)  # mistake
print(net.parameter)  # mistake
gl.schedules.Cosin(0.1, steps=5)  # mistake

# keywords and choices that are not there
gl.train(net, data, step=5)  # mistake
gl.train(net, data, optimizer=gl.Adm(1e-3))  # mistake
gl.train(net, data, dtype="float16")  # mistake
gl.MLP([2, 2], normalize="batsh")  # mistake
gl.MLP([2, 2], activations="relu")  # mistake
gl.Adam(learning_rates=0.1)  # mistake
gl.SGD(0.1, momentun=0.9)  # mistake
gl.datasets.moons(100, nois=0.1)  # mistake
gl.initializers.variance_scaling(1.0, fan="inn")  # mistake
gl.claim("a", "b", 1.0, belov=2.0)  # mistake

# calls of the wrong shape
gl.MLP(2, 8, 2)  # mistake
gl.train(net)  # mistake
gl.train(data, net)  # mistake
gl.train(net, data, "cross_entropy")  # mistake
gl.train(net, data, optimizer=gl.Adam)  # mistake
gl.train(net, data, optimizer=0.001)  # mistake
gl.train(net, data, steps="many")  # mistake
gl.train(net, data, seeds=0.5)  # mistake
gl.train(net, (data.x, data.y))  # mistake
gl.Data(data.x)  # mistake
data.split(0.8)  # mistake
run.predict()  # mistake
run.score(data.x)  # mistake
gl.activation(3)  # mistake
gl.History.load()  # mistake

"""An answer to each exercise that has a place for one: what a reader would write over the lines that the starter gives.

Of each starter, known by the first claim that judges it: the beginning of a line, and what stands there instead.
"""

ANSWERS: dict[str, dict[str, str]] = {
    "ex-count-parameters": {
        "parameters": "parameters = 65 * 32 + 33 * 32 + 33 * 10",
        "first_share": "first_share = 0.6",
    },
    "ex-max-of-two": {
        "W1": "W1 = np.array([[-1, 1, -1], [1, 0, 0]])",
        "W2": "W2 = np.array([[1], [1], [-1]])",
    },
    "ex-twenty-layers-identity": {
        "first.weights": "first.weights[...] = [[1, -1]]",
        "    layer.weights": "    layer.weights[...] = np.eye(2)",
        "last.weights": "last.weights[...] = [[1], [-1]]",
    },
    "ex-xor-by-hand": {"W1": "W1 = np.array([[1, -1], [1, -1]])", "W2": "W2 = np.array([-1, -1])"},
    "ex-bottleneck-rank": {"linear_rank": "linear_rank = 3", "relu_rank": "relu_rank = 8"},
    "ex-units-folds": {"layers": "layers = 9"},
    "ex-negative-no-bias": {"without_biases": "without_biases = 0", "with_biases": "with_biases = 1"},
    "ex-product-solutions": {
        "ends": "ends = [(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)]",
        "ratio": "ratio = 0.001**3 / 0.001**2",
    },
    "ex-softmax-shares": {
        "shares": "shares = [0.1, 0.2, 0.7]",
        "loss": "loss = np.log(5)",
        "slopes": "slopes = [0.1, -0.8, 0.7]",
    },
    "ex-log-is-honest": {"cheapest": "cheapest = 0.3"},
    "ex-r2-three": {"outputs": "outputs = [[0, 2, 4], [2, 2, 2], [4, 2, 0]]"},
    "ex-labels-by-heart": {"by_heart": "by_heart = 1", "elsewhere": "elsewhere = 0.1"},
    "ex-temperature-same": {"same": "same = 1", "fall": "fall = 0.1"},
    "ex-momentum-stable": {"    return 0.1": "    return 2 * (1 + momentum) / curvature"},
    "ex-all-batches": {"batches": "batches = [(i, j) for i in range(6) for j in range(i)]"},
    "ex-softmax-slope": {"    return 0": "    return np.exp(z) / np.exp(z).sum() - (np.arange(len(z)) == y)"},
    "ex-swish-slope": {"    return s": "    return s + x * s * (1 - s)"},
    "ex-sigmoid-half-slope": {
        "sigmoid_at": "sigmoid_at = np.log(3 + 2 * np.sqrt(2))",
        "tanh_at": "tanh_at = np.log(3 + 2 * np.sqrt(2)) / 2",
    },
    "ex-sixteen-layers": {"predicted": "predicted = 1.4e-6 * 0.236**6"},
    "ex-window-weight": {"weight": "weight = 6.894", "width": "width = 0.4477"},
    "ex-guessing-loss": {"loss": "loss = -0.9 * np.log(0.9) - 0.1 * np.log(0.1)", "accuracy": "accuracy = 0.9"},
    "ex-plain-step": {
        "    return theta": (
            "    layers = plain.parameters(net, theta)\n"
            "    kept = plain.forward(net, layers, x=xor.x, drawn=None)\n"
            "    slopes = loss.rule(kept[-1]['z'], loss.targets(xor.y, 2))[1]\n"
            "    return theta - rate * plain.backward(net, layers, kept=kept, delta=slopes / len(xor))"
        )
    },
    "ex-patterns-sigmoid": {"sigmoid_patterns": "sigmoid_patterns = 2", "tanh_patterns": "tanh_patterns = 2**3"},
    "ex-condition-seven": {"condition": "condition = 7", "centred": "centred = 1", "left": "left = 3 / 4"},
    "ex-glorot-bound": {"    return np.inf": "    return np.sqrt(6 / (n_in + n_out))"},
    "ex-scikit-learn-variance": {"variance": "variance = 1 / 3", "factor": "factor = np.sqrt(3) ** 9"},
    "ex-leaky-he": {"growth": "growth = 1 + 0.5**2"},
    "ex-orthogonal-forward": {"forward": "forward = 16 / 64"},
    "ex-one-step-lost": {"rate": "rate = 1.5"},
    "ex-width-to-speak": {"units": "units = 11"},
    "ex-leak-fits": {"factor": "factor = f.gain * np.sqrt(f.gaussian_moments().slope_mean_square)"},
    "ex-centre": {"best =": "best = 0.5", "best_factor": "best_factor = 1.017", "plain_factor": "plain_factor = 0.391"},
    "ex-decay-wakes": {"steps": "steps = 179"},
    "ex-quick-gelu": {"    return 0": "    return x * gl.sigmoid(1.702 * x)"},
    "ex-swish-bottom-slope": {"w =": "w = 0.27846454276107379511"},
    "ex-selu-alpha": {"alpha": "alpha = 1.6733", "scale": "scale = 1.0507"},
    "ex-gated-product": {"    return 0": "    return gl.swish(0.01 * x1) * x2 * 2 / 0.01"},
    "ex-batch-norm-gradient": {"gradient": "gradient = 0.1"},
    "ex-lost-updates": {"ends": "ends = 1", "kept": "kept = 1 + 1000 / 4096", "exponent": "exponent = -10"},
}

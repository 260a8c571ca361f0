"""Drawing, without a window."""

import itertools
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("matplotlib")
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

import gradlab as gl
from gradlab import plots


@pytest.fixture
def ax():
    figure = Figure(figsize=(5, 3.5))
    FigureCanvasAgg(figure)
    return figure.add_subplot()


def _draw(ax):
    ax.figure.canvas.draw()
    return ax.figure.canvas.get_renderer()


def test_an_activation_has_one_style_wherever_it_is_given():
    for name, part in gl.ACTIVATIONS.items():
        assert plots.style(name) == plots.style(part) == plots.style(part.bind())
    assert plots.style("leaky_relu") == plots.style(gl.leaky_relu.bind(slope=0.3))


def test_no_two_activations_share_a_style():
    styles = [tuple(plots.style(name).items()) for name in gl.ACTIVATIONS]
    assert len(set(styles)) == len(styles)


def test_every_activation_of_gradlab_brings_its_own_look():
    """A look by turns would change with what stands before it in the file."""
    assert [part.name for part in gl.ACTIVATIONS.values() if part.look is None] == []


def _plain(x):
    return x, np.ones_like(x)


def _own(name, **facts):
    part = gl.Activation(name, _plain, **facts)
    gl.ACTIVATIONS._add(name, part)
    return part


def test_a_readers_own_activations_take_turns_and_keep_their_styles():
    before = {name: plots.style(name) for name in gl.ACTIVATIONS}
    own = {}
    for name in ("first", "second", "third"):
        _own(name)
        own[name] = plots.style(name)
        assert {known: plots.style(known) for known in before} == before
        assert {known: plots.style(known) for known in own} == own
    looks = [tuple(look.items()) for look in (*before.values(), *own.values())]
    assert len(set(looks)) == len(looks)
    _own("second")  # its cell runs again
    assert {name: plots.style(name) for name in own} == own


def test_more_own_activations_than_looks_still_have_one_each():
    for number in range(60):
        assert set(plots.style(_own(f"own{number}"))) == {"color", "linestyle"}


def test_a_reader_may_choose_a_look():
    assert plots.style(_own("mine", look="3:")) == {"color": plots.PALETTE[3], "linestyle": ":"}
    assert plots.style(gl.Activation("unregistered", _plain))["color"] in plots.PALETTE


@pytest.mark.parametrize("look", ["", "-", "9-", "1", "1---", "x-", "10-", "1~"])
def test_a_look_that_is_none_gets_a_sentence(look):
    with pytest.raises(ValueError, match="a look is a place from 0 to 8") as caught:
        plots.style(gl.Activation("mine", _plain, look=look))
    assert repr(look) in str(caught.value)


def test_every_colour_can_be_read_on_white():
    for color in plots.PALETTE:
        channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
        luminance = np.dot(channels, (0.2126, 0.7152, 0.0722))
        assert 1.05 / (luminance + 0.05) >= 4.5
    assert len(set(plots.PALETTE)) == len(plots.PALETTE)


def test_functions_are_drawn_in_their_styles(ax):
    assert plots.functions(ax, gl.ACTIVATIONS, low=-3, high=2) is ax
    lines = ax.get_lines()
    assert [line.get_label() for line in lines] == list(gl.ACTIVATIONS)
    for line, part in zip(lines, gl.ACTIVATIONS.values(), strict=True):
        x, y = line.get_data()
        np.testing.assert_array_equal(y, part(x))
        assert line.get_color() == plots.style(part)["color"]
        assert line.get_linestyle() == plots.style(part)["linestyle"]
    assert ax.get_xlim() == (-3, 2)
    assert ax.get_xlabel()
    assert ax.get_ylabel()
    _draw(ax)


def test_an_activation_with_parameters_of_its_own_is_labelled_with_them(ax):
    plots.functions(ax, ["leaky_relu", gl.leaky_relu.bind(slope=0.2)])
    assert [line.get_label() for line in ax.get_lines()] == ["leaky_relu", "leaky_relu(slope=0.2)"]


def test_what_theory_expects_has_the_colour_of_no_activation(ax):
    assert plots.reference(ax, [1, 2], [3, 4], label="theory") is ax
    (line,) = ax.get_lines()
    np.testing.assert_array_equal(line.get_ydata(), [3, 4])
    assert line.get_label() == "theory"
    assert line.get_color() not in {plots.style(name)["color"] for name in gl.ACTIVATIONS}
    _draw(ax)


@pytest.mark.parametrize("filled", [True, False])
def test_intervals_are_a_row_for_each_activation(ax, filled):
    source = np.random.default_rng(0)
    rows = {name: source.normal(size=21) for name in ("tanh", "relu", "gelu")}
    assert plots.intervals(ax, rows, filled=filled, shift=0.25) is ax
    assert [label.get_text() for label in ax.get_yticklabels()] == list(rows)
    assert ax.get_ylim()[0] > ax.get_ylim()[1]  # the first name is on top
    lines = ax.get_lines()
    for row, (name, values) in enumerate(rows.items()):
        span, mark = lines[2 * row], lines[2 * row + 1]
        np.testing.assert_allclose(span.get_xdata(), np.percentile(values, (10, 90)))
        np.testing.assert_allclose(mark.get_xdata(), np.median(values))
        assert {*span.get_ydata(), *mark.get_ydata()} == {row + 0.25}
        assert span.get_color() == mark.get_color() == plots.style(name)["color"]
        assert (mark.get_markerfacecolor() == "none") == (not filled)
    _draw(ax)


def test_slopes_are_drawn_with_a_gap_at_each_kink(ax):
    plots.functions(ax, gl.ACTIVATIONS.values(), slope=True)
    for line, part in zip(ax.get_lines(), gl.ACTIVATIONS.values(), strict=True):
        x, y = line.get_data()
        missing = np.isnan(y)
        np.testing.assert_array_equal(x[missing], [kink for kink in part.kinks if -4 <= kink <= 4])
        np.testing.assert_array_equal(y[~missing], part.derivative(x)[~missing])
    assert "slope" in ax.get_ylabel()


@pytest.mark.parametrize("low", [-4, -3.777, -3 / 799])  # the last puts the kink in the middle between two points
def test_a_slope_that_jumps_is_no_line_wherever_the_axis_begins(ax, low):
    plots.functions(ax, "relu", slope=True, low=low, high=3)
    y = ax.get_lines()[0].get_ydata()
    jumps = np.abs(np.diff(y)) > 0.5
    assert not jumps[~np.isnan(jumps)].any()


def test_a_band_is_the_median_and_the_ten_to_ninety_percent_range(ax):
    values = np.random.default_rng(0).normal(size=(6, 21))
    assert plots.band(ax, range(6), values, label="runs", color="#123456") is ax
    (line,) = ax.get_lines()
    np.testing.assert_allclose(line.get_ydata(), np.median(values, axis=1))
    assert (line.get_label(), line.get_color()) == ("runs", "#123456")
    corners = ax.collections[0].get_paths()[0].vertices
    for place in range(6):
        low, high = np.percentile(values[place], (10, 90))
        here = corners[corners[:, 0] == place, 1]
        assert (here.min(), here.max()) == pytest.approx((low, high))
    np.testing.assert_allclose(ax.collections[0].get_facecolor()[0][:3], to_rgb("#123456"))
    _draw(ax)


def test_failed_runs_are_left_out_of_a_band_without_a_warning(ax):
    values = np.array([[1.0, 2, 3], [1, np.nan, 3], [np.inf, np.nan, 5], [np.nan] * 3])
    plots.band(ax, range(4), values)
    np.testing.assert_array_equal(ax.get_lines()[0].get_ydata(), [2, 2, 5, np.nan])
    _draw(ax)


def test_layers_are_counted_from_the_input_on_a_logarithmic_scale(ax):
    net = gl.MLP([64, 16, 16, 10])
    norms = gl.probe(net, gl.datasets.digits(), seeds=range(5)).gradient_norm[0]
    assert plots.layers(ax, norms, label="relu", **plots.style("relu")) is ax
    (line,) = ax.get_lines()
    np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
    np.testing.assert_allclose(line.get_ydata(), np.median(norms, axis=0))
    assert ax.get_yscale() == "log"
    _draw(ax)


# ---------------------------------------------------------------------------------------------------- labels


def _boxes(ax):
    renderer = _draw(ax)
    return {text.get_text(): Text.get_window_extent(text, renderer) for text in ax.texts}  # without their arrows


@pytest.mark.parametrize("slope", [False, True])
@pytest.mark.parametrize("size", [(5, 3.5), (3.4, 2.6), (9, 6)], ids=str)
def test_labels_at_the_ends_of_lines_do_not_overlap(slope, size):
    figure = Figure(figsize=size)
    FigureCanvasAgg(figure)
    ax = figure.add_subplot()
    plots.functions(ax, gl.ACTIVATIONS, slope=slope)
    assert plots.label_ends(ax) is ax
    boxes = _boxes(ax)
    assert set(boxes) == set(gl.ACTIVATIONS)
    for one, other in itertools.combinations(boxes.values(), 2):
        assert not (one.y0 < other.y1 - 1 and other.y0 < one.y1 - 1)
    right = ax.get_window_extent().x1
    assert all(box.x0 >= right for box in boxes.values())
    for text, line in (
        (text, line) for text in ax.texts for line in ax.get_lines() if line.get_label() == text.get_text()
    ):
        assert text.get_color() == line.get_color()


def test_labels_stand_in_the_order_of_the_ends_and_where_they_can_at_their_height(ax):
    for height in (0.1, 0.5, 0.505, 0.9):
        ax.plot([0, 1], [0, height], label=f"{height}")
    ax.plot([0, 1], [0, 0.3], label="_hidden")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    plots.label_ends(ax)
    assert [text.get_text() for text in ax.texts] == ["0.1", "0.5", "0.505", "0.9"]
    places = [text.get_position()[1] for text in ax.texts]
    assert places == sorted(places)
    assert (places[0], places[-1]) == pytest.approx((0.1, 0.9))
    assert sum(places[1:3]) / 2 == pytest.approx(0.5025)
    arrows = [text.arrow_patch is not None for text in ax.texts]
    assert arrows == [False, True, True, False]


def test_a_line_that_ends_in_nan_is_labelled_at_its_last_point(ax):
    ax.plot([0, 1, 2], [0.2, 0.7, np.nan], label="failed")
    ax.plot([0, 1], [np.nan, np.nan], label="nothing")
    ax.set(xlim=(0, 2), ylim=(0, 1))
    plots.label_ends(ax)
    (text,) = ax.texts
    assert text.get_text() == "failed"
    assert text.get_position()[1] == pytest.approx(0.7)


def test_without_lines_there_are_no_labels(ax):
    assert plots.label_ends(ax) is ax
    assert not ax.texts


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("aspect", ["auto", "equal", 0.2])
def test_labels_fit_their_axes_on_any_scale_and_in_any_shape(ax, scale, aspect):
    for place, height in enumerate((1.0, 1.1, 1.2, 30, 31)):
        ax.plot([1, 10], [1, height], label=f"line {place}")
    ax.set(xscale=scale, yscale=scale, xlim=(1, 10), ylim=(0.5, 60), aspect=aspect)
    plots.label_ends(ax)
    boxes = list(_boxes(ax).values())
    assert len(boxes) == 5
    for below, above in itertools.pairwise(boxes):
        assert below.y1 - 1 < above.y0 + 1
        assert below.y0 < above.y0
    near = ax.transAxes.inverted().transform((boxes[-1].x0, (boxes[-1].y0 + boxes[-1].y1) / 2))
    assert near[1] == pytest.approx(ax.transAxes.inverted().transform(ax.transData.transform((10, 31)))[1], abs=0.2)


def test_a_line_that_leaves_the_axes_has_its_label_at_their_edge(ax):
    ax.plot([0, 1], [0, 40], label="above")
    ax.plot([0, 1], [0, -40], label="below")
    ax.plot([0, 0.5, 2], [0, 0.3, 9], label="further right")
    ax.plot([3, 4], [0, 0], label="elsewhere")
    ax.set(xlim=(0, 1), ylim=(0, 1))
    plots.label_ends(ax)
    heights = {text.get_text(): text.get_position()[1] for text in ax.texts}
    assert heights == pytest.approx({"below": 0, "further right": 0.3, "above": 1})


def test_a_line_that_falls_to_zero_on_a_logarithmic_axis_has_its_label_at_the_edge(ax):
    ax.plot([0, 1], [1, 0.0], label="dead")
    ax.set(xlim=(0, 1), yscale="log", ylim=(1e-9, 1))
    plots.label_ends(ax)
    assert ax.texts[0].get_position()[1] == 0
    _draw(ax)


# ---------------------------------------------------------------------------------------------------- bad input


ONE_RECORD = np.ones((5, 3))
BAD = [
    (lambda ax: plots.functions(ax, ["rleu"]), ValueError, ["'rleu'", "'relu'"]),
    (lambda ax: plots.functions(ax, 3), TypeError, ["activations must be", "3"]),
    (lambda ax: plots.functions(ax, ["relu"], low=2, high=2), ValueError, ["low must be below high", "2 and 2"]),
    (lambda ax: plots.functions(ax, ["relu"], low=-np.inf), ValueError, ["low", "finite"]),
    (lambda ax: plots.band(ax, [1, 2], [1.0, 2.0]), ValueError, ["values must have the shape (n, seeds)", "(2,)"]),
    (lambda ax: plots.band(ax, [], np.empty((0, 3))), ValueError, ["values", "(0, 3)"]),
    (lambda ax: plots.band(ax, [1, 2], np.empty((2, 0))), ValueError, ["values", "(2, 0)"]),
    (lambda ax: plots.band(ax, [1, 2, 3], np.ones((2, 4))), ValueError, ["x must have shape (2,)", "(3,)"]),
    (lambda ax: plots.band(ax, [1], [["a"]]), TypeError, ["values must hold numbers"]),
    (lambda ax: plots.band(ax, [1, 2], [[1, 2], [3]]), TypeError, ["values must hold numbers"]),
    (lambda ax: plots.layers(ax, np.ones((2, 5, 3))), ValueError, ["one record", "(2, 5, 3)"]),
    (lambda ax: plots.layers(ax, np.ones(3)), ValueError, ["norms", "(seeds, layers)", "(3,)"]),
    (lambda ax: plots.layers(ax, np.ones((0, 3))), ValueError, ["norms", "(0, 3)"]),
    (lambda ax: plots.layers(ax, -ONE_RECORD), ValueError, ["norms", "logarithmic scale"]),
    (lambda ax: plots.layers(ax, 0 * ONE_RECORD), ValueError, ["norms", "logarithmic scale"]),
    (lambda ax: plots.layers(ax, np.nan * ONE_RECORD), ValueError, ["norms", "logarithmic scale"]),
    (lambda ax: plots.reference(ax, [1, 2], [1]), ValueError, ["same length", "(2,) and (1,)"]),
    (lambda ax: plots.reference(ax, 1, 2), ValueError, ["same length", "()"]),
    (lambda ax: plots.intervals(ax, {}), ValueError, ["rows", "empty"]),
    (lambda ax: plots.intervals(ax, [1, 2]), TypeError, ["rows must map names"]),
    (lambda ax: plots.intervals(ax, {"relu": []}), ValueError, ["the row of relu", "(0,)"]),
    (lambda ax: plots.intervals(ax, {"relu": ONE_RECORD}), ValueError, ["the row of relu", "(5, 3)"]),
    (lambda ax: plots.intervals(ax, {"rleu": [1, 2]}), ValueError, ["'rleu'", "'relu'"]),
    (lambda ax: plots.intervals(ax, {"relu": [1, 2]}, shift=np.nan), ValueError, ["shift"]),
    (lambda ax: plots.label_ends(ax, gap=0), ValueError, ["gap", "above 0"]),
    (lambda ax: plots.points(ax, gl.Data([[1.0, 2]], [0.5])), ValueError, ["points", "whole-number labels"]),
    (lambda ax: plots.points(ax, gl.Data([[1.0, 2]], [[0, 1]])), ValueError, ["points", "whole-number labels"]),
    (lambda ax: plots.points(ax, gl.Data([[1.0, 2, 3]], [0])), ValueError, ["2 features, not 3"]),
    (lambda ax: plots.points(ax, [[1.0, 2]]), TypeError, ["data must be a gradlab.Data"]),
    (lambda ax: plots.points(ax, gl.datasets.xor(), markers=""), ValueError, ["markers", "empty"]),
]


@pytest.mark.parametrize(("draw", "error", "words"), BAD, ids=range(len(BAD)))
def test_bad_input_gets_a_sentence(ax, draw, error, words):
    with pytest.raises(error) as caught:
        draw(ax)
    for word in words:
        assert word in str(caught.value)
    assert not ax.get_lines()


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: plots.functions(ax, ["relu"]),
        lambda ax: plots.band(ax, [1], [[1]]),
        lambda ax: plots.layers(ax, ONE_RECORD),
        lambda ax: plots.reference(ax, [1], [1]),
        lambda ax: plots.intervals(ax, {"relu": [1]}),
        lambda ax: plots.points(ax, gl.datasets.xor()),
        lambda ax: plots.boundary(ax, None, gl.datasets.xor()),
        plots.label_ends,
    ],
)
def test_what_is_no_axes_gets_a_sentence(draw):
    figure = Figure()
    with pytest.raises(TypeError, match="ax must be a Matplotlib Axes, such as"):
        draw(figure)
    with pytest.raises(TypeError, match="ax must be a Matplotlib Axes, one of those in the array"):
        draw(figure.subplots(1, 2))


def test_a_row_of_failed_runs_stays_empty(ax):
    plots.intervals(ax, {"relu": [np.nan, np.inf], "tanh": [1.0, 2, np.nan]})
    assert [label.get_text() for label in ax.get_yticklabels()] == ["relu", "tanh"]
    assert np.isnan(ax.get_lines()[0].get_xdata()).all()
    np.testing.assert_allclose(ax.get_lines()[3].get_xdata(), 1.5)
    _draw(ax)


def test_without_matplotlib_the_message_names_the_extra(tmp_path):
    code = (
        "import sys; sys.modules['matplotlib'] = None\n"
        "import gradlab as gl\n"
        "try:\n    gl.plots.style('relu')\n"
        "except ImportError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 'python -m pip install "gradlab-book[plots]"' in done.stdout
    assert '-e ".[plots]"' in done.stdout


# ---------------------------------------------------------------------------------------------------- the plane


@pytest.fixture
def regions(ax):
    """Draw a boundary and return which colour each point of its grid has."""

    def draw(run, data, **more):
        areas, plain = [], ax.contourf

        def contourf(across, up, clear, *, colors, **keywords):
            fields = [clear] if len(colors) == 1 else [-clear, clear]  # one field may show both of two classes
            areas.extend((np.meshgrid(across, up), field, color) for field, color in zip(fields, colors, strict=True))
            return plain(across, up, clear, colors=colors, **keywords)

        ax.contourf = contourf
        assert plots.boundary(ax, run, data, **more) is ax
        _draw(ax)
        x = np.stack(areas[0][0], axis=-1).reshape(-1, 2)
        inside = np.stack([clear.ravel() > 0 for _, clear, _ in areas])
        assert (inside.sum(0) == 1).all(), "each point lies in one region"
        return x, np.array([color for _, _, color in areas])[inside.argmax(0)]

    draw.ax = ax
    return draw


def _colors(ax):
    """The colour of each class of points, by the order of their labels."""
    return [line.get_color() for line in ax.get_lines()]


def _clusters(classes, samples=60):
    source = np.random.default_rng(classes)
    y = np.arange(samples) % classes
    angle = 2 * np.pi * y / classes
    return gl.Data(np.stack([np.cos(angle), np.sin(angle)], 1) * 2 + source.normal(0, 0.3, (samples, 2)), y)


@pytest.mark.parametrize("normalize", [None, "batch", "layer"])
@pytest.mark.parametrize(
    ("loss", "classes", "outputs"),
    [
        ("cross_entropy", 2, 2),
        ("cross_entropy", 3, 3),
        ("cross_entropy", 3, 5),
        ("cross_entropy", 10, 10),
        ("binary_cross_entropy", 2, 1),
        ("squared_error", 3, 3),
    ],
)
def test_a_boundary_shows_what_the_run_predicts(regions, loss, classes, outputs, normalize):
    ax = regions.ax
    data = _clusters(classes)
    net = gl.MLP([2, 8, outputs], activation="tanh", normalize=normalize)
    run = gl.train(net, data, loss=loss, optimizer=gl.Adam(0.05), steps=60, batch_size=20, seeds=range(3))
    for index in (0, 2, -1, -3):
        ax.clear()
        x, found = regions(run, data, index=index)
        predicted = run.predict(x)[index]
        labels = predicted if predicted.ndim == 1 else predicted.argmax(1)
        colors = np.array([*plots.PALETTE[1:], plots.PALETTE[0]])
        np.testing.assert_array_equal(found, colors[labels % len(colors)])
        assert _colors(ax) == [colors[label % len(colors)] for label in range(classes)]


def test_with_batch_normalization_the_boundary_is_not_that_of_the_grids_own_moments(regions):
    data = gl.datasets.spirals(400, turns=0.75)
    run = gl.train(gl.MLP([2, 16, 2], normalize="batch"), data, optimizer=gl.Adam(0.01), steps=200)
    x, found = regions(run, data)
    own = run.net.outputs(run.theta, x)[0].argmax(1)
    assert (found != np.array(plots.PALETTE[1:])[own]).mean() > 0.01


def test_a_boundary_reaches_beyond_the_points_by_the_margin(ax):
    data = gl.datasets.xor()
    run = gl.probe(gl.MLP([2, 8, 2], activation="tanh"), data)
    plots.boundary(ax, run, data, margin=0.5)
    assert ax.get_xlim() == (-1.5, 1.5)
    assert ax.get_ylim() == (-1.5, 1.5)


def test_where_all_is_one_class_there_is_no_border(ax, regions):
    data = gl.datasets.moons(50)
    run = gl.probe(gl.MLP([2, 4, 2], init="zeros"), data)
    _, found = regions(run, data)
    assert set(found) == {plots.PALETTE[1]}
    assert len(ax.get_lines()) == 2


def test_labels_that_not_every_class_has_keep_their_colours(ax):
    data = _clusters(4)
    plots.points(ax, data)
    all_of_them = _colors(ax)
    ax.clear()
    part = data.y % 2 == 1
    plots.points(ax, gl.Data(data.x[part], data.y[part]))
    assert _colors(ax) == all_of_them[1::2]


@pytest.mark.parametrize("labels", [(-1, 1), (-5, 7), (0.0, 1.0)])
def test_two_labels_of_any_kind_are_two_classes(ax, labels):
    x = np.random.default_rng(0).normal(size=(20, 2))
    plots.points(ax, gl.Data(x, np.array(labels)[np.arange(20) % 2]))
    assert [line.get_marker() for line in ax.get_lines()] == ["o", "x"]
    assert _colors(ax) == [plots.PALETTE[1], plots.PALETTE[2]]


def test_binary_labels_may_be_a_column_of_floats(ax, regions):
    data = gl.datasets.moons(60)
    data = gl.Data(data.x, data.y[:, None].astype(float))
    run = gl.train(
        gl.MLP([2, 8, 1]), data, loss="binary_cross_entropy", optimizer=gl.Adam(0.05), steps=100, batch_size=60
    )
    x, found = regions(run, data)
    np.testing.assert_array_equal(found == plots.PALETTE[2], run.predict(x)[0] == 1)


@pytest.mark.parametrize("index", [2, -3, 10**30])
def test_a_seed_that_is_not_in_the_run_gets_a_sentence(ax, index):
    data = gl.datasets.xor()
    run = gl.probe(gl.MLP([2, 3, 2]), data, seeds=range(2))
    with pytest.raises(ValueError, match="index is a place in run.seeds: from -2 to 1, as the run has 2 seeds; it is"):
        plots.boundary(ax, run, data, index=index)


@pytest.mark.parametrize("index", [None, "0", 1.0, [0]])
def test_an_index_that_is_no_number_gets_a_sentence(ax, index):
    data = gl.datasets.xor()
    with pytest.raises(TypeError, match="index must be a whole number"):
        plots.boundary(ax, gl.probe(gl.MLP([2, 3, 2]), data), data, index=index)


@pytest.mark.parametrize(("loss", "sizes"), [("squared_error", [2, 3, 1]), ("huber", [2, 3, 2])])
def test_a_run_that_predicts_values_has_no_boundary_and_gets_a_sentence(ax, blobs, loss, sizes):
    x = np.random.default_rng(0).normal(size=(9, 2))
    y = np.arange(9) % 2 if sizes[-1] == 1 else np.random.default_rng(1).normal(size=(9, 2))
    data = gl.Data(x, y)
    with pytest.raises(ValueError, match=r"predicts values|whole-number labels"):
        plots.boundary(ax, gl.probe(gl.MLP(sizes), data, loss=loss), data)


def test_a_seed_that_diverged_has_no_boundary_and_gets_a_sentence(ax):
    data = gl.datasets.xor()
    run = gl.probe(gl.MLP([2, 3, 2]), data, seeds=(4, 5))
    run = replace(run, theta=np.where([[False], [True]], np.nan, run.theta))
    plots.boundary(ax, run, data)
    with pytest.raises(ValueError, match="seed 5 of the run diverged: its outputs are not finite"):
        plots.boundary(ax, run, data, index=1)


def test_points_without_any_extent_need_a_margin(ax):
    data = gl.Data([[1.0, 1], [1, 2]], [0, 1])
    run = gl.probe(gl.MLP([2, 3, 2]), data)
    plots.boundary(ax, run, data, margin=1e-3)
    with pytest.raises(ValueError, match="the points lie on one line along an axis"):
        plots.boundary(ax, run, data, margin=0)
    with pytest.raises(ValueError, match="margin must be a finite number at least 0, not -1"):
        plots.boundary(ax, run, data, margin=-1)


def test_data_that_do_not_fit_the_run_get_a_sentence(ax):
    run = gl.probe(gl.MLP([2, 3, 2]), gl.datasets.xor())
    with pytest.raises(ValueError, match="label"):
        plots.boundary(ax, run, _clusters(3))
    with pytest.raises(TypeError, match="run must be the History"):
        plots.boundary(ax, run.theta, gl.datasets.xor())


def test_a_boundary_of_other_data_gets_a_sentence(ax, blobs):
    run = gl.probe(gl.MLP([3, 2]), blobs(classes=2))
    with pytest.raises(ValueError, match="a boundary can be drawn for 2 features, not 3"):
        plots.boundary(ax, run, blobs(classes=2))


def test_points_have_a_colour_and_a_mark_for_each_class(ax):
    data = gl.datasets.moons(100)
    assert plots.points(ax, data) is ax
    rings, crosses = ax.get_lines()
    for label, marks in enumerate((rings, crosses)):
        np.testing.assert_array_equal(np.column_stack(marks.get_data()), data.x[data.y == label])
        assert marks.get_linestyle() == "None"
        assert str(marks.get_label()).startswith("_"), "label_ends would name it"
    assert rings.get_markerfacecolor() == "none"
    assert rings.get_color() != crosses.get_color()
    assert rings.get_marker() != crosses.get_marker()
    _draw(ax)


def test_ninety_classes_differ_in_colour_or_mark(ax):
    plots.points(ax, gl.Data(np.arange(180.0).reshape(90, 2), np.arange(90)))
    assert len({(line.get_color(), line.get_marker()) for line in ax.get_lines()}) == 90


def test_chosen_marks_take_turns(ax):
    plots.points(ax, _clusters(3), markers="s+")
    assert [line.get_marker() for line in ax.get_lines()] == ["s", "+", "s"]


def test_many_points_are_drawn_as_a_picture(ax):
    plots.points(ax, gl.datasets.moons(2000))
    assert all(line.get_rasterized() for line in ax.get_lines())

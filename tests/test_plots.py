"""Drawing, without a window."""

import itertools

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


def test_a_readers_own_activation_has_a_style_that_stays():
    before = {name: plots.style(name) for name in gl.ACTIVATIONS}

    @gl.activation()
    def mine(x):
        return x, np.ones_like(x)

    assert plots.style("mine") not in before.values()
    assert {name: plots.style(name) for name in before} == before
    stranger = gl.Activation("stranger", mine.rule)
    assert set(plots.style(stranger)) == {"color", "linestyle"}


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
        assert missing.sum() == sum(-4 <= kink <= 4 for kink in part.kinks)
        np.testing.assert_array_equal(y[~missing], part.derivative(x)[~missing])
    assert "slope" in ax.get_ylabel()


@pytest.mark.parametrize("low", [-4, -3.777])
def test_a_slope_that_jumps_is_no_line_wherever_the_axis_begins(ax, low):
    plots.functions(ax, ["relu"], slope=True, low=low, high=3)
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


# ---------------------------------------------------------------------------------------------------- the plane


@pytest.mark.parametrize(("loss", "outputs"), [("cross_entropy", 2), ("binary_cross_entropy", 1)])
@pytest.mark.parametrize("index", [0, 1])
def test_a_boundary_shows_the_regions_of_one_seed(ax, loss, outputs, index, monkeypatch):
    data, seen, draw = gl.datasets.xor(), [], ax.contourf
    run = gl.train(
        gl.MLP([2, 8, outputs], activation="tanh"), data, loss=loss, optimizer=gl.Adam(0.05), steps=150, seeds=range(2)
    )
    monkeypatch.setattr(ax, "contourf", lambda *given, **more: (seen.append(given), draw(*given, **more))[1])
    assert plots.boundary(ax, run, data, index=index, margin=0.5) is ax
    assert ax.get_xlim() == (-1.5, 1.5)
    assert ax.get_ylim() == (-1.5, 1.5)
    ((across, up, shown),) = seen
    for row, column in ((0, 0), (5, 75), (60, 15), (100, 100), (45, 51)):
        assert (shown[row, column] > 0) == run.predict([[across[column], up[row]]])[index, 0]
    assert -1 <= shown.min() < 0 < shown.max() <= 1
    _draw(ax)


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


def test_many_points_are_drawn_as_a_picture(ax):
    plots.points(ax, gl.datasets.moons(2000))
    assert all(line.get_rasterized() for line in ax.get_lines())

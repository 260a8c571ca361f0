"""What the gradient bench says in another language: its HTML, its scripts, and what Python says in a reader's browser."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace

import bench as page
import catalogues
import furniture
import in_node
import pytest
from bs4 import BeautifulSoup
from built_book import DOCS
from gradlab_live import bench_words
from gradlab_live.bench import Bench
from gradlab_live.bench_words import Said, Within, heard
from playwright.sync_api import Browser, expect

BENCH = DOCS / "_live" / "js" / "bench"
HANGUL = re.compile("[가-힣]")
# names, of which Korean has no other
NAMES = re.compile(
    r"(?i)adagrad|adamw?|[cgs]?elu|float64|gelu|gradlab|he|lecun|mish|p?relu6?|python|pytorch|rmsprop|rrelu|selu|sgd|svg|png|"
    r"swish|tanh|xor|tanhshrink|hardshrink|softshrink|huber|[aδx]"
)
LITERAL = re.compile(r"""(?P<before>\bsay\(\s*)?(?:"(?P<plain>(?:[^"\\\n]|\\.)*)"|`(?P<pattern>(?:[^`\\]|\\.)*)`)""")
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"])//[^\n]*", re.DOTALL)
CODE = ("def f(x):", "../", "./", "gl-", "learn/", "gradient theory")  # literals that are no words
SMALL = {"activation": "tanh", "init": "matched", "depth": 3, "width": 3, "seeds": 2}
SENTENCE = """
const { seen } = await import("./bench/sentence.js");
const { spoken } = await import("./spoken.js");
const { state, held, signals, told } = JSON.parse(process.argv[2]);
const main = seen(state, signals, { state: held, signals }, { vanishes: 0.01, explodes: 100 });
const found = [false, true].map((korean) => {
  globalThis.glWords = korean ? JSON.parse(process.argv[3]) : undefined;
  return told.map(spoken);
});
console.log(JSON.stringify({ seen: main, spoken: found }));
"""


@pytest.fixture(scope="module")
def korean() -> dict[str, str]:
    return {entry.msgid: entry.msgstr for entry in catalogues.read(catalogues.folder() / "gradlab.po")}


@pytest.fixture
def said(monkeypatch, korean):
    """Have the build speak Korean."""

    def say(words: str, **values: object) -> str:
        told = korean.get(words, words)
        return told.format(**values) if values else told

    for module in (page, furniture):
        monkeypatch.setattr(module, "say", say)
    return say


def table(korean: dict[str, str]) -> dict[str, str]:
    words = {**furniture.of_bench(DOCS), **furniture.scripts(DOCS)}
    return {text: korean[text] for text in words if korean[text] != text}


def untold(text: str) -> list[str]:
    """Return the English words of a text."""
    return [word for word in re.findall(r"[A-Za-z]{2,}[0-9]*", text) if not NAMES.fullmatch(word)]


def node(about: dict, korean: dict[str, str], before: str = "") -> dict:
    """Run the scripts that say what is seen; ``before`` is run before they are read."""
    return in_node.run(before + SENTENCE, json.dumps(about), json.dumps(table(korean)))


# -- where words are ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["words.js", "live_words.js", "stories.js", "grid.js"])
def test_no_script_of_words_has_a_sentence_that_is_not_said(name):
    source = COMMENT.sub("", (BENCH / name).read_text(encoding="utf-8"))
    found = [(one["before"], one["plain"] or one["pattern"] or "") for one in LITERAL.finditer(source)]
    assert len(found) > 4
    bare = [re.sub(r"\$\{[^{}]*\}", "", text) for before, text in found if not before]
    assert [text for text in bare if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", text) and not text.startswith(CODE)] == []


def test_the_words_of_the_worker_are_found():
    source = 'WORDS = {"a": "One {b}.", "c": "Two "\n "parts."}\nNAMES = {"d": "Three"}\nNAMES = ("e",)\nOTHER = {"f": "g"}\n'
    assert list(furniture.of_worker(source)) == ["One {b}.", "Two parts.", "Three"]


def test_what_python_may_say_is_among_the_words_of_the_bench():
    words = furniture.of_bench(DOCS)
    for path in sorted((DOCS / "_live" / "python" / "gradlab_live").glob("bench*.py")):
        for name in re.findall(r'WORDS\["(\w+)"\]', path.read_text(encoding="utf-8")):
            module = __import__(f"gradlab_live.{path.stem}", fromlist=["WORDS"])
            assert module.WORDS[name] in words, (path.name, name)


# -- HTML --------------------------------------------------------------------------------------------------------------


def test_the_controls_are_korean_in_the_korean_edition(said):
    soup = BeautifulSoup(page.written(DOCS), "html.parser")
    texts = [text.strip() for text in soup.find_all(string=True) if text.strip()]
    texts += [
        tag[name] for tag in soup.find_all(True) for name in ("aria-label", "title", "placeholder") if tag.get(name)
    ]
    assert len(texts) > 150
    assert {text: untold(text) for text in texts if untold(text)} == {}
    assert sum(bool(HANGUL.search(text)) for text in texts) > 100


def test_the_controls_are_english_in_the_english_edition():
    soup = BeautifulSoup(page.written(DOCS), "html.parser")
    assert not HANGUL.search(soup.get_text())
    assert soup.select_one('[data-do="play"]').get_text() == "Play"
    assert [one.get_text() for one in soup.select('select[name="story"] option')][:2] == [
        "none",
        "Ten sigmoid layers stand still",
    ]


def test_the_page_of_another_language_has_its_words_before_the_bench(tmp_path, said):
    folder = tmp_path / "_static" / "live"
    folder.mkdir(parents=True)
    (folder / "bench-live.js").write_text("", encoding="utf-8")
    loaded = []
    app = SimpleNamespace(
        gl_live=SimpleNamespace(attributes={"data-worker": "worker.js"}),
        config=SimpleNamespace(language="en"),
        confdir=str(DOCS),
        outdir=str(tmp_path),
        add_js_file=lambda name, **_: loaded.append(name),
        add_css_file=lambda name: None,
    )
    page.write_words(app)
    page.load(app, "playground", "", {"body": page.MARK}, None)
    assert not (folder / page.TABLE).exists()
    assert loaded == ["live/bench.js"]

    loaded.clear()
    app.config.language = "ko"
    page.write_words(app)
    page.load(app, "playground", "", {"body": page.MARK}, None)
    page.load(app, "index", "", {"body": ""}, None)
    assert loaded == ["live/bench-words.js", "live/bench.js"]
    script = (folder / page.TABLE).read_text(encoding="utf-8")
    told = f"globalThis.glWords = {{ Copy: 'kept' }};\n{script}\nconsole.log(JSON.stringify(glWords))"
    words = in_node.run(told)
    assert words.pop("Copy") == "kept"
    assert words["It vanishes."] == "기울기가 소실됩니다."
    assert not words.keys() & furniture.scripts(DOCS).keys()  # which the book's own table has


# -- scripts -----------------------------------------------------------------------------------------------------------


def about(**more) -> dict:
    state = {"activation": "sigmoid", "depth": 10, "init": "glorot_normal", "normalize": "batch", "residual": 1}
    state |= {"gain": 1.5, "bias": 0.3}
    held = {**state, "activation": "tanh", "normalize": "none", "residual": 0, "gain": 1, "bias": 0}
    band = {name: [-6, -3, 0] for name in ("low", "middle", "high")}
    signals = {"layers": 3, "gradient": band, "delta": band, "spread": band, "dead": [0, 0], "saturated": [0, 0]}
    signals |= {"theory": None, "width": 32, "samples": 64, "seeds": 20, "from": "grid"}
    return {"state": state, "held": held, "signals": signals, "told": [], **more}


def test_the_sentence_of_what_is_seen_is_korean(korean):
    begin = "globalThis.glWords = JSON.parse(process.argv[3]);\n"
    seen = node(about(), korean, begin)["seen"]
    assert seen["main"].replace("\N{NO-BREAK SPACE}", " ") == (
        "시그모이드 층 10개, 글로럿 가중치, 이득 1.5, 편향의 퍼짐 0.3, 배치 정규화, 잔차 연결: 첫 층의 기울기는 마지막 층의 "
        "1.0 × 10⁻⁶배입니다. 기울기가 소실됩니다. A, tanh 층 10개, 글로럿 가중치: 첫 층의 기울기는 마지막 층의 1.0 × 10⁻⁶배입니다."
    )
    assert untold(seen["more"]) == []
    # a name that a sentence begins with keeps its letters
    swapped = about()
    swapped["state"], swapped["held"] = swapped["held"], swapped["state"]
    assert node(swapped, korean, begin)["seen"]["main"].startswith("tanh 층 10개")
    assert node(swapped, korean)["seen"]["main"].startswith("Ten tanh layers with Glorot’s weights: the first layer’s")


def test_what_python_says_is_said_in_korean_and_the_rest_as_it_is(korean):
    told = [
        Said(
            "{key} must be a whole number from {least} to {most}, not “{given}”.",
            key=Said("Depth"),
            least=2,
            most=50,
            given="x",
        ),
        Said("{one} and {other}", one=Said("Another depth"), other=Within("Another width")),
        heard("Something that nobody has translated."),
    ]
    english, translated = node(about(told=[one.told() for one in told]), korean)["spoken"]
    assert english == [str(one) for one in told]
    assert english[:2] == ["Depth must be a whole number from 2 to 50, not “x”.", "Another depth and another width"]
    assert translated == [
        "깊이: 2에서 50까지의 정수여야 합니다. 받은 값은 “x”입니다.",
        "다른 깊이, 다른 너비",
        "Something that nobody has translated.",
    ]


# -- Python ------------------------------------------------------------------------------------------------------------


def composed(told: dict) -> str:
    """Return what a page makes of words and values."""
    values = {name: composed(value) if isinstance(value, dict) else value for name, value in told["values"].items()}
    return told["words"].format(**values) if values else told["words"]


def code(lines: str) -> dict[str, str]:
    return {"activation": "own", "code": f"def f(x):\n    {lines}"}


@pytest.mark.parametrize(
    "state",
    [
        {"depth": 1},
        {"gain": "x"},
        {"init": "none"},
        {"batch-size": 0},
        {"batch-size": 1, "normalize": "batch"},
        {"first-seed": -1},
        {"data": "none"},
        {"data": "own"},
        {"data": "own", "points": "1.1.0"},
        {"data": "own", "points": "1.1.0_2.2.0"},
        {"data": "own", "points": "1.1.1"},
        {"data": "own", "points": "<b>"},
        {"data": "digits", "loss": "binary_cross_entropy"},
        {"data": "curve", "loss": "cross_entropy"},
        {"activation": "own"},
        {"activation": "own", "code": "x = 1"},
        {"activation": "own", "code": "def relu(x):\n    return x, 1"},
        {"activation": "own", "code": "def net(x):\n    return x, 1"},
        {**code("return x * 0, 0"), "init": "matched"},
        code("return x *"),
        code("return x"),
        code("return x**2, x"),
        code("return y, x"),
        code("raise SystemExit"),
        code("raise ValueError('{x}')"),
        code("return np.sqrt(x), 1"),
        code("x *= 2\n    return x, 1"),
    ],
)
def test_what_is_refused_is_words_of_the_catalogue_with_their_values(state, korean):
    told = Bench().begin({**SMALL, **state})
    assert not told["ok"]
    assert told["words"] in korean, told
    assert all(value["words"] in korean for value in told["values"].values() if isinstance(value, dict))
    assert composed(told) == told["said"]


def test_what_a_change_and_a_slice_say_is_words_of_the_catalogue(korean):
    bench = Bench()
    bench.begin(SMALL)
    told = bench.change({"depth": 4, "width": 4, "activation": "relu"})
    assert told["reason"]["said"] == told["why"]
    assert told["why"] == "Another activation and another depth and another width starts the training anew."
    assert told["reason"]["words"] in korean

    bench.begin({**SMALL, "activation": "relu", "learning-rate": 1e5, "optimizer": "sgd", "loss": "squared_error"})
    sliced = [bench.slice(20) for _ in range(3)]
    (found,) = [one for one in sliced if one["said"]]
    assert " ".join(part["said"] for part in found["parts"]) == found["said"]
    assert [part["words"] for part in found["parts"]] == [bench_words.WORDS["diverged"]]
    assert found["parts"][0]["words"] in korean


# -- in a browser ------------------------------------------------------------------------------------------------------


def test_the_bench_speaks_the_language_of_its_page(browser: Browser, origin: str, korean):
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    one = context.new_page()
    one.add_init_script(f"globalThis.glWords = {json.dumps(table(korean))};")
    one.goto(f"{origin}/playground.html#story=he-glorot", wait_until="networkidle")
    said = one.locator('[data-bench="say"]')
    expect(said).to_contain_text("ReLU 층 30개, He 가중치")
    for name in ("say", "more", "caption", "look", "judged", "story-page", "hold"):
        text = one.locator(f'[data-bench="{name}"]').inner_text()
        assert HANGUL.search(text), name
        assert untold(text) == [], (name, text)
    label = one.locator("#gl-bench .gl-bench-bands svg").get_attribute("aria-label")
    assert label.startswith("각 층의 기울기")
    assert untold(" ".join(one.locator("#gl-bench .gl-bench-bands svg text").all_text_contents())) == []
    one.locator('[name="activation"]').select_option("own")
    expect(one.locator('[data-bench="missing-words"]')).to_have_text("아래에 Python 두 줄로 쓰고 ‘쓰기’를 누릅니다.")
    context.close()

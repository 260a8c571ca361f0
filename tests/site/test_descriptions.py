"""What a page tells others: its title and its description."""

from __future__ import annotations

import re

import pytest
from built_book import HTML, PAGES
from descriptions import LONGEST, of_page
from prose import formula, sentences
from search_index import topics


def descriptions(soup):
    return [tag["content"] for tag in soup.select("head meta[name=description]")]


def test_each_page_has_one_description_of_whole_sentences(soups):
    for name, soup in soups.items():
        told = descriptions(soup)
        assert len(told) == 1, f"{name} has {len(told)} descriptions"
        assert told[0][-1] in ".?!", f"{name}: {told[0]!r}"
        assert told[0][0].isupper() or told[0].startswith("gradlab"), f"{name}: {told[0]!r}"
        assert 20 <= len(told[0]) <= LONGEST, f"{name}: {len(told[0])} characters"


def test_no_two_pages_tell_the_same(soups):
    for told in (descriptions, lambda soup: [soup.title.get_text(strip=True)]):
        pages = {}
        for name, soup in soups.items():
            pages.setdefault(told(soup)[0], []).append(name)
        assert not {text: names for text, names in pages.items() if len(names) > 1}


def test_no_description_has_source_in_it(soups):
    for name, soup in soups.items():
        assert not re.search(r"[\\${}^`…]|\.\.\.", descriptions(soup)[0]), f"{name}: {descriptions(soup)[0]!r}"


def test_no_description_is_the_text_of_an_image(soups):
    for name in PAGES:
        told = descriptions(soups[name])[0]
        assert not [
            image for image in soups[name].select("img[alt]") if len(image["alt"]) > 20 and image["alt"][:40] in told
        ]


def test_each_title_names_its_topic_in_front_of_the_book(soups):
    for name in PAGES:
        topic, _, book = soups[name].title.get_text(strip=True).rpartition(" — ")
        assert book == "gradlab", name
        assert 8 <= len(topic) <= 75, f"{name}: {topic!r}"


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"10^{-6}", "10⁻⁶"),
        (r"2^k", "2ᵏ"),
        (r"1/\sqrt{n}", "1/√n"),
        (r"\frac{\partial L}{\partial w}", "(∂L)/(∂w)"),
        (r"\tanh(z) = 2\sigma(2z) - 1", "tanh(z) = 2σ(2z) − 1"),
        (r"\max(0, x)", "max(0, x)"),
        (r"f'(z)", "f′(z)"),
        (r"\E f(z) = -1", "E f(z) = −1"),
        (r"n_\text{in}", "nᵢₙ"),
        (r"e^{f(z)}", "e^(f(z))"),
        (r"e^{2z}", "e^(2z)"),
        (r"\ln|Ju|^2", "ln |Ju|²"),
        (r"n \operatorname{Var}(w)", "n Var(w)"),
        (r"2 \times 10^{-6}", "2 × 10⁻⁶"),
        (r"\frac{a+b}{2}", "(a + b)/2"),
        (r"\mathbb{E}[f(z)^2]", "E[f(z)²]"),
        (r"\sigma'(z_i)", "σ′(zᵢ)"),
        (r"\broken{", None),
    ],
)
def test_a_formula_is_said_on_one_line(tex, text):
    assert formula(tex) == text


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("One. Two has 0.5 of it. And a third", ["One.", "Two has 0.5 of it."]),
        ("A heading\nIt asks: why? It knows.", ["It asks: why?", "It knows."]),
        ("He said “no.” She left.", ["He said “no.”", "She left."]),
        ("Nothing ends here", []),
    ],
)
def test_only_whole_sentences_are_taken(text, whole):
    assert sentences(text) == whole


def test_a_page_may_describe_itself():
    assert of_page("any", {"description": "Its own\n words."}, None) == "Its own words."
    assert of_page("_modules/gradlab/losses", {}, None).startswith("The source code of gradlab.losses")


def test_the_topics_of_a_title_are_its_halves_and_the_items_of_a_list():
    assert topics("ReLU: a slope") == (["ReLU", "a slope"], [])
    assert topics("Batch norm, layer norm: cures") == (
        ["Batch norm, layer norm", "cures"],
        ["Batch norm", "layer norm"],
    )


def test_how_long_a_page_ran_describes_no_page(soups):
    """It differs from build to build, and says nothing of what the page is about."""
    assert any(soup.select(".gl-execution-time") for soup in soups.values())
    for name, soup in soups.items():
        for meta in soup.select("meta[content]"):
            assert " ran for " not in meta["content"], name
    documents = (HTML / "_static" / "search" / "documents.js").read_text(encoding="utf-8")
    assert "The cells of this page ran for" not in documents

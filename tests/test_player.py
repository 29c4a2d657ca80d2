"""The page of a sweep in a real browser: Chromium without a window, driven by selenium. Skipped where there is no browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograd import Value, nn, sweep
from autograd.drawing import Sweep
from tests.browsing import By, Keys, WebDriverWait, faults, find

pytestmark = pytest.mark.browser


def textbook(**options: Any) -> Sweep:
    a, b = Value(2.0, name="a"), Value(1.0, name="b")
    c, d = a + b, b + 1
    return sweep(c * d, names=dict(c=c, d=d), **options)


class Page:
    """The page of a sweep, as its reader sees it."""

    def __init__(self, browser: Any, shown: Sweep, folder: Path) -> None:
        self.browser, self.shown = browser, shown
        path = shown.save(folder / "sweep.html")
        self.address = path.as_uri()
        browser.get(self.address)

    def find(self, name: str) -> Any:
        return find(self.browser, f".{name}")

    @property
    def step(self) -> int:
        return int(self.find("slider").get_attribute("value"))

    @property
    def texts(self) -> list[str]:
        return [x.get_attribute("textContent") for x in self.browser.find_elements(By.CSS_SELECTOR, "svg text")]

    def click(self, name: str) -> None:
        self.find(name).click()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.browser.find_element(By.TAG_NAME, "body").send_keys(key)

    def drag_to(self, k: int) -> None:
        self.browser.execute_script("const s = document.querySelector('.slider'); s.value = arguments[0]; "
                                    "s.dispatchEvent(new Event('input'))", k)


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Page:
    return Page(browser, textbook(), tmp_path)


def expected(shown: Sweep, k: int) -> list[str]:
    import xml.etree.ElementTree as ET
    return [x.text or "" for x in ET.fromstring(shown.frames[k]).iter("{http://www.w3.org/2000/svg}text")]


def test_every_step_shows_what_the_pictures_show_in_any_order(page: Page) -> None:
    for k in (0, 1, 2, 3, 4, 5, 2, 5, 0, 4, 1):
        page.drag_to(k)
        assert page.texts == expected(page.shown, k)
        assert page.find("count").text == f"{k + 1} of 6"
        assert page.find("said").get_attribute("textContent") == page.shown.steps[k].title


def test_buttons_and_keys(page: Page) -> None:
    for move, place in (("next", 1), ("next", 2), ("back", 1), ("last", 5), ("next", 5), ("first", 0), ("back", 0)):
        page.click(move)
        assert page.step == place
    for key, place in ((Keys.ARROW_RIGHT, 1), (Keys.ARROW_RIGHT, 2), (Keys.ARROW_LEFT, 1), (Keys.END, 5), (Keys.HOME, 0)):
        page.press(key)
        assert page.step == place


def test_it_plays_to_the_end_and_stops(page: Page) -> None:
    page.browser.execute_script("document.querySelector('.speed').innerHTML = '<option value=\"30\">'")
    page.click("play")
    WebDriverWait(page.browser, 20).until(lambda _: page.step == 5)
    assert page.find("play").get_attribute("aria-label") == "play"
    page.click("play")                                               # once more from the start, then stop
    page.click("first")
    assert page.step == 0
    assert page.find("play").get_attribute("aria-label") == "play"


def test_no_error_and_no_request_leaves_the_page(browser: Any, tmp_path: Path) -> None:
    faults(browser)                                                  # what was before
    x = Value(2.0, name="</script><img src=https://example.com/x.png onerror=alert(1)>")
    shown = [textbook(theme="dark", forward=True), sweep(x * x), sweep(nn.MLP(2, [3, 1], rng=0)([1.0, 2.0]))]
    for k, one in enumerate(shown):
        (tmp_path / str(k)).mkdir()
        page = Page(browser, one, tmp_path / str(k))
        for _ in one.steps:
            page.click("next")
        assert page.texts == expected(one, len(one.steps) - 1)
    errors, asked = faults(browser)
    assert errors == []
    assert "file" in asked <= {"file", "data"}


def test_a_planted_error_in_the_page_is_seen(browser: Any, tmp_path: Path) -> None:
    faults(browser)
    (tmp_path / "bad.html").write_text(textbook().html().replace("go(start);", "gone(start);"))
    browser.get((tmp_path / "bad.html").as_uri())
    WebDriverWait(browser, 20).until(lambda _: faults(browser)[0])

"""Chromium without a window, driven by selenium, for the tests of pages. They skip where there is no browser."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from autograd.drawing.web.document import source

try:
    from selenium import webdriver
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:                                                  # then the tests skip
    webdriver = By = Keys = WebDriverWait = None  # type: ignore[assignment, misc]

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
SCRIPTS = "\n".join([source(name).replace("export ", "") for name in ("math.js", "special.js", "autograd.js")])


def started() -> Any:
    """Chromium, without a window."""
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1100,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if webdriver is None:
        pytest.skip("selenium is not installed: pip install -e '.[test]'")
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("no chromium and chromedriver on this machine: apt install chromium chromium-driver")
    driver = started()
    yield driver
    driver.quit()


def find(browser: Any, selector: str) -> Any:
    return browser.find_element(By.CSS_SELECTOR, selector)


def run(browser: Any, script: str, *arguments: Any) -> Any:
    """What a script returns that may use all that the pages' scripts define. Numbers come as JavaScript writes them."""
    text = browser.execute_script(f"{SCRIPTS}\nreturn JSON.stringify((() => {{ {script} }})(), "
                                  "(key, x) => typeof x === 'number' ? String(x) : x === undefined ? null : x)", *arguments)
    return json.loads(text)


def number(text: Any) -> Any:
    """A number as JavaScript writes it, or a structure of them."""
    if isinstance(text, list):
        return [number(x) for x in text]
    return text if text is None or isinstance(text, bool) else float(text.replace("Infinity", "inf").replace("NaN", "nan"))


def faults(browser: Any) -> tuple[list[str], set[str]]:
    """What went wrong since the last call: errors in the console, and the kinds of addresses that were asked for."""
    errors = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = {event["params"]["request"]["url"].split(":")[0] for event in events if event["method"] == "Network.requestWillBeSent"}
    return errors, asked

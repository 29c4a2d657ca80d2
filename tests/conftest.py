"""Settings for all tests: nothing is written into the checkout, and Hypothesis takes its time."""

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.browsing import browser  # noqa: F401  (a fixture)

settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("default")


def pytest_make_parametrize_id(val: object) -> str | None:
    """The ids of functions without their addresses, which differ between the processes of pytest-xdist."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(val)) if " at 0x" in str(val) else None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--rewrite-golden", action="store_true", help="write tests/golden/* anew instead of comparing with them (the optimisers' with PyTorch)")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Doctests and demos that save a picture save it in a folder of their own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AUTOGRAD_DOT", raising=False)

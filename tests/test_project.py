"""What the project promises of itself: the README's commands, the layout, no path that a user has not."""

from __future__ import annotations

import configparser
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import losses, nn, optim

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def shell_blocks() -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```", README, re.M | re.S)


def test_the_readme_opens_with_two_commands_of_one_line_each() -> None:
    run, test = shell_blocks()[:2]
    assert run.count("\n") == test.count("\n") == 1
    assert "autograd demo" in run
    assert "pytest" in test


def test_ci_runs_the_readmes_test_command() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    awk = re.search(r"tests=\$\((awk .*)\)\n", script)
    assert awk
    command = subprocess.run(["bash", "-c", awk.group(1)], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert command == shell_blocks()[1]


def test_the_version_is_that_of_the_changelog() -> None:
    assert f"## {autograd.__version__}" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize(("module", "name", "hint"), [
    (autograd, "thanh", "did you mean tanh?"), (nn, "Linear", "it is Layer(n_in, n_out, None) here"), (nn, "Layr", "did you mean Layer?"), (optim, "adam", "did you mean Adam?"),
    (optim, "clip_grad_norm_", "clip_by_norm"), (losses, "mse_loss", "it is mse here"), (losses, "cross_entrpy", "did you mean cross_entropy?")])
def test_a_misspelt_name_is_answered_with_the_right_one(module: Any, name: str, hint: str) -> None:
    with pytest.raises(AttributeError) as raised:
        getattr(module, name)
    assert hint in str(raised.value)


def test_the_typed_marker_is_packaged() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    assert config["options.package_data"]["autograd"] == "py.typed"
    assert (ROOT / "autograd" / "py.typed").exists()


def test_links_in_the_readme_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target

"""An environment for each library that is measured, since two of them are imported by the same name."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENTS = HERE / ".environments"
OURS = ("plain", "compiled")
PACKAGES = {"hips": "autograd"}                                      # by other names on PyPI
NAMES = {"plain": "autograd, plain", "compiled": "autograd, compiled", "limit": "limit.c, by hand", "micrograd": "micrograd",
         "xad": "XAD", "torch": "PyTorch scalars", "hips": "HIPS autograd", "jax": "JAX eager", "casadi": "CasADi SX",
         "heyoka": "heyoka"}


def python_of(name: str) -> Path:
    """The interpreter of a library's environment."""
    folder = ENVIRONMENTS / name
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install(names: list[str]) -> None:
    """Make environments: ours from this work tree, limit.c with the C compiler, peers as requirements.txt pins them."""
    pinned = {line.partition("==")[0]: line for line in (HERE / "requirements.txt").read_text().splitlines() if "==" in line}
    for name in names or NAMES:
        print(f"{name} ...", flush=True)
        shutil.rmtree(ENVIRONMENTS / name, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(ENVIRONMENTS / name)], check=True)
        python = python_of(name)
        if name == "limit":
            _build_limit(python)
            continue
        wanted = [f"{HERE.parent}[fast]"] if name in OURS else [pinned[PACKAGES.get(name, name)], "numpy"]
        environment = {**os.environ, "AUTOGRAD_PURE": "1" if name == "plain" else "0"}
        done = subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], env=environment)
        if done.returncode:
            print(f"  {name} cannot be installed here")
            shutil.rmtree(ENVIRONMENTS / name, ignore_errors=True)


def _build_limit(python: Path) -> None:
    where = "import sysconfig; print(sysconfig.get_path('platlib'))"
    asked = subprocess.run([python, "-c", where], check=True, capture_output=True, text=True)
    target = Path(asked.stdout.strip(), f"limit{sysconfig.get_config_var('EXT_SUFFIX')}")
    subprocess.run([os.environ.get("CC", "cc"), "-O3", "-march=native", "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}",
                    str(HERE / "limit.c"), "-o", str(target), "-lm"], check=True)

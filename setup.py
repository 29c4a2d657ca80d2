"""Compiles what is slow in plain Python, where there is a C compiler. Everything else about the package is in setup.cfg.

The modules below are ordinary Python and run as they are; beside some of them a .pxd file says how their objects lie in memory.
Set AUTOGRAD_PURE to 1 to leave them plain, or to 0 to stop with an error if they cannot be compiled. Editable installs stay
plain, so that what you edit is what runs.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext
from setuptools.errors import CompileError, ExecError, LinkError, PlatformError

HOT = ["node", "portable", "traversal", "engine", "scopes", "inputs", "trees", "losses", "arithmetic/dispatch", "arithmetic/graph",
       "functions/many", "functions/activations", "functions/arguments", "nn/module", "nn/dense"]
BUILDS = {"bdist_wheel", "bdist_egg", "build", "build_ext", "install", "install_lib"}
FAILURES = (CompileError, ExecError, LinkError, PlatformError, OSError)

pure = os.environ.get("AUTOGRAD_PURE", "")


class Build(build_ext):
    """Translates the modules into C and compiles them; if that fails, the package is plain Python."""

    def run(self) -> None:
        from Cython.Build import cythonize
        from Cython.Compiler.Options import get_directive_defaults
        get_directive_defaults()["no_gc"] = True                     # a graph holds no cycle: reference counts are enough
        if self.parallel is None:
            self.parallel = os.cpu_count()
        try:
            self.extensions = cythonize(self.extensions, build_dir=str(Path(self.build_temp, "c")), language_level=3, quiet=True)
            for extension in self.extensions:
                extension._needs_stub = False                        # which setuptools sets on those it knows from the start
            super().run()
        except FAILURES as error:
            if pure == "0":
                raise
            print(f"autograd stays plain Python, since its modules could not be compiled: {error}", file=sys.stderr)
            for path in self.get_outputs():
                Path(path).unlink(missing_ok=True)
            self.extensions = []

    def build_extensions(self) -> None:
        if self.compiler.compiler_type != "msvc":
            for extension in self.extensions:
                extension.extra_compile_args = ["-O1", "-g0", "-w"]  # -O2 takes a third longer and runs no faster
        super().build_extensions()


def can_compile() -> bool:
    """Whether there are Cython and a C compiler that finds Python's headers."""
    try:
        import Cython  # noqa: F401
        from setuptools._distutils.ccompiler import new_compiler
        from setuptools._distutils.sysconfig import customize_compiler, get_python_inc
        compiler = new_compiler()
        customize_compiler(compiler)
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "probe.c")
            source.write_text("#include <Python.h>\nint probe(void) { return PY_VERSION_HEX > 0; }\n")
            compiler.compile([str(source)], output_dir=folder, include_dirs=[get_python_inc()])
    except (ImportError, *FAILURES) as error:
        if pure == "0":
            raise
        print(f"autograd stays plain Python: {error}", file=sys.stderr)
        return False
    return True


wanted = pure != "1" and BUILDS & set(sys.argv) and not {"editable_wheel", "develop"} & set(sys.argv) and can_compile()
setup(ext_modules=[Extension("autograd." + name.replace("/", "."), [f"autograd/{name}.py"]) for name in HOT] if wanted else [],
      cmdclass={"build_ext": Build})

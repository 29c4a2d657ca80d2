"""Compiles what is slow in plain Python, where there is a C compiler. Everything else about the package is in setup.cfg.

The modules below are ordinary Python and run as they are; beside some of them a .pxd file says how their objects lie in memory.
Set AUTOGRAD_PURE to 1 to leave them plain, or to 0 to stop with an error if they cannot be compiled. Editable installs stay
plain, so that what you edit is what runs.
"""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

# In the first, annotations are C types: a float is a double. The others take what users pass in, and check it themselves.
TYPED = ["node", "portable", "traversal", "engine", "weighted"]
UNTYPED = ["scopes", "inputs", "trees", "losses", "arithmetic/dispatch", "arithmetic/graph", "functions/many",
           "functions/activations", "functions/arguments", "nn/module", "nn/dense"]
BUILDS = {"bdist_wheel", "build", "build_ext", "install"}

pure = os.environ.get("AUTOGRAD_PURE", "")
if pure not in ("", "0", "1"):
    raise SystemExit(f"AUTOGRAD_PURE must be 1 (plain), 0 (compiled or an error) or unset, got {pure!r}")


class Build(build_ext):
    """Translates the modules into C and compiles them; if that fails, the package is plain Python."""

    def run(self) -> None:
        """Translate, then compile."""
        from Cython.Build import cythonize
        from Cython.Compiler.Options import get_directive_defaults
        if self.parallel is None:
            self.parallel = os.cpu_count()
        try:
            made = []
            for names in (TYPED, UNTYPED):
                get_directive_defaults()["no_gc"] = names is TYPED   # nodes: a graph holds no cycle, reference counts are enough
                some = [extension for extension in self.extensions if _path(extension) in names]
                made += cythonize(some, build_dir=str(Path(self.build_temp, "c")), quiet=True,
                                  compiler_directives={"language_level": 3, "annotation_typing": names is TYPED, "cpow": True})
            for extension in made:
                extension._needs_stub = False                        # which setuptools sets on those it knows from the start
            self.extensions = made
            self._clean()
            super().run()
        except Exception as error:                                   # whatever it is, there is a way without
            if pure == "0":
                raise
            print(f"autograd stays plain Python, since its modules could not be compiled: {error}", file=sys.stderr)
            for path in self.get_outputs():
                Path(path).unlink(missing_ok=True)
            self.extensions = []

    def _clean(self) -> None:
        """Remove what an earlier build of other modules has left: it would go into the wheel, and win over the Python there."""
        if not self.inplace:
            wanted = {Path(path).resolve() for path in self.get_outputs()}
            for path in Path(self.build_lib).rglob("*"):
                if path.suffix in (".so", ".pyd") and path.resolve() not in wanted:
                    path.unlink()

    def build_extensions(self) -> None:
        """Compile, with few optimisations and none that rounds otherwise than Python does."""
        if self.compiler.compiler_type != "msvc":
            for extension in self.extensions:
                extension.extra_compile_args = ["-O1", "-g0", "-w", "-ffp-contract=off"]  # -O2 takes longer and runs no faster
        super().build_extensions()


def _path(extension: Extension) -> str:
    return extension.name.removeprefix("autograd.").replace(".", "/")


def can_compile() -> bool:
    """Whether there are Cython and a C compiler that finds Python's headers."""
    try:
        from distutils.ccompiler import new_compiler  # setuptools' own
        from distutils.sysconfig import customize_compiler, get_python_inc
        importlib.import_module("Cython")
        compiler = new_compiler()
        customize_compiler(compiler)
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder, "probe.c")
            source.write_text("#include <Python.h>\nint probe(void) { return PY_VERSION_HEX > 0; }\n")
            compiler.compile([str(source)], output_dir=folder, include_dirs=[get_python_inc()])
    except Exception as error:                                       # whatever it is, there is a way without
        if pure == "0":
            raise
        print(f"autograd stays plain Python: {error}", file=sys.stderr)
        return False
    return True


wanted = pure != "1" and BUILDS & set(sys.argv) and not {"editable_wheel", "develop"} & set(sys.argv) and can_compile()
modules = TYPED + UNTYPED if wanted else []
setup(ext_modules=[Extension("autograd." + name.replace("/", "."), [f"autograd/{name}.py"]) for name in modules],
      cmdclass={"build_ext": Build})

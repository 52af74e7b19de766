# SPDX-License-Identifier: Apache-2.0
"""Compiles libsofa.so from the sources of the repository and puts it, and the configurations, into the wheel.

Nothing is written into the source tree, which may be read-only. OPENSOFA_BUILD=DIRECTORY keeps the compiled files there.
"""

import atexit
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py
from setuptools.command.sdist import sdist

HERE = pathlib.Path(__file__).resolve().parent
PARTS = ["build.mk", "packages.sh", "LICENSE", "cmodel", "configs", "python/library.mk"]  # of the repository, that a build needs
BUNDLE = HERE / "repository"  # where they stand in a source archive
ROOT = BUNDLE if BUNDLE.is_dir() else HERE.parent


def scratch() -> str:
    path = tempfile.mkdtemp(prefix="opensofa-")
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def version() -> str:
    text = (ROOT / "cmodel/base/version.h").read_text()
    return re.search(r'#define SOFA_VERSION "(.*)"', text).group(1)


def compile_library() -> pathlib.Path:
    for tool in ("make", "cc", "pkg-config"):
        if not shutil.which(os.environ.get("CC", tool) if tool == "cc" else tool):
            sys.exit(f"opensofa: {tool} is missing (Debian: make gcc libc6-dev pkg-config libyaml-dev libzip-dev libjansson-dev)")
    build = pathlib.Path(os.environ.get("OPENSOFA_BUILD") or scratch()).absolute()
    library = build / "libsofa.so"
    make = ["make", "-f", "python/library.mk", f"-j{len(os.sched_getaffinity(0))}", f"BUILD={build}"]
    environment = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")}
    for goal in ("check-library-packages", str(library)):
        if subprocess.run([*make, goal], cwd=ROOT, env=environment).returncode != 0:
            sys.exit(f"opensofa: {library.name} cannot be made; what make said stands above (pip -v shows it)")
    return library


class BuildPackage(build_py):
    def run(self):
        super().run()
        package = pathlib.Path(self.build_lib) / "opensofa"
        shutil.copy2(compile_library(), package)
        shutil.copy2(ROOT / "LICENSE", package)
        (package / "configs").mkdir(exist_ok=True)
        for path in (ROOT / "configs").glob("*.yaml"):
            shutil.copy2(path, package / "configs")


class PlatformWheel(bdist_wheel):
    """For this machine's processor, but any Python: the library knows none."""

    def finalize_options(self):
        super().finalize_options()
        self.root_is_pure = False

    def get_tag(self):
        return ("py3", "none", super().get_tag()[2])


class SourceArchive(sdist):
    """With what a build needs of the rest of the repository."""

    def make_release_tree(self, base_dir, files):
        super().make_release_tree(base_dir, files)
        for part in PARTS:
            to = pathlib.Path(base_dir) / BUNDLE.name / part
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copytree(ROOT / part, to) if (ROOT / part).is_dir() else shutil.copy2(ROOT / part, to)


class PlatformDistribution(Distribution):
    def has_ext_modules(self):
        return True


setup(version=version(), distclass=PlatformDistribution,
      cmdclass={"build_py": BuildPackage, "bdist_wheel": PlatformWheel, "sdist": SourceArchive},
      options={"egg_info": {"egg_base": scratch()}, "build": {"build_base": scratch()}})

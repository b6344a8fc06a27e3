"""A real browser: $CHROME, else the Chromium of the npm package @sparticuz/chromium, without root or apt."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright

from stack.packages import NODE_MODULES, ROOT, platform_name

# Below node_modules, so that `npm ci` removes it together with the package.
_UNPACKED = NODE_MODULES / ".chromium"
# The package unpacks the libraries that a bare machine lacks only where it believes to be on this platform.
_PLATFORM = {"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs20.x"}
# The package's own file names folders of its platform.
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""
_UNPACK = 'import chromium from "@sparticuz/chromium"; await chromium.executablePath();'


@dataclass(frozen=True)
class Program:
    """A browser's program, and what its environment needs besides."""

    path: str
    environment: dict[str, str] = field(default_factory=dict)


def find_browser() -> Program | None:
    """The browser for the tests; None if there is none, which on Linux x86-64 cannot be."""
    if chosen := os.environ.get("CHROME"):
        return Program(chosen)
    if platform_name() != "linux-x64":
        found = shutil.which("chromium") or shutil.which("google-chrome")
        return Program(found) if found else None
    with FileLock(f"{_UNPACKED}.lock"):
        if not (_UNPACKED / "unpacked").exists():
            _UNPACKED.mkdir(exist_ok=True)
            subprocess.run(
                ["node", "--input-type=module", "-e", _UNPACK],
                cwd=ROOT,
                env=os.environ | _PLATFORM | {"TMPDIR": str(_UNPACKED)},
                check=True,
                capture_output=True,
                timeout=120,
            )
            fonts = _FONTS.format(fonts=_UNPACKED / "fonts" / "fonts", cache=_UNPACKED / "fonts-cache")
            (_UNPACKED / "fonts.conf").write_text(fonts, encoding="utf-8")
            (_UNPACKED / "unpacked").touch()
    environment = {
        "LD_LIBRARY_PATH": str(_UNPACKED / "al2023" / "lib"),
        "FONTCONFIG_FILE": str(_UNPACKED / "fonts.conf"),
    }
    return Program(str(_UNPACKED / "chromium"), environment)


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Start the browser, and end it with the block. Where there is none, skips, or fails in CI."""
    program = find_browser()
    if program is None:
        missing = "no browser: set CHROME to a Chromium's program, or have one on PATH"
        # A run that decides whether a change lands must not leave the page untested.
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program.path,
            # Without a graphics card and, as root, without a sandbox.
            args=["--disable-gpu", "--no-sandbox", "--font-render-hinting=none"],
            env={**os.environ, **program.environment},
        )
        yield browser
        browser.close()

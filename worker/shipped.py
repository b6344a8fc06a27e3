"""Folders that the wheel carries beside the code, which a checkout has where they are written."""

from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["FOLDERS", "page", "shipped", "starters", "template"]

#: The folders by their name in the wheel, where each is a package without code, as pyproject.toml says.
FOLDERS: Final = {"migrations": "supabase/migrations", "pages": "docs", "starters": "examples/starters"}

#: The assessment that the guide builds up, step by step.
GUIDED: Final = "mentor-readiness"


def shipped(name: str) -> Path:
    """Return one of these folders.

    Raises:
        FileNotFoundError: this copy of the worker is the code alone, as in a container.
    """
    package = Path(__file__).parent
    for folder in (package / name, package.parent / FOLDERS[name]):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(
        f"This copy of the worker carries no {name}. Install the package or use a checkout."
    )


def page(name: str) -> str:
    """Return a page of the documentation: ``format`` or ``authoring``."""
    return shipped("pages").joinpath(f"{name}.md").read_text(encoding="utf-8")


@cache
def starters() -> dict[str, str]:
    """Return the complete assessments to start from, by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(shipped("starters").glob("*.md"))}


def template(name: str | None = None) -> str:
    """Return a complete assessment to start from, by default the one of the guide.

    Raises:
        FileNotFoundError: as for ``shipped``.
        ValueError: there is none of that name; the message lists them.
    """
    known = starters()
    text = known.get(name or GUIDED)
    if text is None:
        raise ValueError(f"there is no template `{name}`; there are {', '.join(known)}")
    return text

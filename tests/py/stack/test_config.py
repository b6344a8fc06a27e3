"""The local stack, and so every test, serves what supabase/config.toml tells the Supabase CLI."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from stack import postgrest
from stack.packages import ROOT


def test_postgrest_is_set_up_as_the_supabase_cli_sets_it_up(tmp_path: Path) -> None:
    api = tomllib.loads((ROOT / "supabase" / "config.toml").read_text(encoding="utf-8"))["api"]
    written = tmp_path / "postgrest.conf"
    postgrest.write_config(
        written, dsn="", socket=tmp_path / "socket", jwt_secret="", api_url="http://127.0.0.1:1"
    )
    ours = dict(re.findall(r'^([\w-]+) = "?([^"\n]*)"?$', written.read_text(encoding="utf-8"), re.MULTILINE))

    assert ours["db-schemas"].split(",") == api["schemas"] == ["public"]
    assert ours["db-extra-search-path"].split(",") == api["extra_search_path"]
    assert int(ours["db-max-rows"]) == api["max_rows"]

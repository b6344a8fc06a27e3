"""The operator's page, the alert rules and the deployment files match the code."""

import argparse
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml
from prometheus_client import generate_latest

from tools.schemas import schema_files
from worker import install
from worker.compiler.catalogue import Code
from worker.engine.commands import add_commands
from worker.engine.metrics import Metrics
from worker.engine.settings import Settings

SETTINGS = {str(field.validation_alias) for field in Settings.model_fields.values()}
ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SCHEMAS = "".join(path.read_text(encoding="utf-8") for path in schema_files())
SOURCES = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "worker" / "engine").glob("*.py")}


def section(title: str) -> str:
    """Return the text under a second-level heading."""
    return PAGE.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def rows(text: str) -> list[list[str]]:
    """Return the cells of the tables' rows, without heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    tables = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    rules = {number for number, row in enumerate(tables) if set("".join(row)) == {"-"}}
    heads = {number - 1 for number in rules}
    return [row for number, row in enumerate(tables) if number not in rules | heads]


def code(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_setting_is_listed_with_its_default() -> None:
    listed = {code(row[0])[0]: row[1] for row in rows(section("Settings"))}
    assert set(listed) == SETTINGS
    for name, info in Settings.model_fields.items():
        alias = str(info.validation_alias)
        default = "needed" if info.is_required() else "unset" if info.default is None else str(info.default)
        if name != "name":
            assert listed[alias] == default, alias


def metrics() -> set[str]:
    registry = Metrics(lambda: {"compile": {"queued": 1}, "score": {}}).registry
    shown = re.findall(r"^# TYPE (\S+)", generate_latest(registry).decode(), re.MULTILINE)
    return {name for name in shown if not name.endswith("_created")}


def test_every_metric_is_listed() -> None:
    names = {name for row in rows(section("Monitoring")) for name in code(row[0])}
    listed = {name for name in names if name.startswith("assessment_")}
    assert listed == metrics()


def test_every_event_is_listed_with_its_level() -> None:
    logged: dict[str, set[str]] = {}
    call = re.compile(r"(?:log|_log|get_logger\(\))\.(debug|info|warning|error)\(\s*\"([a-z-]+)\"")
    for source in SOURCES.values():
        for level, event in call.findall(source):
            logged.setdefault(event, set()).add(level)
    listed = {
        event: set(row[1].split(", "))
        for row in rows(section("Monitoring"))
        if len(row) == 3 and set(row[1].split(", ")) <= {"debug", "info", "warning", "error"}
        for event in code(row[0])
    }
    assert listed == logged


def test_the_alert_rules_use_metrics_that_exist() -> None:
    groups = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules) >= 6
    known = metrics()
    for rule in rules:
        used = set(re.findall(r"assessment_[a-z_]+", rule["expr"]))
        assert used
        assert {name.removesuffix("_bucket") for name in used} <= known
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["action"]
        assert rule["annotations"]["threshold"]


def test_every_code_of_last_error_is_explained() -> None:
    """The codes of the worker and of the database, and no others."""
    given = set()
    for source in SOURCES.values():
        given |= set(re.findall(r"\b(?:retry|_?failed|_end)\(\s*job,\s*\"([a-z-]+)\"", source))
        codes = re.findall(r"\b(?:retry|failed)\(\s*job,\s*Code\.(\w+)\.value", source)
        given |= {Code[name].value for name in codes}
    given |= set(re.findall(r"\blast_error = '([a-z-]+)'", SCHEMAS))
    given |= set(re.findall(r"\"error\": \"([a-z0-9-]+)\"", SCHEMAS))
    authors = re.search(r"error in \(([^)]+)\)", SCHEMAS)
    unnamed = re.search(r"then '(invalid-source)' else '([a-z-]+)'", SCHEMAS)
    refused = re.search(r"code text := '([a-z-]+)'", SCHEMAS)
    assert authors
    assert unnamed
    assert refused
    given |= set(re.findall(r"'([a-z-]+)'", authors[1])) | set(unnamed.groups()) | set(refused.groups())
    listed = [code(row[0]) for row in rows(section("What last_error says"))]
    examples = {"database-...", "database-40p01", "session-already-scored", "session-not-found"}
    assert {each for cell in listed for each in cell} - examples == given
    assert "'database-' || lower(state)" in SCHEMAS
    assert "'SESSION_ALREADY_SCORED', 409" in SCHEMAS
    assert "'SESSION_NOT_FOUND', 404" in SCHEMAS


def test_the_commands_of_the_page_exist() -> None:
    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers(required=True)
    add_commands(subparsers)
    install.add_command(subparsers)
    for line in re.findall(r"python -m worker ([^`\n]+)", section("Commands")):
        words = [word for word in re.sub(r"\[.*?\]", "", line).replace("ID...", "7").split() if word]
        words = [word if word != "ID" else "00000000-0000-0000-0000-000000000000" for word in words]
        parser.parse_args(words)
    for line in re.findall(r"python -m worker ([^`\n]+)`", PAGE):
        if "ID" not in line and "[" not in line:
            parser.parse_args(line.split())


@pytest.mark.parametrize(
    "bad", ["0x7", "two", "00000000-0000-0000-0000-00000000000g", "-5", "9223372036854775808", "9" * 5000]
)
def test_an_id_that_is_none_is_refused(bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))
    with pytest.raises(SystemExit) as caught:
        parser.parse_args(["retry", bad])
    assert caught.value.code == 2
    assert "Traceback" not in capsys.readouterr().err


def test_a_duration_that_reaches_before_all_times_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))
    with pytest.raises(SystemExit) as caught:
        parser.parse_args(["retry", "--failed-since", "999999d"])
    assert caught.value.code == 2
    assert "'999999d' is too long ago" in capsys.readouterr().err


@pytest.mark.parametrize("bad", ["yesterday", "2x", "2026-13-01", "0001-01-01"])
def test_a_time_that_is_none_is_refused(bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True))
    with pytest.raises(SystemExit):
        parser.parse_args(["retry", "--failed-since", bad])
    assert "neither a duration (30m, 2h, 7d) nor a time" in capsys.readouterr().err


def test_the_container_copies_what_exists_and_runs_what_exists() -> None:
    text = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    for source in re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE):
        assert (ROOT / source).exists(), source
    assert "USER 10001:10001" in text
    assert "HEALTHCHECK" in text
    assert set(re.findall(r"\bWORKER_[A-Z_]+", text)) <= SETTINGS


def test_the_builder_gets_only_what_the_container_copies() -> None:
    copied = re.findall(
        r"^COPY (?!--from)(\S+) ",
        (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert sorted(rule[1:] for rule in rules if rule.startswith("!")) == sorted(copied)


@pytest.mark.parametrize("name", ["worker.env", "deploy/worker.env", ".env", ".env.local", "prod.env"])
def test_git_ignores_files_of_secrets(name: str) -> None:
    assert subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT, check=False).returncode == 0


def test_podman_is_asked_for_the_format_that_keeps_the_health_check() -> None:
    texts = [PAGE, (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")]
    for text in texts:
        builds = re.findall(r"podman build .*", text)
        assert builds
        assert all("--format docker" in build for build in builds)


def test_the_unit_sees_an_environment_under_home() -> None:
    text = (ROOT / "deploy" / "assessment-worker@.service").read_text(encoding="utf-8")
    assert re.findall(r"^ProtectHome=(.*)$", text, re.MULTILINE) == ["read-only"]


def test_the_unit_stops_in_time_and_does_not_repeat_what_cannot_work() -> None:
    text = (ROOT / "deploy" / "assessment-worker@.service").read_text(encoding="utf-8")
    assert "RestartPreventExitStatus=76 77 78" in text
    assert "KillSignal=SIGTERM" in text
    assert re.search(r"^ExecStart=\S+ -m worker run$", text, re.MULTILINE)


def test_the_fly_configuration_is_whole() -> None:
    fly = tomllib.loads((ROOT / "deploy" / "fly.toml").read_text(encoding="utf-8"))
    assert (ROOT / "deploy" / fly["build"]["dockerfile"]).exists()
    assert fly["processes"] == {"worker": "run"}
    assert fly["checks"]["alive"]["path"] == "/health"


def test_a_machine_has_room_for_a_job_beside_the_worker() -> None:
    job_mb = Settings.model_fields["job_memory_mb"].default
    fly = tomllib.loads((ROOT / "deploy" / "fly.toml").read_text(encoding="utf-8"))
    units = {"mb": 1, "gb": 1024, "Mi": 1, "Gi": 1024}
    cloud_run = re.findall(r"--memory (\S+)", section("Deployment"))
    assert len(cloud_run) == 1
    for memory in [*(vm["memory"] for vm in fly["vm"]), *cloud_run]:
        assert int(memory[:-2]) * units[memory[-2:]] >= job_mb + 256

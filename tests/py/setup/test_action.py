"""The action for authors' repositories: each step of action.yml runs here as GitHub runs it."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from stack.packages import ROOT
from tests.py.harness.locks import make_wheel
from tests.py.setup.test_workflows import lint
from worker.compiler.catalogue import SPECIMEN

ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in ACTION["runs"]["steps"] if "run" in step}
EXPRESSION = re.compile(r"\$\{\{ (.*?) \}\}")
HEAVIER = SPECIMEN.replace("weight: 0.6", "weight: 0.7").replace("weight: 0.4", "weight: 0.3")
BROKEN = SPECIMEN.replace("weight: 0.6", "weight: 0.7")


@dataclass
class Job:
    """A checked out repository on a runner.

    Attributes:
        workspace: the repository, whose default branch is `main`.
        temporary: the runner's folder, in which the program is installed.
        values: what the expressions of the steps are.
    """

    workspace: Path
    temporary: Path
    values: dict[str, str] = field(default_factory=dict)

    def run(self, name: str, **values: str) -> subprocess.CompletedProcess[str]:
        """Run a step with other inputs or values of expressions, by the last part of their name."""
        last = {name.rpartition(".")[2]: name for name in self.values}
        known = self.values | {last[key]: value for key, value in values.items()}
        step = STEPS[name]
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.workspace,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.temporary),
                "LANG": "C.UTF-8",
                "GITHUB_WORKSPACE": str(self.workspace),
                "GITHUB_STEP_SUMMARY": str(self.temporary / "summary.md"),
                "GITHUB_OUTPUT": str(self.temporary / "output"),
                **{variable: filled(text, known) for variable, text in step.get("env", {}).items()},
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def summary(self) -> str:
        """Return what the steps wrote for the pull request's page."""
        path = self.temporary / "summary.md"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def commit(self, **files: str) -> str:
        """Commit files, by their names without `.md`, and return the commit."""
        for name, text in files.items():
            path = self.workspace / f"{name}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.git("add", "-A")
        self.git("commit", "-qm", "change")
        return self.git("rev-parse", "HEAD")

    def git(self, *words: str, folder: Path | None = None) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        done = subprocess.run(
            ["git", *who, *words], cwd=folder or self.workspace, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()


def filled(text: str, values: dict[str, str]) -> str:
    """Return the value of an `env` entry: an expression is names, the first of which has a value counts."""

    def value(found: re.Match[str]) -> str:
        names = found[1].split(" || ")
        return next((values[name] for name in names if values[name]), "")

    return EXPRESSION.sub(value, text)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    workspace, temporary = tmp_path / "repository", tmp_path / "temporary"
    for folder in (workspace, temporary):
        folder.mkdir()
    inputs = {f"inputs.{name}": given["default"] for name, given in ACTION["inputs"].items()}
    values = {
        **inputs,
        "github.action_path": str(ROOT),
        "github.base_ref": "",
        "github.event.before": "",
        "runner.temp": str(temporary),
    }
    job = Job(workspace, temporary, values)
    # What `Install` would make: here it has the packages of the tests.
    (temporary / "assessments").symlink_to(Path(sys.prefix))
    job.git("init", "-q", "-b", "main")
    return job


def formatted(text: str) -> str:
    from worker.compiler import format_source

    found = format_source(text.encode())
    assert found is not None
    return found


def test_no_script_has_an_expression_in_it_and_no_input_is_left_out() -> None:
    """What an expression gives would be run as a part of the script."""
    assert list(STEPS) == ["Install", "Check", "Format", "Changes"]
    assert [name for name, step in STEPS.items() if "${{" in step["run"]] == []
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert set(re.findall(r"\binputs\.(\w+)", text)) == set(ACTION["inputs"])
    others = [step["uses"] for step in ACTION["runs"]["steps"] if "uses" in step]
    assert len(others) == 1
    assert re.fullmatch(r"actions/setup-python@[0-9a-f]{40}", others[0])


def test_actionlint_reads_the_steps_as_those_of_a_workflow(tmp_path: Path) -> None:
    """It does not read actions; of a workflow it checks expressions, inputs and what may be hostile."""

    def checked(steps: list[dict[str, Any]]) -> subprocess.CompletedProcess[str]:
        inputs = {name: {**given, "type": "string"} for name, given in ACTION["inputs"].items()}
        workflow = {
            "on": {"workflow_call": {"inputs": inputs}},
            "jobs": {"all": {"runs-on": "ubuntu-24.04", "steps": steps}},
        }
        folder = tmp_path / ".github" / "workflows"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "action.yml").write_text(json.dumps(workflow), encoding="utf-8")
        return lint(tmp_path)

    steps = ACTION["runs"]["steps"]
    assert (done := checked(steps)).returncode == 0, done.stdout
    done = checked(
        [*steps, *({"run": f"echo ${{{{ {name} }}}}"} for name in ("github.head_ref", "inputs.unknown"))]
    )
    assert "potentially untrusted" in done.stdout
    assert 'property "unknown" is not defined' in done.stdout


def test_the_program_is_installed_from_its_own_lock(job: Job, tmp_path: Path) -> None:
    (job.temporary / "assessments").unlink()
    action = tmp_path / "the action's folder"
    action.mkdir()
    wheel = make_wheel(action, "a", "1")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (action / "requirements.txt").write_text(f"a==1 --hash=sha256:{digest}\n")
    (job.temporary / "pip.conf").write_text(f"[global]\nno-index = true\nfind-links = {action.as_uri()}\n")
    STEPS["Install"]["env"]["PIP_CONFIG_FILE"] = str(job.temporary / "pip.conf")
    done = job.run("Install", action_path=str(action))
    assert done.returncode == 0, done.stderr
    python = job.temporary / "assessments" / "bin" / "python"
    assert subprocess.run([python, "-c", "import a"], check=False).returncode == 0


def test_errors_are_shown_at_their_lines_and_fail_the_step(job: Job) -> None:
    job.commit(good=formatted(SPECIMEN), bad=BROKEN, README="# Not an assessment\n")
    done = job.run("Check")
    assert done.returncode == 1
    assert re.search(r"^::error file=bad\.md,line=\d+,col=\d+,title=weights-sum::", done.stdout, re.MULTILINE)
    assert "    bad.md:6:1: error[weights-sum]" in job.summary()
    assert "    2 files checked: 1 error, 0 warnings" in job.summary()
    assert "README" not in done.stdout + job.summary()

    assert job.run("Check", path="good.md").returncode == 0
    assert job.run("Check", path="nowhere").returncode == 2


def test_a_file_in_another_style_fails_the_step(job: Job) -> None:
    text = formatted(SPECIMEN)
    job.commit(good=text, other=text.replace("- weight:", "* Weight :"), README="# Not an assessment\n")
    done = job.run("Format")
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "other.md: would be formatted",
        "::error title=format::Rewrite these files with `assessment-worker format`.",
    ]
    assert job.run("Format", path="good.md").returncode == 0


def test_changes_are_classified_on_the_page(job: Job) -> None:
    old = job.commit(**{"sub/team": SPECIMEN, "wording": SPECIMEN, "same": SPECIMEN, "README": "# Old\n"})
    job.git("checkout", "-qb", "mine")
    wording = SPECIMEN.replace("Keep going.", "Well done.")
    job.commit(**{"sub/team": HEAVIER, "wording": wording, "new": SPECIMEN, "README": "# New\n"})
    done = job.run("Changes", before=old)
    assert done.returncode == 0, done.stderr
    page = job.summary()
    assert re.findall(r"^## (.*)$", page, re.MULTILINE) == ["sub/team.md", "wording.md"]
    assert "### Scoring\n" in page
    assert "for example" in page
    assert "from version 1.0 at least 2.0, but new/sub/team.md has 1.0" in page
    assert "### Presentation\n" in page.split("## wording.md")[1]

    (job.temporary / "summary.md").unlink()
    done = job.run("Changes", base_ref="main", before="0" * 40, path="wording.md")
    assert done.returncode == 0, done.stderr
    assert re.findall(r"^## (.*)$", job.summary(), re.MULTILINE) == ["wording.md"]


def test_the_base_is_fetched_if_only_one_commit_is_here(job: Job, tmp_path: Path) -> None:
    job.commit(team=SPECIMEN)
    job.git("checkout", "-qb", "mine")
    job.commit(team=HEAVIER)
    shallow = tmp_path / "shallow"
    job.git("clone", "-q", "--depth=1", "-b", "mine", job.workspace.as_uri(), str(shallow))
    there = Job(shallow, job.temporary, job.values)
    done = there.run("Changes", base_ref="main")
    assert done.returncode == 0, done.stderr
    assert "### Scoring\n" in there.summary()

    lost = there.run("Changes", base_ref="gone")
    assert lost.returncode == 1
    assert "::error title=base::" in lost.stdout


def test_without_a_base_nothing_is_compared(job: Job) -> None:
    job.commit(team=SPECIMEN)
    for before in ("", "0" * 40):
        done = job.run("Changes", before=before)
        assert (done.returncode, done.stdout) == (0, "There is no commit to compare with.\n")
    assert job.summary() == ""


def test_a_file_with_errors_is_not_compared(job: Job) -> None:
    old = job.commit(team=SPECIMEN)
    job.commit(team=BROKEN)
    done = job.run("Changes", base=old)
    assert done.returncode == 0, done.stderr
    assert "Not compared, because the old or the new file has errors." in job.summary()
    assert "error[weights-sum]" in done.stderr


def test_hostile_names_are_only_names(job: Job) -> None:
    """Of branches, paths and files: none is run, read as an option, or breaks out of its line."""
    name = "a`touch pwned`$(touch pwned)\n## b; touch pwned"
    old = job.commit(**{name: SPECIMEN, "--help": SPECIMEN})
    job.commit(**{name: HEAVIER, "--help": HEAVIER})
    done = job.run("Changes", base=old)
    assert done.returncode == 0, done.stderr
    headings = re.findall(r"^## (.*)$", job.summary(), re.MULTILINE)
    assert headings == ["--help.md", "a?touch pwned???touch pwned???? b? touch pwned.md"]
    for hostile in ("--upload-pack=touch pwned", "$(touch pwned)", "main; touch pwned", "--help"):
        assert job.run("Changes", base=hostile).returncode == 1
        for step in ("Check", "Format"):
            done = job.run(step, path=hostile)
            assert done.returncode == 2, done.stdout
    assert not (job.workspace / "pwned").exists()


def test_modules_of_the_checked_repository_are_not_imported(job: Job) -> None:
    old = job.commit(team=formatted(SPECIMEN))
    (job.workspace / "worker").mkdir()
    for module in ("worker/__init__.py", "yaml.py", "json.py"):
        (job.workspace / module).write_text("raise SystemExit('imported')\n")
    job.commit(team=formatted(HEAVIER))
    for step in ("Check", "Format", "Changes"):
        done = job.run(step, base=old)
        assert done.returncode == 0, done.stderr
        assert "imported" not in done.stderr


def test_the_example_in_the_docs_is_a_workflow_that_uses_it(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "format.md").read_text(encoding="utf-8")
    [example] = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    workflow = yaml.safe_load(example)
    assert workflow["permissions"] == {"contents": "read"}
    [[checkout, ours]] = [job["steps"] for job in workflow["jobs"].values()]
    assert checkout["with"] == {"fetch-depth": 0, "persist-credentials": False}
    assert set(ours["with"]) <= set(ACTION["inputs"])
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "example.yml").write_text(example, encoding="utf-8")
    done = lint(tmp_path)
    assert done.returncode == 0, done.stdout

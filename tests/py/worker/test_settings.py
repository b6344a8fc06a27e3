"""Settings are checked at startup: an invalid one is named, with what it must be."""

import subprocess
import sys

import pytest

from worker.cli import main
from worker.engine.settings import Settings, SettingsError, load_settings, needed, unknown_settings

SECRET = "sb_secret_do-not-show-me"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields.values():
        monkeypatch.delenv(str(field.validation_alias), raising=False)
    monkeypatch.setenv("SUPABASE_URL", "https://abcdefgh.supabase.co")
    monkeypatch.setenv("SUPABASE_SERVICE_ROLE_KEY", SECRET)


def problems() -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return caught.value.problems


def test_help_tells_the_defaults_that_hold(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert f"(WORKER_BATCH, {load_settings().batch})" in told
    assert "concurrency" not in told


def test_the_url_and_the_key_are_enough() -> None:
    settings = load_settings()
    assert settings.supabase_url == "https://abcdefgh.supabase.co"
    assert settings.service_key.get_secret_value() == SECRET
    assert (settings.batch, settings.lease_seconds) == (1000, 60)
    assert settings.database_url is None
    assert settings.metrics_port is None


def test_every_missing_setting_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUPABASE_URL")
    monkeypatch.setenv("SUPABASE_SERVICE_ROLE_KEY", "")
    first, second = problems()
    assert first.startswith("SUPABASE_URL is not set: set it to the URL of the Supabase project")
    assert second.startswith("SUPABASE_SERVICE_ROLE_KEY is not set: ")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SUPABASE_URL", "abcdefgh.supabase.co"),
        ("SUPABASE_URL", "postgresql://host/db"),
        ("SUPABASE_URL", "https://host:notaport"),
        ("SUPABASE_URL", "https://a..b"),
        ("SUPABASE_URL", "https://ho\tst"),
        ("SUPABASE_URL", "https://" + "a" * 64 + ".co"),
        ("SUPABASE_URL", "https://"),
        ("SUPABASE_SERVICE_ROLE_KEY", "two words"),
        ("SUPABASE_SERVICE_ROLE_KEY", "kéy"),
        ("SUPABASE_SERVICE_ROLE_KEY", "one\ntwo"),
        ("DATABASE_URL", "mysql://u:hidden-password@host/db"),
        ("DATABASE_URL", "postgresql://u:hidden-password@host:x/db"),
        ("DATABASE_URL", "postgresql://u:hidden-password%@host/db"),
        ("DATABASE_URL", "postgresql://u:hidden-password@host/db?foo=bar"),
        ("DATABASE_URL", "postgresql://u:hidden-password@a..b/db"),
        ("DATABASE_URL", "postgresql://u:hidden-password@host/%ff"),
        ("WORKER_BATCH", "0"),
        ("WORKER_BATCH", "1001"),
        ("WORKER_BATCH", "many"),
        ("WORKER_BATCH", "1.5"),
        ("WORKER_POLL_SECONDS", "0"),
        ("WORKER_POLL_SECONDS", "nan"),
        ("WORKER_LEASE_SECONDS", "4000"),
        ("WORKER_JOB_SECONDS", "inf"),
        ("WORKER_JOB_MEMORY_MB", "1"),
        ("WORKER_HTTP_SECONDS", "x"),
        ("WORKER_METRICS_PORT", "70000"),
        ("WORKER_LOG_LEVEL", "loud"),
        ("WORKER_NAME", "a name"),
    ],
)
def test_a_bad_setting_is_named_with_what_is_needed(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    (problem,) = problems()
    assert problem.startswith(f"{name} is ")
    assert problem.endswith(f": {needed(name)}.")
    assert SECRET not in problem
    assert "hidden-password" not in problem
    assert "kéy" not in problem


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SSL_CERT_FILE", "/nowhere/at-all.pem", "cannot be used: No such file or directory."),
        ("SSL_CERT_FILE", __file__, "cannot be used: it contains no certificate."),
        ("SSL_CERT_FILE", "/", "cannot be used: Is a directory."),
        ("HTTP_PROXY", "socks5://hidden-password@proxy:1080", "a URL that begins with http:// or https://"),
        ("HTTPS_PROXY", "garbage://proxy", "a URL that begins with http:// or https://"),
        ("https_proxy", "http://proxy:port", "a URL that begins with http:// or https://"),
        ("ALL_PROXY", "http://a..b:3128", "a URL that begins with http:// or https://"),
    ],
)
def test_what_the_client_heeds_is_checked_too(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    monkeypatch.setenv(name, value)
    (problem,) = problems()
    assert problem.startswith(f"{name} is ")
    assert reason in problem
    assert "hidden-password" not in problem


@pytest.mark.parametrize("command", ["run", "drain", "status", "prune"])
def test_a_command_says_what_is_bad_and_ends(command: str) -> None:
    done = worker(command, {"SSL_CERT_FILE": "/nowhere/at-all.pem"})
    assert (done.returncode, done.stdout) == (78, "")
    assert done.stderr == (
        "error: SSL_CERT_FILE is '/nowhere/at-all.pem', which cannot be used: No such file or directory.\n"
    )


@pytest.mark.parametrize("proxy", ["http://proxy:3128", "proxy:3128", "https://user:password@proxy"])
def test_a_proxy_is_taken(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert load_settings().batch == 1000


@pytest.mark.parametrize("url", ["HTTP://127.0.0.1:1", "http://127.0.0.1:1/REST", "http://bücher.invalid"])
def test_a_url_that_is_taken_can_be_used(url: str) -> None:
    done = worker("status", {"SUPABASE_URL": url})
    assert done.returncode == 69, done.stderr
    assert done.stderr.startswith("error: The API at http://")


def worker(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    given = {"SUPABASE_URL": "https://abcdefgh.supabase.invalid", "SUPABASE_SERVICE_ROLE_KEY": SECRET}
    return subprocess.run(
        [sys.executable, "-m", "worker", command],
        env=given | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_what_is_needed_follows_from_the_settings_own_bounds() -> None:
    assert (
        needed("WORKER_BATCH")
        == "set it to a whole number from 1 to 1000, the most jobs that one request claims"
    )
    assert needed("WORKER_POLL_SECONDS").startswith("set it to a number from 0.05 to 300, ")
    assert needed("WORKER_METRICS_PORT").startswith("set it to a whole number from 1 to 65535, ")
    for field in Settings.model_fields.values():
        assert "set it to" in needed(str(field.validation_alias))


def test_flags_go_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKER_BATCH", "7")
    assert load_settings().batch == 7
    assert load_settings(batch=9).batch == 9
    with pytest.raises(SettingsError, match=r"^--batch is 0: set it to a whole number from 1 to 1000"):
        load_settings(batch=0)


def test_forgivable_spellings_are_forgiven(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_URL", " https://abcdefgh.supabase.co/rest/v1/ ")
    monkeypatch.setenv("SUPABASE_SERVICE_ROLE_KEY", f"{SECRET}\n")
    monkeypatch.setenv("WORKER_BATCH", "")
    settings = load_settings()
    assert settings.supabase_url == "https://abcdefgh.supabase.co"
    assert settings.service_key.get_secret_value() == SECRET
    assert settings.batch == 1000


def test_the_transaction_pooler_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres.x:p@pooler.supabase.com:6543/postgres")
    assert load_settings().through_transaction_pooler
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres.x:p@pooler.supabase.com:5432/postgres")
    assert not load_settings().through_transaction_pooler


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://u:p@host/db",
        "postgresql:///db?host=/run/../tmp/a-socket" + "t" * 64,
        "postgres://u:p%25@[::1]:5432/db?sslmode=require&connect_timeout=5",
    ],
)
def test_what_libpq_reads_is_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    database_url = load_settings().database_url
    assert database_url is not None
    assert database_url.get_secret_value() == url


def test_a_misspelt_setting_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKER_BATCHES", "5")
    assert ("WORKER_BATCHES", "WORKER_BATCH") in unknown_settings()


def test_the_settings_do_not_show_their_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:hidden-password@host/db")
    assert SECRET not in repr(load_settings())
    assert "hidden-password" not in repr(load_settings())


def test_a_command_without_settings_says_so_and_ends() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "worker", "run"],
        env={},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 78
    assert done.stderr.splitlines()[0].startswith("error: SUPABASE_URL is not set: ")
    assert "Traceback" not in done.stderr

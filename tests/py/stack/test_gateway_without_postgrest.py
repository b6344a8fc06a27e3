"""While PostgREST or Postgres is down, the gateway answers with a status for which clients wait."""

from __future__ import annotations

from tests.py.harness.api import RunningApi, api_over
from tests.py.harness.databases import Databases


def test_postgrest_away_is_503_with_retry_after(databases: Databases) -> None:
    with databases.clone("empty") as database, api_over(database) as running:
        assert running.http().get("/rest/v1/").status_code == 200
        stop_postgrest(running)
        for send in (running.http().get, running.http().post):
            answer = send("/rest/v1/notes")
            assert answer.status_code == 503
            assert answer.headers["Retry-After"] == "1"
            assert answer.json()["message"] == "PostgREST does not answer"
        assert running.http().get("/auth/v1/settings").status_code == 200


def test_the_database_away_is_503_for_auth(databases: Databases) -> None:
    with databases.clone("empty") as database, api_over(database) as running:
        admin = databases.connect_admin()
        admin.execute(f'alter database "{database.name}" allow_connections false')
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [database.name]
        )
        answer = running.http().post(
            "/auth/v1/token?grant_type=password", json={"email": "a@example.test", "password": "secret"}
        )
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        admin.execute(f'alter database "{database.name}" allow_connections true')
        again = running.http().post(
            "/auth/v1/token?grant_type=password", json={"email": "a@example.test", "password": "secret"}
        )
        assert again.status_code == 400
        admin.close()


def stop_postgrest(running: RunningApi) -> None:
    """Kill PostgREST, like a crash."""
    running.postgrest.terminate()
    running.postgrest.wait()

"""A front end's sign-in with supabase-js, over the gateway."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.py.harness.api import RunningApi


def test_a_front_end_signs_up_in_and_out(bare_api: RunningApi) -> None:
    ran = subprocess.run(
        ["node", Path(__file__).with_name("sign_in.mjs"), bare_api.url, bare_api.keys.anon],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    said = json.loads(ran.stdout.splitlines()[-1])
    events = said.pop("events")
    assert events[0] == "INITIAL_SESSION"
    assert events[1:] == ["SIGNED_IN", "TOKEN_REFRESHED", "SIGNED_OUT"]
    email = said.pop("email")
    assert said == {
        "signedUp": email,
        "taken": {"name": "AuthApiError", "status": 422, "code": "user_already_exists"},
        "wrong": {"status": 400, "code": "invalid_credentials"},
        "weak": {"name": "AuthWeakPasswordError", "reasons": ["length"]},
        "rotated": True,
        "made": "from js",
        "counted": 1,
        "plan": "pro",
        "user": email,
        "role": "authenticated",
        "signedOut": None,
        "after": {"status": 400, "name": "AuthSessionMissingError"},
    }

"""The scoring rules of a definition as the database stores it."""

from __future__ import annotations

import json
from decimal import Decimal

from worker.scoring import DEFAULT_SCALE, CategoryRule, DimensionRule, ScoringRules


def rules_of(definition: str) -> ScoringRules:
    """What scoring reads from a definition in JSON; numbers keep their decimal places."""
    document = json.loads(definition, parse_float=Decimal, parse_int=Decimal)
    low, high = document.get("metadata", {}).get("scale", DEFAULT_SCALE)
    return ScoringRules(
        tuple(DimensionRule(d["name"], d["weight"]) for d in document["dimensions"]),
        tuple(
            CategoryRule(
                c["name"],
                (c["scoreRange"][0], c["scoreRange"][1]) if "scoreRange" in c else None,
                tuple(c["primaryDimensions"]),
            )
            for c in document["resultCategories"]
        ),
        (low, high),
    )

"""The ids of the dimensions."""

from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import shown
from worker.compiler.fields import Field
from worker.compiler.reading import report_empty
from worker.compiler.sections import Item
from worker.compiler.values import unwrap
from worker.definition import MAX_DIMENSIONS
from worker.ids import dimension_id, free_id, id_clashes, is_id
from worker.names import fold

__all__ = ["DimensionIds"]


class PlacedId(NamedTuple):
    """The id of a dimension, the one that its name gives, and where it is stated, if it is."""

    id: str
    given: str
    item: Item
    field: Field | None


@dataclass(slots=True)
class DimensionIds:
    """The ids of the dimensions that were read so far, by their folded names."""

    found: dict[str, PlacedId] = field(default_factory=dict)

    def read(self, ctx: Context, item: Item, stated: Field | None) -> str:
        """Return the id of a dimension; of one that states a wrong id, the one of its name."""
        given = dimension_id(item.name)
        if stated is not None and not stated.reported:
            text = unwrap(stated.value.text)
            if not is_id(text):
                self._report_wrong(ctx, stated, text, given)
                return given
            self._remember(PlacedId(text, given, item, stated))
            return text
        self._remember(PlacedId(given, given, item, None))
        return given

    def _remember(self, placed: PlacedId) -> None:
        if key := fold(placed.item.name):
            self.found.setdefault(key, placed)

    def _report_wrong(self, ctx: Context, stated: Field, text: str, given: str) -> None:
        if not text:
            report_empty(ctx, stated, f"write a slug such as `- id: {given}`, or delete the line")
            return
        message = f"{shown(text)} is not an id: lower-case letters, digits and single hyphens"
        hint = f"write `- id: {dimension_id(text)}`"
        ctx.faults.add(Code.INVALID_ID, stated.value, stated.section, message, hint)

    def check(self, ctx: Context) -> None:
        """Report ids that belong to another dimension, among as many dimensions as are allowed."""
        placed = [*islice(self.found.values(), MAX_DIMENSIONS)]
        taken = {id_ for each in placed for id_ in (each.id, each.given)}
        for clash in id_clashes([each.id for each in placed], [each.given for each in placed]):
            one, other = placed[clash.place], placed[clash.other]
            name = shown(other.item.name)
            message = f"the id of this dimension is `{one.id}`, which is that of {name} already"
            if one.id != other.id:
                message = f"the id `{one.id}` is the one that the name {name} gives"
            own = free_id(one.id, taken)
            taken.add(own)
            at = one.item if one.field is None else one.field.value
            hint = f"give it an id of its own, such as `- id: {own}`"
            ctx.faults.add(Code.DUPLICATE_ID, at, one.item.where, message, hint)

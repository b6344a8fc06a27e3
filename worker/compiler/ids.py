"""The ids of the dimensions."""

from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from worker.compiler.catalogue import Code
from worker.compiler.context import Context
from worker.compiler.diagnostics import Hint, plain
from worker.compiler.fields import Field
from worker.compiler.proposals import Proposal, replacing
from worker.compiler.reading import report_empty
from worker.compiler.sections import Item, adding_bullet
from worker.compiler.values import unwrap
from worker.definition import MAX_DIMENSIONS
from worker.ids import dimension_id, free_id, id_clashes, is_id
from worker.names import fold

__all__ = ["DimensionIds"]


class PlacedId(NamedTuple):
    """The id of a dimension, its default id, and where it is stated, if it is."""

    id: str
    given: str
    item: Item
    field: Field | None


@dataclass(slots=True)
class DimensionIds:
    """The ids of the dimensions read so far, by their folded names."""

    found: dict[str, PlacedId] = field(default_factory=dict)

    def read(self, ctx: Context, item: Item, stated: Field | None) -> str:
        """Return the id of a dimension; the default if the stated one is invalid."""
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
            otherwise = "write the id after the colon, or delete the line"
            title = f"write `- id: {given}`, or delete the line"
            report_empty(ctx, stated, replacing(stated.value, f" {given}", title, otherwise))
            return
        message = "`{found}` is not an id: lower-case letters, digits and single hyphens"
        meant = dimension_id(text)
        otherwise = "write lower-case letters a to z, digits, and single hyphens between them"
        hint = replacing(stated.value, meant, f"write `- id: {meant}`", otherwise)
        ctx.faults.add(Code.INVALID_ID, stated.value, stated.section, message, hint, found=plain(text))

    def check(self, ctx: Context) -> None:
        """Report ids that belong to another dimension, among the allowed number of dimensions."""
        placed = [*islice(self.found.values(), MAX_DIMENSIONS)]
        taken = {id_ for each in placed for id_ in (each.id, each.given)}
        for clash in id_clashes([each.id for each in placed], [each.given for each in placed]):
            one, other = placed[clash.place], placed[clash.other]
            message = "this dimension has the id `{found}`, which `{dimension}` already has"
            if one.id != other.id:
                message = "the id `{found}` is the default id of the dimension `{dimension}`"
            own = free_id(one.id, taken)
            taken.add(own)
            at = one.item if one.field is None else one.field.value
            args = {"found": one.id, "dimension": plain(other.item.name)}
            hint = _own_id(ctx, one, own)
            ctx.faults.add(Code.DUPLICATE_ID, at, one.item.where, message, hint, **args)


def _own_id(ctx: Context, one: PlacedId, own: str) -> Hint:
    title, otherwise = f"give it its own id: `- id: {own}`", "give it its own id"
    if one.field is None:
        edit = adding_bullet(ctx.text, one.item, f"- id: {own}")
        return Proposal(title, (edit,), otherwise)
    return replacing(one.field.value, own, title, otherwise)

"""Errors of the stack, for a person."""

from __future__ import annotations


class StackError(Exception):
    """An error that a person can fix.

    Attributes:
        message: what happened, one sentence.
        hint: what to do about it.
        log: the end of a log that shows it, or an empty string.
    """

    def __init__(self, message: str, hint: str = "", log: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.log = log

    def __str__(self) -> str:
        parts = [f"error: {self.message}"]
        if self.log:
            parts.append("\n".join(f"    {line}" for line in self.log.rstrip().splitlines()))
        if self.hint:
            parts.append(f"  {self.hint}")
        return "\n".join(parts)


class PortTakenError(StackError):
    """Another program listens on the port."""

    def __init__(self, port: int, log: str) -> None:
        super().__init__(
            f"port {port} is taken", "Stop the program that listens there, or choose another port.", log
        )

    @staticmethod
    def is_told_by(log: str) -> bool:
        """Whether a server's log reports that."""
        return "address already in use" in log.lower()

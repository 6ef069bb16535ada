"""What is said to questions of LibreOffice's extension manager: yes, for the person gave the command."""

from __future__ import annotations

from typing import Any

from .bridge import uno


def consent() -> Any:
    """A command environment in which everything asked is approved, and nothing is shown."""
    approval = uno().getTypeByName("com.sun.star.task.XInteractionApprove")

    def handle(_self: object, request: Any) -> None:
        for way in request.getContinuations():
            if approved := way.queryInterface(approval):
                approved.select()

    handler = _answering("com.sun.star.task.XInteractionHandler", {"handle": handle})
    none, given = lambda _self: None, lambda _self: handler()
    members = {"getInteractionHandler": given, "getProgressHandler": none}
    return _answering("com.sun.star.ucb.XCommandEnvironment", members)()


def _answering(interface: str, members: dict[str, Any]) -> Any:
    """A class that UNO knows by its interface."""
    known = {
        "getTypes": lambda _self: (uno().getTypeByName(interface), uno().getTypeByName(_TYPED)),
        "getImplementationId": lambda _self: uno().ByteSequence(b""),
    }
    return type(interface, (uno().getClass(_TYPED), uno().getClass(interface)), {**known, **members})


_TYPED = "com.sun.star.lang.XTypeProvider"

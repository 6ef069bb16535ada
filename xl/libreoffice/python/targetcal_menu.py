"""Inside LibreOffice: menu and toolbar, whose entries run in the person's own Python on the open book.

LibreOffice's Python runs this file, with nothing beside the standard library. Questions are asked
here; what came of it is shown when it has come, and nobody waits for it meanwhile.
"""

from __future__ import annotations

import json
import threading
import uuid
from typing import TYPE_CHECKING, Any

import unohelper
from com.sun.star.awt import XCallback
from com.sun.star.awt.MessageBoxType import INFOBOX
from com.sun.star.frame import DispatchResultEvent, XDispatchProvider, XNotifyingDispatch
from com.sun.star.frame.DispatchResultState import SUCCESS
from com.sun.star.lang import XInitialization
from targetcal_own import Named, offered, own_python, settings

if TYPE_CHECKING:
    from com.sun.star.awt import UnoControlDialogModel
    from com.sun.star.beans import PropertyValue
    from com.sun.star.connection import XAcceptor
    from com.sun.star.frame import DispatchDescriptor, XDispatchResultListener, XFrame, XStatusListener
    from com.sun.star.uno import XComponentContext, XInterface
    from com.sun.star.util import URL

    Ask = dict[str, str]
    Answers = dict[str, str]
    Box = tuple[int, int, int, int]
    Request = dict[str, object]

PROTOCOL = "targetcal.command:"
OK_BUTTON, ANSWERED = 1, 1
WIDTH, LINE, EDGE = 220, 14, 8
"""Sizes in a dialog, in its own units."""


class Door:
    """A private pipe, opened with the first command, at which our Python reaches this LibreOffice."""

    def __init__(self) -> None:
        self._pipe: str | None = None
        self._acceptor: XAcceptor | None = None

    def pipe(self, context: XComponentContext) -> str:
        """The pipe's name."""
        if self._pipe is None:
            pipe = f"targetcal-{uuid.uuid4().hex}"
            acceptor = service(context, "com.sun.star.office.Acceptor")
            acceptor.initialize((f"pipe,name={pipe};urp;StarOffice.ComponentContext", True))
            self._pipe, self._acceptor = pipe, acceptor
        return self._pipe


DOOR = Door()
AT_WORK = threading.Lock()
"""Held while a command runs: one at a time."""


def service(context: XComponentContext, name: str) -> XInterface:
    """A service of LibreOffice's."""
    return context.ServiceManager.createInstanceWithContext(name, context)


class Told(unohelper.Base, XCallback):
    """Shows a message, once LibreOffice has time for it."""

    def __init__(self, context: XComponentContext, frame: XFrame, title: str, message: str) -> None:
        self._context, self._frame, self._title, self._message = context, frame, title, message

    def notify(self, _data: object) -> None:
        """Show it, and wait for nobody but the person."""
        toolkit = service(self._context, "com.sun.star.awt.Toolkit")
        window = self._frame.getContainerWindow()
        toolkit.createMessageBox(window, INFOBOX, OK_BUTTON, self._title, self._message).execute()


class Commands(unohelper.Base, XDispatchProvider, XNotifyingDispatch, XInitialization, Named):
    """What an entry of the menu or toolbar does; arguments of a call answer questions beforehand."""

    service = "targetcal.Commands"

    def __init__(self, context: XComponentContext) -> None:
        self._context = context
        self._frame: XFrame = None

    def getSupportedServiceNames(self) -> tuple[str, ...]:
        """It is asked for as a handler of addresses, too."""
        return (self.service, "com.sun.star.frame.ProtocolHandler")

    def initialize(self, arguments: tuple[XFrame, ...]) -> None:
        """The window it is used in."""
        self._frame = arguments[0] if arguments else None

    def queryDispatch(self, url: URL, _target: str, _flags: int) -> Commands | None:
        """Itself for our addresses."""
        return self if url.Complete.startswith(PROTOCOL) else None

    def queryDispatches(self, requests: tuple[DispatchDescriptor, ...]) -> tuple[Commands | None, ...]:
        """The same for several."""
        return tuple(self.queryDispatch(one.FeatureURL, one.FrameName, one.SearchFlags) for one in requests)

    def dispatch(self, url: URL, arguments: tuple[PropertyValue, ...]) -> None:
        """Run an entry and show what came of it."""
        self.dispatchWithNotification(url, arguments, None)

    def dispatchWithNotification(
        self, url: URL, arguments: tuple[PropertyValue, ...], listener: XDispatchResultListener
    ) -> None:
        """Run an entry; a listener is told what came of it in place of the person."""
        button = settings()["buttons"][url.Complete.removeprefix(PROTOCOL)]
        answers = {one.Name: str(one.Value) for one in arguments}
        if listener is None and not self._asked(button, answers):
            return
        document = self._frame.getController().getModel().RuntimeUID
        request = {"pipe": DOOR.pipe(self._context), "document": document, "answers": answers}
        request["code"] = url.Complete.removeprefix(PROTOCOL)
        run = threading.Thread(target=self._run, args=(button["caption"], request, listener), daemon=True)
        run.start()

    def addStatusListener(self, listener: XStatusListener, url: URL) -> None:
        """Entries never change their looks."""

    def removeStatusListener(self, listener: XStatusListener, url: URL) -> None:
        """Entries never change their looks."""

    def _asked(self, button: dict[str, Any], answers: Answers) -> bool:
        """Whether the person has answered what is still to be asked; it is put beside the other answers."""
        asks = [ask for ask in button["asks"] if ask["code"] not in answers]
        written = [ask for ask in asks if ask["kind"] not in ("file", "folder")]
        if written and not self._in_dialog(button["caption"], written, answers):
            return False
        return all(self._picked(ask, answers) for ask in asks if ask not in written)

    def _picked(self, ask: Ask, answers: Answers) -> bool:
        if ask["kind"] == "folder":
            picker = service(self._context, "com.sun.star.ui.dialogs.FolderPicker")
            picked = picker.execute() == ANSWERED and picker.getDirectory()
        else:
            picker = service(self._context, "com.sun.star.ui.dialogs.FilePicker")
            picked = picker.execute() == ANSWERED and picker.getSelectedFiles()[0]
        if picked:
            answers[ask["code"]] = unohelper.fileUrlToSystemPath(picked)
        return bool(picked)

    def _in_dialog(self, title: str, asks: list[Ask], answers: Answers) -> bool:
        """Ask everything in one dialog; what stands there when it is closed by its button are the answers."""
        model = service(self._context, "com.sun.star.awt.UnoControlDialogModel")
        height = EDGE * 2 + 2 * LINE * len(asks) + LINE + EDGE
        place(model, "", (60, 60, WIDTH, height), Title=title)
        for number, ask in enumerate(asks):
            top, wide = EDGE + 2 * LINE * number, WIDTH - 2 * EDGE
            add(model, "FixedText", f"label{number}", (EDGE, top, wide, LINE - 3), Label=ask["question"])
            add(model, "Edit", f"edit{number}", (EDGE, top + LINE - 3, wide, LINE - 1))
        where = WIDTH - EDGE - 50, height - LINE - EDGE, 50, LINE
        add(model, "Button", "ok", where, PushButtonType=1, DefaultButton=True, Label=settings()["run"])
        dialog = service(self._context, "com.sun.star.awt.UnoControlDialog")
        dialog.setModel(model)
        dialog.createPeer(service(self._context, "com.sun.star.awt.Toolkit"), None)
        answered: bool = dialog.execute() == ANSWERED
        for number, ask in enumerate(asks):
            answers[ask["code"]] = dialog.getControl(f"edit{number}").getText()
        dialog.dispose()
        return answered

    def _run(self, title: str, request: Request, listener: XDispatchResultListener) -> None:
        """Have it done in the person's own Python, and tell what came of it."""
        if AT_WORK.acquire(blocking=False):
            try:
                message = done(request)
            finally:
                AT_WORK.release()
        else:
            message = settings()["busy"]
        if listener is not None:
            listener.dispatchFinished(DispatchResultEvent(self, SUCCESS, message))
        else:
            told = Told(self._context, self._frame, title, message)
            service(self._context, "com.sun.star.awt.AsyncCallback").addCallback(told, None)


def add(model: UnoControlDialogModel, kind: str, name: str, where: Box, **more: object) -> None:
    """A control in a dialog."""
    control = model.createInstance(f"com.sun.star.awt.UnoControl{kind}Model")
    place(control, name, where, **more)
    model.insertByName(name, control)


def place(model: XInterface, name: str, where: Box, **more: object) -> None:
    """Where something stands, how large it is, and what else is to be said of it."""
    left, top, width, height = where
    said = {"Name": name, "PositionX": left, "PositionY": top, "Width": width, "Height": height, **more}
    for key, value in said.items():
        setattr(model, key, value)


def done(request: Request) -> str:
    """What came of a command, in words."""
    try:
        runner = own_python(settings()["runner"])
        said, _ = runner.communicate(json.dumps(request).encode())
        return str(json.loads(said))
    except (OSError, ValueError):
        return str(settings()["away"])


g_ImplementationHelper = offered(Commands)

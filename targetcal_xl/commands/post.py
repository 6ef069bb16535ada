"""What is sent and put away: reminders, letters, the archive, and what waits to be sent."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from .command import CommandTable
from .given import DryRun, Reason, Representatives
from .parameter import Given

if TYPE_CHECKING:
    from ..desk import Desk
    from ..telling import Report

DraftsTo = Annotated[Path | None, Given("--draft", "folder")]
Attach = Annotated[list[str] | None, Given("--attach", metavar="REGION=FILE")]
Resend = Annotated[list[int] | None, Given("--resend", "whole", metavar="N")]
Arrived = Annotated[list[int] | None, Given("--arrived", "whole", metavar="N")]
ArchiveAt = Annotated[str, Given("--to", about="archive_to", metavar="URL|DIR")]
ProveArchive = Annotated[bool, Given("--verify", about="verify_archive")]
DeletedLetters = Annotated[list[str] | None, Given("--delete", about="archive_delete", metavar="NUMBER")]
ByLaw = Annotated[bool, Given("--legal", about="archive_legal")]
BouncesAt = Annotated[Path | None, Given("--bounces", "folder")]
LettersFrom = Annotated[Path | None, Given("--letters", "folder", about="letters_from")]
LetterFolders = Annotated[list[Path] | None, Given("--letters", "folder", about="letter_folders")]
MailedForm = Annotated[Literal["docx", "pdf", "both"], Given("--format", about="mail_format")]
WriteTexts = Annotated[bool, Given("--texts")]
OnlyListed = Annotated[bool, Given("--list", about="list_messages")]
PacksFrom = Annotated[Path | None, Given("--packs", "folder", about="packs_from")]

TABLE = CommandTable()


@TABLE.command(
    "targetcal remind targets.xlsx --dry-run",
    "targetcal remind targets.xlsx",
    "targetcal remind targets.xlsx --packs packs",
    "targetcal remind targets.xlsx --draft mails --attach HD=packs/HD.xlsx",
)
@TABLE.button("remind_whom", "finance", "MailMergeRecipientsEditList", dry_run=True)
@TABLE.button("remind", "finance", "FileSendAsAttachment")
@TABLE.button("draft", "hr", "NewMessage", "draft")
def _remind(
    desk: "Desk",
    dry_run: DryRun = False,
    draft: DraftsTo = None,
    attach: Attach = None,
    packs: PacksFrom = None,
) -> "Report":
    from ..actions.remind import remind

    return remind(desk, dry_run=dry_run, draft=draft, attach=attach or (), packs=packs)


@TABLE.command(
    "targetcal mail targets.xlsx --dry-run",
    "targetcal mail targets.xlsx --letters letters",
    "targetcal mail targets.xlsx --letters people --representatives people.xlsx",
    "targetcal mail targets.xlsx --draft mails",
    "targetcal mail targets.xlsx --texts",
)
@TABLE.button("mail_whom", "hr", "MailMergeRecipientsEditList", dry_run=True)
@TABLE.button("mail", "hr", "FileSendAsAttachment")
def _mail(
    desk: "Desk",
    letters: LettersFrom = None,
    form: MailedForm = "pdf",
    draft: DraftsTo = None,
    dry_run: DryRun = False,
    texts: WriteTexts = False,
    people: Representatives = None,
) -> "Report":
    from ..actions.mail import mail, mail_texts

    if texts:
        return mail_texts(desk)
    return mail(desk, letters=letters, form=form, draft=draft, dry_run=dry_run, people=people)


@TABLE.command(
    "targetcal archive targets.xlsx --to sftp://hr@files.example.com/letters",
    "targetcal archive targets.xlsx --to D:/archive --letters letters --letters people",
    "targetcal archive targets.xlsx --to D:/archive --verify",
    'targetcal archive targets.xlsx --to s3://letters/2025 --delete 2025Q1-HD-V1 --reason "time is over"',
)
def _archive(
    desk: "Desk",
    place: ArchiveAt,
    letters: LetterFolders = None,
    prove: ProveArchive = False,
    delete: DeletedLetters = None,
    legal: ByLaw = False,
    reason: Reason = "",
) -> "Report":
    from ..actions.archive import archive_as_said

    return archive_as_said(desk, place, letters or (), delete or (), reason, prove=prove, legal=legal)


@TABLE.button("archive", "hr", "FileSaveAs", "place")
def _archive_now(desk: "Desk", place: ArchiveAt) -> "Report":
    from ..actions.archive import archive

    return archive(desk, place)


@TABLE.command(
    "targetcal outbox targets.xlsx --list",
    "targetcal outbox targets.xlsx",
    "targetcal outbox targets.xlsx --resend 12",
    "targetcal outbox targets.xlsx --bounces returned",
)
@TABLE.button("outbox", "hr", "EnvelopesAndLabelsDialog", listed=True)
def _outbox(
    desk: "Desk",
    listed: OnlyListed = False,
    resend: Resend = None,
    arrived: Arrived = None,
    bounces: BouncesAt = None,
) -> "Report":
    from ..actions.outbox import outbox

    return outbox(desk, listed=listed, resend=resend or (), arrived=arrived or (), bounces=bounces)

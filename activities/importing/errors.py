"""Why a file cannot be read as a plan, and what its owner can do."""

from engine.errors import N_, OporaError


class PlanFileError(OporaError):
    """A file that cannot be read as a plan; the classes below say why."""

    message = N_("“{file}” cannot be read as a plan. Save the plan as .docx and give that file.")


class PlanFileMissingError(PlanFileError):
    """No such file."""

    message = N_("There is no file “{file}”. Check the name and the folder.")


class PlanFileIsFolderError(PlanFileError):
    """A folder stands where a file is expected."""

    message = N_("“{file}” is a folder. Give the plan's file inside it.")


class PlanFileForbiddenError(PlanFileError):
    """The operating system refuses to open the file."""

    message = N_("“{file}” may not be opened: {reason}. Close it in other programs or change its permissions.")


class PlanFileEmptyError(PlanFileError):
    """A file of 0 bytes."""

    message = N_("“{file}” holds 0 bytes: it was not saved or not copied to the end. Save or copy it again.")


class PlanFileTooLargeError(PlanFileError):
    """A file beyond what any plan takes."""

    message = N_("“{file}” takes {size_mb} MB; a plan may take {limit_mb} MB. Take out pictures and appendices.")


class NotADocumentError(PlanFileError):
    """Bytes of no format that carries a plan."""

    message = N_("“{file}” is not a document that Opora knows. Save the plan as {formats} and give that file.")


class OtherFormatError(PlanFileError):
    """A document, but of a format that is not read."""

    message = N_("“{file}” is a document of the kind {kind}. Open it and save it as .docx, then give that file.")


class LibreOfficeMissingError(PlanFileError):
    """A document that only LibreOffice can convert, and there is none."""

    message = N_(
        "“{file}” is a document of the kind {kind}, which needs LibreOffice, and that is not installed here. "
        "Open the document and save it as .docx, or have LibreOffice installed."
    )


class ConversionFailedError(PlanFileError):
    """LibreOffice made nothing of a document, or not in time."""

    message = N_("LibreOffice could not convert “{file}” ({kind}). Open it, save it as .docx, then give that file.")


class EncryptedDocumentError(PlanFileError):
    """A document behind a password."""

    message = N_("“{file}” is protected by a password. Open it, take the password off, save and give that file.")


class DamagedDocumentError(PlanFileError):
    """A document cut off or broken inside."""

    message = N_("“{file}” is damaged ({reason}). Open it in its own program, save it under a new name, give that.")


class DecompressionBombError(PlanFileError):
    """A small file that unpacks to a size no plan has."""

    message = N_(
        "“{file}” unpacks to more than a plan ever takes ({limit_mb} MB or {ratio} times its own size). "
        "It was not opened: ask its sender for the plan as a plain .docx."
    )


class PlanTooHeavyError(PlanFileError):
    """Reading took all the memory that it may."""

    message = N_(
        "“{file}” takes more than {limit_mb} MB of memory to read, which no plan does; reading was stopped. "
        "Copy the plan's table alone into a new document and give that."
    )


class PlanTooSlowError(PlanFileError):
    """Reading took all the time that it may."""

    message = N_(
        "“{file}” takes longer than {seconds} s to read, which no plan does; reading was stopped. "
        "Copy the plan's table alone into a new document and give that."
    )


class TextTooLongError(PlanFileError):
    """A cell or paragraph beyond what a plan's cell can hold."""

    message = N_(
        "“{file}” has {length} characters in one place ({position}); a plan's cell holds at most {limit}. "
        "Take that text out of the plan and read the file again."
    )


class ReaderFailedError(PlanFileError):
    """The parser itself failed over the file."""

    message = N_(
        "“{file}” could not be read: the reader failed over it ({reason}). Open it, save it as .docx, give that file. "
        "If that fails too, run the command with -v and send what it prints to the administrator."
    )


class EmptyDocumentError(PlanFileError):
    """A sound document without any text."""

    message = N_("“{file}” opens, but holds no text. If the plan is a scanned picture, ask for it as .docx.")


class NoPlanTableError(PlanFileError):
    """A document with text, in which no column of a plan was found."""

    message = N_(
        "“{file}” has no column that a plan needs. Looked for: a title («Наименование мероприятия») and "
        "a deadline («Срок»). Found: {found}. Give the columns such headings and read the file again."
    )


class ToldColumnsError(PlanFileError):
    """No table has the columns that a person named."""

    message = N_(
        "No table of “{file}” has rows of {count} cells, as --columns says. Found: {found}. "
        "Name every column from the left, those that a plan has no use for as “other”."
    )


class PlanPeriodUnknownError(PlanFileError):
    """The plan's title names no period, and a period is never guessed."""

    message = N_(
        "The title of “{file}” does not say for which period the plan is. Say it with --from and --to. "
        "Most deadlines name {likely}: --from {starts_on} --to {ends_on}."
    )


class PlanPeriodNowhereError(PlanPeriodUnknownError):
    """Neither the title nor any deadline names a year."""

    message = N_(
        "Neither the title of “{file}” nor its deadlines name a year. Say the plan's period with --from and --to, "
        "for example --from 2026-01-01 --to 2026-12-31."
    )

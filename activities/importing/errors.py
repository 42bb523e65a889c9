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


class EmptyDocumentError(PlanFileError):
    """A sound document without any text."""

    message = N_("“{file}” opens, but holds no text. If the plan is a scanned picture, ask for it as .docx.")


class NoPlanTableError(PlanFileError):
    """A document with text, in which no column of a plan was found."""

    message = N_(
        "“{file}” has no column that a plan needs. Looked for: a title («Наименование мероприятия») and "
        "a deadline («Срок»). Found: {found}. Give the columns such headings and read the file again."
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

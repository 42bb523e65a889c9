"""Files that are not taken as evidence, and what to do instead: whatever runs when it is opened."""

from pathlib import PurePosixPath

from activities.media_types import EXECUTABLE, MARKUP
from engine.errors import N_, OporaError

_RUN = """
    ade adp apk app appinstaller application appref-ms bash bat chm cmd com command cpl deb desktop diagcab dll dmg
    dylib exe gadget hlp hta img inf ins iqy iso jar jnlp js jse ksh lnk mde msc msi msix msp mst ocx pif pkg ps1
    ps1xml ps2 psc1 pyw pyz reg rpm scf scr sct settingcontent-ms sh shb shs slk sys url vb vbe vbs vhd vhdx website
    ws wsc wsf wsh xbap xll xpi
"""
_SHOWN = "htm html mht mhtml shtml svg svgz xht xhtml"
PAGE_ENDINGS = frozenset(f".{ending}" for ending in _SHOWN.split())
"""Endings of names that a browser shows and obeys."""
RUN_BY_DOUBLE_CLICK = frozenset(f".{ending}" for ending in _RUN.split()) | PAGE_ENDINGS
"""Endings of names that Windows, macOS or a browser runs or obeys on a double click."""
MACRO_ENDINGS = frozenset({".docm", ".dotm", ".xlsm", ".xltm", ".xlsb", ".xlam", ".pptm", ".potm", ".ppsm", ".ppam"})


class DangerousFileError(OporaError):
    """A file that may do something by itself when it is opened; its subclasses say what it is."""

    message = N_("This file may do something by itself when it is opened. Send a PDF or a photograph instead.")


class ProgramError(DangerousFileError):
    """A program, a script, a shortcut, an installer."""

    message = N_(
        "This is a program or a script, whatever its name says, and is not taken as evidence. Send the document "
        "itself: as PDF, as a photograph, or as a Word or Excel file."
    )


class PageError(DangerousFileError):
    """HTML, SVG and the like: a browser runs what is in it."""

    message = N_(
        "This is a web page or an SVG drawing, which may run scripts, and is not taken as evidence. Print it to PDF "
        "(Ctrl+P, “Save as PDF”) or make a screenshot; of a page on the web give the link."
    )


class MacrosError(DangerousFileError):
    """An office document with macros."""

    message = N_(
        "This document holds macros, which run when it is opened. Save it without them (as .docx, .xlsx, .pptx or "
        "PDF) and send it again."
    )


class ProgramInArchiveError(DangerousFileError):
    """An archive in which a program lies."""

    message = N_("In this archive lies a program or a page ({member}). Take it out, or send the documents one by one.")


class ArchiveBombError(DangerousFileError):
    """A container that would fill the disk of whoever unpacks it."""

    message = N_(
        "This archive would unpack to far more than evidence ever is. Send the documents one by one, or a link to them."
    )


class DamagedArchiveError(OporaError):
    """A container that cannot be opened."""

    message = N_("This file is damaged: it cannot be opened. Save or pack it again, and see that it opens with you.")


class EmptyFileError(OporaError):
    """A file without a byte."""

    message = N_("The file is empty: 0 bytes arrived. Open it to see whether anything is in it, and send it again.")


def refuse_name(name: str) -> None:
    """Refuse a name on which a double click runs the file, whatever its content is.

    Raises:
        ProgramError, PageError, MacrosError: by its ending.
    """
    # Windows drops dots and blanks behind a name, and so obeys the ending before them.
    ending = PurePosixPath(name.rstrip(". ")).suffix.lower()
    if ending in PAGE_ENDINGS:
        raise PageError
    if ending in MACRO_ENDINGS:
        raise MacrosError
    if ending in RUN_BY_DOUBLE_CLICK:
        raise ProgramError


def refuse_type(media_type: str) -> None:
    """Refuse what is a program or a page by its content.

    Raises:
        ProgramError, PageError: it is one.
    """
    if media_type == EXECUTABLE:
        raise ProgramError
    if media_type == MARKUP:
        raise PageError

"""Files of evidence on their way to a reader: never shown in place, never guessed at, held to their digest."""

import hashlib
import logging
from base64 import b64encode
from collections.abc import Iterator, Sequence
from urllib.parse import quote

from flask import Response, request
from markupsafe import escape
from werkzeug.exceptions import NotFound, ServiceUnavailable

from activities.evidence import fold_file_name
from activities.evidence_folder import EvidenceFolder, EvidenceMissingError
from activities.evidence_overview import read_removals
from activities.evidence_scanning import read_scans
from activities.manifest import ManifestFile
from engine.errors import N_
from notifications.translation import translate
from web.errors import EvidenceRemovedError
from web.headers import POLICY
from web.previews import Previews, is_shown
from web.site import current_site

CHUNK_BYTES = 1 << 16
LOCKED = "sandbox; default-src 'none'"
UNKNOWN_TYPE = "application/octet-stream"
# Types that no browser runs. All else is bytes: what the sender called a file must not decide what becomes of it.
SAFE_TYPES = frozenset(
    {
        "application/msword",
        "application/pdf",
        "application/rtf",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/zip",
        "audio/mpeg",
        "image/gif",
        "image/heic",
        "image/jpeg",
        "image/png",
        "image/webp",
        "text/csv",
        "text/plain",
        "video/mp4",
    }
)

NO_PREVIEW = N_("No preview")
_WORDS = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="140" height="36">'
    '<text x="8" y="23" font-family="sans-serif" font-size="13" fill="#586668">{words}</text></svg>'
)

_log = logging.getLogger(__name__)


def serve_file(files: Sequence[ManifestFile], number: int) -> Response:
    """The file with this number, counted from 1, as a download.

    Raises:
        NotFound: there is no such number, or a virus was found in the file.
        EvidenceRemovedError: it was removed by an act.
        ServiceUnavailable: the file is not where it should be.
    """
    wanted = _wanted(files, number)
    folder = current_site().application.office.evidence
    if not folder.path_of(wanted.digest).is_file():
        _log.error("the evidence file %s is missing; run opora doctor", wanted.digest.hex())
        raise ServiceUnavailable
    body = iter(()) if request.method == "HEAD" else iter_checked(folder, wanted)
    return Response(body, headers=file_headers(wanted), content_type=_media_type(wanted))


def serve_preview(files: Sequence[ManifestFile], number: int, language: str) -> Response:
    """A small picture of the file with this number, counted from 1: our own, of its pixels alone.

    Raises:
        NotFound: there is no such number, or a virus was found in the file.
        EvidenceRemovedError: it was removed by an act.
    """
    wanted = _wanted(files, number)
    drawn = _previews().find(wanted.digest, wanted.media_type) if is_shown(wanted.media_type, wanted.size) else None
    if drawn is None:
        return _word_instead(language)
    return Response(drawn, headers={POLICY: LOCKED}, content_type="image/webp")


def preview_state(wanted: ManifestFile) -> str:
    """Of a file's preview: `shown` where the page may ask for it, `missing` where there is none, `none` of a kind."""
    if not is_shown(wanted.media_type, wanted.size):
        return "none"
    return "missing" if _previews().is_missing(wanted.digest) else "shown"


def _previews() -> Previews:
    application = current_site().application
    return Previews(application.settings.preview_dir, application.office.evidence)


def _word_instead(language: str) -> Response:
    """What the page shows the first time, when nobody knew yet that the file cannot be drawn.

    Browsers show the picture of an answer whatever its status.
    """
    words = translate(NO_PREVIEW, language)
    return Response(_WORDS.format(words=escape(words)), 404, {POLICY: LOCKED}, content_type="image/svg+xml")


def _wanted(files: Sequence[ManifestFile], number: int) -> ManifestFile:
    """The file with this number, unless it is known to do harm: its page says so and offers no link."""
    if not 1 <= number <= len(files):
        raise NotFound
    wanted = files[number - 1]
    application = current_site().application
    with application.store.read() as connection:
        scan = read_scans(connection, [wanted.digest]).get(wanted.digest)
        removal = read_removals(connection, {wanted.digest}).get(wanted.digest)
    if scan is not None and scan.threat:
        raise NotFound
    # The same bytes may have been handed in anew since.
    if removal is not None and not application.office.evidence.path_of(wanted.digest).is_file():
        raise EvidenceRemovedError(removal)
    return wanted


def file_headers(wanted: ManifestFile) -> dict[str, str]:
    """What makes a file of a stranger harmless: saved and not shown, its type believed, no script and no frame."""
    return {
        "Content-Length": str(wanted.size),
        "Content-Disposition": _disposition(wanted.name),
        POLICY: LOCKED,
        "Repr-Digest": f"sha-256=:{b64encode(wanted.digest).decode()}:",  # RFC 9530 section 3
        "Accept-Ranges": "none",
    }


def iter_checked(folder: EvidenceFolder, wanted: ManifestFile) -> Iterator[bytes]:
    """The file's bytes; its last ones only if the whole fits its SHA-256.

    A file that was altered on the disk thus arrives cut off, and the browser says that the download failed.
    """
    hasher = hashlib.sha256()
    held = b""
    try:
        with folder.open(wanted.digest) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                hasher.update(chunk)
                if held:
                    yield held
                held = chunk
    except (OSError, EvidenceMissingError):
        held = b""
    if hasher.digest() == wanted.digest:
        yield held
    else:
        # Not raised: the server would name the address, which is a key, in its log.
        _log.error("the evidence file %s is damaged; run opora doctor", wanted.digest.hex())


def _disposition(name: str) -> str:
    """RFC 6266: a plain name for old programs, the real one as RFC 8187 has it."""
    bare = fold_file_name(name)
    plain = "".join(sign if sign.isascii() and sign not in '"\\%' else "_" for sign in bare)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(bare, safe='')}"


def _media_type(wanted: ManifestFile) -> str:
    bare = wanted.media_type.partition(";")[0].strip().lower()
    return bare if bare in SAFE_TYPES else UNKNOWN_TYPE

"""Media types (RFC 6838) of evidence: what they are called, and the endings of names that go with them."""

PLAIN = "text/plain"
UNKNOWN = "application/octet-stream"
EXECUTABLE = "application/x-executable"
MARKUP = "text/html"
HEIC = "image/heic"
TNEF = "application/vnd.ms-tnef"
LOCKED_OFFICE = "application/x-ole-storage;encrypted"
ARCHIVES = frozenset(
    {
        "application/zip",
        "application/vnd.rar",
        "application/x-7z-compressed",
        "application/gzip",
        "application/x-xz",
        "application/x-bzip2",
        "application/x-tar",
    }
)
_OPEN_XML = "application/vnd.openxmlformats-officedocument"
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
DOCX, XLSX, PPTX = (
    f"{_OPEN_XML}.{kind}"
    for kind in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)
ODT, ODS, ODP = (f"{_OPEN_DOCUMENT}.{kind}" for kind in ("text", "spreadsheet", "presentation"))
DOC, XLS, PPT = "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"
OLE_STORAGE = "application/x-ole-storage"

ENDINGS: dict[str, frozenset[str]] = {
    PLAIN: frozenset({".txt", ".csv", ".md", ".log", ".eml", ".ics", ".json", ".tsv", ".vcf"}),
    "application/pdf": frozenset({".pdf"}),
    "application/rtf": frozenset({".rtf", ".doc"}),
    "application/xml": frozenset({".xml"}),
    DOC: frozenset({".doc", ".dot"}),
    XLS: frozenset({".xls", ".xlt"}),
    PPT: frozenset({".ppt", ".pps"}),
    DOCX: frozenset({".docx", ".dotx"}),
    XLSX: frozenset({".xlsx", ".xltx"}),
    PPTX: frozenset({".pptx", ".ppsx", ".potx"}),
    ODT: frozenset({".odt"}),
    ODS: frozenset({".ods"}),
    ODP: frozenset({".odp"}),
    "image/jpeg": frozenset({".jpg", ".jpeg", ".jpe", ".jfif"}),
    "image/png": frozenset({".png"}),
    "image/gif": frozenset({".gif"}),
    "image/webp": frozenset({".webp"}),
    "image/tiff": frozenset({".tif", ".tiff"}),
    "image/bmp": frozenset({".bmp"}),
    "image/avif": frozenset({".avif"}),
    "image/vnd.djvu": frozenset({".djvu", ".djv"}),
    HEIC: frozenset({".heic", ".heif"}),
    TNEF: frozenset({".dat", ".tnef"}),
    "application/zip": frozenset({".zip"}),
    "application/vnd.rar": frozenset({".rar"}),
    "application/x-7z-compressed": frozenset({".7z"}),
    "application/gzip": frozenset({".gz", ".tgz"}),
    "audio/mpeg": frozenset({".mp3"}),
    "audio/mp4": frozenset({".m4a", ".m4b"}),
    "audio/ogg": frozenset({".ogg", ".oga", ".opus", ".ogv"}),
    "audio/wav": frozenset({".wav"}),
    "video/mp4": frozenset({".mp4", ".m4v", ".3gp"}),
    "video/quicktime": frozenset({".mov", ".qt"}),
    "video/webm": frozenset({".webm", ".mkv"}),
    "video/x-msvideo": frozenset({".avi"}),
}
"""Types whose name should end so; a type that is not here says nothing about names."""

_NAMES = {
    PLAIN: ("простой текст", "plain text"),
    "application/pdf": ("документ PDF", "a PDF document"),
    DOC: ("документ Word", "a Word document"),
    DOCX: ("документ Word", "a Word document"),
    XLS: ("таблица Excel", "an Excel table"),
    XLSX: ("таблица Excel", "an Excel table"),
    PPT: ("презентация PowerPoint", "a PowerPoint presentation"),
    PPTX: ("презентация PowerPoint", "a PowerPoint presentation"),
    HEIC: ("фото iPhone (HEIC)", "a photograph of an iPhone (HEIC)"),
    "image/jpeg": ("фото (JPEG)", "a photograph (JPEG)"),
    "image/png": ("изображение (PNG)", "an image (PNG)"),
    "application/zip": ("архив ZIP", "a ZIP archive"),
    "application/vnd.rar": ("архив RAR", "a RAR archive"),
    "application/x-7z-compressed": ("архив 7z", "a 7z archive"),
    TNEF: ("вложение Outlook (winmail.dat)", "an attachment of Outlook (winmail.dat)"),
}


def name_type(media_type: str) -> tuple[str, str]:
    """A media type in words, Russian and English; types without words of their own as they are."""
    return _NAMES.get(media_type, (media_type, media_type))

"""Text that people typed into a form, cleansed."""

from unicodedata import category


def clean_text(text: str) -> str:
    """Lines end in LF, and nothing is left that no keyboard types and PostgreSQL refuses (NUL)."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign in "\n\t" or category(sign) not in {"Cc", "Cs"}).strip()


def clean_line(text: str, longest: int) -> str:
    """The same as one line of at most so many characters."""
    return " ".join(clean_text(text).split())[:longest]

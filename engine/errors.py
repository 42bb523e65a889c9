"""The one error tree: each class says what happened and what to do next.

Lower rooms only mark messages with `N_`; the command line, the web and the mail translate them
(`notifications.translation`). The English text is the catalogue's key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar


def N_(message: str) -> str:  # noqa: N802  (the customary name of a gettext marker)
    """Mark a text for the catalogues without translating it."""
    return message


class OporaError(Exception):
    """Anything that a person can do something about.

    Args:
        details: values for the `{placeholders}` of `message`.
    """

    message: ClassVar[str] = N_(
        "Something went wrong. Run the command again with -v and send the output to the administrator."
    )

    def __init__(self, **details: Any) -> None:
        super().__init__(self.message.format(**details))
        self.details = details


@dataclass(frozen=True, slots=True)
class Sentence:
    """A marked text with its values, as a detail of an error: translated with it."""

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.values)


class Sentences(tuple[Sentence, ...]):
    """Several of them, a line each."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(map(str, self))

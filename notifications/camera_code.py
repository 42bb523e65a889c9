"""An address as a code for a phone's camera (QR code, ISO/IEC 18004).

For pages as SVG, for terminals as blocks, and as a picture to be sent on.
"""

import io

import segno

QUIET_MODULES = 4
"""The margin that the standard asks for; cameras find the code by it."""

PICTURE_SCALE = 8
"""Pixels a module: a link makes a picture about 450 pixels wide, which messengers do not blur."""

# ECMA-48, Select Graphic Rendition.
WHITE_ON_BLACK, RESET = "\x1b[97;40m", "\x1b[0m"


def render_svg(address: str, title: str) -> str:
    """An SVG element to stand in a page, without script or style of its own; dark on light whatever the page is.

    Args:
        address: what the camera reads.
        title: what people hear who do not see it.
    """
    svg: str = _encode(address).svg_inline(
        border=QUIET_MODULES, dark="#000", light="#fff", title=title, omitsize=True, svgclass="code", lineclass=None
    )
    return svg.replace("<svg ", '<svg role="img" ', 1)


def render_blocks(address: str) -> str:
    """Lines of block characters, two rows of the code each, white on black whatever the terminal's colours are."""
    lines = io.StringIO()
    _encode(address).terminal(lines, border=QUIET_MODULES, compact=True)
    return "\n".join(f"{WHITE_ON_BLACK}{line}{RESET}" for line in lines.getvalue().splitlines())


def render_png(address: str) -> bytes:
    """A picture to be sent on; black on white."""
    picture = io.BytesIO()
    _encode(address).save(picture, kind="png", scale=PICTURE_SCALE, border=QUIET_MODULES)
    return picture.getvalue()


def _encode(address: str) -> segno.QRCode:
    # 15 % may be lost to a thumb or a reflection; a micro code would be read by few phones.
    return segno.make(address, error="m", micro=False)

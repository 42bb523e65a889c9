"""The process that draws one preview: limits itself, reads a file from its input, writes a WebP to its output.

What it draws is a new picture of the pixels alone: nothing that the file says of camera, place or author is in it.
"""

import io
import resource
import sys

import pypdfium2
from PIL import Image, ImageOps

WIDTH = 720
HEIGHT = 960
MOST_PIXELS = 50_000_000
"""A picture of more is not unpacked. JPEG may have eight times as many each way: it is unpacked smaller at once."""
MOST_JPEG_PIXELS = 250_000_000
MEMORY_BYTES = 1 << 30
SECONDS = 15
QUALITY = 70


class TooLargeError(Exception):
    """More pixels than a preview is worth."""


def main() -> None:
    """Draw what comes in; end with another status than 0 where it cannot be drawn."""
    limit()
    content = sys.stdin.buffer.read()
    picture = draw_page(content) if sys.argv[1] == "application/pdf" else draw_picture(content)
    sys.stdout.buffer.write(encode(picture))


def limit() -> None:
    """Take away this process's own right to more memory and time, and to files of any size."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def draw_picture(content: bytes) -> Image.Image:
    """A JPEG, PNG or WebP, small, the right way up.

    Raises:
        TooLargeError: it has too many pixels; and whatever Pillow raises.
    """
    Image.MAX_IMAGE_PIXELS = None  # counted below, before anything is unpacked
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as picture:
        most = MOST_JPEG_PIXELS if picture.format == "JPEG" else MOST_PIXELS
        if picture.width * picture.height > most:
            raise TooLargeError
        picture.draft("RGB", (WIDTH, HEIGHT))
        picture.thumbnail((WIDTH, HEIGHT))
        return ImageOps.exif_transpose(picture)


def draw_page(content: bytes) -> Image.Image:
    """The first page of a PDF, small.

    Raises:
        pypdfium2.PdfiumError: it has none, or cannot be read.
    """
    with pypdfium2.PdfDocument(content) as document:
        page = document[0]
        width, height = page.get_size()
        drawn: Image.Image = page.render(scale=min(WIDTH / max(width, 1), HEIGHT / max(height, 1))).to_pil()
        return drawn


def encode(picture: Image.Image) -> bytes:
    """The pixels as WebP, on white where they let the ground through."""
    seen = picture.convert("RGBA")
    plain = Image.new("RGB", seen.size, "white")
    plain.paste(seen, mask=seen.getchannel("A"))
    stream = io.BytesIO()
    plain.save(stream, "WEBP", quality=QUALITY)
    return stream.getvalue()


if __name__ == "__main__":
    main()

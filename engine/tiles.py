"""The stored hashes of the log's tree, 256 to a row, so that appending writes few rows and a proof reads few.

Tile `position` of `level` holds the roots of the complete subtrees over 256^level leaves, from number
`position * 256` on (as in https://c2sp.org/tlog-tiles); nodes between two levels are computed from one tile.
"""

from collections.abc import Sequence

from sqlalchemy import BindParameter, Connection, bindparam, insert, select, update

from engine.errors import N_, OporaError
from engine.merkle import complete_root
from engine.tables import log_tile

WIDTH = 256
HEIGHT = 8
HASH_BYTES = 32

_LEVEL: BindParameter[int] = bindparam("at_level")
_POSITION: BindParameter[int] = bindparam("at_position")
_HERE = (log_tile.c.level == _LEVEL) & (log_tile.c.position == _POSITION)
_READ = select(log_tile.c.hashes).where(_HERE)
_GROW = update(log_tile).where(_HERE).values(hashes=bindparam("content"))


class TileMissingError(OporaError):
    """A stored hash is not there."""

    message = N_(
        "The log's stored hashes are damaged (level {level}, tile {position}). "
        "Run opora audit verify and restore a backup."
    )


class TileReader:
    """The nodes of the stored tree, as `merkle` asks for them; each tile is read once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tiles: dict[tuple[int, int], bytes] = {}

    def __call__(self, height: int, index: int) -> bytes:
        """The node of this height and index.

        Raises:
            TileMissingError: it is not stored.
        """
        level, inside = divmod(height, HEIGHT)
        position, place = divmod(index << inside, WIDTH)
        hashes = split_tile(self.tile(level, position))[place : place + (1 << inside)]
        if len(hashes) != 1 << inside:
            raise TileMissingError(level=level, position=position)
        return complete_root(hashes)

    def tile(self, level: int, position: int) -> bytes:
        """The hashes of a tile, one after the other; empty where there is none."""
        key = (level, position)
        if key not in self._tiles:
            found = self._connection.execute(_READ, {"at_level": level, "at_position": position}).scalar()
            self._tiles[key] = found or b""
        return self._tiles[key]


def split_tile(content: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [content[place : place + HASH_BYTES] for place in range(0, len(content), HASH_BYTES)]


def append_leaves(connection: Connection, size: int, leaves: Sequence[bytes]) -> None:
    """Store the hashes of leaves that follow the first `size`, and of every subtree that they complete.

    Raises:
        TileMissingError: what is stored is not what `size` leaves give.
    """
    level, hashes = 0, list(leaves)
    while hashes:
        hashes = _append(connection, level, size, hashes)
        level, size = level + 1, size // WIDTH


def _append(connection: Connection, level: int, size: int, hashes: Sequence[bytes]) -> list[bytes]:
    """Put hashes behind the first `size` of a level; the roots of the tiles that they fill."""
    position, held = divmod(size, WIDTH)
    present = TileReader(connection).tile(level, position)
    if len(present) != held * HASH_BYTES:
        raise TileMissingError(level=level, position=position)
    row = [*split_tile(present), *hashes]
    tiles = [row[place : place + WIDTH] for place in range(0, len(row), WIDTH)]
    if held:
        grown = {"at_level": level, "at_position": position, "content": b"".join(tiles[0])}
        connection.execute(_GROW, grown)
    fresh = [
        {"level": level, "position": position + number, "hashes": b"".join(tile)}
        for number, tile in enumerate(tiles)
        if number or not held
    ]
    if fresh:
        connection.execute(insert(log_tile), fresh)
    return [complete_root(tile) for tile in tiles if len(tile) == WIDTH]

"""Whether the log is what was sealed: each entry its leaf, the leaves the tree, the tree what was signed and sent out.

The tree is built from the stored hashes, and each entry is held against its own: so an altered entry is named, while
the signed roots say whether the stored hashes are those of old. Read in pages by key, like `audit`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, select

from engine.audit import Finding
from engine.checkpoints import BadCheckpointError, TreeHead, Verifier, open_checkpoint
from engine.merkle import GrowingTree, complete_root, leaf_hashes
from engine.tables import history, instance, log_checkpoint, log_head, log_leaf, log_tile
from engine.tiles import HASH_BYTES, HEIGHT, WIDTH, TileReader, split_tile
from engine.unit_of_work import Store

TILES = 8
"""Tiles of leaves read in one transaction."""
_IDS = 50_000
Record = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class LogReport:
    """What was read and what was found.

    Args:
        size: leaves in the log.
        unsealed: entries that are to be sealed at the next tick.
        checkpoints: how many were checked.
        proven: the size of the last checkpoint or anchor whose root is the tree's.
    """

    size: int
    unsealed: int
    checkpoints: int
    proven: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Page:
    """What one transaction reads: leaves from a tile's beginning on, their stored hashes, checkpoints among them."""

    start: int
    leaves: Sequence[Record]
    tiles: Sequence[bytes]
    checkpoints: Sequence[Record]


_START: BindParameter[int] = bindparam("start")
_END: BindParameter[int] = bindparam("end")
_LEAVES = (
    select(log_leaf.c.position, history.c.body, history.c.revision, instance.c.public_id)
    .outerjoin(history, history.c.id == log_leaf.c.history_id)
    .outerjoin(instance, instance.c.id == history.c.instance_id)
    .where(log_leaf.c.position >= _START, log_leaf.c.position < _END)
    .order_by(log_leaf.c.position)
)
_CHECKPOINTS = (
    select(log_checkpoint.c.size, log_checkpoint.c.root, log_checkpoint.c.note)
    .where(log_checkpoint.c.size > _START, log_checkpoint.c.size <= _END)
    .order_by(log_checkpoint.c.size)
)


def verify_log(
    store: Store, keys: Sequence[Verifier], anchors: Sequence[TreeHead] = (), tiles: int = TILES
) -> LogReport:
    """Check the whole log; others may write meanwhile.

    Args:
        store: the database.
        keys: those that may have signed checkpoints, the present one and, where it was lost, earlier ones.
        anchors: what letters or papers say of the log, from outside.
        tiles: of leaves read in one transaction.

    Raises:
        DatabaseUnavailableError: the database cannot be read.
    """
    with store.read() as connection:
        size = connection.execute(select(log_head.c.size)).scalar() or 0
    walk = _Walk(store, keys, [each for each in anchors if 0 < each.size <= size])
    for start in range(0, size, tiles * WIDTH):
        with store.read() as connection:
            page = _read_page(connection, start, min(size, start + tiles * WIDTH))
        walk.take(page, min(size, start + tiles * WIDTH))
    walk.finish()
    beyond = [*_check_ends(store, size), *_check_anchors(anchors, keys, size)]
    unsealed, left_out = _check_coverage(store)
    return LogReport(size, unsealed, walk.checkpoints, walk.proven, (*walk.findings, *beyond, *left_out))


def _read_page(connection: Connection, start: int, end: int) -> _Page:
    keys = {"start": start, "end": end}
    stored = select(log_tile.c.position, log_tile.c.hashes).where(
        log_tile.c.level == 0, log_tile.c.position.between(start // WIDTH, (end - 1) // WIDTH)
    )
    found = {row.position: row.hashes for row in connection.execute(stored) if isinstance(row.hashes, bytes)}
    return _Page(
        start,
        leaves=connection.execute(_LEAVES, keys).all(),
        tiles=[found.get(position, b"") for position in range(start // WIDTH, (end - 1) // WIDTH + 1)],
        checkpoints=connection.execute(_CHECKPOINTS, keys).all(),
    )


class _Walk:
    """The way along the leaves, with the tree so far and what was found on it."""

    def __init__(self, store: Store, keys: Sequence[Verifier], anchors: Sequence[TreeHead]) -> None:
        self.findings: list[Finding] = []
        self.checkpoints = 0
        self._met = {"checkpoint": 0, "anchor": 0}
        self._store, self._keys, self._anchors = store, keys, anchors
        self._tree = GrowingTree()
        self._levels: list[list[bytes]] = []  # roots of full tiles, by level, since the last full tile above
        self._names: dict[int, tuple[str, int]] = {}

    def take(self, page: _Page, end: int) -> None:
        """Check a page of leaves."""
        hashes = self._hold_leaves(page, end)
        marks = self._marks(page, end)
        for start in range(page.start, end, WIDTH):
            self._grow(hashes[start - page.start :][: min(WIDTH, end - start)], marks)

    def _hold_leaves(self, page: _Page, end: int) -> list[bytes]:
        """The page's hashes as stored; each entry is held against its own."""
        rows = {row.position: row for row in page.leaves}
        present = [row for row in page.leaves if isinstance(row.body, bytes)]
        computed = dict(zip((row.position for row in present), leaf_hashes([row.body for row in present]), strict=True))
        stored = [each for tile in page.tiles for each in _padded(tile)]
        for position in range(page.start, end):
            said = stored[position - page.start]
            if computed.get(position) != said:
                self.findings.append(_misfit(position, rows.get(position), is_stored=bool(said)))
        return [said or computed.get(page.start + place, b"") for place, said in enumerate(stored[: end - page.start])]

    def _marks(self, page: _Page, end: int) -> dict[int, list[tuple[bytes, str]]]:
        """The roots that are to be met on the page, by size, each with the code of its finding."""
        marks: dict[int, list[tuple[bytes, str]]] = {}
        for row in page.checkpoints:
            self.checkpoints += 1
            marks.setdefault(row.size, []).append((row.root, "checkpoint"))
            self._hold_note(row)
        for each in self._anchors:
            if page.start < each.size <= end:
                marks.setdefault(each.size, []).append((each.root, "anchor"))
        return marks

    def _hold_note(self, row: Record) -> None:
        """A checkpoint's note says what its columns say, and one of the keys has signed it."""
        problems = []
        for key in self._keys:
            try:
                head = open_checkpoint(str(row.note), key)
            except BadCheckpointError as error:
                problems.append(str(error.details["problem"]))
                continue
            if (head.size, head.root) == (row.size, row.root):
                return
            problems = ["its note states something else"]
            break
        self.findings.append(Finding(_leaf(row.size - 1), 0, "signature", f"checkpoint {row.size}: {problems[0]}"))

    def _grow(self, hashes: Sequence[bytes], marks: dict[int, list[tuple[bytes, str]]]) -> None:
        """Add a tile's leaves to the tree, stopping where a root is to be met."""
        begin = self._tree.size
        inside = sorted(size for size in marks if begin < size < begin + len(hashes))
        if len(hashes) == WIDTH:
            root = complete_root(hashes)
            self._stack(0, root)
            if not inside:
                self._tree.push(HEIGHT, root)
        if self._tree.size == begin:
            for size in (*inside, begin + len(hashes)):
                self._tree.extend(hashes[self._tree.size - begin : size - begin])
                self._meet(marks.get(size, []))
        else:
            self._meet(marks.get(self._tree.size, []))

    def _meet(self, expected: Sequence[tuple[bytes, str]]) -> None:
        """The tree's root here is the one that was signed or sent out."""
        root = self._tree.root() if expected else b""
        for wanted, code in expected:
            if wanted == root:
                self._met[code] = self._tree.size
                continue
            # What was signed may have been signed anew after a rewrite, so it vouches for no anchor.
            since = self._met["anchor"] if code == "anchor" else self.proven
            message = f"from leaf {since} on, something before leaf {self._tree.size} was rewritten"
            self.findings.append(Finding(*self._name(since), code, message))

    @property
    def proven(self) -> int:
        """The size of the last checkpoint or anchor whose root was met."""
        return max(self._met.values())

    def _name(self, position: int) -> tuple[str, int]:
        """The entry of a leaf."""
        with self._store.read() as connection:
            row = connection.execute(_LEAVES, {"start": position, "end": position + 1}).first()
        return (row.public_id, row.revision) if row and row.public_id else (_leaf(position), 0)

    def _stack(self, level: int, root: bytes) -> None:
        """Remember the root of a full tile; every 256 of them are the tile above, which is held against its row."""
        if level == len(self._levels):
            self._levels.append([])
        row = self._levels[level]
        row.append(root)
        if len(row) == WIDTH:
            self._hold_tile(level + 1, row)
            self._levels[level] = []
            self._stack(level + 1, complete_root(row))

    def _hold_tile(self, level: int, row: Sequence[bytes]) -> None:
        number = self._tree.size // WIDTH ** (level + 1)
        with self._store.read() as connection:
            stored = split_tile(TileReader(connection).tile(level, number))
        if stored[: len(row)] != list(row):
            self.findings.append(Finding(_leaf(number * WIDTH ** (level + 1)), 0, "log", "stored hashes were altered"))

    def finish(self) -> None:
        """Hold the tiles that are not full yet."""
        for level, row in enumerate(self._levels, 1):
            if row:
                self._hold_tile(level, row)


def _padded(tile: bytes) -> Iterator[bytes]:
    """A tile's hashes; nothing in the place of those that are missing."""
    hashes = split_tile(tile)
    yield from (each if len(each) == HASH_BYTES else b"" for each in hashes)
    yield from (b"" for _ in range(WIDTH - len(hashes)))


def _misfit(position: int, row: Record | None, *, is_stored: bool) -> Finding:
    if row is None:
        return Finding(_leaf(position), 0, "log", "the leaf is missing")
    if row.public_id is None or row.body is None:
        return Finding(_leaf(position), 0, "log", "its entry is gone")
    if not is_stored:
        return Finding(row.public_id, row.revision, "log", f"the stored hash of leaf {position} is missing")
    return Finding(row.public_id, row.revision, "sealed", f"it is not what was sealed as leaf {position}")


def _leaf(position: int) -> str:
    return f"leaf {position}"


def _check_ends(store: Store, size: int) -> Iterator[Finding]:
    """No leaf and no checkpoint lies beyond the end, which may have moved on meanwhile, but never back."""
    with store.read() as connection:
        now = connection.execute(select(log_head.c.size)).scalar() or 0
        last = connection.execute(select(func.max(log_leaf.c.position))).scalar()
        signed = connection.execute(select(func.max(log_checkpoint.c.size))).scalar() or 0
    if last is not None and last >= now:
        yield Finding(_leaf(now), 0, "log", f"the log is said to end here, but reaches to leaf {last}")
    if signed > now or now < size:
        yield Finding(_leaf(now), 0, "checkpoint", f"the log was cut: a checkpoint was signed at {max(signed, size)}")


def _check_anchors(anchors: Sequence[TreeHead], keys: Sequence[Verifier], size: int) -> Iterator[Finding]:
    """Anchors that cannot be met on the way."""
    known = {key.name for key in keys}
    for each in anchors:
        if each.origin not in known:
            yield Finding(_leaf(0), 0, "anchor", f"the anchor is of another log, {each.origin}")
        elif each.size > size:
            message = f"the log was cut: it ends at {size}, the anchor was sent out at {each.size}"
            yield Finding(_leaf(size), 0, "anchor", message)


def _check_coverage(store: Store) -> tuple[int, list[Finding]]:
    """How many entries wait to be sealed, and those that were passed over."""
    findings: list[Finding] = []
    waiting = last = 0
    while True:
        with store.read() as connection:
            settled = connection.execute(select(log_head.c.settled_id)).scalar() or 0
            top = connection.execute(_LAST_ID, {"start": last}).scalar()
            if top is None:
                return waiting, findings
            missing = connection.execute(_WITHOUT_LEAF, {"start": last, "end": top}).all()
        for row in missing:
            if row.id > settled:
                waiting += 1
            else:
                name = row.public_id or f"#{row.id}"
                findings.append(Finding(name, row.revision, "log", "it was never sealed, though later ones were"))
        last = top


_SOME_IDS = select(history.c.id).where(history.c.id > _START).order_by(history.c.id).limit(_IDS).subquery()
_LAST_ID = select(func.max(_SOME_IDS.c.id))
_WITHOUT_LEAF = (
    select(history.c.id, history.c.revision, instance.c.public_id)
    .outerjoin(instance, instance.c.id == history.c.instance_id)
    .outerjoin(log_leaf, log_leaf.c.history_id == history.c.id)
    .where(history.c.id > _START, history.c.id <= _END, log_leaf.c.position.is_(None))
    .order_by(history.c.id)
)

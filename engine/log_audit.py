"""Whether the log is what was sealed: each entry its leaf, the leaves the tree, the tree what was signed and sent out.

The tree is built from the stored hashes, and each entry is held against its own: so an altered entry is named, while
the signed roots say whether the stored hashes are those of old. Read in pages by key, like `audit`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import BindParameter, bindparam, func, select
from sqlalchemy.exc import OperationalError

from engine.audit import Finding
from engine.checkpoints import BadCheckpointError, TreeHead, Verifier, open_checkpoint
from engine.database import UNREADABLE
from engine.errors import N_, OporaError
from engine.log_pages import ONLY, Leaf, Page, read_ends, read_leaf, read_page
from engine.merkle import GrowingTree, complete_root, leaf_hashes
from engine.stored_values import DamagedValueError
from engine.stories import Record, fetch
from engine.tables import history, instance, log_checkpoint, log_head, log_leaf
from engine.tiles import HASH_BYTES, HEIGHT, WIDTH, TileReader, split_tile
from engine.unit_of_work import Store

TILES = 8
"""Tiles of leaves read in one transaction."""
_IDS = 50_000
_START: BindParameter[int] = bindparam("start")
_END: BindParameter[int] = bindparam("end")


class NoKeyError(OporaError):
    """Nobody's signature could be believed."""

    message = N_("Without a public key no checkpoint can be verified. Give the log's: opora audit key prints it.")


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
        NoKeyError: there are no keys.
    """
    if not keys:
        raise NoKeyError
    said, present = read_ends(store)
    size = min(max(said, 0), present)  # a head that says more is told by `_check_ends`
    walk = _Walk(store, keys, [each for each in anchors if 0 < each.size <= size])
    for start in range(0, size, tiles * WIDTH):
        end = min(size, start + tiles * WIDTH)
        walk.take(read_page(store, start, end), end)
    walk.finish()
    beyond = [*_check_ends(store, size), *_check_anchors(anchors, keys, size)]
    unsealed, left_out = _check_coverage(store)
    return LogReport(size, unsealed, walk.checkpoints, walk.proven, (*walk.findings, *beyond, *left_out))


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

    def take(self, page: Page, end: int) -> None:
        """Check a page of leaves."""
        hashes = self._hold_leaves(page, end)
        marks = self._marks(page, end)
        for start in range(page.start, end, WIDTH):
            self._grow(hashes[start - page.start :][: min(WIDTH, end - start)], marks)

    def _hold_leaves(self, page: Page, end: int) -> list[bytes]:
        """The page's hashes as stored; each entry is held against its own."""
        rows = {row.position: row for row in page.leaves}
        present = {row.position: row.body for row in page.leaves if row.body is not None}
        computed = dict(zip(present, leaf_hashes(list(present.values())), strict=True))
        stored = [each for tile in page.tiles for each in _padded(tile)]
        for position in range(page.start, end):
            said = stored[position - page.start]
            if computed.get(position) != said:
                self.findings.append(_misfit(position, rows.get(position), is_stored=bool(said)))
        return [said or computed.get(page.start + place, b"") for place, said in enumerate(stored[: end - page.start])]

    def _marks(self, page: Page, end: int) -> dict[int, list[tuple[bytes, str]]]:
        """The roots that are to be met on the page, by size, each with the code of its finding."""
        marks: dict[int, list[tuple[bytes, str]]] = {}
        for size in page.unreadable:
            self.findings.append(Finding(_leaf(size - 1), 0, "signature", f"checkpoint {size}: it cannot be read"))
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
        found = read_leaf(self._store, position)
        return (found.instance, found.revision or 0) if found and found.instance else (_leaf(position), 0)

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
        try:
            with self._store.read() as connection:
                stored = split_tile(TileReader(connection).tile(level, number))
        except UNREADABLE:
            stored = []
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


def _misfit(position: int, leaf: Leaf | None, *, is_stored: bool) -> Finding:
    if leaf is None:
        return Finding(_leaf(position), 0, "log", "the leaf is missing")
    if leaf.instance is None:
        return Finding(_leaf(position), 0, "log", "its entry is gone")
    revision = leaf.revision if isinstance(leaf.revision, int) else 0
    if not is_stored:
        return Finding(leaf.instance, revision, "log", f"the stored hash of leaf {position} is missing")
    return Finding(leaf.instance, revision, "sealed", f"it is not what was sealed as leaf {position}")


def _leaf(position: int) -> str:
    return f"leaf {position}"


def _check_ends(store: Store, size: int) -> Iterator[Finding]:
    """No leaf and no checkpoint lies beyond the end, which may have moved on meanwhile, but never back."""
    now, present = read_ends(store)
    with store.read() as connection:
        signed = connection.execute(select(func.max(log_checkpoint.c.size))).scalar() or 0
    if now != present:
        message = f"the log is said to end here, but {present} leaves are there"
        yield Finding(_leaf(min(max(now, 0), present)), 0, "log", message)
    if signed > now or now < size:
        yield Finding(
            _leaf(max(now, 0)), 0, "checkpoint", f"the log was cut: a checkpoint was signed at {max(signed, size)}"
        )


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
        settled, top, missing = _read_coverage(store, last)
        if settled is None or (top is None and settled > last):
            message = "the log's head says no entry up to which all is sealed"
            return waiting, [*findings, Finding(_leaf(0), 0, "log", message)]
        if top is None:
            return waiting, findings
        waiting += sum(each > settled for each in missing)
        findings += [_passed_over(store, each) for each in missing if each <= settled]
        last = top


def _read_coverage(store: Store, last: int) -> tuple[int | None, int | None, Sequence[int]]:
    """At one moment: up to where all is sealed, the last of the entries looked at, and those without a leaf."""
    with store.read() as connection:
        top = connection.execute(_LAST_ID, {"start": last}).scalar()
        missing = connection.execute(_WITHOUT_LEAF, {"start": last, "end": top}).scalars().all()
        try:
            settled = connection.execute(_SETTLED).scalar() or 0
        except (OperationalError, DamagedValueError):
            settled = None
    return settled, top, missing


def _passed_over(store: Store, history_id: int) -> Finding:
    names = fetch(store, _NAME.where(history.c.id == history_id)) or ()
    name, revision = next(((each.public_id, each.revision) for each in names), (None, 0))
    return Finding(name or f"#{history_id}", revision, "log", "it was never sealed, though later ones were")


_SETTLED = select(log_head.c.settled_id).where(log_head.c.id == ONLY)
_SOME_IDS = select(history.c.id).where(history.c.id > _START).order_by(history.c.id).limit(_IDS).subquery()
_LAST_ID = select(func.max(_SOME_IDS.c.id))
_WITHOUT_LEAF = (
    select(history.c.id)
    .outerjoin(log_leaf, log_leaf.c.history_id == history.c.id)
    .where(history.c.id > _START, history.c.id <= _END, log_leaf.c.position.is_(None))
    .order_by(history.c.id)
)
_NAME = select(history.c.revision, instance.c.public_id).outerjoin(instance, instance.c.id == history.c.instance_id)

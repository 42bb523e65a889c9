"""Merkle trees as in Certificate Transparency: RFC 6962 §2.1 (hashing, proofs), RFC 9162 §2.1 (checking proofs). Pure.

A *node* (height, index) is the root of the complete subtree over the 2^height leaves from `index * 2^height` on. Nodes
never change as the tree grows, so they can be stored; everything else is computed from them.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import pairwise

from engine.errors import N_, OporaError

EMPTY_ROOT = sha256(b"").digest()
_LEAF = b"\x00"
_NODE = b"\x01"

NodeReader = Callable[[int, int], bytes]
"""The node of a height and an index; of nodes that are complete in the tree at hand only."""


class ProofError(OporaError):
    """A proof does not show what it was to show."""

    message = N_("The proof does not hold: {problem}. What it was made for and what is shown now are not the same.")


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf: SHA-256 over a zero byte and the entry."""
    return sha256(_LEAF + entry).digest()


def leaf_hashes(entries: Sequence[bytes]) -> list[bytes]:
    """`leaf_hash` of many entries, without a call of ours for each."""
    return [sha256(_LEAF + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node: SHA-256 over a byte of one and its two children."""
    return sha256(_NODE + left + right).digest()


def complete_root(hashes: Sequence[bytes]) -> bytes:
    """The root over 2^n nodes of one height, n ≥ 0."""
    while len(hashes) > 1:
        pairs = zip(hashes[::2], hashes[1::2], strict=True)
        hashes = [sha256(_NODE + left + right).digest() for left, right in pairs]
    return hashes[0]


class GrowingTree:
    """A tree that leaves are added to; it remembers log2(size) nodes and nothing else."""

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[tuple[int, bytes]] = []  # height and hash of complete subtrees, heights falling

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add the hashes of leaves at the right."""
        place = 0
        while place < len(leaves):
            width = _widest(self.size, len(leaves) - place)
            self.push(width.bit_length() - 1, complete_root(leaves[place : place + width]))
            place += width

    def push(self, height: int, peak: bytes) -> None:
        """Add a complete subtree by its root, where one of this height may begin."""
        self.size += 1 << height
        while self._peaks and self._peaks[-1][0] == height:
            peak = node_hash(self._peaks.pop()[1], peak)
            height += 1
        self._peaks.append((height, peak))

    def root(self) -> bytes:
        """The root over all leaves so far (RFC 6962 §2.1: MTH)."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1][1]
        for _height, peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root


def _widest(size: int, room: int) -> int:
    """How many leaves the largest complete subtree has that begins behind `size` leaves and fits into the room."""
    aligned = size & -size if size else room
    return 1 << (min(aligned, room).bit_length() - 1)


def tree_root(size: int, node: NodeReader) -> bytes:
    """The root of the tree over the first `size` leaves."""
    return _range_root(0, size, node) if size else EMPTY_ROOT


def prove_inclusion(index: int, size: int, node: NodeReader) -> list[bytes]:
    """The audit path of a leaf in the tree over the first `size` leaves, from the leaf upwards (RFC 6962 §2.1.1).

    Raises:
        IndexError: there is no such leaf in it.
    """
    if not 0 <= index < size:
        raise IndexError(index)
    return _path(index, 0, size, node)


def prove_consistency(old: int, new: int, node: NodeReader) -> list[bytes]:
    """That the tree over `new` leaves only adds to the one over the first `old` of them (RFC 6962 §2.1.2).

    Raises:
        IndexError: `old` is not between 1 and `new`.
    """
    if not 0 < old <= new:
        raise IndexError(old)
    return _subproof(old, 0, new, node, whole=True)


def _range_root(start: int, end: int, node: NodeReader) -> bytes:
    """The root over the leaves from `start` up to `end`, where `start` begins a subtree that is wide enough."""
    width = end - start
    if width & (width - 1) == 0:
        return node(width.bit_length() - 1, start // width)
    middle = start + _split(width)
    return node_hash(_range_root(start, middle, node), _range_root(middle, end, node))


def _split(width: int) -> int:
    """The largest power of two below a width of two or more."""
    return 1 << ((width - 1).bit_length() - 1)


def _path(index: int, start: int, end: int, node: NodeReader) -> list[bytes]:
    if end - start == 1:
        return []
    middle = start + _split(end - start)
    if index < middle:
        return [*_path(index, start, middle, node), _range_root(middle, end, node)]
    return [*_path(index, middle, end, node), _range_root(start, middle, node)]


def _subproof(old: int, start: int, end: int, node: NodeReader, *, whole: bool) -> list[bytes]:
    """SUBPROOF of the RFC; `whole`: the old root itself is the range's, which the reader of the proof knows."""
    if old == end:
        return [] if whole else [_range_root(start, end, node)]
    middle = start + _split(end - start)
    if old <= middle:
        return [*_subproof(old, start, middle, node, whole=whole), _range_root(middle, end, node)]
    return [*_subproof(old, middle, end, node, whole=False), _range_root(start, middle, node)]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that an audit path leads to (RFC 9162 §2.1.3.2); it must equal the one that is trusted.

    Raises:
        ProofError: no tree of this size gives such a path.
    """
    if not 0 <= index < size:
        raise ProofError(problem=N_("there is no such leaf"))
    position, last, root = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise ProofError(problem=N_("it is too long"))
        if position & 1 or position == last:
            root = node_hash(sibling, root)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofError(problem=N_("it is too short"))
    return root


def check_consistency(old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Whether a consistency proof leads from one root to the other (RFC 9162 §2.1.4.2).

    Raises:
        ProofError: it does not.
    """
    if not 0 < old <= new:
        raise ProofError(problem=N_("the sizes do not fit"))
    if old == new:
        if proof or old_root != new_root:
            raise ProofError(problem=N_("two roots for one size"))
        return
    # Where the old tree is complete, its root begins the proof unsaid.
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        raise ProofError(problem=N_("it is too short"))
    if _climb(old, new, path) != (old_root, new_root):
        raise ProofError(problem=N_("it leads to other roots"))


def _climb(old: int, new: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The two roots that the path leads to."""
    position, last = old - 1, new - 1
    while position & 1:
        position, last = position >> 1, last >> 1
    before = after = path[0]
    for _, sibling in pairwise(path):
        if last == 0:
            raise ProofError(problem=N_("it is too long"))
        if position & 1 or position == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while not position & 1 and position:
                position, last = position >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        position, last = position >> 1, last >> 1
    if last:
        raise ProofError(problem=N_("it is too short"))
    return before, after

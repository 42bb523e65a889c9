"""How fast history is sealed and verified, beside hashlib doing the same hashes and nothing else.

    python benchmarks/audit.py [--entries 100000] [--repeat 5] [--folder DIR] [--json]

One SQLite file is filled by the engine with real entries (launch and start of half as many instances). Medians of
`--repeat` runs:

- chain and tree: every entry's SHA-256 and its link to the one before, its leaf, and the Merkle root over all, from
  rows that are in memory already. The limit is hashlib with the same bytes: two hashes an entry and one a node;
- log verified: `verify_log`, from the file: leaves, stored hashes, checkpoint, signature;
- history verified: `verify_history`, from the file: columns against bytes, chain, payloads, workflow, fold;
- full verify: both, as `opora audit verify` does before it reads the files of evidence;
- sealed: `seal_history` with everything it writes, `synchronous=FULL`;
- proof: one inclusion proof, tiles read from the file (microseconds);
- memory: the peak that `verify_log` adds over the filled file, beside that over a tenth of it (megabytes).
"""

import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from benchmarks.engine import Engine
from benchmarks.figures import Figure, options, show
from engine.audit import verify_history
from engine.history import NO_DIGEST
from engine.log_audit import verify_log
from engine.merkle import GrowingTree, leaf_hashes
from engine.tables import history
from engine.transparency import PAGE, prove_entry, seal_history

BATCH = 500
Row = tuple[int, bytes, bytes, bytes]


class Key:
    """A log's key for one run."""

    name = "opora.benchmark/log"

    def __init__(self) -> None:
        self._key = Ed25519PrivateKey.generate()
        self.public_key = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """The signature."""
        return self._key.sign(message)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Raises where it does not hold."""
        self._key.public_key().verify(signature, message)
        return True


def timed(work: Callable[[], object], repeat: int) -> tuple[float, float]:
    """Median of the seconds, and the range of them as a share of it."""
    seconds = []
    for _ in range(repeat):
        began = perf_counter()
        work()
        seconds.append(perf_counter() - began)
    middle = median(seconds)
    return middle, (max(seconds) - min(seconds)) / middle


def filled(path: Path, entries: int) -> Engine:
    """A file with so many entries, two an instance."""
    engine = Engine(path)
    for first in range(1, entries // 2 + 1, BATCH):
        engine.start(min(BATCH, entries // 2 + 1 - first))
        engine.fire(range(first, min(first + BATCH, entries // 2 + 1)))
    return engine


def chain_and_tree(rows: Sequence[Row]) -> bytes:
    """What verification hashes; the root."""
    heads: dict[int, bytes] = {}
    for instance, body, previous, digest in rows:
        if previous != heads.get(instance, NO_DIGEST) or sha256(body).digest() != digest:
            raise SystemExit(f"the chain of {instance} is broken")
        heads[instance] = digest
    tree = GrowingTree()
    for start in range(0, len(rows), PAGE):
        tree.extend(leaf_hashes([row[1] for row in rows[start : start + PAGE]]))
    return tree.root()


def hashlib_alone(rows: Sequence[Row]) -> None:
    """The same number of hashes over the same lengths."""
    node = b"\x01" + bytes(64)
    for _instance, body, _previous, _digest in rows:
        sha256(body).digest()
        sha256(b"\x00" + body).digest()
        sha256(node).digest()


def peak(engine: Engine, key: Key) -> float:
    """Megabytes that verifying the log takes at most."""
    tracemalloc.start()
    verify_log(engine.store, [key])
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / 1e6


def measure(folder: Path, entries: int, repeat: int) -> Iterator[Figure]:
    key = Key()
    engine = filled(folder / "whole.db", entries)
    began = perf_counter()
    seal_history(engine.store, key)
    sealing = perf_counter() - began
    with engine.store.read() as connection:
        wanted = select(history.c.instance_id, history.c.body, history.c.previous_digest, history.c.digest)
        rows = [tuple(row) for row in connection.execute(wanted.order_by(history.c.id))]
    count = len(rows)
    limit, _ = timed(lambda: hashlib_alone(rows), repeat)
    seconds, spread = timed(lambda: chain_and_tree(rows), repeat)
    yield Figure(
        "audit", "chain and tree", count / seconds, "entries/s", spread, count / limit, "hashlib", "at least 150,000/s"
    )
    log, spread = timed(lambda: checked(verify_log(engine.store, [key])), repeat)
    yield Figure("audit", "log verified", count / log, "entries/s", spread)
    stories, spread = timed(lambda: checked(verify_history(engine.store)), max(1, repeat // 2))
    yield Figure("audit", "history verified", count / stories, "entries/s", spread)
    yield Figure("audit", "full verify", count / (log + stories), "entries/s")
    yield Figure("audit", "sealed", count / sealing, "entries/s")
    with engine.store.read() as connection:
        proof, spread = timed(lambda: prove_entry(connection, entries // 3), 50)
    yield Figure("audit", "proof", proof * 1e6, "µs", spread)
    small = filled(folder / "tenth.db", entries // 10)
    seal_history(small.store, key)
    yield Figure("audit", "memory, a tenth of the entries", peak(small, key), "MB")
    yield Figure("audit", "memory, all entries", peak(engine, key), "MB")
    for each in (engine, small):
        each.close()


def checked(report: Any) -> None:
    if report.findings:
        raise SystemExit(f"history does not verify: {report.findings[0]}")


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--entries", type=int, default=100_000, help="entries of history")
    parser.add_argument("--repeat", type=int, default=5, help="runs of which the median is taken")
    parser.add_argument("--folder", type=Path, help="where the files are written: the disk is part of the figure")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        show(measure(Path(folder), arguments.entries, arguments.repeat), as_json=arguments.json)


if __name__ == "__main__":
    main()

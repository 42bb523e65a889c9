"""Trees, proofs and their checks agree with RFC 6962's recursive definitions, written down here a second time."""

import contextlib
import itertools
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.merkle import (
    EMPTY_ROOT,
    GrowingTree,
    ProofError,
    check_consistency,
    leaf_hash,
    leaf_hashes,
    node_hash,
    prove_consistency,
    prove_inclusion,
    root_from_inclusion,
    tree_root,
)
from tests.fixtures.naive_tree import naive_path, naive_root, naive_subproof

# The entries and roots of certificate-transparency's own tests (merkletree_test.cc), also used by C2SP's tools.
ENTRIES = [
    bytes.fromhex(each)
    for each in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# (leaf, tree size) → audit path, from the same source, leaves counted from 0.
PATHS = {
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
# (old size, new size) → consistency proof, from the same source.
STEPS = {
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def reader(entries):
    """A reader of nodes that refuses those that are not complete."""

    def node(height, index):
        part = entries[index << height : (index + 1) << height]
        assert len(part) == 1 << height
        return naive_root(part)

    return node


def grown(entries, cuts=()):
    """A tree grown in parts."""
    tree = GrowingTree()
    bounds = [0, *sorted(cuts), len(entries)]
    for start, end in itertools.pairwise(bounds):
        tree.extend(leaf_hashes(entries[start:end]))
    return tree


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_certificate_transparency(size):
    """Known answers for one to eight leaves."""
    assert grown(ENTRIES[:size]).root().hex() == ROOTS[size - 1]
    assert tree_root(size, reader(ENTRIES)).hex() == ROOTS[size - 1]


def test_the_root_of_nothing_is_that_of_no_bytes():
    """RFC 6962 §2.1: the hash of an empty list is the hash of an empty string."""
    assert GrowingTree().root() == tree_root(0, reader([])) == EMPTY_ROOT
    assert b64encode(EMPTY_ROOT) == b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


@pytest.mark.parametrize(("place", "path"), PATHS.items())
def test_audit_paths_are_those_of_certificate_transparency(place, path):
    """Known answers, and each leads to the known root."""
    index, size = place
    proof = prove_inclusion(index, size, reader(ENTRIES))
    assert [each.hex() for each in proof] == path
    assert root_from_inclusion(leaf_hash(ENTRIES[index]), index, size, proof).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("sizes", "proof"), STEPS.items())
def test_consistency_proofs_are_those_of_certificate_transparency(sizes, proof):
    """Known answers."""
    assert [each.hex() for each in prove_consistency(*sizes, reader(ENTRIES))] == proof


def test_every_proof_of_small_trees_is_the_recursive_one_and_checks():
    """All leaves of all trees up to 40, all pairs of sizes."""
    entries = [bytes([n]) for n in range(40)]
    node = reader(entries)
    for new in range(1, 41):
        root = naive_root(entries[:new])
        for index in range(new):
            path = prove_inclusion(index, new, node)
            assert path == naive_path(index, entries[:new])
            assert root_from_inclusion(leaf_hash(entries[index]), index, new, path) == root
        for old in range(1, new + 1):
            proof = prove_consistency(old, new, node)
            assert proof == naive_subproof(old, entries[:new], known=True)
            check_consistency(old, naive_root(entries[:old]), new, root, proof)


@given(st.lists(st.binary(max_size=3), max_size=600), st.lists(st.integers(0, 600), max_size=6))
def test_a_tree_grown_in_parts_has_the_same_root(entries, cuts):
    """However the leaves come in."""
    tree = grown(entries, [min(cut, len(entries)) for cut in cuts])
    assert (tree.size, tree.root()) == (len(entries), naive_root(entries))


@given(st.data())
def test_a_proof_that_was_altered_does_not_hold(data):
    """A hash altered, left out or added, another leaf or size: never the trusted root."""
    size = data.draw(st.integers(2, 70))
    entries = [bytes([n]) for n in range(size)]
    index = data.draw(st.integers(0, size - 1))
    path = prove_inclusion(index, size, reader(entries))
    place = data.draw(st.integers(0, len(path) - 1))
    altered = data.draw(
        st.sampled_from(
            [
                [*path[:place], bytes(32), *path[place + 1 :]],
                [*path[:place], *path[place + 1 :]],
                [*path, bytes(32)],
            ]
        )
    )
    root = naive_root(entries)
    with contextlib.suppress(ProofError):
        assert root_from_inclusion(leaf_hash(entries[index]), index, size, altered) != root
    assert root_from_inclusion(leaf_hash(b"another"), index, size, path) != root


@given(st.data())
def test_a_tree_that_was_rewritten_has_no_consistency_proof(data):
    """With an old leaf exchanged, no proof that the new tree gives leads back to the old root."""
    new = data.draw(st.integers(2, 70))
    old = data.draw(st.integers(1, new))
    entries = [bytes([n]) for n in range(new)]
    rewritten = list(entries)
    rewritten[data.draw(st.integers(0, old - 1))] = b"another"
    proof = prove_consistency(old, new, reader(rewritten))
    with pytest.raises(ProofError):
        check_consistency(old, naive_root(entries[:old]), new, naive_root(rewritten), proof)


@pytest.mark.parametrize(("old", "new", "extra"), [(3, 7, [bytes(32)]), (4, 4, [bytes(32)]), (0, 4, []), (5, 4, [])])
def test_a_consistency_proof_of_another_shape_is_refused(old, new, extra):
    """Too long, or sizes that cannot be."""
    entries = [bytes([n]) for n in range(8)]
    proof = prove_consistency(max(1, min(old, new)), new, reader(entries)) + extra
    with pytest.raises(ProofError):
        check_consistency(old, naive_root(entries[:old]), new, naive_root(entries[:new]), proof)


def test_a_consistency_proof_cut_short_is_refused():
    """Its first or last hash left out, and nothing at all."""
    entries = [bytes([n]) for n in range(11)]
    proof = prove_consistency(6, 11, reader(entries))
    for cut in (proof[1:], proof[:-1], []):
        with pytest.raises(ProofError):
            check_consistency(6, naive_root(entries[:6]), 11, naive_root(entries), cut)


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_for_a_leaf_that_is_not_there(index, size):
    """Neither made nor checked."""
    with pytest.raises(IndexError):
        prove_inclusion(index, size, reader(ENTRIES))
    with pytest.raises(ProofError):
        root_from_inclusion(bytes(32), index, size, [])


def test_leaves_and_nodes_cannot_be_taken_for_each_other():
    """RFC 6962 §2.1: the first byte tells them apart."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert leaf_hash(left + right) != node_hash(left, right)

"""The Merkle tree: what RFC 6962 says, and that no proof proves anything else."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.ledger.merkle import (
    EMPTY,
    Frontier,
    NodeAt,
    consistency,
    inclusion,
    is_consistent,
    is_included,
    leaf_hash,
)

LEAVES = [bytes.fromhex(text) for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657")]
LEAVES.append(bytes(range(0x60, 0x70)))
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
"""The roots over the first one, two, ... of these leaves, with which certificate logs are tested."""

sizes = st.integers(1, 70)


def tree(count: int, pieces: Sequence[int] = ()) -> NodeAt:
    """The nodes of a tree of so many leaves, which came in pieces."""
    nodes: dict[tuple[int, int], bytes] = {}
    ends = [*sorted(pieces), count]
    for begin, end in zip([0, *ends], ends, strict=False):
        grown = Frontier(begin, lambda level, index: nodes[level, index])
        for index in range(begin, end):
            nodes[0, index] = leaf = leaf_hash(b"%d" % index)
            done = grown.add(leaf)
            for level in range(1, len(done) // 32 + 1):
                nodes[level, index >> level] = done[32 * (level - 1) : 32 * level]
    return lambda level, index: nodes[level, index]


def root_hash(size: int, node: NodeAt) -> bytes:
    """The root over the first leaves, of what is kept."""
    return Frontier(size, node).root


def by_the_book(leaves: Sequence[bytes]) -> bytes:
    """The RFC's own recursion, in full."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = max(2**power for power in range(10) if 2**power < len(leaves))
    return hashlib.sha256(b"\1" + by_the_book(leaves[:k]) + by_the_book(leaves[k:])).digest()


@pytest.mark.parametrize(("count", "root"), [*enumerate(ROOTS, 1)])
def test_a_root_is_what_certificate_logs_compute(count: int, root: str) -> None:
    grown = Frontier()
    for leaf in LEAVES[:count]:
        grown.add(leaf_hash(leaf))
    assert grown.root.hex() == root


def test_a_tree_without_leaves_has_the_hash_of_nothing() -> None:
    assert Frontier().root == root_hash(0, tree(1)) == EMPTY == hashlib.sha256(b"").digest()


@given(sizes, st.lists(st.integers(0, 70), max_size=4))
def test_a_root_does_not_depend_on_the_pieces_in_which_leaves_came(count: int, pieces: list[int]) -> None:
    node = tree(count, [piece for piece in pieces if piece <= count])
    assert root_hash(count, node) == by_the_book([b"%d" % index for index in range(count)])


@given(sizes, st.data())
def test_every_leaf_is_proved_under_every_later_root(count: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, count))
    index = data.draw(st.integers(0, size - 1))
    node = tree(count)
    path = inclusion(index, size, node)
    assert is_included(node(0, index), index, size, path, root_hash(size, node))
    assert len(path) <= (size - 1).bit_length()


@given(sizes, st.data())
def test_no_leaf_is_proved_that_is_another_or_elsewhere(count: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, count - 1))
    node = tree(count)
    root, path = root_hash(count, node), inclusion(index, count, node)
    other = data.draw(st.integers(-1, count).filter(lambda at: at != index))
    assert not is_included(node(0, index), other, count, path, root)
    assert not is_included(leaf_hash(b"another"), index, count, path, root)
    assert not is_included(node(0, index), index, count, [*path, EMPTY], root)
    if path:
        bent = data.draw(st.integers(0, len(path) - 1))
        assert not is_included(node(0, index), index, count, [*path[:bent], EMPTY, *path[bent + 1 :]], root)
        assert not is_included(node(0, index), index, count, path[:-1], root)


@given(sizes, st.data())
def test_a_tree_is_proved_to_begin_with_each_earlier_one(count: int, data: st.DataObject) -> None:
    before = data.draw(st.integers(0, count))
    node = tree(count)
    path = consistency(before, count, node)
    assert is_consistent(before, count, path, root_hash(before, node), root_hash(count, node))


@given(st.integers(2, 70), st.data())
def test_no_tree_is_proved_to_begin_with_another(count: int, data: st.DataObject) -> None:
    before = data.draw(st.integers(1, count - 1))
    node = tree(count)
    old, new, path = root_hash(before, node), root_hash(count, node), consistency(before, count, node)
    assert not is_consistent(before, count, path, leaf_hash(b"another"), new)
    assert not is_consistent(before, count, path, old, leaf_hash(b"another"))
    assert not is_consistent(before, count, [*path, EMPTY], old, new)
    assert not is_consistent(before, count, path[:-1], old, new)
    assert not is_consistent(before, count, path, new, new)


def test_equal_sizes_need_equal_roots_and_no_path() -> None:
    assert is_consistent(3, 3, [], ROOTS[2].encode(), ROOTS[2].encode())
    assert not is_consistent(3, 3, [], ROOTS[2].encode(), ROOTS[1].encode())
    assert not is_consistent(3, 3, [EMPTY], ROOTS[2].encode(), ROOTS[2].encode())
    assert not is_consistent(4, 3, [], EMPTY, EMPTY)


@pytest.mark.parametrize("index", [-1, 3])
def test_a_path_to_a_leaf_that_is_not_there_is_refused(index: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion(index, 3, tree(3))


def test_a_path_from_a_larger_tree_is_refused() -> None:
    with pytest.raises(ValueError, match="no beginning"):
        consistency(4, 3, tree(3))

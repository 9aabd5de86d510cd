"""The chain proves that nothing is missing, reordered or altered."""

import base64
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from services.inspection.domain.chain import BEGINNING, breaks, hash_of, missing
from services.inspection.domain.tablet import Tablet
from services.kernel.model import now


@dataclass
class Piece:
    sequence: int | None
    previous_hash: str | None
    hashes: set[str] = field(default_factory=set)


def chain(length: int) -> list[Piece]:
    names = [BEGINNING, *(f"{n:064d}" for n in range(1, length + 1))]
    return [Piece(n, names[n - 1], {names[n]}) for n in range(1, length + 1)]


@given(st.integers(1, 30), st.data())
def test_a_whole_chain_has_no_break_however_it_is_cut_into_batches(length: int, data: st.DataObject) -> None:
    pieces = chain(length)
    cut = data.draw(st.integers(0, length))
    known = {piece.sequence: piece.hashes for piece in pieces[:cut] if piece.sequence}
    assert breaks(pieces[cut:], known) == [None] * (length - cut)


@given(st.integers(2, 30), st.data())
def test_a_missing_record_is_told_of_by_the_one_after_it(length: int, data: st.DataObject) -> None:
    pieces = chain(length)
    lost = data.draw(st.integers(0, length - 2))
    here = pieces[:lost] + pieces[lost + 1 :]
    assert breaks(here, {}) == [None] * lost + ["chain-gap"] + [None] * (length - lost - 2)
    assert missing(piece.sequence or 0 for piece in here) == [lost + 1]


@given(st.integers(1, 30), st.data())
def test_an_exchanged_record_breaks_the_link_behind_it(length: int, data: st.DataObject) -> None:
    pieces = chain(length)
    which = data.draw(st.integers(0, length - 1))
    pieces[which].previous_hash = "f" * 64
    found = breaks(pieces, {})
    assert found[which] == "chain-broken"
    assert found.count(None) == length - 1


def test_a_record_without_a_place_in_the_chain_breaks_nothing() -> None:
    assert breaks([Piece(None, None)], {}) == [None]


def test_many_missing_are_told_of_up_to_a_limit() -> None:
    assert missing([2**53]) == list(range(1, 101))
    assert missing([]) == []


def test_a_signature_is_checked_against_the_hash_of_the_canonical_record() -> None:
    key = Ed25519PrivateKey.generate()
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    tablet = Tablet(id="t1", inspector_id="k1", public_key=public, enrolled_at=now())
    digest = hash_of({"b": "Cột đo", "a": 1, "hash": "x", "signature": "y"})
    assert digest == hash_of({"a": 1, "b": "Cột đo"})
    signature = base64.b64encode(key.sign(bytes.fromhex(digest))).decode()
    assert tablet.signed(digest, signature)
    assert not tablet.signed(hash_of({"a": 2, "b": "Cột đo"}), signature)
    for nonsense in ("", "None", "á", signature[:-4]):
        assert not tablet.signed(digest, nonsense)

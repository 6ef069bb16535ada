"""Pictures of pages: what is written in them can be read."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from targetcal_xl.pages.drawing import WIDTH, Dot, Drawing, Rect, Word, quadrants

_CUTS, _REACH = (0.7, 1.0), 0.03
_PLACES = [(0.52 + 0.12 * across, 0.75 + 0.1 * up) for across in range(4) for up in range(4)]


@given(places=st.lists(st.sampled_from(_PLACES), unique=True, min_size=1, max_size=16), data=st.data())
def test_no_name_of_a_dot_covers_another_dot_or_name(
    places: list[tuple[float, float]], data: st.DataObject
) -> None:
    names = data.draw(st.lists(st.sampled_from(["华东大区", "North", "Süd-Ost"]), min_size=16, max_size=16))
    drawing = _drawing([Dot(name, *at, "declared") for name, at in zip(names, places, strict=False)])
    covered = [*_dots(drawing), *(_box_of(one) for one in _names(drawing))]
    for at, one in enumerate(covered):
        assert one.x >= 0 and one.x + one.width <= WIDTH
        assert not any(_overlap(one, other) for other in covered[:at])


def test_two_dots_side_by_side_are_named_to_either_side() -> None:
    drawing = _drawing([Dot("华东大区", 0.8, 1.1, "declared"), Dot("华南大区", 0.83, 1.1, "declared")])
    assert [(one.said, one.anchor) for one in _names(drawing)] == [("华东大区", "end"), ("华南大区", "start")]


def test_the_name_of_a_dot_on_a_cut_is_not_crossed_by_its_line() -> None:
    assert [one.anchor for one in _names(_drawing([Dot("华北大区", 0.8, 1.0, "worse")]))] == ["middle"]


def test_every_dot_is_named_however_close_they_are() -> None:
    drawing = _drawing([Dot(f"R{n}", 0.8, 1.0, "declared") for n in range(30)])
    assert [one.said for one in _names(drawing)] == [f"R{n}" for n in range(30)]


def _drawing(dots: list[Dot]) -> Drawing:
    return quadrants("quadrants", "", "", dots, _CUTS, _REACH, ("across", "up"))


def _dots(drawing: Drawing) -> list[Rect]:
    return [one for one in drawing.boxes if one.look == "declared"]


def _names(drawing: Drawing) -> list[Word]:
    return [one for one in drawing.words if one.look == "number"]


def _box_of(word: Word) -> Rect:
    """Eleven units of type: Latin letters half as wide as tall, Chinese ones as wide."""
    wide = sum(11.0 if ord(sign) > 0x2E7F else 5.5 for sign in word.said)
    left = {"start": word.x, "middle": word.x - wide / 2, "end": word.x - wide}[word.anchor]
    return Rect(left, word.y - 8.5, wide, 10.0, "")


def _overlap(one: Rect, other: Rect) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )

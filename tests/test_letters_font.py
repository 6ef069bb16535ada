"""What letters are set in can show what most texts are made of."""

from __future__ import annotations

from fontTools.ttLib import TTCollection

from targetcal_xl.letters.font import COMMON, FAMILY, font_files


def test_the_font_has_every_sign_that_it_is_not_asked_for() -> None:
    (path,) = font_files()
    with TTCollection(path, lazy=True) as collection:
        ours = [face for face in collection.fonts if face["name"].getDebugName(1) == FAMILY]
        assert ours and all({*map(ord, COMMON)} <= face.getBestCmap().keys() for face in ours)

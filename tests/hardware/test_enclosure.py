"""The case fits its parts, and prints without supports; both without OpenSCAD."""

import msgspec
import pytest

from hardware import mesh
from hardware.enclosure.fit import FOLDER, Build, builds, checks
from hardware.enclosure.render import PARTS, VIEWS, scad

BUILDS = builds()
STL = [(name, part) for name in BUILDS for part in PARTS]

#: What prints across a gap, and what prints beyond a wall, without supports (mm).
BRIDGE, LEDGE = 7.0, 1.0


def printed(build: str, part: str) -> list[mesh.Facet]:
    return mesh.read(FOLDER / "stl" / f"{build}-{part}.stl")


@pytest.mark.parametrize("build", BUILDS.values(), ids=lambda build: build.name)
def test_everything_fits(build: Build) -> None:
    assert [check for check in checks(build) if not check.fits] == []


def with_changed(name: str, **measures: object) -> list[str]:
    build = BUILDS[name]
    changed = Build(name, {**build.measures, **measures})
    return [check.what for check in checks(changed) if not check.fits]


@pytest.mark.parametrize(
    ("measures", "what"),
    [
        ({"wall": 1.5}, "wall thickness"),
        ({"frame": 1.2}, "thinnest wall: frame round the panel"),
        ({"vent": [1.2, 14.0]}, "thinnest wall: bar between two vents"),
        ({"slot": [4.0, 5.0]}, "thinnest wall: bar between two slots of the loudspeaker"),
        ({"button": 90.0}, "dome inside the top, front"),
        ({"button_depth": 125.0}, "button above the floor"),
        ({"button_back": 20.0}, "button clear of the stack"),
        ({"panel": [210.0, 110.8]}, "printer's bed across"),
        ({"angle": 40.0}, "walls lean no more than the printer manages"),
        ({"gland_at": 92.0}, "gland's nut inside the back"),
        ({"lead_at": 55.0}, "supply's slot beside the gland"),
        ({"loop_height": 20.0}, "probe's loop: tie above the gland"),
        ({"gland_height": 14.0}, "probe's loop: hangs below the gland"),
        ({"board_at": [-90.0, 68.0]}, "board inside the back"),
        ({"speaker_at": [140.0, 34.0]}, "loudspeaker before the back"),
        ({"screw": 6.0}, "flesh round a screw"),
        ({"access": 30.0}, "screwdriver's hole beside a foot"),
        ({"stack": [[166.0, 118.0, 2.0, 18.0, 0.0]]}, "screwdriver's way beside the stack"),
        ({"vents": [[-70.0, 30.0, 2]]}, "open area of the vents (mm²)"),
    ],
)
def test_what_does_not_fit_is_named(measures: dict[str, object], what: str) -> None:
    assert what in with_changed("seven", **measures)


def test_an_unknown_measure_is_named() -> None:
    with pytest.raises(AttributeError, match=r"parameters.toml has no lid for seven"):
        _ = BUILDS["seven"].lid


@pytest.mark.parametrize("build", BUILDS.values(), ids=lambda build: build.name)
def test_openscad_gets_the_same_measures(build: Build) -> None:
    assert (FOLDER / f"{build.name}.scad").read_text(encoding="utf-8") == scad(build), "run `make enclosure`"


@pytest.mark.parametrize(("build", "part"), STL)
def test_each_part_is_a_closed_body(build: str, part: str) -> None:
    facets = printed(build, part)
    assert mesh.is_closed(facets)
    assert mesh.volume(facets) > 500


@pytest.mark.parametrize(("build", "part"), STL)
def test_each_part_lies_on_the_bed_and_fits_it(build: str, part: str) -> None:
    wide, deep, high = mesh.size(printed(build, part))
    low, _ = mesh.bounds(printed(build, part))
    assert low[2] == pytest.approx(0, abs=0.01)
    assert max(wide, deep) <= BUILDS[build].bed - 4
    assert high <= 200


@pytest.mark.parametrize("build", BUILDS.values(), ids=lambda build: build.name)
def test_the_printed_case_is_as_big_as_was_reckoned(build: Build) -> None:
    wide, _, _ = mesh.size(printed(build.name, "case"))
    assert wide == pytest.approx(build.width, abs=0.05)
    back = mesh.size(printed(build.name, "back"))
    inside = 2 * (build.wall + build.gap)
    assert back[:2] == pytest.approx((build.width - inside, build.height - inside), abs=0.05)


@pytest.mark.parametrize(("build", "part"), STL)
def test_nothing_needs_supports(build: str, part: str) -> None:
    hanging = mesh.overhangs(printed(build, part), BUILDS[build].overhang)
    assert [each for each in hanging if each.long > BRIDGE and each.short > LEDGE] == []


def test_a_roof_is_seen_to_hang() -> None:
    a, b, c = (0.0, 0.0, 10.0), (0.0, 20.0, 10.0), (20.0, 0.0, 10.0)
    floor = ((0.0, 0.0, 0.0), (0.0, 20.0, 0.0), (20.0, 0.0, 0.0))
    assert mesh.overhangs([floor, (a, b, c)], 45.0) == [mesh.Overhang(10.0, 20.0, 20.0)]
    assert not mesh.is_closed([floor])


def test_the_bought_panels_fit_the_window() -> None:
    for build in BUILDS.values():
        assert all(seen < whole for seen, whole in zip(build.active, build.panel, strict=True))


def test_each_build_is_shown_from_every_side() -> None:
    shown = {path.name for path in (FOLDER / "views").iterdir()}
    assert shown == {f"{build}-{view}.png" for build in BUILDS for view in VIEWS}
    assert {"front", "back", "left", "right", "top", "bottom"} <= VIEWS.keys()


def test_the_files_stay_small() -> None:
    for folder in ("stl", "views"):
        assert all(path.stat().st_size < 256 * 1024 for path in (FOLDER / folder).iterdir())


def test_measures_are_numbers() -> None:
    assert all(msgspec.json.encode(build.measures) for build in BUILDS.values())

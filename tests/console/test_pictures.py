"""The views look as they did: pictures of them are compared with those in docs/pictures/.

After a change that is meant, `pytest tests/console --new-pictures -k picture` takes them anew: look at each.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.console.common import NAMED, SETTLED, Console
from tests.console.scenery import set_up
from tests.programs import needs
from tests.support import ROOT

pytestmark = needs("chromium", "chromedriver")

FOLDER = ROOT / "docs" / "pictures"
CLEARLY = 60
"""How far apart two values of a colour, from 0 to 255, must be to count as different."""
TOLERANCE = 0.02
"""The share of pixels that may differ: letters are smoothed in other ways elsewhere."""

STILL = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(`*, ::before, ::after { animation: none !important; transition: none !important;
  caret-color: transparent !important } [data-varies], .chart { visibility: hidden !important }`);
document.adoptedStyleSheets = [sheet];
"""

PICTURES = {
    # name: view, width, height, scheme
    "overview": ("overview", 1280, 1080, "light"),
    "overview-dark": ("overview", 1280, 1080, "dark"),
    "overview-narrow": ("overview", 360, 1400, "light"),
    "key-links": ("links", 1280, 900, "light"),
    "key-link-dark": ("links/{link}", 1280, 900, "dark"),
    "record": ("records/CUSTOMER/1015", 1280, 1000, "light"),
    "live-log": ("log/{call}", 1280, 900, "dark"),
    "live-log-narrow": ("log", 360, 800, "light"),
    "faults": ("faults", 1280, 1000, "light"),
    "faults-narrow": ("faults", 360, 1400, "dark"),
    "snapshots": ("snapshots", 1280, 800, "light"),
    "rules": ("rules", 1280, 900, "dark"),
    "try-it": ("try", 1280, 900, "light"),
    "settings": ("settings", 1280, 1000, "light"),
    "webhooks": ("webhooks", 1280, 800, "dark"),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_view_looks_as_in_its_picture(name: str, page: Console, request: pytest.FixtureRequest) -> None:
    view, width, height, scheme = PICTURES[name]
    scenery = set_up(page.client)
    page.resize(width, height)
    page.prefer(scheme)
    page.open(*view.format(**scenery._asdict()).split("/"), url=NAMED)
    taken = take(page)
    path = FOLDER / f"{name}.png"
    if request.config.getoption("--new-pictures", default=False):
        save(taken, path)
    assert path.exists(), "this picture was never taken; pass --new-pictures"
    share = difference(taken, Image.open(path).convert("RGB"))
    assert share <= TOLERANCE, f"{share:.1%} of the pixels of {path.name} differ"


def take(page: Console) -> Image.Image:
    """A picture of the page once it does not change any more, without what is different in each run."""
    page.wait(lambda: page.driver.execute_script(SETTLED), "the view")
    page.driver.execute_script(STILL)
    pictures = [b"", b" "]

    def stands_still() -> bool:
        pictures.append(page.driver.get_screenshot_as_png())
        return pictures[-1] == pictures[-2] == pictures[-3]

    page.wait(stands_still, "the page to stand still")
    return Image.open(io.BytesIO(pictures[-1])).convert("RGB")


def save(picture: Image.Image, path: Path) -> None:
    """Store a picture with few colours, which takes half the space."""
    path.parent.mkdir(exist_ok=True)
    few = picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def difference(first: Image.Image, second: Image.Image) -> float:
    """The share of the pixels that clearly differ, from 0 to 1; 1 if the sizes differ."""
    if first.size != second.size:
        return 1.0
    channels = ImageChops.difference(first, second).split()
    strongest = ImageChops.lighter(ImageChops.lighter(channels[0], channels[1]), channels[2])
    histogram = strongest.histogram()
    return sum(histogram[CLEARLY:]) / (first.width * first.height)


def test_a_change_of_the_look_is_noticed() -> None:
    light, dark = (Image.open(FOLDER / f"overview{suffix}.png").convert("RGB") for suffix in ("", "-dark"))
    assert difference(light, dark) > TOLERANCE
    moved = ImageChops.offset(light, 0, 24)
    assert difference(light, moved) > TOLERANCE

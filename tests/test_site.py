"""The documentation site: it is complete, it works offline, and a broken link fails the build."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.support import ROOT

ROOT_PAGE = "docs/README.html"


def build(source: Path, work: Path) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """The site of these pages, built with the options of `make docs`, and how the build ended."""
    site = work / "site"
    options = ["-q", "-W", "-E", "-d", str(work / "doctrees"), "-c", str(ROOT / "docs")]
    command = [sys.executable, "-m", "sphinx", *options, str(source), str(site)]
    return site, subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


class Elements(HTMLParser):
    """The elements of a page that refer to something, as (tag, target), and all ids."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.targets: list[tuple[str, str]] = []
        self.ids: set[str] = set()
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by HTMLParser for each element."""
        for name, value in attrs:
            if name in {"href", "src"}:
                self.targets.append((tag, value or ""))
            elif name == "id":
                self.ids.add(value or "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The real site."""
    folder, ended = build(ROOT, tmp_path_factory.mktemp("site"))
    assert ended.returncode == 0, ended.stderr
    return folder


def pages() -> Iterator[str]:
    """The Markdown pages, without the suffix."""
    for pattern in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/**/*.md", "examples/**/*.md"):
        for path in ROOT.glob(pattern):
            name = path.relative_to(ROOT)
            if "node_modules" not in name.parts and not any(part.startswith(".") for part in name.parts):
                yield name.with_suffix("").as_posix()


def test_the_site_has_every_page_a_start_page_and_a_search_index(site: Path) -> None:
    index = (site / "searchindex.js").read_text("utf-8")
    for page in pages():
        assert (site / f"{page}.html").is_file(), page
        assert f'"{page}"' in index, page
    assert f'content="0; url={ROOT_PAGE}"' in (site / "index.html").read_text("utf-8")


def test_the_navigation_has_the_sections_of_the_root_page(site: Path) -> None:
    sections = re.findall(r"^## (.+)$", (ROOT / "docs/README.md").read_text("utf-8"), flags=re.MULTILINE)
    assert len(sections) == 9
    for page in pages():
        html = (site / f"{page}.html").read_text("utf-8")
        assert re.findall(r'<span class="caption-text">(.+?)</span>', html) == sections, page


def test_every_link_of_the_site_leads_to_a_file_and_its_anchor(site: Path) -> None:
    elements = {path: Elements(path) for path in site.rglob("*.html")}
    for path, page in elements.items():
        for tag, target in page.targets:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            linked = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert linked.is_file(), f"<{tag}> {target} in {path}"
            if parts.fragment and linked in elements:
                assert parts.fragment in elements[linked].ids, f"<{tag}> {target} in {path}"


def test_the_site_loads_nothing_from_the_network(site: Path) -> None:
    for path in site.rglob("*.html"):
        loaded = [target for tag, target in Elements(path).targets if tag in {"link", "script", "img"}]
        assert loaded or path.name == "index.html", path
        assert not [target for target in loaded if re.match(r"https?:|//", target)], path
    for path in site.rglob("*.css"):
        assert not re.search(r"""(url\(|@import)\s*["']?(https?:|//)""", path.read_text("utf-8")), path


BROKEN = {"gone.md": "'gone.md'", "../a.json": "'../a.json'", "#here": "'here'", "README.md#there": "'there'"}
"""Links that lead nowhere, and what the warning about each names."""


def test_a_broken_link_fails_the_build_and_is_named_with_page_and_line(tmp_path: Path) -> None:
    links = "# Links\n\n" + "".join(f"[a link]({target})\n\n" for target in BROKEN)
    _, ended = build(_write_pages(tmp_path / "source", links=links), tmp_path)
    assert ended.returncode == 1
    for number, name in enumerate(BROKEN.values(), start=1):
        line = 2 * number + 1
        assert re.search(rf"docs/links\.md:{line}: WARNING: .* {name}", ended.stderr), ended.stderr


def test_a_page_that_the_root_page_does_not_list_fails_the_build(tmp_path: Path) -> None:
    source = _write_pages(tmp_path / "source", links="# Links\n", orphan="# Orphan\n")
    _, ended = build(source, tmp_path)
    assert ended.returncode == 1
    assert "docs/orphan.md: WARNING: document isn't included in any toctree" in ended.stderr


def _write_pages(source: Path, **pages: str) -> Path:
    """These pages, and a root page that lists `links`."""
    root_page = "# Root\n\n## Start\n\n| page | contents |\n|---|---|\n| [Links](links.md) | links |\n"
    (source / "docs").mkdir(parents=True)
    for name, text in {"README": root_page, **pages}.items():
        (source / "docs" / f"{name}.md").write_text(text, "utf-8")
    return source

"""Sphinx configuration of the documentation site. `make docs` builds the site in `site/`.

The source folder is the root of the repository, because some pages are not in `docs/`:
`sphinx-build -W -c docs . site`.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

from mockrevio import __version__

project = "mockrevio"
release = __version__

extensions = ["myst_parser"]
root_doc = "docs/README"
include_patterns = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/**.md", "examples/**.md"]
# Tools leave Markdown files in the examples, such as .pytest_cache/README.md.
exclude_patterns = [".*", "**/.*", "**/node_modules"]

nitpicky = True  # an unresolved reference is a warning
# A snippet need not be valid in its block's language: pytest.ini is in a `toml` block.
suppress_warnings = ["misc.highlighting_failure"]
smartquotes = False  # they would turn the `--` of an option into a dash
myst_heading_anchors = 6

html_theme = "furo"
html_title = f"{project} {release}"
html_static_path = ["_static"]
html_css_files = ["custom.css"]
html_extra_path = ["_root"]  # has the index.html that leads to the root page
pygments_dark_style = "github-dark"  # the theme's default underlines imported modules, like links
html_use_index = False
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False

_ROW = re.compile(r"^\| \[(?P<title>.+?)\]\((?P<page>[^)#]+\.md)\) \|", re.MULTILINE)


def navigation(index: str) -> str:
    """A hidden toctree for each `##` section of the root page, of the pages in the section's table."""
    toctrees = []
    for section in re.split(r"^## ", index, flags=re.MULTILINE)[1:]:
        caption, _, text = section.partition("\n")
        pages = [f"{row['title']} <{row['page']}>" for row in _ROW.finditer(text)]
        toctrees.append("\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *pages, "```"]))
    return "\n\n".join(toctrees)


def _add_navigation(app: Sphinx, docname: str, content: list[str]) -> None:
    if docname == app.config.root_doc:
        content[0] += f"\n{navigation(content[0])}\n"


def setup(app: Sphinx) -> None:
    """Derive the navigation from the root page, so that GitHub shows that page without directives."""
    app.connect("source-read", _add_navigation)

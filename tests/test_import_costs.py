"""What costs nothing to import: each entrance loads what it needs, and nothing else."""

from __future__ import annotations

import subprocess
import sys

from tests.support import AUTH


def loaded(code: str) -> set[str]:
    """The names of the modules that are loaded once a fresh Python has run this code."""
    program = f"import sys\n{code}\nprint(*sorted(sys.modules))"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return set(ended.stdout.split())


def libraries(code: str) -> set[str]:
    """The libraries among them: neither Python's own nor what was loaded before the first line ran."""
    names = {name.partition(".")[0] for name in loaded(code) - loaded("")}
    return {name for name in names if name not in sys.stdlib_module_names} - {"mockrevio"}


def test_importing_the_package_imports_nothing_else() -> None:
    new = loaded("import mockrevio") - loaded("import __future__, typing")
    assert new == {"mockrevio"}


def test_create_app_is_there_when_it_is_asked_for() -> None:
    assert "flask" in libraries("from mockrevio import create_app")


def test_the_command_line_starts_with_click_alone() -> None:
    assert libraries("import mockrevio.cli") == {"click"}


def test_a_health_check_needs_no_library() -> None:
    assert libraries("from mockrevio.testing.health import check_health") == set()


def test_serving_needs_neither_faker_nor_any_client() -> None:
    code = f"""
import http.client, base64
from mockrevio.app import create_app
from mockrevio.server import Server
from mockrevio.settings import Settings
app = create_app(Settings(ephemeral=True))
server = Server(app, "127.0.0.1", 0)
server.start()
connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
user = base64.b64encode(b"{":".join(AUTH)}").decode()
for path in ("/v1/Customers", "/v1/IntegrationKeyLink", "/__admin/health"):
    connection.request("GET", path, headers={{"Authorization": "Basic " + user}})
    answer = connection.getresponse()
    assert (answer.status, bool(answer.read())) == (200, True), path
connection.close()
server.stop()
app.close()
"""
    found = loaded(code)
    assert {"flask", "httptools", "tinydb"} <= found
    unwanted = {"faker", "requests", "urllib3", "cryptography", "hypothesis", "pytest", "numpy"}
    assert not unwanted & found

"""mockrevio: a local mock of Rev.io's REST API.

Submodules are imported on first use, so `import mockrevio` costs next to nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockrevio.app import create_app
    from mockrevio.testing.handle import MockRevio
    from mockrevio.testing.intercept.standalone import intercept

__version__ = "0.1.0"
__all__ = ["MockRevio", "__version__", "create_app", "intercept"]


def __getattr__(name: str) -> Any:
    if name == "create_app":
        from mockrevio.app import create_app

        return create_app
    if name == "MockRevio":
        from mockrevio.testing.handle import MockRevio

        return MockRevio
    if name == "intercept":
        from mockrevio.testing.intercept.standalone import intercept

        return intercept
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

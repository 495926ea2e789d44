"""Take the pictures of the console that README.md and docs/console.md show: `make pictures`.

They are of `mockrevio demo`, so they differ each time. Look at each before you commit it. Needs Chromium.
"""

from __future__ import annotations

import io
import subprocess
import sys
import time
from pathlib import Path
from shutil import which

import requests
from PIL import Image
from selenium import webdriver

FOLDER = Path(__file__).parent / "pictures"
PORT = 7398
CONSOLE = f"http://127.0.0.1:{PORT}/__admin/"
PACE = 5
STORY = 75
"""Seconds of the demo before the pictures are taken: it is in the middle of an outage then."""

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-device-scale-factor=1")
PICTURES = {
    # name: view, width, height, scheme
    "demo-overview": ("overview", 1360, 1010, "light"),
    "demo-log": ("log/{call}", 1360, 860, "dark"),
    "demo-faults": ("faults", 1360, 860, "light"),
}


def main() -> None:
    """Run the demo, and take all pictures."""
    command = [sys.executable, "-m", "mockrevio", "demo", "--no-browser", "--seed", "7"]
    command += ["--port", str(PORT), "--pace", str(PACE), "--latency", "lognormal:60ms,0.6"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as demo:  # noqa: S603
        try:
            time.sleep(STORY)
            _take_all()
        finally:
            demo.terminate()


def _take_all() -> None:
    lost = requests.get(f"{CONSOLE}requests", {"fault": "*answer lost*", "form": "summary"}, timeout=10)
    call = lost.json()["requests"][-1]["id"]
    options = webdriver.ChromeOptions()
    options.binary_location = str(which("chromium"))
    for flag in FLAGS:
        options.add_argument(flag)
    browser = webdriver.Chrome(options, webdriver.ChromeService(which("chromedriver")))
    try:
        for name, (view, width, height, scheme) in PICTURES.items():
            metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
            feature = {"name": "prefers-color-scheme", "value": scheme}
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
            browser.get("about:blank")
            browser.get(f"{CONSOLE}#/{view.format(call=call)}")
            time.sleep(3)
            picture = Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("RGB")
            picture.save(FOLDER / f"{name}.png", optimize=True)
    finally:
        browser.quit()


if __name__ == "__main__":
    main()

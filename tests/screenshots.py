"""Takes the gallery's pictures of a page: python -m tests.screenshots"""

from __future__ import annotations

from pathlib import Path

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from tests.browsing import started

DEMOS = Path(__file__).parents[1] / "demos"


def main() -> None:
    """demos/page.html in the light and the dark theme, with a node that is chosen and a claim that is wrong."""
    driver = started()
    for name, scheme in (("page.png", "light"), ("page-dark.png", "dark")):
        driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}]})
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {"width": 1100, "height": 540, "deviceScaleFactor": 1.5, "mobile": False})
        driver.get((DEMOS / "page.html").as_uri())
        driver.find_element(By.ID, "n2").click()
        Select(driver.find_element(By.CSS_SELECTOR, ".claim select")).select_by_index(1)
        driver.find_element(By.CSS_SELECTOR, ".claim input").send_keys("b + 1")
        driver.find_element(By.CSS_SELECTOR, ".claim button").click()
        driver.execute_script("document.activeElement.blur(); scrollTo(0, 0)")
        driver.save_screenshot(str(DEMOS / name))
    driver.quit()


if __name__ == "__main__":
    main()

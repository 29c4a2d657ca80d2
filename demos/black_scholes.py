"""The prices of a million call options, with five derivatives each, from the textbook's formula.

The formula of Black and Scholes (1973) is written for one option, with autograd's functions. `compile` records it once; called
with arrays, it prices all options together, and the derivatives by spot price, strike, time, rate and volatility come with it.
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import canvas
import numpy as np

import autograd as ag
from autograd.program import compile

GREEKS = ("delta: by the spot price", "by the strike", "theta, negative: by the time left", "rho: by the rate",
          "vega: by the volatility")


def normal(x: Any) -> Any:
    """The distribution function of the normal distribution."""
    return 0.5 * (1.0 + ag.erf(x / math.sqrt(2.0)))


def price(spot: Any, strike: Any, years: Any, rate: Any, volatility: Any) -> Any:
    """The price of a European call."""
    spread = volatility * ag.sqrt(years)
    d1 = (ag.log(spot / strike) + (rate + volatility ** 2 / 2.0) * years) / spread
    return spot * normal(d1) - strike * ag.exp(-rate * years) * normal(d1 - spread)


def main(picture: Path, count: int = 1_000_000) -> None:
    """Price random options, print the time and a few vegas beside the textbook's, and draw all over the spot price."""
    rng = np.random.default_rng(0)
    options = [rng.uniform(low, high, count) for low, high in ((50, 150), (50, 150), (0.1, 2.0), (0.0, 0.1), (0.1, 0.5))]
    program = compile(price)
    program.value_and_grad(*options)                                 # compiles it
    start = time.perf_counter()
    prices, greeks = program.value_and_grad(*options)
    seconds = time.perf_counter() - start
    print(f"{count} options, their prices and {len(greeks)} derivatives each: {seconds:.3f} s, "
          f"{seconds / count * 1e9:.0f} ns an option")
    spot, strike, years, rate, volatility = [x[:3] for x in options]
    d1 = (np.log(spot / strike) + (rate + volatility ** 2 / 2) * years) / (volatility * np.sqrt(years))
    vega = spot * np.exp(-d1 ** 2 / 2) / math.sqrt(2 * math.pi) * np.sqrt(years)
    for k in range(3):
        print(f"a call at {spot[k]:.2f} with strike {strike[k]:.2f}: price {prices[k]:.6f}, vega {greeks[4][k]:.6f}, "
              f"by the textbook's formula {vega[k]:.6f}")

    spots = np.linspace(50.0, 150.0, 201)
    made, panels = canvas.figure(3, 2, width=3.6, height=2.8)
    for years_left, colour in ((0.1, canvas.BLUE), (0.5, canvas.GREEN), (2.0, canvas.ORANGE)):
        values, slopes = program.value_and_grad(spots, 100.0, years_left, 0.05, 0.3)
        by_lane = program.jacobian(spots, 100.0, years_left, 0.05, 0.3)[:, 0, :]
        assert np.allclose(slopes[0], by_lane[:, 0])
        for axes, ys in zip(panels, (values, *by_lane.T)):
            axes.plot(spots, ys, color=colour, label=f"{years_left:g} years")
    for axes, title in zip(panels, ("price of a call with strike 100", *GREEKS)):
        axes.set_title(title, fontsize=9)
    panels[0].legend()
    canvas.save(made, picture)


if __name__ == "__main__":
    main(canvas.picture_of(__file__))

"""Makes the arrays that come with the inspector, in public/samples.

    python make_samples.py

Everything is computed, small, and the same whenever it is made.
"""

import pathlib

import numpy as np

OUT = pathlib.Path(__file__).resolve().parent.parent / "public" / "samples"
rng = np.random.default_rng(7)


def save(name, array):
    np.save(OUT / name, array)


def picture(height=144, width=192):
    """A landscape: sky, sun, three ranges of hills."""
    y, x = np.mgrid[0:1:height * 1j, 0:1:width * 1j]
    sky = np.stack([0.98 - 0.45 * (1 - y), 0.72 - 0.18 * (1 - y), 0.52 + 0.28 * (1 - y)], axis=-1)
    sun = np.exp(-(((x - 0.68) * 1.33) ** 2 + (y - 0.42) ** 2) / 0.006)[..., None]
    image = sky + sun * np.array([0.25, 0.22, 0.1])
    for depth, (base, colour) in enumerate([(0.55, (0.45, 0.38, 0.55)), (0.68, (0.28, 0.27, 0.43)), (0.83, (0.1, 0.13, 0.24))]):
        ridge = base + sum(0.09 / n * np.sin(n * (3 + depth) * x + depth * 2 + n) for n in (1, 2, 5, 9)) * 0.6
        image = np.where((y > ridge)[..., None], np.array(colour) * (1.25 - 0.3 * y[..., None]), image)
    image += rng.normal(0, 0.012, image.shape)
    return (np.clip(image, 0, 1) * 255).round().astype("u1")


def volume(frames=24, side=72):
    """A hollow shell with a brighter core, and noise, as a scanner has it."""
    ends = [(0.72, frames), (1, side), (1, side)]
    z, y, x = np.meshgrid(*(np.linspace(-end, end, n) for end, n in ends), indexing="ij")
    radius = np.sqrt((z / 0.9) ** 2 + (y / 0.8) ** 2 + (x / 0.7) ** 2)
    density = 700 * np.exp(-((radius - 0.85) / 0.07) ** 2) + 300 * (radius < 0.8)
    for cz, cy, cx, r, level in [(-0.2, 0.2, -0.15, 0.25, 500), (0.3, -0.25, 0.2, 0.18, 900), (0, 0.35, 0.3, 0.12, -200)]:
        density += level * (((z - cz) ** 2 + (y - cy) ** 2 + (x - cx) ** 2) < r**2)
    return np.clip(density + rng.normal(60, 22, density.shape), 0, None).astype("u2")


def embedding(words=512, size=64):
    """Vectors in a few clusters, normalised, as a model has them."""
    centres = rng.normal(size=(8, size))
    vectors = centres[rng.integers(0, 8, words)] + 0.6 * rng.normal(size=(words, size))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("f2")


def field(side=96):
    """Two vortices of opposite direction on a wave."""
    y, x = np.mgrid[-2:2:side * 1j, -2:2:side * 1j]
    z = x + 1j * y
    return ((z - 0.7) * np.conj(z + 0.7) * np.exp(-np.abs(z) ** 2 / 2) * np.exp(2j * x)).astype("c8")


def quakes(count=400):
    """Invented earthquakes: dates, places, numbers of which some are missing."""
    places = np.array(["Ridge", "Coast", "Valley", "Plateau", "Trench", "Île-du-Nord"])
    table = np.zeros(count, [("time", "M8[s]"), ("place", "U12"), ("lat", "f8"), ("lon", "f8"), ("depth", "f4"), ("magnitude", "f4")])
    table["time"] = np.datetime64("2024-01-01T00:00:00") + np.cumsum(rng.exponential(70_000, count)).astype("m8[s]")
    table["place"] = places[rng.integers(0, len(places), count)]
    table["lat"] = np.round(rng.normal(38, 4, count), 4)
    table["lon"] = np.round(rng.normal(142, 5, count), 4)
    table["depth"] = np.round(rng.gamma(2, 18, count), 1)
    table["magnitude"] = np.round(2.5 + rng.exponential(0.8, count), 1)
    table["depth"][rng.random(count) < 0.06] = np.nan
    table["time"][17] = "NaT"
    return table


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    save("picture.npy", picture())
    save("volume.npy", volume())
    save("embedding.npy", embedding())
    save("field.npy", field())
    save("quakes.npy", quakes())
    layer = lambda *shape: (rng.normal(size=shape) / np.sqrt(shape[-1])).astype("f4")
    members = {"layer0/weight": layer(64, 48), "layer0/bias": layer(64), "layer1/weight": layer(10, 64), "steps": np.arange(0, 5000, 50), "name": np.array("a small model")}
    np.savez_compressed(OUT / "model.npz", **members)


if __name__ == "__main__":
    main()

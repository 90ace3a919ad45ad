"""Makes the seeds of the corpus from the vectors: `python seed.py`. What fuzzers found stands beside
them under other names, and stays."""

import hashlib
import json
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent / "vectors"

# Enough for a fuzzer to see every rule at work, few enough to be replayed in every test run.
FILES = 60
SELECTIONS = 80
PAIRS = 120


def main():
    cases = json.loads((VECTORS / "cases.json").read_text())["cases"]
    # In an order that has nothing to do with what they are.
    cases.sort(key=lambda case: hashlib.sha256(json.dumps(case).encode()).digest())
    cases = [case for case in cases if (VECTORS / case["file"]).stat().st_size < 1000]
    files = dict.fromkeys(case["file"] for case in cases)
    for name in list(files)[:FILES]:
        # The data says nothing about a header.
        write("header", name, (VECTORS / name).read_bytes()[:300])
    selections = dict.fromkeys(case["selection"] for case in cases)
    for number, text in enumerate(list(selections)[:SELECTIONS]):
        write("selection", f"{number:02}", text.encode())
    for case in cases[:PAIRS]:
        data = case["selection"].encode() + b"\n" + (VECTORS / case["file"]).read_bytes()
        name = hashlib.sha256(data).hexdigest()[:8]
        write("backends_agree", f"{pathlib.Path(case['file']).stem}_{name}", data)
    for path in sorted(VECTORS.rglob("*.npz")):
        if path.stat().st_size < 4000:
            write("npz_directory", path.stem, path.read_bytes())


def write(target, name, data):
    path = HERE / "corpus" / target / f"seed_{pathlib.Path(name).stem}"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes reference networks with BioNetGen, for Networks.AgreeWithFreshBioNetGenNetworks.

    make_references.py FOLDER_WITH_BNGL BNG_FOLDER OUT [seconds per model]

For every *.bngl below the first folder: OUT/<name>/m.bngl is the model with no action but its first
generate_network, and OUT/<name>/m.net what BNG_FOLDER/BNG2.pl makes of it. Models already done are
left alone.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys

ACTION = re.compile(
    r"^\s*(generate_network|simulate\w*|write\w+|readFile|visualize|saveConc\w*|resetConc\w*|"
    r"setConc\w*|setParam\w*|addConc\w*|saveParam\w*|resetParam\w*|parameter_scan|bifurcate|"
    r"generate_hybrid_model|quit)\b")


def without_actions(text: str) -> str:
    """The model alone: action lines outside blocks go, with the lines that continue them."""
    kept, block, continues = [], None, False
    for line in text.split("\n"):
        code = line.split("#")[0]
        if continues:
            continues = code.rstrip().endswith("\\")
            continue
        if re.match(r"\s*(begin|end)\s+actions", code):
            continue
        begin = re.match(r"\s*begin\s+(.*\S)", code)
        end = re.match(r"\s*end\s+(.*\S)", code)
        if begin and begin.group(1) != "model":
            block = begin.group(1)
        if end and end.group(1) != "model":
            block = None
        if block is None and ACTION.match(code):
            continues = code.rstrip().endswith("\\")
            continue
        kept.append(line)
    return "\n".join(kept)


def main() -> None:
    models, bng, out = (pathlib.Path(a).resolve() for a in sys.argv[1:4])
    limit_s = float(sys.argv[4]) if len(sys.argv) > 4 else 150.0
    for source in sorted(models.rglob("*.bngl")):
        folder = out / "__".join(source.relative_to(models).with_suffix("").parts)
        if (folder / "done").exists():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        text = source.read_text(errors="replace")
        asked = re.search(r"^\s*generate_network\s*\((.*)\)", text, re.M)
        action = "generate_network(%s)" % (asked.group(1) if asked else "{overwrite=>1}")
        (folder / "m.bngl").write_text(without_actions(text) + "\n" + action + "\n")
        for table in source.parent.glob("*.tfun"):
            shutil.copy(table, folder)
        with open(folder / "log", "w") as log:
            try:
                subprocess.run(["perl", str(bng / "BNG2.pl"), "m.bngl"], cwd=folder, stdout=log,
                               stderr=subprocess.STDOUT, timeout=limit_s,
                               env=dict(os.environ, BNGPATH=str(bng)), check=False)
            except subprocess.TimeoutExpired:
                print(source.name, "takes too long")
        (folder / "done").touch()


if __name__ == "__main__":
    main()

"""What a page's formulas come to, computed by Node."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from targetcal_xl.ooxml import Scalar, Spot
from targetcal_xl.workbook import Program

_RUN = """
const told = JSON.parse(require('fs').readFileSync(0, 'utf-8'));
const shown = value => value === FAULT ? '' : value;
console.log(JSON.stringify(told.typed.map(typed => {
  const one = sheet({ ...told.held, ...typed }, FORMULAS);
  return Object.keys(FORMULAS).map(spot => [spot, shown(one.at(...spot.split(',').map(Number)))]);
})));
"""


def computed(program: Program, typed: Sequence[Mapping[Spot, Scalar]]) -> list[dict[Spot, Any]]:
    """What every formula of a sheet shows, for each set of typed cells."""
    formulas = ",".join(f'"{r},{c}":(at,over)=>r=>{said}' for (r, c), said in program.formulas.items())
    source = files("targetcal_xl.pages").joinpath("templates", "sheet.js").read_text("utf-8")
    script = f"{source}\nconst FORMULAS={{{formulas}}};\n{_RUN}"
    told = {"held": _keyed(program.held), "typed": [_keyed(one) for one in typed]}
    with tempfile.TemporaryDirectory() as folder:
        program_file = Path(folder, "program.cjs")
        program_file.write_text(script, encoding="utf-8")
        line = ["node", str(program_file)]
        run = subprocess.run(
            line, input=json.dumps(told), capture_output=True, check=True, encoding="utf-8", timeout=120
        )
    return [{_spot(spot): value for spot, value in one} for one in json.loads(run.stdout)]


def _keyed(cells: Mapping[Spot, Scalar]) -> dict[str, Scalar]:
    return {f"{row},{column}": value for (row, column), value in cells.items()}


def _spot(said: str) -> Spot:
    row, _, column = said.partition(",")
    return int(row), int(column)

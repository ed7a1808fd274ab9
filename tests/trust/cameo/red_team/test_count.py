"""How many ways around consent are tried."""

import ast
from pathlib import Path

HERE = Path(__file__).parent
FILES = (*HERE.glob("test_*.py"), HERE.parents[2] / "nodes/test_cameo_attacks.py")


def test_at_least_forty_ways_are_tried():
    names = {
        node.name
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }
    assert len(names) > 40

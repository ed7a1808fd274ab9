"""``python -m hibari.workflows.source``: write the files of all templates and blueprints.

``--thumbnails`` also runs each template (or those named after it) with the bundled checkpoint and
makes its picture from the result.
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile

from . import BLUEPRINTS, GRAPHS, blueprint_writer, writer


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(prog="python -m hibari.workflows.source", description=__doc__)
    parser.add_argument(
        "--thumbnails", nargs="*", metavar="NAME", help="make pictures of all, or of these"
    )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for graph in GRAPHS:
        (writer.FOLDER / f"{graph.name}.json").write_text(writer.text_of(graph), "utf-8")
    for blueprint in BLUEPRINTS:
        path = blueprint_writer.FOLDER / f"{blueprint.graph.name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(blueprint_writer.text_of(blueprint), "utf-8")
    if arguments.thumbnails is not None:
        from .thumbnail import make_thumbnails

        with tempfile.TemporaryDirectory(prefix="hibari-") as home:
            os.environ["HIBARI_HOME"] = home  # no picture touches the maker's keys and records
            make_thumbnails(arguments.thumbnails or [graph.name for graph in GRAPHS])


if __name__ == "__main__":
    main()

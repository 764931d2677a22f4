"""`python -m pipelines.newsroom`: the demo sites in the foreground, for people who want to look at them."""

import sys
import threading

from pipelines.errors import YanyanaError
from pipelines.newsroom.room import build
from pipelines.newsroom.server import serve


def main() -> None:
    """Serve the newsroom on its default ports until interrupted."""
    room = build()
    try:
        with serve(room):
            for site in room.sites:
                print(f"{site.design.title:24} {site.url}", flush=True)
            print("Press Ctrl-C to stop.", flush=True)
            threading.Event().wait()
    except KeyboardInterrupt:
        print()
    except YanyanaError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()

"""``python -m calc``."""

import sys

try:
    from calc.cli import main
except KeyboardInterrupt:
    sys.exit(130)

if __name__ == "__main__":
    main()

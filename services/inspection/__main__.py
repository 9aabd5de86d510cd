"""`python -m services.inspection COMMAND`."""

from services.inspection.service import SERVICE
from services.kernel.cli import main

if __name__ == "__main__":
    main(SERVICE)

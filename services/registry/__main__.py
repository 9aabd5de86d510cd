"""`python -m services.registry COMMAND`."""

from services.kernel.cli import main
from services.registry.service import SERVICE

if __name__ == "__main__":
    main(SERVICE)

"""`python -m services.scheduling COMMAND`."""

from services.kernel.cli import main
from services.scheduling.service import SERVICE

if __name__ == "__main__":
    main(SERVICE)

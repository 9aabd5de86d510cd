"""`python -m services.notifications COMMAND`."""

from services.kernel.cli import main
from services.notifications.service import SERVICE

if __name__ == "__main__":
    main(SERVICE)

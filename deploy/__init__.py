"""How the platform is run: on this machine, with Docker, with Kubernetes."""

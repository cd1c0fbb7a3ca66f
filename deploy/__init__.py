"""How the services are run: embedded on one machine, in containers, in a cluster."""

"""What every service is built from. Imports no service."""

"""The container image, and what it carries besides the services."""

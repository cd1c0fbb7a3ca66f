"""The services. None imports another: they talk through Kafka."""

"""Every query of identity, one module per group of tables; they take and return domain objects."""

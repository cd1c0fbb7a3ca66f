"""Identity's use cases, one module per kind: load, decide, save, stage; the caller commits."""

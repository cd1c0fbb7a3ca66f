"""The messages services exchange: one module per topic, and the registry that lists them all.

An event's models, its golden examples (`examples/<type>/*.json`) and its schema (`schemas/<type>.json`) are one contract. Within a version only
optional fields are added; examples are never edited or deleted.
"""

"""The embedded stack: broker, database server, gateway, trace viewer and every service as processes of one machine.

No containers and nothing to configure: `lapor up` fetches what is missing, starts everything in order and waits until it is ready.
"""

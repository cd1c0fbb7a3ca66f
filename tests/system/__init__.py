"""The whole embedded stack in processes of its own, used as people use it: pages in a real browser, SMS as the gateway pushes them."""

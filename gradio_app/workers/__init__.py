"""Several processes of one app: what they share lies in a Redis, so that a viewer may meet any of them."""

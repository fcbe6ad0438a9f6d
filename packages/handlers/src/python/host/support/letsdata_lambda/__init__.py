"""The function of a Lambda image that answers LetsData's requests."""

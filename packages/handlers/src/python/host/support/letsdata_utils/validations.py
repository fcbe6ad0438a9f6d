def letsdata_assert(result, message):
    if not result:
        raise Exception(f"letsdata assert - {message}")

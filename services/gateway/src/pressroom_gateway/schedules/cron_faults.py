"""What is wrong with a cron that the library refuses, in words that tell what it may be. Pure."""

from datetime import UTC, datetime

from cronsim import CronSim, CronSimError

_MAY_BE = {
    "minute": "0 to 59",
    "hour": "0 to 23",
    "day-of-month": "1 to 31, or L for the last one",
    "month": "1 to 12, or JAN to DEC",
    "day-of-week": "0 to 7 (0 and 7 are Sunday), or SUN to SAT",
}
"""By the library's names of fields, in their order."""
_ANY_TIME = datetime(2000, 1, 1, tzinfo=UTC)
_FORMS = "one, a list (1,2), a range (1-5), or every so many (*/2)"


def fault_of(cron: str, error: CronSimError) -> str:
    """Of one that has five fields."""
    name = str(error).removeprefix("Bad ")
    if name not in _MAY_BE:
        return str(error)
    if name == "day-of-month" and _stands_in_some_month(cron):
        return "never comes: no month that it names has such a day"
    field = cron.split()[list(_MAY_BE).index(name)]
    return f"the {name.replace('-', ' ')} {field!r} must be {_MAY_BE[name]}: {_FORMS}"


def _stands_in_some_month(cron: str) -> bool:
    minute, hour, day, _, weekday = cron.split()
    try:
        CronSim(f"{minute} {hour} {day} * {weekday}", _ANY_TIME)
    except CronSimError:
        return False
    return True

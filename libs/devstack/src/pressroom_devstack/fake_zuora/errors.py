"""Errors in the forms that Zuora has for them: every part of its API has another."""

from typing import Any

Body = dict[str, Any]


def unauthorized(message: str = "Authentication error") -> Body:
    return {"message": message}


def common(code: int, message: str) -> Body:
    return {"code": code, "message": message}


def of_workflows(status: int, title: str) -> Body:
    """Of exports."""
    return {"errors": [{"code": "invalid", "status": status, "title": title}]}


def unsuccessful() -> Body:
    """As the older part of the API tells it; sometimes with status 200."""
    reasons = [{"code": 53100020, "message": "The request could not be completed. Try again later."}]
    return {"success": False, "processId": "E1F0C0FFEE000001", "reasons": reasons}


def body_of(status: int, endpoint: str) -> Body:
    """What the API says with this status."""
    if status == 401:
        return unauthorized()
    if status == 429:
        return common(429, "Request exceeded limit")
    if status >= 500:
        return common(status, "Internal error")
    if endpoint == "export" and status in {400, 404}:
        return of_workflows(status, "Workflow version is not found." if status == 404 else "The version is invalid.")
    if status == 404:
        return common(404, "Workflow is not found.")
    return common(status, "You do not have the permission to do this.")


HTML = """<html>
<head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>cloudproxy</center></body>
</html>
"""

"""Models of Zuora's public SDK, one by one: to import the whole of it takes ten seconds and more."""

import sys
import warnings
from functools import cache
from importlib import import_module, util
from types import ModuleType
from typing import Any

from pydantic import BaseModel, TypeAdapter

MODULES = {
    "TokenResponse": "token_response",
    "GetWorkflowsResponse": "get_workflows_response",
    "WorkflowDefinition": "workflow_definition",
    "GetVersionsResponse": "get_versions_response",
    "ExportWorkflowVersionResponse": "export_workflow_version_response",
    "TasksResponse": "tasks_response",
    "GetWorkflowResponse": "get_workflow_response",
    "UsagesResponse": "usages_response",
    "CommonErrorResponse": "common_error_response",
    "ProxyUnauthorizedResponse": "proxy_unauthorized_response",
    "PostRunWorkflow400Response": "post_run_workflow400_response",
}


def parsed(model: str, body: Any) -> Any:
    """The body as an instance of the SDK's model, whose unknown fields are in `additional_properties`.

    Raises:
        pydantic.ValidationError: the body does not fit.
    """
    _without_its_front_door("zuora_sdk")
    _without_its_front_door("zuora_sdk.models")
    class_ = getattr(import_module(f"zuora_sdk.models.{MODULES[model]}"), model)
    with warnings.catch_warnings(action="ignore"):  # of pydantic, about how the SDK uses it
        made = class_.from_dict(body)
    _check(made)
    return made


def _check(model: BaseModel) -> None:
    """Against the types of the SDK's fields: its constructors do not look at them."""
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        annotation: Any = field.annotation
        _adapter(annotation).validate_python(value)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, BaseModel):
                _check(each)


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation)


def _without_its_front_door(name: str) -> None:
    """A package whose modules can be imported, and whose own `__init__`, which imports all 1,700, was not run."""
    if name in sys.modules:
        return
    spec = util.find_spec(name)
    assert spec is not None
    package = ModuleType(name)
    package.__path__ = list(spec.submodule_search_locations or [])
    sys.modules[name] = package

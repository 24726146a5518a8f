"""What a reader may rely on in every file: short files, short functions, words where they are needed."""

import ast

from checkout import files, functions, length, name, tree

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
OBVIOUS = 8
"""Lines up to which a function's name and types may say it all."""


def test_no_file_is_over_400_lines():
    counted = {name(path): len(path.read_text().splitlines()) for path in files("*.py")}
    assert {path: lines for path, lines in counted.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_over_60_lines():
    long = [
        f"{name(path)}:{function.lineno} {function.name} ({length(function)})"
        for path in files("*.py")
        for function in functions(path)
        if length(function) > LONGEST_FUNCTION
    ]
    assert long == []


def test_every_module_says_what_it_is():
    silent = [
        name(path)
        for path in files("libs/*.py", "services/*.py")
        if path.stat().st_size and not ast.get_docstring(tree(path))
    ]
    assert silent == []


def test_public_functions_of_the_common_library_have_docstrings():
    silent = [
        f"{name(path)}:{function.lineno} {function.name}"
        for path in files("libs/common/*.py")
        for function in tree(path).body
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        and not function.name.startswith("_")
        and length(function) > OBVIOUS
        and not ast.get_docstring(function)
    ]
    assert silent == []

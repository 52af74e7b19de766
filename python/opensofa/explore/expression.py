# SPDX-License-Identifier: Apache-2.0
"""Arithmetic over the fields of a result, such as `L_en + alpha * L_cmp` or `sum(heads.cycles) / 1e6 <= 2`.

Numbers, names, fields of objects (`bytes.total`), places of lists (`layers[0].kept`), + - * / **, parentheses and some functions.
A field of a list is the list of its members' fields. Nothing else of Python is taken, and nothing is ever run by Python itself.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any, Union

from ._errors import ExploreError, ResultError

Number = Union[int, float]
Scope = Mapping[str, Any]
LONGEST = 2000  # characters of an expression
DEEPEST = 60  # operations within operations

_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: math.pow,
}
_SIGNS: dict[type[ast.unaryop], float] = {ast.UAdd: 1.0, ast.USub: -1.0}
_FUNCTIONS: dict[str, Callable[[float], float]] = {"abs": abs, "sqrt": math.sqrt, "log": math.log, "log2": math.log2,
                                                   "log10": math.log10, "exp": math.exp}
_GATHERS: dict[str, Callable[[list[float]], float]] = {"min": min, "max": max, "sum": math.fsum,
                                                      "mean": lambda items: math.fsum(items) / len(items)}


class Expression:
    """A text that was read once and has a value in every scope of names."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._tree = _parse(text)
        _check(self._tree, text)

    @property
    def names(self) -> set[str]:
        """The names that it begins with: of fields, parameters and constants."""
        return {node.id for node in ast.walk(self._tree) if isinstance(node, ast.Name)} - set(_FUNCTIONS) - set(_GATHERS)

    def value(self, scope: Scope) -> float:
        return _finite(self._tree, scope, self.text)


class Constraint:
    """`LEFT <= RIGHT` or `LEFT >= RIGHT`."""

    def __init__(self, text: str) -> None:
        self.text = text
        tree = _parse(text)
        if not isinstance(tree, ast.Compare) or len(tree.ops) != 1 or not isinstance(tree.ops[0], (ast.LtE, ast.GtE)):
            raise ExploreError(f"'{text}': must be one comparison by <= or >=, such as loss <= 1.0")
        sides = [tree.left, tree.comparators[0]]
        for side in sides:
            _check(side, text)
        self._small, self._large = sides if isinstance(tree.ops[0], ast.LtE) else reversed(sides)

    @property
    def names(self) -> set[str]:
        trees = [self._small, self._large]
        return {node.id for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Name)} - set(_FUNCTIONS) - set(_GATHERS)

    def excess(self, scope: Scope) -> float:
        """By how much it is broken; 0 and below: it is kept."""
        return _finite(self._small, scope, self.text) - _finite(self._large, scope, self.text)


def _parse(text: str) -> ast.expr:
    if len(text) > LONGEST:
        raise ExploreError(f"'{text[:40]}...': an expression may have {LONGEST} characters; name its parts under figures")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ExploreError(f"'{text}': is no expression; numbers, names, + - * / **, parentheses and functions make one") from None
    if _depth(tree) > DEEPEST:
        raise ExploreError(f"'{text[:40]}...': is nested too deeply; name its parts under figures")
    return tree


def _depth(tree: ast.expr) -> int:
    """Storeys of nodes; counted without recursion."""
    depth, floor = 0, list[ast.AST]([tree])
    while floor:
        depth, floor = depth + 1, [child for node in floor for child in ast.iter_child_nodes(node)]
    return depth


def _check(node: ast.expr, text: str) -> None:
    """Refuses whatever is not in the list of this module."""
    for part in _parts(node, text):
        _check(part, text)


def _parts(node: ast.expr, text: str) -> list[ast.expr]:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return []
    if isinstance(node, ast.Name):
        return []
    if isinstance(node, ast.Attribute):
        return [node.value]
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and type(node.slice.value) is int:
        return [node.value]
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return [node.left, node.right]
    if isinstance(node, ast.UnaryOp) and type(node.op) in _SIGNS:
        return [node.operand]
    if isinstance(node, ast.Call):
        return _arguments(node, text)
    raise ExploreError(f"'{text}': has '{ast.unparse(node)}', which is not allowed; numbers, names, fields, + - * / ** and functions are")


def _arguments(node: ast.Call, text: str) -> list[ast.expr]:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in _FUNCTIONS and name not in _GATHERS:
        raise ExploreError(f"'{text}': has no function '{ast.unparse(node.func)}'; there are {', '.join(sorted({*_FUNCTIONS, *_GATHERS}))}")
    if node.keywords or not node.args or (name in _FUNCTIONS and len(node.args) != 1):
        raise ExploreError(f"'{text}': {name}() takes {'one value' if name in _FUNCTIONS else 'values or a list'}")
    return node.args


def _finite(node: ast.expr, scope: Scope, text: str) -> float:
    try:
        value = _number(_of(node, scope), ast.unparse(node))
    except (ArithmeticError, ValueError) as error:
        if isinstance(error, ExploreError):
            raise
        raise ResultError(f"'{text}': cannot be computed: {error}") from None
    if not math.isfinite(value):
        raise ResultError(f"'{text}': is {value}, must be a finite number")
    return value


def _of(node: ast.expr, scope: Scope) -> Any:
    """A number, or what a name or a field stands for."""
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return _named(node.id, scope)
    if isinstance(node, ast.Attribute):
        return _field(_of(node.value, scope), node.attr, ast.unparse(node))
    if isinstance(node, ast.Subscript):
        return _place(_of(node.value, scope), node)
    if isinstance(node, ast.UnaryOp):
        return _SIGNS[type(node.op)] * _value(node.operand, scope)
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, scope), _value(node.right, scope))
    assert isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    if node.func.id in _FUNCTIONS:
        return _FUNCTIONS[node.func.id](_value(node.args[0], scope))
    return _GATHERS[node.func.id](_items(node, scope))


def _value(node: ast.expr, scope: Scope) -> float:
    return _number(_of(node, scope), ast.unparse(node))


def _items(node: ast.Call, scope: Scope) -> list[float]:
    items: list[float] = []
    for argument in node.args:
        value, name = _of(argument, scope), ast.unparse(argument)
        items += [_number(item, name) for item in value] if isinstance(value, list) else [_number(value, name)]
    if not items:
        raise ResultError(f"'{ast.unparse(node)}': the list is empty")
    return items


def _named(name: str, scope: Scope) -> Any:
    if name not in scope:
        raise ResultError(f"'{name}': the evaluation printed no such field; it has {', '.join(list(scope)[:20]) or 'none'}")
    return scope[name]


def _field(value: Any, name: str, path: str) -> Any:
    if isinstance(value, list):
        return [_field(item, name, path) for item in value]
    if not isinstance(value, dict) or name not in value:
        raise ResultError(f"'{path}': the evaluation printed no such field")
    return value[name]


def _place(value: Any, node: ast.Subscript) -> Any:
    assert isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int)
    if not isinstance(value, list) or node.slice.value >= len(value):
        raise ResultError(f"'{ast.unparse(node)}': the evaluation printed no such place of a list")
    return value[node.slice.value]


def _number(value: Any, path: str) -> float:
    if isinstance(value, list):
        raise ResultError(f"'{path}': is a list; take sum(), mean(), min() or max() of it")
    if not isinstance(value, (int, float)):
        raise ResultError(f"'{path}': is {'null' if value is None else repr(value)[:40]}, must be a number")
    return float(value)

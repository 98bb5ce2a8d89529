"""What a robot's own code says that it does: its effects in order, and the systems that it works in.

Read from the source of its class, so nobody has to write it down beside the code and keep it true. What is seen is
`once`, `by_hand` and `found` of the `item`, and `desk[System]`, in `find`, `handle` and whatever of the same module
they call; page objects handed on as arguments are not followed.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from types import ModuleType
from typing import Any, Final, TypeAlias

from bots_common.desk import System
from bots_common.errors import KollegaError
from bots_common.mail import Mailer
from bots_common.robot import Robot

MAIL: Final = "mail"
"""Stands for the mail server among the systems."""

FunctionNode: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class How(StrEnum):
    """How an effect is done."""

    ONCE = "once"
    NOTE = "note"
    """A text that a person may overwrite."""
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Effect:
    """An effect: its kind, how and in which systems it is done, and the one that it only completes.

    `handing_over`: it is done on the way to a person, and at no other time.
    """

    name: str
    how: How
    systems: tuple[str, ...]
    follows: str | None
    handing_over: bool


@dataclass(frozen=True, slots=True)
class Anatomy:
    """Where cases are found, what is looked up while one is handled, and what is done to the outside world.

    The effects come in the order of the robot's `effect_texts`. `finds_further`: handling a case may make others.
    """

    found_in: tuple[str, ...]
    looked_up_in: tuple[str, ...]
    effects: tuple[Effect, ...]
    finds_further: bool


@dataclass(frozen=True, slots=True)
class _Function:
    """A function of the robot's code, and the module in which its names mean something."""

    node: FunctionNode
    module: ModuleType

    @property
    def never_returns(self) -> bool:
        return self.node.returns is not None and "NoReturn" in ast.unparse(self.node.returns)

    def assigned(self, name: str) -> Iterator[ast.expr]:
        """What is assigned to a local name, and what a function of that name inside returns from."""
        for node in ast.walk(self.node):
            if isinstance(node, ast.Assign):
                yield from (value for target in node.targets for value in _values(target, node.value, name))
            elif isinstance(node, FunctionNode) and node.name == name:
                yield from (_called(it.value) for it in ast.walk(node) if isinstance(it, ast.Return) and it.value)


@dataclass
class _Code:
    """The functions of a robot's module by name, methods among them, and what is assigned to `self`."""

    functions: dict[str, _Function] = field(default_factory=dict)
    attributes: dict[str, tuple[ast.expr, _Function]] = field(default_factory=dict)

    @classmethod
    def of(cls, robot: type[Robot[Any]]) -> _Code:
        code = cls()
        for kind in robot.__mro__[: robot.__mro__.index(Robot)]:
            module = sys.modules[kind.__module__]
            for node in _source(module).body:
                if isinstance(node, FunctionNode):
                    code._add(node, module)
                elif isinstance(node, ast.ClassDef) and node.name == kind.__name__:
                    for inner in node.body:
                        if isinstance(inner, FunctionNode):
                            code._add(inner, module)
        return code

    def _add(self, node: FunctionNode, module: ModuleType) -> None:
        """What a class inherits counts only where it says nothing itself."""
        function = self.functions.setdefault(node.name, _Function(node, module))
        for it in ast.walk(node):
            if isinstance(it, ast.Assign) and isinstance(it.targets[0], ast.Attribute):
                self.attributes.setdefault(it.targets[0].attr, (it.value, function))

    def walk(self, name: str, *, handing_over: bool = False, seen: frozenset[str] = frozenset()) -> Iterator[_Step]:
        """The calls of a function and of those that it calls, in the order in which they are written."""
        function = self.functions.get(name)
        if function is None or name in seen:
            return
        handing_over = handing_over or function.never_returns
        calls = [node for node in ast.walk(function.node) if isinstance(node, ast.Call)]
        for call in sorted(calls, key=lambda it: (it.lineno, it.col_offset)):
            yield _Step(call, function, handing_over)
            yield from self.walk(_name(call.func), handing_over=handing_over, seen=seen | {name})

    def text(self, expr: ast.expr, function: _Function) -> str:
        """How a text begins, as far as the code says it."""
        match expr:
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
                return text
            case ast.Name(id=name):
                return next((self.text(value, function) for value in function.assigned(name)), "")
            case ast.Call() if called := self.functions.get(_name(expr.func)):
                returned = (it.value for it in ast.walk(called.node) if isinstance(it, ast.Return) and it.value)
                return next((self.text(value, called) for value in returned), "")
        return ""

    def systems(self, expr: ast.AST, function: _Function, seen: frozenset[str] = frozenset()) -> Iterator[str]:
        """The systems that an expression leads to, through local names and attributes of the robot."""
        for node in ast.walk(expr):
            if isinstance(node, ast.Attribute) and _is_self(node) and node.attr in self.attributes:
                if node.attr not in seen:
                    yield from self.systems(*self.attributes[node.attr], seen | {node.attr})
            elif isinstance(node, ast.Name) and node.id not in seen:
                yield from _system(getattr(function.module, node.id, None))
                for value in function.assigned(node.id):
                    yield from self.systems(value, function, seen | {node.id})


@dataclass(frozen=True, slots=True)
class _Step:
    call: ast.Call
    function: _Function
    handing_over: bool

    def keyword(self, name: str) -> ast.expr | None:
        return next((it.value for it in self.call.keywords if it.arg == name), None)

    def is_item(self, *acts: str) -> bool:
        """Whether it is one of these calls of the work item."""
        func = self.call.func
        return isinstance(func, ast.Attribute) and func.attr in acts and _name(func.value) == "item"


def anatomy(robot: type[Robot[Any]]) -> Anatomy:
    """What the robot's code says. Raises KollegaError where its source is not here."""
    code = _Code.of(robot)
    handling = list(code.walk("handle"))
    effects: dict[str, Effect] = {}
    for step in handling:
        if step.is_item("once", "by_hand"):
            seen = _effect(step, code)
            if seen.name not in effects or not seen.handing_over:
                effects[seen.name] = _both(effects.get(seen.name), seen)
    order = {
        name: place for place, name in enumerate(dict.fromkeys(it.partition("/")[0] for it in robot.effect_texts))
    }
    return Anatomy(
        found_in=_looked_up(list(code.walk("find")), code),
        looked_up_in=_looked_up(handling, code),
        effects=tuple(sorted(effects.values(), key=lambda it: order.get(it.name, len(order)))),
        finds_further=any(step.is_item("found") for step in handling),
    )


def _effect(step: _Step, code: _Code) -> Effect:
    name = code.text(step.call.args[0], step.function).partition("#")[0].partition("/")[0]
    by_hand = step.is_item("by_hand")
    note = isinstance(step.keyword("note"), ast.Constant)
    do, follows = step.keyword("do"), step.keyword("follows")
    systems = () if do is None else tuple(dict.fromkeys(code.systems(do, step.function)))
    after = code.text(follows, step.function).partition("/")[0] if follows else None
    return Effect(name, How.BY_HAND if by_hand else How.NOTE if note else How.ONCE, systems, after, step.handing_over)


def _both(earlier: Effect | None, now: Effect) -> Effect:
    """An effect that is done in two ways, as a setting says: by a person's hands, or in the systems of both."""
    if earlier is None:
        return now
    how = How.BY_HAND if How.BY_HAND in (earlier.how, now.how) else now.how
    return Effect(
        now.name,
        how,
        tuple(dict.fromkeys((*earlier.systems, *now.systems))),
        earlier.follows or now.follows,
        earlier.handing_over and now.handing_over,
    )


def _looked_up(steps: list[_Step], code: _Code) -> tuple[str, ...]:
    """The systems that are asked something: named in these functions, but not only to do an effect there."""
    functions = {id(step.function.node): step.function for step in steps}
    found: dict[str, None] = {}
    for function in functions.values():
        apart = {id(inner) for part in _apart(function.node) for inner in ast.walk(part)}
        for node in ast.walk(function.node):
            if isinstance(node, ast.Subscript) and id(node) not in apart and isinstance(node.slice, ast.Name):
                found.update(dict.fromkeys(_system(getattr(function.module, node.slice.id, None))))
    return tuple(found)


def _apart(node: FunctionNode) -> Iterator[ast.AST]:
    """What only names a page object: how an effect is done, and what is given a shorter name for that."""
    for it in ast.walk(node):
        if isinstance(it, ast.Call):
            yield from (keyword for keyword in it.keywords if keyword.arg in ("do", "check"))
        elif isinstance(it, ast.Assign):
            values = it.value.elts if isinstance(it.value, ast.Tuple) else [it.value]
            yield from (value for value in values if isinstance(value, ast.Attribute | ast.Subscript))


def _source(module: ModuleType) -> ast.Module:
    try:
        return ast.parse(inspect.getsource(module))
    except OSError as error:
        raise KollegaError(
            f"The source of {module.__name__} is not here, and the picture is drawn from it.",
            "Install the robot with its .py files.",
        ) from error


def _values(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    """What an assignment gives to a name; `a, b = x, y` gives y to b."""
    if isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its in zip(target.elts, value.elts, strict=False):
            yield from _values(one, its, name)


def _called(expr: ast.expr) -> ast.expr:
    """Whose answer is returned, without what it was asked with."""
    inner = expr.value if isinstance(expr, ast.Await) else expr
    return inner.func if isinstance(inner, ast.Call) else inner


def _name(expr: ast.expr) -> str:
    """A plain name, or that of a method of the robot's own."""
    if isinstance(expr, ast.Name):
        return expr.id
    return expr.attr if isinstance(expr, ast.Attribute) and _is_self(expr) else ""


def _is_self(expr: ast.Attribute) -> bool:
    return isinstance(expr.value, ast.Name) and expr.value.id == "self"


def _system(known: object) -> Iterator[str]:
    if isinstance(known, type) and issubclass(known, System):
        yield known.name
    elif known is Mailer:
        yield MAIL

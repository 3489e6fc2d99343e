"""What a formula may hold: a text becomes statements that are safe to walk, or one clear error.

The text is parsed into Python's syntax tree and every part of the tree is checked against a short
list. Nothing is computed here and nothing is ever evaluated as Python.
"""

from __future__ import annotations

import ast
import difflib
import math
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from microgradseq.numbers import plural
from microgradseq.rules import RULES
from microgradseq.rules.rule import Rule

LONGEST_TEXT = 2_000
DEEPEST_NESTING = 60
MOST_OPERATIONS = 1_000

OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
}
"""The signs between two numbers, and the rules they stand for."""

_REFUSED: dict[type[ast.AST], str] = {
    ast.Import: "an import statement",
    ast.ImportFrom: "an import statement",
    ast.Attribute: "an attribute (a name with a dot)",
    ast.Subscript: "an index in square brackets",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.Lambda: "a function definition",
    ast.FunctionDef: "a function definition",
    ast.ClassDef: "a class definition",
    ast.Compare: "a comparison",
    ast.BoolOp: "'and' or 'or'",
    ast.IfExp: "an if",
    ast.Tuple: "a comma outside a function's brackets",
    ast.List: "a list",
    ast.Dict: "a dictionary",
    ast.Set: "a set",
    ast.JoinedStr: "a text in quotes",
    ast.NamedExpr: "':='",
    ast.Starred: "a star before a name",
    ast.AugAssign: "an assignment such as '+='",
    ast.AnnAssign: "a type annotation",
    ast.Call: "a call of something that is not a plain function",
    ast.BitXor: "'^' (a power is written '**')",
    ast.BitAnd: "'&'",
    ast.BitOr: "'|'",
    ast.LShift: "'<<'",
    ast.RShift: "'>>'",
    ast.Mod: "'%'",
    ast.FloorDiv: "'//'",
    ast.MatMult: "'@'",
    ast.Not: "'not'",
    ast.Invert: "'~'",
}

_MEANT = {"ln": "log", "sgn": "sign", "logistic": "sigmoid"}
"""Functions people know under another name than their rule's."""


class FormulaError(ValueError):
    """A formula that cannot be read or computed; its message is one sentence for a person."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a formula.

    Arguments:
        name: what it assigns, or None.
        expression: its checked syntax tree.
        source: its text on one line.
        text: the whole formula.
        start: where the statement starts in the whole formula.
    """

    name: str | None
    expression: ast.expr
    source: str
    text: str
    start: int

    def place(self, node: ast.expr | None = None) -> str:
        """Where a part stands in the whole formula, in words.

        >>> first, second = read_statements("c=a+b; c*d")
        >>> second.place()
        'column 8'
        """
        # the parser counts bytes, a person counts characters
        before = self.source.encode()[: node.col_offset] if node is not None else b""
        return _place(self.text, self.start + len(before.decode(errors="ignore")))

    def names_read(self) -> list[ast.Name]:
        """The names it reads, in the order they are written."""
        called = {id(part.func) for part in ast.walk(self.expression) if isinstance(part, ast.Call)}
        parts = ast.walk(self.expression)
        names = [part for part in parts if isinstance(part, ast.Name) and id(part) not in called]
        return sorted(names, key=lambda part: part.col_offset)


def functions() -> dict[str, Rule]:
    """The functions that a formula may call, by name.

    Returns:
        The rules that work on plain numbers; `where` needs a comparison and is left out.

    >>> "tanh" in functions(), "matmul" in functions()
    (True, False)
    """
    return {name: rule for name, rule in RULES.items() if rule.elementwise and name != "where"}


def read_statements(text: str) -> list[Statement]:
    """Take a text apart into checked statements.

    Arguments:
        text: statements such as `c=a+b; e=c*d`, separated by `;` or line ends.
    Returns:
        At least one statement; only the last may be without a name.

    >>> [statement.name for statement in read_statements("c=a+b; c*d")]
    ['c', None]
    """
    if len(text) > LONGEST_TEXT:
        raise FormulaError(
            f"the formula has {len(text):,} characters; at most {LONGEST_TEXT:,} are allowed"
        )
    statements = [_statement(text, start, source) for start, source in _pieces(text)]
    if not statements:
        raise FormulaError("the formula is empty; write something such as a*b + 1")
    operations = 0
    for statement in statements:
        if statement.name is None and statement is not statements[-1]:
            raise FormulaError(
                f"the result of a statement that is not the last needs a name ({statement.place()})"
            )
        checker = _Checker(statement, operations)
        checker.check()
        operations = checker.operations
    return statements


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Where statements start, and their texts; a line end within brackets counts as a space."""
    depth, start = 0, 0
    for position, character in enumerate(text + ";"):
        depth = max(0, depth + (character in "([{") - (character in ")]}"))
        if position == len(text) or (depth == 0 and character in ";\n\r"):
            piece = text[start:position]
            if piece.strip():
                indent = len(piece) - len(piece.lstrip())
                yield start + indent, piece.strip().replace("\n", " ").replace("\r", " ")
            start = position + 1


def _statement(text: str, start: int, source: str) -> Statement:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(source).body
    except SyntaxError as error:
        column = min(max((error.offset or 1) - 1, 0), len(source))
        seen = source[column : column + 10].strip()
        place = _place(text, start + column) + (f", where '{seen}' stands" if seen else "")
        raise FormulaError(f"the formula cannot be read at {place}") from None
    except (RecursionError, MemoryError):
        raise FormulaError(f"the formula is nested too deeply ({_place(text, start)})") from None
    except ValueError:
        raise FormulaError(
            f"the formula holds a character that cannot be read ({_place(text, start)})"
        ) from None
    if len(body) != 1:
        raise FormulaError(f"the formula cannot be read at {_place(text, start)}")
    line = body[0]
    if isinstance(line, ast.Expr):
        return Statement(None, line.value, source, text, start)
    if not isinstance(line, ast.Assign):
        raise _refusal(line, _place(text, start))
    target = line.targets[0]
    if len(line.targets) > 1 or not isinstance(target, ast.Name):
        raise FormulaError(
            f"a value goes to one plain name at a time, as in c=a+b ({_place(text, start)})"
        )
    if target.id in functions():
        raise FormulaError(
            f"'{target.id}' is a function; choose another name for the value "
            f"({_place(text, start)})"
        )
    return Statement(target.id, line.value, source, text, start)


class _Checker:
    """Refuses what a formula may not hold."""

    def __init__(self, statement: Statement, operations: int) -> None:
        self.statement = statement
        self.operations = operations

    def check(self) -> None:
        self._expression(self.statement.expression, 1)

    def _expression(self, node: ast.expr, depth: int) -> None:
        if depth > DEEPEST_NESTING:
            raise FormulaError(
                f"the formula is nested more than {DEEPEST_NESTING} deep "
                f"({self.statement.place(node)}); give a name to an inner part"
            )
        # a long sum leans to the left: walked in a loop, it does not count as nesting
        while isinstance(node, ast.BinOp):
            self._count(node)
            if type(node.op) not in OPERATORS:
                raise self._refusal(node.op, node)
            self._expression(node.right, depth + 1)
            node = node.left
        if isinstance(node, ast.UnaryOp):
            self._count(node)
            if not isinstance(node.op, ast.USub | ast.UAdd):
                raise self._refusal(node.op, node)
            self._expression(node.operand, depth + 1)
        elif isinstance(node, ast.Call):
            self._count(node)
            for operand in self._call(node):
                self._expression(operand, depth + 1)
        elif isinstance(node, ast.Constant):
            self._constant(node)
        elif not isinstance(node, ast.Name):
            raise self._refusal(node, node)

    def _call(self, node: ast.Call) -> list[ast.expr]:
        """Check a call's function and options; returns its operands, still to be checked."""
        if not isinstance(node.func, ast.Name):
            inner = node.func if isinstance(node.func, ast.Attribute) else node
            raise self._refusal(inner, node)
        name, known, place = node.func.id, functions(), self.statement.place(node)
        if name not in known:
            near = [_MEANT[name]] if name in _MEANT else difflib.get_close_matches(name, known)
            hint = f"did you mean {' or '.join(near)}?" if near else f"there are {listed(known)}"
            raise FormulaError(f"there is no function '{name}' ({place}); {hint}")
        rule = known[name]
        fewest, most = rule.arity, rule.arity + len(rule.options)
        if not fewest <= len(node.args) <= most:
            wanted = plural(most, "number") if fewest == most else f"{fewest} to {most} numbers"
            raise FormulaError(f"'{name}' takes {wanted} and was given {len(node.args)} ({place})")
        left = list(rule.options)[len(node.args) - rule.arity :]
        for keyword in node.keywords:
            if keyword.arg not in left:
                option = keyword.arg or "**"
                raise FormulaError(f"'{name}' has no option '{option}' left to set ({place})")
        for given in (*node.args[rule.arity :], *(keyword.value for keyword in node.keywords)):
            if plain_number(given) is None:
                raise FormulaError(f"an option of '{name}' must be a plain number ({place})")
        return node.args[: rule.arity]

    def _constant(self, node: ast.Constant) -> None:
        place = self.statement.place(node)
        if isinstance(node.value, str | bytes):
            raise FormulaError(f"a text in quotes cannot be in a formula ({place})")
        if type(node.value) not in (int, float):
            raise FormulaError(f"'{node.value}' is no number for a formula ({place})")
        if plain_number(node) is None:
            raise FormulaError(f"a number is too large to compute with ({place})")

    def _count(self, node: ast.expr) -> None:
        self.operations += 1
        if self.operations > MOST_OPERATIONS:
            raise FormulaError(
                f"the formula has more than {MOST_OPERATIONS:,} operations "
                f"({self.statement.place(node)})"
            )

    def _refusal(self, what: ast.AST, node: ast.expr) -> FormulaError:
        return _refusal(what, self.statement.place(node))


def plain_number(node: ast.expr) -> float | None:
    """The number that is written there, with or without a sign; None where there is none.

    >>> plain_number(ast.parse("-2", mode="eval").body)
    -2.0
    """
    negative = False
    while isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        node, negative = node.operand, not negative
    if not isinstance(node, ast.Constant) or not isinstance(node.value, int | float):
        return None
    if isinstance(node.value, bool):
        return None
    try:
        number = float(node.value)
    except OverflowError:
        return None
    if not math.isfinite(number):
        return None
    return -number if negative else number


def listed(things: Iterable[str]) -> str:
    """Names in one phrase.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *most, last = [*things] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _refusal(what: ast.AST, place: str) -> FormulaError:
    words = _REFUSED.get(type(what), f"'{type(what).__name__.lower()}'")
    return FormulaError(
        f"{words} cannot be in a formula ({place}); "
        "it holds numbers, names, + - * / **, brackets and functions such as tanh(x)"
    )


def _place(text: str, offset: int) -> str:
    line_start = text.rfind("\n", 0, offset) + 1
    column = f"column {offset - line_start + 1}"
    return f"line {text.count(chr(10), 0, offset) + 1}, {column}" if "\n" in text else column

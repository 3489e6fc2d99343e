"""What all optimizers share: groups of parameters, saved state, and writing in place."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

from microgradseq.backend import Array, device_of, library_of
from microgradseq.storage import own_array
from microgradseq.tensor import Tensor

Group = dict[str, Any]
State = dict[str, Any]

# what a group may hold besides the optimizer's own options: a schedule's start, a person's label
_ALSO_IN_GROUPS = {"params", "initial_lr", "name"}


class Optimizer:
    """Changes parameters in place from their gradients; a subclass says how in `update`.

    Arguments:
        params: tensors, or groups: dicts with "params" and options of their own, such as "lr".
        defaults: the options for groups that do not say otherwise.

    `param_groups` is a list of dicts as in PyTorch: writing `group["lr"]` changes the learning
    rate of the next step. Gradients are read, never changed.

    >>> from microgradseq.optim import SGD
    >>> w, b = Tensor([1.0], requires_grad=True), Tensor([1.0], requires_grad=True)
    >>> optimizer = SGD([{"params": [w]}, {"params": [b], "lr": 0.5}], lr=0.25)
    >>> (w + b).sum().backward()
    >>> optimizer.step()
    >>> w.tolist(), b.tolist()
    ([0.75], [0.5])
    """

    penalizes: ClassVar[bool] = True
    """Whether weight decay is added to the gradient, as an L2 penalty would be."""

    def __init__(self, params: Iterable[Any], defaults: Group) -> None:
        if isinstance(params, (Tensor, Mapping)):
            raise TypeError("an optimizer takes a list of parameters, or of groups of them")
        self.defaults = defaults
        self.param_groups: list[Group] = []
        self.state: dict[Tensor, State] = {}
        self._scratch: dict[tuple[Any, ...], Array] = {}
        given = list(params)
        if not given:
            raise ValueError("an optimizer needs at least one parameter")
        groups = given if isinstance(given[0], Mapping) else [{"params": given}]
        for group in groups:
            self.add_param_group(group)

    def add_param_group(self, group: Mapping[str, Any]) -> None:
        """Let further parameters be optimized.

        Arguments:
            group: "params", one tensor or several, and options where they differ from the defaults.
        """
        kind = type(self).__name__
        unknown = group.keys() - self.defaults.keys() - _ALSO_IN_GROUPS
        if unknown:
            raise TypeError(
                f"{kind} has no option {', '.join(sorted(unknown))}; "
                f"its options: {', '.join(self.defaults)}"
            )
        given = group["params"]
        complete = {
            **self.defaults,
            **group,
            "params": [given] if isinstance(given, Tensor) else list(given),
        }
        self.check(complete)
        known = {parameter for other in self.param_groups for parameter in other["params"]}
        for parameter in complete["params"]:
            _require_parameter(parameter)
            if parameter in known:
                raise ValueError(f"{kind}: a parameter was given twice; each may be updated once")
            known.add(parameter)
        self.param_groups.append(complete)

    def check(self, group: Group) -> None:
        """Refuse options that no step can be made with; raises ValueError."""
        raise NotImplementedError

    def fresh_state(self, array: Array, group: Group) -> State:
        """What a parameter's first step starts from: numbers and arrays by PyTorch's names."""
        raise NotImplementedError

    def update(self, array: Array, gradient: Array, state: State, group: Group) -> None:
        """Change one parameter's array in place.

        Arguments:
            array: the parameter, any shape.
            gradient: of the same shape, to be read only.
            state: what is kept from step to step, its arrays changed in place; "step" counts
                this step already.
            group: the options.
        """
        raise NotImplementedError

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient.

        Arguments:
            closure: computes the loss and the gradients anew before the step, if given.
        Returns:
            What the closure returned.
        """
        loss = closure() if closure is not None else None
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                array, state = parameter.plain(), self._state_of(parameter, group)
                self.update(array, self._direction(array, parameter.grad, group), state, group)
                _note_write(parameter)
        return loss

    def _state_of(self, parameter: Tensor, group: Group) -> State:
        state = self.state.get(parameter)
        if state is None:
            state = self.state[parameter] = self.fresh_state(parameter.plain(), group)
        if "step" in state:
            state["step"] += 1
        return state

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    def scratch(self, array: Array, use: str) -> Array:
        """An array like another to compute in; what it holds is lost at the next use.

        Arguments:
            array: whose shape, dtype and device it has.
            use: what for; different uses get different arrays.
        """
        key = (use, array.shape, array.dtype, device_of(array), library_of(array))
        found = self._scratch.get(key)
        if found is None:
            found = self._scratch[key] = library_of(array).empty_like(array)
        return found

    def _direction(self, array: Array, gradient: Array, group: Group) -> Array:
        """The gradient with its sign for maximizing, and with weight decay as an L2 penalty."""
        decay = float(group["weight_decay"]) if self.penalizes else 0.0
        if not (decay or group["maximize"]):
            return gradient
        library = library_of(array)
        direction = self.scratch(array, "direction")
        library.multiply(array, decay, out=direction)
        combine = library.subtract if group["maximize"] else library.add
        return combine(direction, gradient, out=direction)

    # --- saving and loading -----------------------------------------------------------------

    def state_dict(self) -> dict[str, Any]:
        """Everything that the next step depends on, besides parameters and gradients.

        Returns:
            "state": by the parameter's number, a dict of numbers and arrays (copies);
            "param_groups": the options, with the parameters' numbers under "params".
        """
        numbers = self._numbers()
        return {
            "state": {
                numbers[parameter]: {name: _copy(entry) for name, entry in state.items()}
                for parameter, state in self.state.items()
            },
            "param_groups": [
                {**group, "params": [numbers[parameter] for parameter in group["params"]]}
                for group in self.param_groups
            ],
        }

    def load_state_dict(self, saved: Mapping[str, Any]) -> None:
        """Continue from what `state_dict` returned; nothing changes where it does not fit.

        Arguments:
            saved: as from `state_dict`; parameters are told apart by their order. Options that
                this optimizer does not have, such as PyTorch's choice of a kernel, are left out.
        """
        groups = [self._loaded_group(*pair) for pair in self._pairs(saved["param_groups"])]
        parameters = list(self._numbers())
        state = {}
        for key, entries in saved["state"].items():
            # JSON has turned numbers into text
            number = int(key)
            if not 0 <= number < len(parameters):
                raise ValueError(
                    f"{type(self).__name__}: the state speaks of parameter {number}, "
                    f"this optimizer has {len(parameters)}"
                )
            state[parameters[number]] = _loaded_state(parameters[number], entries, number)
        self.param_groups[:] = groups
        self.state = state

    def _numbers(self) -> dict[Tensor, int]:
        parameters = [parameter for group in self.param_groups for parameter in group["params"]]
        return {parameter: number for number, parameter in enumerate(parameters)}

    def _pairs(self, saved: Sequence[Group]) -> list[tuple[Group, Group]]:
        ours = [len(group["params"]) for group in self.param_groups]
        theirs = [len(group["params"]) for group in saved]
        if ours != theirs:
            raise ValueError(
                f"{type(self).__name__}: the state has groups of {theirs} parameters, "
                f"this optimizer of {ours}"
            )
        return list(zip(self.param_groups, saved, strict=True))

    def _loaded_group(self, group: Group, saved: Group) -> Group:
        missing = [option for option in self.defaults if option not in saved]
        if missing:
            raise ValueError(f"{type(self).__name__}: the state lacks {', '.join(missing)}")
        options = {
            option: tuple(value) if isinstance(value, list) else value
            for option, value in saved.items()
            if option in self.defaults or option in _ALSO_IN_GROUPS
        }
        loaded = {**options, "params": group["params"]}
        self.check(loaded)
        return loaded


def _require_parameter(parameter: Any) -> None:
    if not isinstance(parameter, Tensor):
        raise TypeError(f"an optimizer changes Tensors, not {type(parameter).__name__}")
    if parameter.parents:
        raise ValueError("an optimizer changes leaves; this tensor is the result of an operation")


def _note_write(parameter: Tensor) -> None:
    """What `Tensor.overwrite` does after its copy: graphs that need the old numbers refuse."""
    parameter.note_write()


def _copy(entry: Any) -> Any:
    return entry.copy() if library_of(entry) is not None else entry


def _loaded_state(parameter: Tensor, entries: Mapping[str, Any], number: int) -> State:
    state: State = {}
    for name, entry in entries.items():
        if name == "step":
            state[name] = int(entry)
        elif entry is None:
            state[name] = None
        else:
            like = parameter.plain()
            array = own_array(entry, like.dtype, device_of(like))
            if array.shape != like.shape:
                raise ValueError(
                    f"{name} of parameter {number} has shape {array.shape}, needs {like.shape}"
                )
            state[name] = array
    return state


def require_options(
    group: Group, *options: str, least: float = 0.0, below: float = math.inf
) -> None:
    """Refuse options outside a range.

    Arguments:
        group: options by name; a tuple counts as several numbers.
        options: the names of those to look at.
        least: the smallest number allowed.
        below: the number that none may reach.

    >>> require_options({"lr": -1.0}, "lr")
    Traceback (most recent call last):
        ...
    ValueError: lr must be at least 0.0, not -1.0
    """
    for option in options:
        given = group[option]
        for number in given if isinstance(given, (tuple, list)) else (given,):
            if not number >= least:
                raise ValueError(f"{option} must be at least {least}, not {given}")
            if not number < below:
                raise ValueError(f"{option} must be below {below}, not {given}")


def fade(average: Array, news: Array, kept: float, scratch: Array) -> None:
    """Let a running average forget: average ← kept·average + (1 − kept)·news, in place.

    Arguments:
        average: changed in place.
        news: of the same shape; may be the scratch array itself, which is changed.
        kept: the share of the old average, 0 to 1.
        scratch: of the same shape, to compute in.

    >>> import numpy
    >>> average = numpy.array([1.0])
    >>> fade(average, numpy.array([3.0]), 0.5, numpy.empty(1))
    >>> average.tolist()
    [2.0]
    """
    average *= kept
    library_of(average).multiply(news, 1.0 - kept, out=scratch)
    average += scratch

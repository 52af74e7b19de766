# SPDX-License-Identifier: Apache-2.0
"""A hook in the attention of a model, by way of the registry that transformers has for attention functions."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS, sdpa_mask
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from .._errors import Error

NAME = "opensofa"  # in the registry, and so of config._attn_implementation


@dataclass(frozen=True)
class Sequence:
    """The heads of one layer and one sequence of the batch, without keys that no row sees and without rows at either end that see no key."""

    layer: str
    number: int
    """In the batch."""
    q: NDArray[np.float32]  # heads x R x d
    k: NDArray[np.float32]  # key heads x S x d
    v: NDArray[np.float32]
    first: NDArray[np.int64]  # R
    visible: NDArray[np.int64]
    scale: float


class Hook(Protocol):
    """What is done in the place of a model's attention."""

    def takes(self, layer: str, index: int | None) -> bool:
        """Whether attend() gives this layer's output; if not, torch computes it."""

    def attend(self, layer: str, index: int | None, sequence: Sequence) -> NDArray[np.float32] | None:
        """Output, heads x R x d; None: torch computes it."""


# Of each module of a model that has a hook, its name there.
_HOOKS: weakref.WeakKeyDictionary[torch.nn.Module, tuple[Hook, str]] = weakref.WeakKeyDictionary()


def put(model: PreTrainedModel, hook: Hook) -> Any:
    """Puts the hook into all attention of the model; what take_out() needs then."""
    if not isinstance(model, PreTrainedModel):
        raise Error(f"the model is a {type(model).__name__}, must be a PreTrainedModel of transformers")
    if any(module in _HOOKS for module in model.modules()):
        raise Error(f"the attention of this {type(model).__name__} is replaced already; restore it first")
    before = _implementations(model.config)
    model.set_attn_implementation(NAME)
    if model.config._attn_implementation != NAME:
        raise Error(f"{type(model).__name__} does not take its attention from the AttentionInterface of transformers: it cannot be replaced")
    for name, module in model.named_modules():
        _HOOKS[module] = (hook, name)
    return before


def take_out(model: PreTrainedModel, before: Any) -> None:
    """The model is as it was before put()."""
    model.set_attn_implementation(before)
    for module in model.modules():
        _HOOKS.pop(module, None)


def _implementations(config: Any) -> Any:
    """As set_attn_implementation() takes them."""
    own = config._attn_implementation
    below = {key: _implementations(sub) for key in config.sub_configs if (sub := getattr(config, key, None)) is not None}
    return {"": own, **below} if below else own


def _mask(*args: Any, **kwargs: Any) -> torch.Tensor | None:
    """Always a mask, of truth values."""
    return sdpa_mask(*args, **{**kwargs, "allow_is_causal_skip": False, "allow_is_bidirectional_skip": False})


def _forward(module: torch.nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, attention_mask: torch.Tensor | None,
             scaling: float | None = None, dropout: float = 0.0, **kwargs: Any) -> tuple[torch.Tensor, None]:
    """What transformers calls: query is batch x heads x R x d, the output batch x R x heads x d."""
    if module not in _HOOKS:
        raise Error(f"a {type(module).__name__} has attention '{NAME}' but no model of it was given to replace(); was it copied?")
    hook, name = _HOOKS[module]
    index = getattr(module, "layer_idx", None)
    output = None
    if hook.takes(name, index):
        _refuse(name, query, value, dropout if module.training else 0.0, kwargs)
        first, visible = _bounds(name, module, query.shape[2], key.shape[2], attention_mask, query.shape[0], kwargs)
        scale = query.shape[-1] ** -0.5 if scaling is None else scaling
        output = _attend(hook, name, index, [_numbers(t) for t in (query, key, value)], first, visible, float(scale))
    if output is None:
        computed: tuple[torch.Tensor, None] = sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling,
                                                                     dropout=dropout, **kwargs)
        return computed
    return torch.from_numpy(output).to(query.device, query.dtype).transpose(1, 2).contiguous(), None


ALL_ATTENTION_FUNCTIONS.register(NAME, _forward)
ALL_MASK_ATTENTION_FUNCTIONS.register(NAME, _mask)


def _refuse(name: str, query: torch.Tensor, value: torch.Tensor, dropout: float, kwargs: dict[str, Any]) -> None:
    """What the hardware does not have."""
    if torch.is_grad_enabled() and query.requires_grad:
        raise Error(f"{name}: the accelerator has no gradients; run the model under torch.no_grad()")
    if dropout > 0:
        raise Error(f"{name}: the accelerator has no dropout; call model.eval() first")
    for key, what in (("softcap", "capped scores"), ("s_aux", "attention sinks"), ("position_bias", "scores with a bias of positions")):
        if kwargs.get(key) is not None:
            raise Error(f"{name}: the accelerator has no {what} ({key}); leave this layer out (layers={{NUMBER: None}})")
    if value.shape[-1] != query.shape[-1]:
        raise Error(f"{name}: values have {value.shape[-1]} columns, queries {query.shape[-1]}; they must have as many")


def _numbers(tensor: torch.Tensor) -> NDArray[np.float32]:
    numbers: NDArray[np.float32] = tensor.detach().to("cpu", torch.float32).numpy()
    return numbers


def _bounds(name: str, module: torch.nn.Module, rows: int, keys: int, mask: torch.Tensor | None, batch: int,
            kwargs: dict[str, Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """first and visible of each row of each sequence: batch x R."""
    if mask is not None:
        return _ranges(name, mask[:, :, :, :keys], batch)
    causal = kwargs["is_causal"] if kwargs.get("is_causal") is not None else getattr(module, "is_causal", True)
    visible = np.full(rows, keys)
    if causal and rows > 1:
        if rows != keys:
            raise Error(f"{name}: {rows} causal rows see {keys} keys, and there is no mask that says which")
        visible = np.arange(1, rows + 1)
    window = kwargs.get("sliding_window")
    first = np.maximum(visible - window, 0) if window and causal else np.zeros(rows, np.int64)
    return np.tile(first, (batch, 1)), np.tile(visible, (batch, 1))


def _ranges(name: str, mask: torch.Tensor, batch: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of a mask: truth values, or 0 and something very small that is added to scores."""
    if mask.dtype != torch.bool:
        hidden = mask <= torch.finfo(mask.dtype).min / 2
        if not bool(((mask == 0) | hidden).all()):
            raise Error(f"{name}: the mask changes scores (it has numbers besides 0 and the smallest one); the accelerator cannot do that")
        mask = ~hidden
    seen = mask.cpu().numpy()
    if seen.shape[1] > 1 and not (seen == seen[:, :1]).all():
        raise Error(f"{name}: heads have different masks; the accelerator gives all heads of a sequence the same")
    seen = np.broadcast_to(seen[:, 0], (batch, *seen.shape[2:]))
    count, keys = seen.sum(-1), seen.shape[-1]
    first = np.where(count > 0, seen.argmax(-1), 0)
    visible = np.where(count > 0, keys - seen[..., ::-1].argmax(-1), 0)
    broken = np.argwhere(visible - first != count)
    if len(broken):
        b, row = broken[0]
        raise Error(f"{name}: row {row} of sequence {b} sees keys with gaps between them; the accelerator takes one range of keys for each row")
    return first, visible


def _attend(hook: Hook, name: str, index: int | None, qkv: list[NDArray[np.float32]], first: NDArray[np.int64],
            visible: NDArray[np.int64], scale: float) -> NDArray[np.float32] | None:
    """Sequence by sequence: each as if it stood alone, whatever padding the batch has."""
    q, k, v = qkv
    output: NDArray[np.float32] | None = np.zeros_like(q)
    for b in range(len(q)):
        rows = np.flatnonzero(visible[b] > first[b])
        if not len(rows):
            continue
        part = slice(rows[0], rows[-1] + 1)
        low, high = first[b][rows].min(), visible[b].max()
        seen_from, seen_to = (np.clip(bound[b, part] - low, 0, high - low) for bound in (first, visible))
        sequence = Sequence(name, b, q[b][:, part], k[b][:, low:high], v[b][:, low:high], seen_from, seen_to, scale)
        computed = hook.attend(name, index, sequence)
        if computed is None:
            output = None
        if output is not None:
            output[b][:, part] = computed
    return output

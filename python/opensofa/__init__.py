# SPDX-License-Identifier: Apache-2.0
"""The bits of SOFA, an open dynamic-sparse attention accelerator, from numpy.

    import numpy as np, opensofa
    q, k, v = np.random.default_rng(0).standard_normal((3, 8, 1024, 64))
    result = opensofa.attention(q, k, v, "wide", visible=np.arange(1, 1025), mass=0.01)
    result.o, result.o_int, result.cycles, result.reports[0]["recall"]

`attention` and `attention_tokens` run heads through the bit-exact model of the hardware, `Config` says what the hardware is like,
`export` writes heads as files for sofamodel, sofacosim and boards. `opensofa.torch` puts the arithmetic into a PyTorch model.
"""

from ._attention import Result, attention, attention_tokens
from ._config import Config, configurations
from ._errors import Error, SofaWarning
from ._library import version
from ._trace import export

__version__ = version()
__all__ = ["Config", "Error", "Result", "SofaWarning", "attention", "attention_tokens", "configurations", "export"]

# SPDX-License-Identifier: Apache-2.0
"""The arithmetic of the accelerator in a PyTorch model of Hugging Face transformers (`pip install opensofa[torch]`).

    with torch.no_grad(), opensofa.torch.replace(model, "wide", mass=0.01) as hardware:
        logits = model(**inputs).logits
    print(hardware.kept_fraction, hardware.cycles)

`replace` swaps the attention of all layers, or of some, and back; `export` writes the heads of a model as traces.
"""

from ._export import export
from ._replace import LayerTotals, Replacement, replace

__all__ = ["LayerTotals", "Replacement", "export", "replace"]

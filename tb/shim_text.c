/* SPDX-License-Identifier: Apache-2.0 */
/* Assembled from the files themselves; compiled from the repository's root (tb.mk names them as dependencies). */
#include "shim_text.h"

#define EMBED(symbol, file)                                                            \
    __asm__(".pushsection .rodata\n.global " #symbol "\n.global " #symbol "_end\n" #symbol \
            ":\n.incbin \"" file "\"\n" #symbol "_end:\n.byte 0\n.popsection\n")

EMBED(tb_shim_cpp, "tb/shim.cpp");
EMBED(tb_board_shim_cpp, "tb/board/board_shim.cpp");
EMBED(tb_waves_cpp, "tb/waves.cpp");
EMBED(tb_shim_h, "tb/shim.h");
EMBED(tb_assertion_h, "tb/assertion.h");
EMBED(tb_assertion_cpp, "tb/assertion.cpp");
EMBED(tb_lint_gate, "tb/lint/gate.mk");

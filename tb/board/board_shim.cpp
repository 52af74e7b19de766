// SPDX-License-Identifier: Apache-2.0
// Moves the pins of one clock cycle between C and a Verilated sofa_soc. Compiled with it into a shared object.
#include "Vsofa_soc.h"
#include "verilated.h"

extern "C" {
#include "shim.h"
}

static VerilatedContext *powered(VerilatedContext &context, int seed)
{
    if (seed != 0)
        context.randSeed(seed);
    context.randReset(seed != 0 ? 2 : 0);
    return &context;
}

struct Board {
    VerilatedContext context;
    Vsofa_soc top;
    char failure[TB_ASSERTION_ROOM];
    explicit Board(int seed) : top(powered(context, seed)), failure() {}
};

extern "C" __attribute__((visibility("default"))) void *tb_shim_create(const char *waves, int seed)
{
    (void)waves;
    return new Board(seed);
}

extern "C" __attribute__((visibility("default"))) void tb_shim_board(void *handle, const struct tb_board_in *in,
                                                                     struct tb_board_out *out)
{
    Board *board = static_cast<Board *>(handle);
    board->top.rst = in->rst;
    board->top.i_rx = in->rx;
    board->top.clk = 0;
    board->top.eval();
    out->tx = board->top.o_tx;
    out->irq = board->top.o_irq;
    out->busy = board->top.o_busy;
    board->top.clk = 1;
    board->top.eval();
    tb_assertion_take(board->failure);
    out->failure = board->failure[0] ? board->failure : nullptr;
}

extern "C" __attribute__((visibility("default"))) void tb_shim_destroy(void *handle)
{
    Board *board = static_cast<Board *>(handle);
    board->top.final();
    delete board;
}

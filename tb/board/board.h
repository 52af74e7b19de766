/* SPDX-License-Identifier: Apache-2.0 */
/* A board in simulation: a Verilated sofa_soc, its serial line, and a wall of faults. */
#ifndef TB_BOARD_H
#define TB_BOARD_H

#include "../../cmodel/host/bus.h"
#include "../../cmodel/config/config.h"
#include "../build.h"
#include "../random.h"
#include "../shim.h"

struct tb_board;

/* Compiles (or finds) the board of a configuration, loads and resets it. Errors: board.memory_kib is 0. */
enum sofa_status tb_board_open(struct tb_board **board, const struct sofa_config *c, const struct tb_core_options *o,
                               struct sofa_error *e);
void tb_board_close(struct tb_board *b);
void tb_board_reset(struct tb_board *b);
/* Bytes that the board will receive, one after the other. 0: no room, try again after some clocks. */
int tb_board_send(struct tb_board *b, uint8_t byte);
/* Takes a byte that the board has sent; 0: none. */
int tb_board_receive(struct tb_board *b, uint8_t *byte);
void tb_board_run(struct tb_board *b, uint64_t clocks);
uint64_t tb_board_clocks(const struct tb_board *b);
/* What the first assertion of the RTL said that failed; NULL if none has. */
const char *tb_board_failure(const struct tb_board *b);

/* The board as a stream in this process; time-outs count in its clocks. Closing the stream leaves the board open. */
void tb_board_stream(struct sofa_stream *stream, struct tb_board *b);

struct tb_faults {
    unsigned per_million; /* of the bytes, each direction: damaged, lost, or garbage put before */
    struct tb_random random;
    uint64_t damaged, lost, added;
    struct sofa_stream inner;
};
/* `stream` becomes inner with faults. f->inner must be set; f lives as long as the stream. */
void tb_faults_stream(struct sofa_stream *stream, struct tb_faults *f);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The pins of sofa_core and sofa_soc, cycle by cycle: what the C benches exchange with a Verilated design (shim.cpp,
 * board/board_shim.cpp). */
#ifndef TB_SHIM_H
#define TB_SHIM_H

#include <stdint.h>

#define TB_PORT_BYTES_MAX 512u
#define TB_CHANNELS_MAX 2u

/* Inputs of one cycle. Data only has meaning while its valid is set. */
struct tb_pins_in {
    uint8_t rst, reg_enable, reg_write, reg_addr;
    uint32_t reg_wdata;
    struct {
        uint8_t req_ready, data_valid, data_error;
        uint8_t data[TB_PORT_BYTES_MAX];
    } rd[TB_CHANNELS_MAX];
    struct {
        uint8_t req_ready, data_ready, resp_valid, resp_error;
    } wr;
};

/* Outputs of the same cycle, settled with these inputs, before the clock edge that ends it. */
struct tb_pins_out {
    uint8_t reg_valid, irq;
    uint32_t reg_rdata;
    struct {
        uint8_t req_valid, req_len, data_ready;
        uint64_t req_addr;
    } rd[TB_CHANNELS_MAX];
    struct {
        uint8_t req_valid, req_len, data_valid, last;
        uint64_t req_addr;
        uint8_t data[TB_PORT_BYTES_MAX];
        uint8_t strb[TB_PORT_BYTES_MAX / 8];
    } wr;
    const char *failure; /* what the first assertion said that failed; NULL if none has */
};

/* A loaded core. waves: an .fst file or NULL (needs a core built with waves). seed: what registers hold before reset,
 * as it may be in silicon; 0: zeros. */
typedef void *tb_shim_create_fn(const char *waves, int seed);
typedef void tb_shim_cycle_fn(void *core, const struct tb_pins_in *in, struct tb_pins_out *out);
typedef void tb_shim_destroy_fn(void *core);

/* The pins of sofa_soc (board_shim.cpp). */
struct tb_board_in {
    uint8_t rst, rx;
};
struct tb_board_out {
    uint8_t tx, irq, busy;
    const char *failure; /* as above */
};
typedef void tb_shim_board_fn(void *board, const struct tb_board_in *in, struct tb_board_out *out);

#define TB_SHIM_BOARD "tb_shim_board"
#define TB_SHIM_CREATE "tb_shim_create"
#define TB_SHIM_CYCLE "tb_shim_cycle"
#define TB_SHIM_DESTROY "tb_shim_destroy"

#endif

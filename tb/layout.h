/* SPDX-License-Identifier: Apache-2.0 */
/* Where the tensors of a job stand in memory: byte images of Q, K, V, O and the ranges, in mode tokens also of X, codes and
 * weights, with unused space between them. Rows start at multiples of the port; padding holds garbage, so that whoever
 * reads it computes wrong bits. In mode tokens K and V are the cache: only the rows of keys that earlier jobs have
 * generated hold something. */
#ifndef TB_LAYOUT_H
#define TB_LAYOUT_H

#include "../cmodel/trace/job.h"
#include "random.h"

enum tb_kind { TB_Q, TB_K, TB_V, TB_O, TB_RANGE, TB_KHAT, TB_X, TB_CODE, TB_WEIGHT, TB_ROTARY, TB_TURN, TB_JOBS, TB_KINDS }; /* as enum
    * sofa_place_kind; then descriptors of the queue of jobs */

struct tb_region {
    enum tb_kind kind;
    uint64_t base;
    size_t size;      /* bytes */
    uint32_t stride;  /* bytes from row to row, a multiple of the port (ranges: 8) */
    uint32_t row_bytes;
    size_t rows;
    unsigned beats;   /* of a whole row; ranges: of one request */
    uint8_t *bytes;
    uint32_t *reads;  /* how often each row was requested; X, codes, weights: each beat */
    /* the cache only, else NULL */
    uint8_t *before;  /* what stood there before the job */
    uint32_t *writes; /* how often each row was written */
    uint8_t *ready;   /* rows that may be read: their write has been answered */
};

/* Requests may be parts of a row (X) or of the whole image (codes, weights). */
static inline int tb_kind_in_beats(enum tb_kind kind)
{
    return kind == TB_X || kind == TB_CODE || kind == TB_WEIGHT || kind == TB_TURN || kind == TB_JOBS;
}

struct tb_layout {
    unsigned port_bytes;
    uint8_t pattern; /* what O holds before the job */
    struct tb_region region[TB_KINDS];
};

/* Addresses that regions may have: from low on, below high. */
struct tb_window {
    uint64_t low, high;
};
/* All that the core's memory.address_bits reach. */
struct tb_window tb_window_whole(const struct sofa_config *c);
/* Part `index` of `count` equal ones. */
struct tb_window tb_window_part(const struct sofa_config *c, unsigned index, unsigned count);

/* scatter: strides and bases from `random` too (else packed); random fills the padding. */
enum sofa_status tb_layout_make(struct tb_layout *l, const struct sofa_config *c, const struct sofa_trace *t,
                                const struct sofa_job *j, int scatter, struct tb_random *random,
                                struct sofa_error *e);
enum sofa_status tb_layout_make_in(struct tb_layout *l, const struct tb_window *window, const struct sofa_config *c,
                                   const struct sofa_trace *t, const struct sofa_job *j, int scatter, struct tb_random *random,
                                   struct sofa_error *e);
/* A ring of `jobs` descriptors in the window. */
enum sofa_status tb_layout_make_ring(struct tb_layout *l, const struct tb_window *window, const struct sofa_config *c, unsigned jobs,
                                     struct tb_random *random, struct sofa_error *e);
void tb_layout_free(struct tb_layout *l);
/* The region that holds `count` bytes at address; NULL: none does. */
struct tb_region *tb_layout_find(struct tb_layout *l, uint64_t address, size_t count);
const char *tb_kind_name(enum tb_kind kind);
/* Element of an O row. */
int16_t tb_layout_output(const struct tb_layout *l, size_t row, size_t dim);

#endif

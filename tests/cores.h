/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled cores for the tests: designs with something odd each, a head on one of them and what the model makes of it.
 * Each core is compiled once and cached. */
#ifndef SOFA_TESTS_CORES_H
#define SOFA_TESTS_CORES_H

#include "../tb/bench.h"
#include "../tb/synthetic.h"

#include <check.h>

/* Designs 0 .. DESIGN_TOKENS - 1 are of mode kv, the others of mode tokens. */
enum { DESIGN_WHOLE = 4, DESIGN_FAR = 5, DESIGN_TOKENS = 9, DESIGNS = 14 };

struct fixture {
    struct sofa_config config;
    struct tb_driver *driver;
    struct tb_random random;
    unsigned heads; /* made */
};

/* SOFA_DESIGN=FILE.yaml stands in the place of every design (make mutate-netlist). */
void open_design(struct fixture *f, size_t design);
void close_design(struct fixture *f);
/* A test of each design from `first` on: its number is _i. Of the one of SOFA_DESIGN, if it is of their mode. */
void add_designs(TCase *tcase, const TTest *test, int first);

/* A head and what the model makes of it. */
struct head {
    struct sofa_trace trace;
    struct sofa_job job;
    struct sofa_result result;
};

/* The configuration's tile and kept, no radius. */
extern const struct sofa_options plain;

/* keys: no more than keys_max are taken. Selection is by mass if the core cannot do else; if it can do both, for the first head of a
 * fixture and every other one of the following by dice. A head by mass takes tile and order of `o`. */
void make_head(struct head *h, struct fixture *f, size_t rows, size_t keys, enum tb_content content, enum tb_view view,
               const struct sofa_options *o);
/* The job or the ranges of the head have been changed: runs the model again. */
void model_again(struct head *h, const struct fixture *f);
void free_head(struct head *h);

/* A run with everything compared; `what` names it in the message. */
void run_exact(struct fixture *f, const struct head *h, int random, const char *what);
/* Whatever happened before, a job now is bit-exact. */
void run_good(struct fixture *f);

/* Images of the head's job in memory, the descriptor written: it only waits for its start. */
void load_job(struct fixture *f, struct tb_layout *l, const struct head *h, const struct tb_memory_options *o);
void unload_job(struct fixture *f, struct tb_layout *l);

/* Writes CONTROL in one cycle and does not wait for the answer, which comes two cycles later. */
void write_control(struct fixture *f, uint32_t bits);
/* After the interrupt: the bus stays empty, STATUS says done, then 0 when it is cleared. */
void read_outcome(struct fixture *f, struct tb_outcome *o);
/* A job that waits for its start: starts it and compares everything. */
void finish_exact(struct fixture *f, const struct head *h, const char *what);

/* For calls that put their message into the file's `error`. */
#define CHECK_OK(call) ck_assert_msg((call) == SOFA_OK, "%s", error.text)

#endif

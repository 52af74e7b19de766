/* SPDX-License-Identifier: Apache-2.0 */
/* The memory at the core's native channels, and the referee of their protocol.
 *
 * Ideal: per channel one request and one beat a cycle, a request taken in cycle t has its first beat offered in cycle t + 8;
 * requests and write data are always taken, a write is answered 8 cycles after its last beat.
 * Random: latencies of 1 to 60 cycles, gaps between beats, requests and data taken when the dice say so; all from a seed.
 * Order of a channel is kept in both. */
#ifndef TB_MEMORY_H
#define TB_MEMORY_H

#include "../cmodel/bits/model.h"
#include "layout.h"
#include "shim.h"

#define TB_RANDOM_LATENCY 60u
#define TB_QUEUE 4096u /* requests a channel may have outstanding */

/* What a memory may cease to do. */
enum tb_stop { TB_STOP_NOTHING, TB_STOP_ASKED, TB_STOP_READ, TB_STOP_ROWS, TB_STOP_WRITTEN, TB_STOP_ANSWERS, TB_STOPS }; /* take read requests,
    * give read beats, take write requests, take their beats, respond */

struct tb_memory_options {
    int random;
    uint64_t seed;
    uint64_t fault_read;  /* the n-th read beat of a job carries an error; 0: none */
    uint64_t fault_write; /* the n-th write response carries an error; 0: none */
    unsigned fault_image; /* these two count what is of the n-th image alone; 0: of any */
    enum tb_stop stop;    /* of a job it does this so many times and then no more */
    uint64_t stop_after;
    unsigned response;    /* cycles from the last beat of a write to its response; 0: as of the memory */
};

struct tb_request {
    uint64_t address, due; /* due: cycle of the first beat, or of the response; address: of a response, its write's */
    unsigned beats;
    struct tb_region *region; /* NULL: nothing there */
};

struct tb_queue {
    struct tb_request slot[TB_QUEUE];
    unsigned head, count;
};

/* An offer of the core that was not taken must be repeated unchanged. */
struct tb_offer {
    int waiting;
    uint64_t address;
    uint8_t len;
};

struct tb_read_channel {
    struct tb_queue queue;
    struct tb_offer offer;
    unsigned beat;    /* of the request at the head */
    int offered;      /* a beat waits at the pins */
    unsigned pace[2]; /* of 8: how often requests are taken and beats offered */
};

struct tb_write_channel {
    struct tb_queue queue, answers;
    struct tb_offer offer;
    unsigned beat;
    int data_waiting;
    uint8_t data[TB_PORT_BYTES_MAX], strb[TB_PORT_BYTES_MAX / 8], last;
    unsigned pace[2];
};

struct tb_memory {
    struct tb_memory_options options;
    struct tb_layout *layout; /* NULL: every request is outside */
    unsigned layouts;         /* there are, one after the other */
    unsigned channels, port_bytes;
    struct tb_random random;
    uint64_t now, last_activity;
    struct tb_read_channel rd[TB_CHANNELS_MAX];
    struct tb_write_channel wr;
    uint64_t beats[TB_KINDS]; /* read beats taken */
    uint64_t written[TB_KINDS]; /* bytes: only O and, in mode tokens, K and V are written */
    uint64_t done[TB_STOPS]; /* how often it has done each */
    uint64_t may_fail[2]; /* read beats, write responses that the options for faults count */
    const struct tb_region *failed; /* what the one with the error is of, and its address; NULL: none yet, or of no region */
    uint64_t failed_at;
    unsigned most_answers; /* write responses that were owed at once */
    struct tb_value_read {
        uint32_t row;
        const struct tb_region *of;
    } *value_log; /* V rows in order of request */
    size_t value_logged, value_room;
    unsigned violations;
    struct sofa_error violation; /* the first one */
};

void tb_memory_init(struct tb_memory *m, const struct sofa_config *c);
void tb_memory_free(struct tb_memory *m);
/* Another job: its images, timing and faults. Requests still under way keep their order but find nothing. */
void tb_memory_attach(struct tb_memory *m, struct tb_layout *l, const struct tb_memory_options *o);
/* The same for the images of several jobs and their ring of descriptors. */
void tb_memory_attach_several(struct tb_memory *m, struct tb_layout *l, unsigned layouts, const struct tb_memory_options *o);
/* The region of the images that holds `count` bytes at address; NULL: none does. */
struct tb_region *tb_memory_find(struct tb_memory *m, uint64_t address, size_t count);
/* The images are about to go: requests find nothing from now on. */
void tb_memory_detach(struct tb_memory *m);
/* Inputs of the coming cycle; then what the core did in it. */
void tb_memory_drive(struct tb_memory *m, struct tb_pins_in *in);
void tb_memory_sample(struct tb_memory *m, const struct tb_pins_in *in, const struct tb_pins_out *out);
/* The core's reset: everything under way is forgotten. */
void tb_memory_reset(struct tb_memory *m);
/* Counts a beat or a response of a region, NULL for none; 1 if it is the n-th. of: of m->may_fail. */
int tb_memory_fails(struct tb_memory *m, unsigned of, const struct tb_region *r, uint64_t address, uint64_t n);
/* The memory goes on as if it had never stopped. */
void tb_memory_resume(struct tb_memory *m);
/* Nothing is under way. */
int tb_memory_idle(const struct tb_memory *m);

/* For the files of the memory: see memory_queue.c. */
void tb_violation(struct tb_memory *m, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct tb_request *tb_queue_push(struct tb_queue *q);
void tb_queue_pop(struct tb_queue *q);
struct tb_request *tb_queue_head(struct tb_queue *q);
unsigned tb_latency(struct tb_memory *m);
int tb_dice(struct tb_memory *m, unsigned pace);
/* 1: the memory does this no more; at: none but those that `more` others might do in this cycle. */
int tb_stopped(const struct tb_memory *m, enum tb_stop what);
int tb_stopped_at(const struct tb_memory *m, enum tb_stop what, unsigned more);
void tb_check_offer(struct tb_memory *m, struct tb_offer *offer, const char *channel, int valid, int ready,
                    uint64_t address, uint8_t len);
void tb_read_drive(struct tb_memory *m, unsigned c, struct tb_pins_in *in);
void tb_read_sample(struct tb_memory *m, unsigned c, const struct tb_pins_in *in, const struct tb_pins_out *out);
void tb_write_drive(struct tb_memory *m, struct tb_pins_in *in);
void tb_write_sample(struct tb_memory *m, const struct tb_pins_in *in, const struct tb_pins_out *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The state of the cycle model: the registers of all engines, and what is under way between them. A step reads the registers as
 * they stand (`now`) and writes `next`. */
#ifndef SOFA_CYCLES_MACHINE_H
#define SOFA_CYCLES_MACHINE_H

#include "../bits/schedule.h"
#include "../config/regs.h"
#include "queued.h"

#define SOFA_TILE_SLOTS_MAX 3u

enum sofa_client {
    SOFA_CLIENT_RANGE,
    SOFA_CLIENT_KEY,    /* these two: rows of needed keys */
    SOFA_CLIENT_VALUE,
    SOFA_CLIENT_QUERY,
    SOFA_CLIENT_KHAT,   /* mode kv: what tiles are predicted from */
    SOFA_CLIENT_TOKEN,  /* mode tokens: these two take beat by beat */
    SOFA_CLIENT_WEIGHT,
    SOFA_CLIENT_ROTARY, /* cosines and sines: of a generated key; of predicted ones, beat by beat */
    SOFA_CLIENT_TURN,
    SOFA_CLIENT_JOB, /* descriptors */
    SOFA_CLIENTS,
    SOFA_NOBODY
};

/* A read on its way, or the row it brought. */
struct sofa_read {
    uint8_t client; /* enum sofa_client */
    uint8_t slot, last;
    uint16_t index; /* of the key; of a row of packed keys, from that of the tile's first key on */
    uint8_t place;  /* of K and V rows in the ring */
    /* mode tokens */
    uint8_t generate, final; /* tokens: read once more for generation; the last slice */
    uint8_t of_array;        /* weights: not codes */
    uint16_t beats;          /* of tokens and weights */
};

struct sofa_channel {
    struct sofa_read pending; /* request register, SOFA_NOBODY if empty */
    struct sofa_read row;     /* row at the output */
    unsigned tags, beat;
    /* d.registered_links */
    uint8_t granted;       /* client whose request is taken in this cycle, or SOFA_NOBODY */
    struct sofa_read come; /* row whose last beat is on its way into it */
    int waiting;           /* a row that its client may not take at once comes or stands */
};

struct sofa_ranges_state {
    enum { RANGES_IDLE, RANGES_OPEN, RANGES_READ, RANGES_ANNOUNCE } state;
    size_t block;      /* being read or announced */
    size_t last;       /* block behind those of the jobs that have started */
    unsigned in_machine, asked, row, lead, record;
    unsigned job;      /* whose ranges are read, of the two at hand */
    int request, valid;
};

struct sofa_query_state {
    size_t fetch_left, load_left; /* rows */
    unsigned fetch_row, banks;
    unsigned row, bank, retire_bank, lane, bus;
    unsigned busy[SOFA_QUERY_BLOCK_MAX]; /* beats left, by bus */
    uint8_t ends[SOFA_QUERY_BLOCK_MAX], bus_bank[SOFA_QUERY_BLOCK_MAX];
    unsigned ready; /* by bank */
};

/* What stands in a tile slot. tile: index in the result, or SIZE_MAX for a block without visible keys. */
struct sofa_slot {
    size_t tile, block;
    int last;
};

struct sofa_tiles_state {
    enum { TILES_IDLE, TILES_OWN, TILES_SEEK, TILES_SCAN, TILES_DRAIN, TILES_READY } state;
    uint64_t base;        /* first key of the tile */
    uint64_t target;      /* a key of the tile that is sought */
    uint64_t position;    /* order own: of the block's last row, perhaps too large by some KEYS */
    uint64_t first;       /* order own: base of the block's first tile */
    int opening;          /* the block's first tile is sought */
    int scanned;          /* a tile of the block has been */
    int wraps, wrapped;   /* order own: tiles above the first one are left; the tile is one of them */
    unsigned row, drain, used, slot;
    size_t tile;       /* next seen tile of the result */
    struct sofa_slot info[SOFA_TILE_SLOTS_MAX];
    int filled;        /* pulse: o_tile */
    unsigned space;    /* for rows of packed keys on their way */
    /* key walk of the tile that was handed over last, and its address register */
    size_t walk_tile;
    unsigned walk_slot, walk_key; /* next key to look at */
    int walk_begins, walk_any, walk_follow, walk_valid, address_valid;
    struct sofa_read walk_out, address_out;
    /* mode tokens: slices of the tile that are still to fetch; token slots; pulses o_chunk and o_seen */
    unsigned chunks_left, tokens_used, token_slot;
    int chunk, seen;
};

/* sofa_khat_plane: rows of packed keys, of which the visible keys leave one after the other. */
struct sofa_unpack_state {
    unsigned head, tail; /* of the rows that wait */
    unsigned left;       /* keys of the row at hand, this one included */
    unsigned key, slot;
    int both;            /* the key after it leaves in the same cycle */
    int last;            /* row of the tile */
};
#define SOFA_KHAT_ROWS_MAX 16u

/* A key whose K^ comes, in one cycle. */
struct sofa_arrival {
    int valid, last; /* last: of its tile */
    unsigned slot, key;
};

struct sofa_loader_state {
    enum { LOADER_TILE, LOADER_GROUP, LOADER_WAIT, LOADER_KEYS, LOADER_POST } state;
    unsigned tiles, slot, group, slice, column;
    int first;
    unsigned complete; /* slots, a bit each */
    int some;
    unsigned arrived_slot, arrived, filled;
    /* the pass on offer */
    int pass_valid, pass_none, pass_first, pass_last;
    unsigned pass_group;
    struct sofa_slot pass_tile;
    unsigned told; /* tiles whose passes have all been posted: issue order is told of them */
};

struct sofa_predict_state {
    int active, none, ends;
    unsigned row, last_row, from, parity_taken, next_parity;
    uint64_t age;
};

struct sofa_key_entry {
    uint8_t has_key, parity, bank, tile_last, block_last, fresh, made; /* fresh: of its block the first; made: generated in its tile */
    uint16_t key;
    size_t tile, block;
    uint64_t due; /* the window sees it from this cycle on */
};
#define SOFA_LIST_MAX SOFA_QUEUE_MAX
#define SOFA_TOLD_MAX 4u /* tiles that issue order is told of and has not begun */

/* sofa_matrix_words */
struct sofa_matrix_state {
    unsigned complete, begun; /* tiles */
    uint64_t groups;          /* of keys of the tile begun, left, a bit each */
    int reading;
    unsigned step, side, fill, head;
    unsigned kept, filled, full; /* buffers, a bit each; filled: in the next cycle full */
};

struct sofa_order_state {
    unsigned complete, parity;
    unsigned begun;      /* tiles */
    int walking, none, walk_follow, walk_valid;
    struct sofa_matrix_state matrix;
    unsigned tile_parity;
    struct sofa_slot tile; /* at hand */
    unsigned at, count, space;
    unsigned head, tail; /* of the list */
    unsigned asked;      /* place in the list: rows of all keys before it have been asked for */
    int stood;           /* d.registered_links: the next key to ask for was there a cycle ago */
    unsigned place;      /* of the next key's rows in the ring */
    int fresh;           /* no key of the block has been listed */
    unsigned parity_free; /* pulses */
    int slot_free;
};

/* A needed key, as sofa_order asks for its rows. */
struct sofa_wanted {
    unsigned place;         /* of its rows in the ring */
    int first, last, made;  /* mode tokens: of its block, of its tile; it is generated */
};

/* sofa_fetch_pairs, sofa_fetch_turns: requests for the K and V row of a needed key. */
struct sofa_fetch_state {
    int k_valid, v_valid;
    unsigned k_place, v_place;
    int turn; /* one address after the other: the V row is left */
    unsigned turn_place;
};

struct sofa_window_state {
    int block_open;
    unsigned count;
    uint64_t free;
    /* the key that entered in the cycle before */
    int load, last, load_bank;
    unsigned load_slot;
    unsigned loaded, retire_bank;
    uint8_t entry_slot[SOFA_WINDOW_MAX], entry_bank[SOFA_WINDOW_MAX];
    uint64_t rows[SOFA_ROW_WORDS];                     /* need of the key that entered */
    uint64_t pending[SOFA_WINDOW_MAX][SOFA_ROW_WORDS]; /* by age */
    uint64_t owed[2][SOFA_ROW_WORDS];
};

struct sofa_norm_state {
    unsigned used, busy, turn;
    unsigned reading; /* cycles until the row is put together */
    int offered;
};

#define SOFA_PLACES_MAX 256u /* of the ring of K and V rows: memory.prefetch */

/* sofa_token_tile: beats of X become words. */
struct sofa_cut_state {
    unsigned fill, word; /* fill: in units of the common divisor of beat and word */
    uint8_t final, generate, last, slot;
    uint16_t key;
};

/* sofa_slices. */
struct sofa_slices_state {
    unsigned runs, slice, used, landing, landing_half, release_half;
    unsigned loaded; /* halves, a bit each */
    int asking, asked_once, request;
    uint32_t beats, request_beats, place;
    unsigned left, gathered; /* words of the beat at hand; beats of the word at hand */
};
struct sofa_slices_shape {
    unsigned per, gather, halves, slices;
    int repeat; /* a single slice is loaded on every demand */
    uint32_t full, last; /* words of a full and of the last slice */
    uint32_t burst;      /* beats, at most */
};

/* sofa_token_loader, what it has beyond sofa_loader; and the issue of key passes. */
struct sofa_key_pass_state {
    int scores; /* phase */
    unsigned word, chunk, ring, done, turn;
    unsigned codes, codes_before; /* slices of codes that are here and not passed by; halves that were loaded a cycle ago */
    unsigned turns, turns_before; /* groups of cosines and sines that are here; halves that were loaded a cycle ago */
    uint64_t begun[SOFA_TILE_KEYS_MAX / 64];
    /* the pass on offer */
    int keys, all, final, release;
    unsigned beats;
    /* the pass that is issued */
    int of_keys, all_columns, final_keys, release_keys;
    unsigned columns, gap;
    int code_release; /* pulse */
};

/* sofa_supply. */
struct sofa_supply_state {
    enum { SUPPLY_IDLE, SUPPLY_CLEAR, SUPPLY_LOOK, SUPPLY_MARK } state;
    unsigned line, batch_key, written_left, barrier;
    int batch_any;
    /* the key at hand */
    int first, last, made;
    unsigned slot, place;
    unsigned head, tail; /* of the list of keys to generate */
};
#define SOFA_GENERATE_MAX 256u
struct sofa_generate_entry {
    uint16_t place;
    uint8_t end;
};

/* sofa_kvgen, sofa_write_back, sofa_write_mux. */
struct sofa_kvgen_state {
    int have;
    uint32_t at;            /* beat of the key's slice */
    unsigned place, credit; /* in the ring; free rows of the write-back queue */
    enum { KVGEN_IDLE, KVGEN_COLLECT, KVGEN_FETCH, KVGEN_FIRST, KVGEN_RUN, KVGEN_GAP } state;
    unsigned count, turn, slice, half, gap;
    int demanded; /* the weights for the batch whose keys come */
    /* tokens once more */
    enum { X_REST, X_LOOK, X_PLACE, X_ASK } fetch;
    unsigned fetch_turn, fetch_slice, used, here;
    /* rows on their way out */
    unsigned queued, back_beats;
    uint8_t queue_out; /* a row stands at the queue's output */
    /* sofa_rotate */
    int turn_busy, turn_ask, turn_row, turn_here, turn_done;
    unsigned turn_count, turn_place;
    int mux_busy, mux_owner;
};

/* sofa_control, sofa_rows_left */
struct sofa_control_state {
    enum { CONTROL_IDLE, CONTROL_CHECK, CONTROL_JUDGE, CONTROL_RUN, CONTROL_FLUSH } state;
    int starts, done, done_before; /* pulses; the last a cycle later */
    size_t left[2];   /* rows of the two jobs at hand that are not yet in memory */
};

/* sofa_jobs: bit n of a mask is that of job n of the two at hand. */
struct sofa_jobs_state {
    enum { JOBS_REST, JOBS_READ, JOBS_RUN, JOBS_REPORT, JOBS_NEXT, JOBS_END } state;
    unsigned oldest, here, running, ran;
    int session, ended, fetching;
    unsigned word_job;
    size_t head, place, number[2]; /* in the queue */
    int start, joining;            /* pulses */
};
struct sofa_job_fetch_state {
    enum { FETCH_REST, FETCH_ASK, FETCH_WAIT, FETCH_WORDS } state;
    unsigned beat, word;
    int ends; /* pulse */
};
struct sofa_report_state {
    unsigned beat;
    int sent;
    uint64_t due;
};

/* Registers. */
struct sofa_registers_now {
    struct sofa_control_state control;
    struct sofa_jobs_state jobs;
    struct sofa_job_fetch_state job_fetch;
    struct sofa_report_state report;
    struct sofa_channel channel[2];
    struct sofa_ranges_state ranges;
    struct sofa_query_state query;
    struct sofa_tiles_state tiles;
    struct sofa_loader_state loader;
    struct sofa_predict_state predict;
    struct sofa_order_state order;
    struct sofa_fetch_state fetch;
    uint8_t k_here[SOFA_PLACES_MAX], v_here[SOFA_PLACES_MAX]; /* rows in the ring */
    unsigned ring_head;
    int k_landed, v_landed; /* d.registered_links: place of a row that has come a cycle ago, or -1 */
    struct sofa_unpack_state unpack;
    struct sofa_window_state window;
    struct sofa_norm_state norm[SOFA_QUERY_BLOCK_MAX];
    unsigned phase;
    int complete;      /* pulse: a tile's need matrix is complete */
    /* blocks, store, control */
    unsigned left[2], open, oldest;
    int retired;       /* pulse */
    unsigned data_beats, sent_job; /* of a row on its way out */
    unsigned bank_job[2];          /* whose block is in each bank */
    int store_takes; /* d.registered_links: a row is taken in this cycle */
    int stored_bank; /* stored_bank: -1 or the bank of the row whose address was taken */
    uint64_t last_response; /* to a row of O or a generated one */
    /* mode tokens */
    struct sofa_cut_state cut;
    struct sofa_slices_state codes, biases, weights, turns;
    struct sofa_key_pass_state keys;
    struct sofa_supply_state supply;
    struct sofa_kvgen_state kvgen;
};

/* Things under way for a fixed number of cycles; each is read in the cycle it is due. */
#define SOFA_UNDERWAY 2048u
struct sofa_underway {
    uint64_t due[SOFA_UNDERWAY];
    uint32_t what[SOFA_UNDERWAY];
    unsigned head, tail;
};
static inline void sofa_underway_add(struct sofa_underway *u, uint64_t due, uint32_t what)
{
    u->due[u->tail % SOFA_UNDERWAY] = due;
    u->what[u->tail++ % SOFA_UNDERWAY] = what;
}
/* 1 and *what if something is due now. */
static inline int sofa_underway_due(struct sofa_underway *u, uint64_t now, uint32_t *what)
{
    if (u->head == u->tail || u->due[u->head % SOFA_UNDERWAY] > now)
        return 0;
    *what = u->what[u->head++ % SOFA_UNDERWAY];
    return 1;
}

struct sofa_machine {
    const struct sofa_config *c;
    const struct sofa_queued *job; /* those to be run */
    size_t jobs;
    int of_queue;
    const struct sofa_job *j;       /* the session's first; others in it differ from it in nothing that is looked at */
    unsigned words;                 /* of a token of it */
    struct sofa_result all;         /* blocks and tiles of all jobs */
    const struct sofa_result *result;
    size_t *block_job;              /* of each block: number of its job */
    size_t first_block;             /* of the session */
    uint64_t began;                 /* cycle of its start pulse */
    struct sofa_timeline *timeline; /* NULL: nobody wants one */
    struct sofa_derived d;
    uint64_t all_slots; /* of the window */
    uint64_t cycle; /* 0: the start pulse is visible, or the queue is taken up */
    struct sofa_registers_now now, next;
    /* wires of the cycle */
    int ask[SOFA_CLIENTS], asked[SOFA_CLIENTS];
    int block_ready;
    /* wires of mode tokens */
    struct {
        int cut_ready, word, end_of_key;  /* sofa_token_tile: a word is cut, the last one of a key's slice */
        int raw_k;                        /* a generated K row, before it is turned */
        int new_k, new_v;                 /* generated rows enter the ring */
        unsigned new_k_place, new_v_place;
        int turn_demand, turn_release;    /* sofa_turns: a group */
        int token_free;                   /* the loader has done with a token slot */
        int demand, x_freed, x_sent;      /* sofa_kvgen */
        int release;                      /* of a slice of weights */
        int key_taken;                    /* from the list of sofa_supply */
        int written;                      /* response for a generated row */
    } wire;
    struct sofa_slices_shape code_shape, bias_shape, weight_shape, turn_shape;
    unsigned slices, words_last, tail_units; /* of H */
    unsigned beat_units, word_units;         /* in common divisors */
    /* in flight */
    struct sofa_read request[2][64];
    uint64_t request_due[2][64];
    unsigned request_head[2], request_tail[2];
    struct sofa_underway placed, complete, space, freed, finished[SOFA_QUERY_BLOCK_MAX];
    struct sofa_underway answers; /* to rows of a job */
    struct sofa_underway khat_done, new_row, written, turn_release;
    uint8_t back_kind[16]; /* rows in the write-back queue: 1: V */
    unsigned back_head, back_tail;
    struct sofa_generate_entry generate[SOFA_GENERATE_MAX];
    uint16_t batch[SOFA_PLACES_MAX];         /* places in the ring */
    struct sofa_key_entry list[SOFA_LIST_MAX];
    struct sofa_slot told[SOFA_TOLD_MAX];
    struct sofa_read khat[SOFA_KHAT_ROWS_MAX];
    uint16_t order[2][SOFA_TILE_KEYS_MAX];
    size_t order_tile[2];
    uint64_t recent[SOFA_QUERY_BLOCK_MAX][3][SOFA_ROW_WORDS]; /* rows that a group started 1, 2 and 3 cycles ago */
    uint64_t lane_rows[SOFA_QUERY_BLOCK_MAX][SOFA_ROW_WORDS];
};

static inline int sofa_for_tokens(const struct sofa_machine *m)
{
    return m->c->mode == SOFA_MODE_TOKENS;
}
/* The tile slot, or token slot, after one. */
static inline unsigned sofa_next_slot(const struct sofa_machine *m, unsigned slot)
{
    return (slot + 1) % m->d.tile_slots;
}
/* A beat that enters selection to its keys. */
static inline unsigned sofa_selection_time(const struct sofa_machine *m)
{
    return m->j->policy == SOFA_POLICY_MASS ? m->d.mass_latency : m->d.select_latency;
}
/* Mode tokens: the weights do not stay, a slice of H comes after the other. */
static inline int sofa_streamed(const struct sofa_machine *m)
{
    return m->slices > 1;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The one source of truth: what a user chooses (struct sofa_config) and everything that follows from it
 * (struct sofa_derived). Generator, model, benches and documents take every width, depth and latency from here. */
#ifndef SOFA_CONFIG_H
#define SOFA_CONFIG_H

#include "../base/error.h"

#include <stdint.h>

enum sofa_mode { SOFA_MODE_KV, SOFA_MODE_TOKENS };
enum sofa_policy { SOFA_POLICY_RANK, SOFA_POLICY_MASS, SOFA_POLICY_BOTH }; /* of selection; both: a job chooses */
enum sofa_khat_source { SOFA_SOURCE_PLANE, SOFA_SOURCE_ROWS }; /* of K^ in mode kv: packed keys, or K rows */
enum sofa_rounding { SOFA_ROUND_FLOOR, SOFA_ROUND_NEAREST }; /* of key weights to powers of two */

/* What the RTL is shaped for: standard cells, or the hardware multipliers and slow wires of an FPGA. */
enum sofa_target { SOFA_TARGET_CELLS, SOFA_TARGET_FPGA };

#define SOFA_QUERY_BLOCK_MAX 256u
#define SOFA_HEAD_DIM_MIN 8u
#define SOFA_HEAD_DIM_MAX 256u
#define SOFA_KEYS_MAX (1u << 20)
#define SOFA_TILE_KEYS_MAX 512u
#define SOFA_HIDDEN_MAX 8192u
#define SOFA_KEPT_MAX 128u
#define SOFA_WINDOW_MAX 64u
#define SOFA_QUEUE_MAX 4096u
#define SOFA_CODE_MAX 7u /* largest leading-zero code: 2^6 */

/* Selection by mass: docs/arithmetic.md. */
/* Of ideal memory: cycles from a request to its first beat, and from the last beat written to the response. */
#define SOFA_IDEAL_LATENCY 8u
#define SOFA_OUTPUT_FRACTION 1u   /* bits of an accumulator below a step of a 16-bit value */
#define SOFA_OCTAVE_FRACTION 2u   /* fraction bits of a score in octaves */
#define SOFA_OCTAVE_BITS 12u      /* its width, signed */
#define SOFA_SUM_FRACTION 16u     /* fraction bits of the running sum, whose unit is the weight of the largest whole octave */
#define SOFA_SHARE_FRACTION 4u    /* fraction bits of the sum's logarithm and of the register MASS */
#define SOFA_SHARE_MAX 992u       /* of MASS: 2^-62; a larger one counts as this */
#define SOFA_DISTANCE_BITS 8u     /* of a score below the row's largest; no key that is farther is kept */
#define SOFA_OCTAVE_SHIFT_MAX 63u /* of OCTAVE_SHIFT */
#define SOFA_PREFIX_MAX 32u

struct sofa_config {
    char name[64];
    char prefix[SOFA_PREFIX_MAX + 1]; /* of every emitted name, see prefix.h; the hardware is the same */
    enum sofa_mode mode;
    unsigned target;      /* enum sofa_target; no output bit depends on it */
    unsigned query_block; /* QB, rows of a block, 1..256 */
    unsigned head_dim;    /* d, 8..256 */
    unsigned keys_max;    /* largest S, 1..2^20 */
    unsigned hidden_max;  /* largest H, 1..8192 (mode tokens) */
    struct {
        unsigned keys;     /* Bc, 4..512 */
        unsigned kept_max; /* 1..128, <= keys */
    } tile;
    struct {
        unsigned query_bits, key_bits, value_bits; /* 8 or 16 */
        unsigned output_bits;                      /* 16 */
        unsigned token_bits, weight_bits;          /* 8 (mode tokens) */
    } data;
    struct {
        unsigned keys;         /* KP, 1..tile.keys */
        unsigned dims;         /* DC, 1..head_dim */
        unsigned score_bits;   /* 8..24 */
        unsigned operand_bits; /* bits of K^, 3..key_bits */
        unsigned code_powers;  /* powers of two that a code of Q distinguishes, 3..7 */
        unsigned weight_rounding; /* enum sofa_rounding (mode tokens) */
        unsigned source;       /* enum sofa_khat_source (mode kv) */
    } predict;
    struct {
        unsigned policy; /* enum sofa_policy; all but rank need predict.keys = tile.keys */
        unsigned orders; /* 1: a job chooses the order of tiles; 0: they ascend */
    } select;
    struct {
        unsigned lanes;  /* LANES, 1..query_block */
        unsigned width;  /* PEW, 1..head_dim */
        unsigned window; /* W, 1..64 */
        unsigned queue;  /* needed keys that wait for the window with the rows that need them, a power of two; 0: in the need matrix */
    } attend;
    struct {
        unsigned outputs; /* of the KV array a cycle, 1..head_dim (mode tokens) */
        unsigned inputs;  /* hidden units it takes a cycle, 1..predict.dims */
        unsigned slice;   /* hidden units whose tokens, codes and weights the chip holds, 1..8192 */
        unsigned rotary;  /* 1: keys are rotated by position; head_dim is even */
    } kvgen;
    struct {
        unsigned port_bits;     /* power of two, 8..4096 */
        unsigned read_channels; /* 1 or 2 */
        unsigned prefetch;      /* K and V rows in the ring between memory and window, 2..256 of each */
        unsigned address_bits;  /* 16..64 */
    } memory;
    struct {
        unsigned queue; /* 1: the core also takes jobs from a ring of descriptors in memory; needs board.counters */
    } jobs;
    struct {
        unsigned clock_hz;   /* of the board's clock, for the UART's divider */
        unsigned baud;       /* clock_hz / baud rounded is 4..65535 */
        unsigned memory_kib; /* on-chip memory behind the UART bridge, a power of two; 0: no bridge is emitted */
        unsigned counters;   /* 0: of the performance counters only CYCLES is built; the others read 0 */
    } board;
};

/* A job's descriptor in memory: bytes, and the first that the core reads. */
#define SOFA_JOB_BYTES 256u
#define SOFA_JOB_FIRST 0x18u

/* Names follow the Verilog parameters. All are functions of struct sofa_config alone. */
struct sofa_derived {
    /* prediction */
    unsigned key_groups;  /* key groups of a full tile = ceil(Bc / KP) */
    unsigned slices;      /* dim slices = ceil(d / DC) */
    unsigned full_bits;   /* score before scaling: operand_bits + code_powers - 1 + clog2(d) */
    unsigned array_bits;  /* operand of the shift array: K^, or a token */
    unsigned array_powers; /* of two that its codes distinguish: those of Q, or of wk */
    unsigned array_sum_bits; /* its sums: scores, or K^ before scaling */
    unsigned row_bits;    /* index of a row in a block, >= 1 */
    unsigned index_bits;  /* index of a key in a tile, >= 1 */
    unsigned entry_bits;  /* sorter entry: 1 valid + score_bits + index_bits */
    unsigned tile_bits;   /* holds 0..Bc */
    unsigned key_number_bits; /* number of a key: holds 0..keys_max */
    unsigned kept_bits;   /* holds 0..kept_max */
    /* selection */
    unsigned by_rank, by_mass; /* 1: the core can select so */
    unsigned orders;           /* 1: tiles come in the order that the job asks for */
    unsigned octave_bits, octave_fraction; /* a score in octaves: width, fraction */
    unsigned sum_fraction, weight_sum_bits; /* running sum of weights: fraction, width */
    unsigned distance_bits;    /* of a score below the row's largest, saturating */
    unsigned mass_inputs;      /* of a stage of the trees of selection by mass */
    unsigned mass_largest;     /* i_valid to the row's largest score */
    unsigned mass_summed;      /* ... to its sum of weights */
    unsigned mass_latency;     /* i_valid to o_valid */
    unsigned mass_loop;        /* least distance of two beats of one row */
    /* attention */
    unsigned beats;       /* beats of a pair in a lane = ceil(d / PEW) */
    unsigned lane_groups; /* groups of lanes that share issue, AP and exp = ceil(LANES / beats) */
    unsigned group_lanes; /* lanes of a group, <= beats */
    unsigned lane_rows;   /* rows of a lane = ceil(QB / LANES) */
    unsigned dot_bits;    /* Q.K: query_bits + key_bits + clog2(d) */
    unsigned denominator_bits; /* l: 16 + clog2(keys_max) */
    unsigned accumulator_bits, output_fraction; /* O accumulator: width, fraction */
    unsigned raise_bits;  /* of the steps of a reference by which a raise shifts: enough for all bits of O and l to leave */
    unsigned norm_units;  /* normalisation units: one for all lane groups, or one each if the port takes their output */
    unsigned norm_width;  /* elements that a normalisation unit divides a cycle, no more than the port takes */
    unsigned norm_words;  /* words of norm_width elements (the last of a chunk may be short) of a row */
    unsigned norm_wait;   /* cycles that a row waits for division: for the other words, for its accumulators */
    unsigned query_buses; /* query load buses */
    /* rows of Q, K, V stay in memories of port words, from which the single lane reads its chunks */
    unsigned stored_radii; /* 1: a row's radius is shifted bit by bit when the row comes, 0: as it is used */
    unsigned word_memories; /* 1: they do; 0: rows are moved whole */
    unsigned output_words; /* 1: the store reads finished rows word by word, a port beat each; 0: it takes them whole */
    unsigned lane_copies; /* of the registers that steer a lane's accumulators: on FPGAs one register is too far from most of them */
    unsigned copied_registers; /* 1: registers that drive much are copied so (sofa_copy): those of the lane and what is near it */
    unsigned registered_links; /* 1: units talk through registers and rows come beat by beat, at least four of K and V; see
                                * docs/architecture.md */
    unsigned slot_memories; /* 1: the window's slots are memories that the single lane reads */
    unsigned slot_copies;   /* 1: each lane has memories of all slots; neither: slots are registers */
    unsigned lane_aligns; /* 1: the lane's shifter puts a retiring row's accumulators in place for division; 0: the unit does */
    unsigned norm_shift;  /* but for that many last bits of the shift, which the unit does */
    unsigned norm_bits;   /* of an accumulator that the unit gets */
    unsigned row_interval; /* cycles between two starts of a row: its accumulators are read, shifted and written in between */
    unsigned ring_rooms;  /* K and V rows of the ring: prefetch, and with word memories those that the lane may still read, a power of two */
    unsigned whole_products; /* 1: a multiplier for each product of 16-bit factors; 0: products that are added up in one sum, others in
                              * two halves, which is short in cells */
    /* key prediction and generation (mode tokens); a word is predict.dims hidden units of one key */
    unsigned khat_full_bits; /* K^ before scaling: 15 + clog2(hidden_max) */
    unsigned project_bits;   /* K and V before scaling: 17 + clog2(hidden_max) */
    unsigned hidden_bits;    /* holds 0..hidden_max */
    unsigned hidden_words;   /* of hidden_max */
    unsigned slice_words;    /* of a slice on chip */
    unsigned hidden_slices;  /* 1: all of hidden_max is resident */
    unsigned slice_beats;    /* port beats of a key's full slice */
    unsigned project_blocks; /* of kvgen.outputs elements in a K or V row */
    unsigned project_steps;  /* of kvgen.inputs hidden units in a word */
    unsigned code_unit, weight_unit, bias_unit; /* bits that a packed word takes in memory */
    unsigned rotary;         /* 1: keys are rotated (mode tokens) */
    unsigned rotary_pairs;   /* of a K row, turned a cycle */
    unsigned rotary_steps;   /* cycles to turn a K row */
    unsigned rotary_beats;   /* port beats of the cosines and sines of a key */
    unsigned turn_unit;      /* bits that those of a pair of dimensions of predict.keys keys take in memory */
    unsigned turn_beats;     /* port beats of those of a key group */
    unsigned write_back_rows; /* queue of generated rows, a power of two */
    unsigned tree_inputs;     /* of a stage of an adder tree, a power of two */
    unsigned project_tree;   /* adder stages of the KV array */
    unsigned generate_time;  /* last beat of a generated row to the row */
    unsigned encode_width;   /* query elements that the leading-zero encoder takes a cycle: those of a port beat */
    unsigned encode_steps;   /* cycles that it takes for a row, no more than the port */
    /* latencies in cycles, see the heads of the modules */
    unsigned placed_time;     /* last query of a block in its lane to the block in place */
    unsigned predict_tree;    /* adder stages of the shift array */
    unsigned khat_time;       /* issue of the last beat of a group's keys to their K^ in memory */
    unsigned predict_latency; /* issue of a beat to selection */
    unsigned select_latency;
    unsigned pass_distance;   /* least distance of two beats of one row */
    unsigned dot_tree;        /* adder stages of Q.K */
    unsigned dot_time;        /* start of a pair to a lane's sum */
    unsigned score_time;      /* ... to the group's score */
    unsigned scale_time;      /* a group's score to its logarithm t: 4, or more where it is made bit by bit */
    unsigned denominator_stays;       /* 1: a retiring row's l is read for long enough that normalisation need not keep it */
    unsigned weight_time;     /* start of a pair to the weight p */
    unsigned value_late;      /* ... and to its use, and V's, so much more: a multiplier takes that much longer than a sum */
    unsigned retire_rows;     /* queue of finished rows of a normalisation unit, a power of two */
    /* memory */
    unsigned port_bytes;
    unsigned query_beats, key_beats, value_beats, output_beats; /* port beats of one row */
    /* what prediction reads in mode kv: rows of K, or of the plane of packed keys */
    unsigned khat_element_bits; /* of an element there */
    unsigned khat_beats;    /* port beats of such a row */
    unsigned khat_keys;     /* keys in such a row, a power of two */
    unsigned khat_unit;     /* bits that a key of the plane takes in memory */
    unsigned fetch_turns;   /* 1: K and V rows of a needed key are addressed one after the other, by one unit */
    unsigned range_beats;   /* port beats of one {first, visible} record, when port_bits < 64 */
    unsigned range_records; /* records in one port beat, when port_bits >= 64 */
    /* Shared by RTL and cycle model, which agree in every cycle: latencies in cycles, how many of a thing there are, whose turn it
     * is. tests/test_shared.c changes each of them on the RTL's side alone. */
    unsigned start_time;      /* write of CONTROL.start to the start of the engines */
    unsigned end_time;        /* the last row is stored and the bus is idle, to STATUS.done */
    unsigned blocks_open;     /* blocks in the machine: one is predicted while another one is attended */
    unsigned tile_slots;      /* tiles on chip: one is fetched, one predicted, one attended, if it is not in a queue; token slots too */
    unsigned load_keys;       /* keys whose K^ comes out of a row of packed keys, and goes into the shadow operands, in a cycle: 1 or 2 */
    unsigned whole_tiles;     /* 1: of a block a tile that all rows see as a whole is not scanned, but for the first one */
    unsigned scan_time;       /* last row of a tile's scan to what the block's rows see of it */
    unsigned need_word;       /* keys of a word of the need matrix in memories; 0: it stands in registers */
    unsigned need_rows;       /* whose words of the need matrix are read at once, a power of two */
    unsigned need_time;       /* last row of a tile out of selection to its need matrix */
    unsigned list_bits;       /* 2^n keys are listed between issue order and window, and for generation */
    unsigned bitmap_words;    /* of the keys that have been generated; cleared one a cycle */
    unsigned value_hold;      /* entry of a key into the window to the space of its rows in the ring */
    unsigned slot_hold;       /* last pair of a key to the space of its K row in the window */
    unsigned issue_time;      /* choice of a pair or a retiring row to its cycle 0 in the lane */
    unsigned norm_time;       /* cycle weight_time of a retiring row to its first word, but for norm_wait */
    unsigned khat_rows;       /* rows of several packed keys that wait to be taken apart, a power of two */
    unsigned queue_time;      /* a word into a sofa_queue to its output */
    unsigned gather_time;     /* last word of a row to the row put together (norm_words > 1, not output_words) */
    unsigned store_time;      /* finished row at the store to its address and first beat */
    unsigned read_tag_bits;   /* 2^n reads of a channel under way */
    unsigned burst_beats;     /* port beats of a burst at most */
    unsigned value_channel;   /* read channel of V rows, range records and query rows; 0 is that of the others */
    unsigned value_rank, range_rank, query_rank, key_rank, khat_rank, rotary_rank, turn_rank, weight_rank, token_rank; /* of the
                               * clients of a read channel that ask, the lowest is granted */
    unsigned hidden_time;     /* start to the slices of H, but for a cycle each (mode tokens) */
    unsigned key_pass_gap;    /* between passes of key prediction that leave out columns, at least (mode tokens) */
    unsigned turn_time;       /* issue of a group's last beat to its cosines and sines done with (rotary) */
    unsigned rotate_time;     /* row and angles there to the turned row (rotary) */
    unsigned slice_gap;       /* between two slices of a batch of keys in the KV array (mode tokens) */
    unsigned token_parts;     /* slices of keys' tokens that the KV array reads ahead (mode tokens) */
    /* jobs */
    unsigned jobs_at_once;    /* 2: a job of the queue begins while the one before it ends, if they are alike */
    unsigned job_bytes;       /* from one descriptor in memory to the next: it is an image of the registers below 0x100 */
    unsigned job_beats;       /* port beats of a descriptor that are read, from job_first_beat on */
    unsigned job_first;       /* byte of a descriptor that is the first to be read, and the beat it stands in */
    unsigned job_first_beat;
    unsigned job_words;       /* 32-bit words of a descriptor in a port beat; or port beats of a word */
    unsigned word_beats;
    unsigned job_rank;
    /* registers */
    unsigned rows_bits;     /* of ROWS: no more rows than addresses, or than rows of O in memory */
    unsigned watchdog_bits; /* of WATCHDOG; a larger value counts as the largest */
    unsigned radius_bits;   /* of RADIUS; a larger value keeps whatever this one keeps */
    /* board */
    unsigned uart_divider; /* clocks of a bit */
    unsigned memory_words; /* port words of the on-chip memory */
};

/* Smallest n with 2^n >= x; 0 for x <= 1. */
unsigned sofa_clog2(uint64_t x);

/* The defaults of configuration `small`. */
void sofa_config_default(struct sofa_config *c);

/* Reads a YAML file (unknown keys, wrong types and impossible combinations are errors that name file, key and
 * accepted range), applies `count` overrides of the form "tile.keys=128", then fills omitted keys with defaults
 * that scale with the given ones, then checks. path NULL: defaults and overrides only. */
enum sofa_status sofa_config_load(struct sofa_config *c, const char *path, const char *const *overrides,
                                  unsigned count, struct sofa_error *e);

/* The same; a value of the file that gives way to one of the overrides (attend.width to a smaller head_dim) is named in
 * `warnings`, which may be NULL. */
enum sofa_status sofa_config_load_warned(struct sofa_config *c, const char *path, const char *const *overrides,
                                         unsigned count, struct sofa_warnings *warnings, struct sofa_error *e);

/* SOFA_OK if every value is legal; else SOFA_BAD_INPUT and one line naming the key and its range. */
enum sofa_status sofa_config_check(const struct sofa_config *c, struct sofa_error *e);

/* Requires a checked configuration. */
void sofa_config_derive(const struct sofa_config *c, struct sofa_derived *d);

/* 32-bit hash of mode and of the keys that sofa_config_hashed() names; it stands in the register CONFIG_HASH and the manifest. */
uint32_t sofa_config_hash(const struct sofa_config *c);
/* 1 for a key that changes the core; 0 for those of what stands around it: board.clock_hz, board.baud, board.memory_kib. */
int sofa_config_hashed(const char *path);

/* The keys by name, for the manifest, the header of emitted files and --json. */
struct sofa_config_key {
    const char *path;                                /* "tile.keys" */
    unsigned (*get)(const struct sofa_config *c);    /* numeric keys */
};
const struct sofa_config_key *sofa_config_keys(unsigned *count);
const char *sofa_mode_name(enum sofa_mode mode);
/* The name of a key's value, such as "both" of select.policy; NULL: it is a number. */
const char *sofa_config_value_name(const char *path, unsigned value);
/* "cells" or "fpga". */
const char *sofa_target_name(unsigned target);

#endif

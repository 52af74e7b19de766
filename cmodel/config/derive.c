/* SPDX-License-Identifier: Apache-2.0 */
#include "config.h"
#include "network.h"

static unsigned ceil_div(unsigned a, unsigned b)
{
    return (a + b - 1) / b;
}

static unsigned at_least_one(unsigned x)
{
    return x > 0 ? x : 1;
}

static unsigned smaller(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned larger(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static void derive_prediction(const struct sofa_config *c, struct sofa_derived *d)
{
    d->key_groups = ceil_div(c->tile.keys, c->predict.keys);
    d->slices = ceil_div(c->head_dim, c->predict.dims);
    d->full_bits = c->predict.operand_bits + c->predict.code_powers - 1 + sofa_clog2(c->head_dim);
    d->array_bits = c->predict.operand_bits;
    d->array_powers = c->predict.code_powers;
    d->array_sum_bits = d->full_bits;
    d->row_bits = at_least_one(sofa_clog2(c->query_block));
    d->index_bits = at_least_one(sofa_clog2(c->tile.keys));
    d->entry_bits = 1 + c->predict.score_bits + d->index_bits;
    d->tile_bits = sofa_clog2(c->tile.keys + 1);
    d->key_number_bits = sofa_clog2((uint64_t)c->keys_max + 1);
    d->kept_bits = sofa_clog2(c->tile.kept_max + 1);
}

static unsigned common_divisor(unsigned a, unsigned b)
{
    return b == 0 ? a : common_divisor(b, a % b);
}

/* Packed words: several in a port beat, or whole beats. */
static unsigned packed_unit(unsigned bits, unsigned port)
{
    return bits <= port ? 1u << sofa_clog2(bits) : ceil_div(bits, port) * port;
}

/* A slice that is not the whole ends with a port beat, and a key's part of it is one burst. */
static void derive_tokens(const struct sofa_config *c, struct sofa_derived *d)
{
    unsigned dims = c->predict.dims, bytes = c->memory.port_bits / 8;
    unsigned step = bytes / common_divisor(bytes, dims), burst = d->burst_beats * bytes / dims;
    d->khat_full_bits = 15 + sofa_clog2(c->hidden_max);
    d->project_bits = 17 + sofa_clog2(c->hidden_max);
    if (c->mode == SOFA_MODE_TOKENS) {
        d->array_bits = larger(c->predict.operand_bits, c->data.token_bits);
        d->array_powers = SOFA_CODE_MAX;
        d->array_sum_bits = larger(d->full_bits + d->array_powers - c->predict.code_powers, d->khat_full_bits);
    }
    d->hidden_bits = sofa_clog2((uint64_t)c->hidden_max + 1);
    d->hidden_words = ceil_div(c->hidden_max, dims);
    d->slice_words = ceil_div(c->kvgen.slice, dims);
    if (d->hidden_words <= d->slice_words && c->hidden_max <= d->burst_beats * bytes) {
        d->slice_words = d->hidden_words;
    } else {
        d->slice_words = ceil_div(smaller(d->slice_words, burst), step) * step;
        if (d->slice_words > burst)
            d->slice_words -= step;
    }
    d->hidden_slices = ceil_div(d->hidden_words, d->slice_words);
    d->slice_words = smaller(d->slice_words, d->hidden_words);
    d->slice_beats = ceil_div(d->slice_words * dims, bytes);
    d->project_blocks = ceil_div(c->head_dim, c->kvgen.outputs);
    d->project_steps = ceil_div(dims, c->kvgen.inputs);
    d->code_unit = packed_unit(4 * dims, c->memory.port_bits);
    d->weight_unit = packed_unit(8 * c->kvgen.outputs * c->kvgen.inputs, c->memory.port_bits);
    d->bias_unit = packed_unit(32 * c->kvgen.outputs, c->memory.port_bits);
    d->write_back_rows = 8;
}

/* The unit that turns K rows is done with one before the next is there, for a quarter of hidden_max, unless that takes too many
 * multipliers beside those of the array. */
static void derive_rotary(const struct sofa_config *c, struct sofa_derived *d)
{
    unsigned half = c->head_dim / 2, port = c->memory.port_bits;
    unsigned words = d->hidden_words - (d->hidden_slices - 1) * d->slice_words;
    unsigned time = d->project_blocks * d->project_steps * ceil_div(words, 4), used = d->generate_time + 6;
    unsigned most = at_least_one(c->kvgen.outputs * c->kvgen.inputs / 32);
    d->rotary = c->mode == SOFA_MODE_TOKENS && c->kvgen.rotary;
    if (!d->rotary)
        return;
    d->rotary_pairs = smaller(smaller(half, most), time > used ? ceil_div(half, time - used) : half);
    d->rotary_steps = ceil_div(half, d->rotary_pairs);
    d->rotary_beats = ceil_div(half * 32, port);
    d->turn_unit = packed_unit(16 * c->predict.keys, port);
    d->turn_beats = ceil_div(half * d->turn_unit, port);
    d->khat_time += 3;
}

/* Keys of the plane stand packed in a port beat, or take whole beats each. */
static void derive_khat(const struct sofa_config *c, struct sofa_derived *d)
{
    int plane = c->predict.source == SOFA_SOURCE_PLANE;
    unsigned port = c->memory.port_bits;
    d->khat_element_bits = plane ? c->predict.operand_bits : c->data.key_bits;
    d->khat_beats = ceil_div(c->head_dim * d->khat_element_bits, port);
    d->khat_unit = packed_unit(c->head_dim * c->predict.operand_bits, port);
    d->khat_keys = plane && d->khat_unit < port ? port / d->khat_unit : 1;
}

static void derive_memory(const struct sofa_config *c, struct sofa_derived *d)
{
    unsigned port = c->memory.port_bits;
    d->port_bytes = port / 8;
    d->query_beats = ceil_div(c->head_dim * c->data.query_bits, port);
    d->key_beats = ceil_div(c->head_dim * c->data.key_bits, port);
    d->value_beats = ceil_div(c->head_dim * c->data.value_bits, port);
    d->output_beats = ceil_div(c->head_dim * c->data.output_bits, port);
    derive_khat(c, d);
    d->range_beats = port < 64 ? 64 / port : 1;
    d->range_records = port >= 64 ? port / 64 : 1;
    d->uart_divider = (c->board.clock_hz + c->board.baud / 2) / c->board.baud;
    d->memory_words = c->board.memory_kib * 1024 / d->port_bytes;
}

/* A port word holds whole pieces of so many elements, and a row is several words. */
static int words_fit(const struct sofa_config *c, unsigned elements, unsigned element_bits)
{
    unsigned port = c->memory.port_bits;
    return port % (elements * element_bits) == 0 && c->head_dim * element_bits > port;
}

/* Rows are whole beats, slices of prediction 1, 2, 4, ... of them. */
static int beats_fit(const struct sofa_config *c, const struct sofa_derived *d)
{
    unsigned port = c->memory.port_bits, slice = c->predict.dims * d->khat_element_bits, slice_beats = slice / port;
    return c->head_dim * c->data.query_bits % port == 0 && c->head_dim * c->data.key_bits % port == 0 &&
           c->head_dim * c->data.value_bits % port == 0 && port % c->data.query_bits == 0 && port % d->khat_element_bits == 0 &&
           slice % port == 0 && c->head_dim % c->predict.dims == 0 && (slice_beats & (slice_beats - 1)) == 0;
}

/* A single lane takes the oldest key first, so keys leave the window in the order in which they came. */
static void derive_rooms(const struct sofa_config *c, struct sofa_derived *d)
{
    d->word_memories = c->mode == SOFA_MODE_KV && c->attend.lanes == 1 && d->beats > 2 && c->head_dim % c->attend.width == 0 &&
                c->head_dim % c->predict.dims == 0 && words_fit(c, c->predict.dims, d->khat_element_bits) &&
                words_fit(c, c->predict.dims, c->data.query_bits) && words_fit(c, c->attend.width, c->data.query_bits) &&
                words_fit(c, c->attend.width, c->data.key_bits) && words_fit(c, c->attend.width, c->data.value_bits) &&
                d->key_number_bits < c->memory.address_bits;
    d->lane_copies = c->target == SOFA_TARGET_FPGA && !d->word_memories ? ceil_div(c->attend.width, 4) : 1;
    d->slot_memories = c->target == SOFA_TARGET_FPGA && c->attend.lanes == 1 && d->beats == 1;
    d->slot_copies = c->target == SOFA_TARGET_CELLS && d->beats == 1;
    d->row_interval = d->slot_memories ? 4 : 3; /* accumulators in block RAM leave it through a register */
    int accumulators_registered = d->row_interval > 3;
    d->lane_aligns = accumulators_registered ? d->norm_words >= 4 : d->word_memories && d->norm_words == d->beats;
    d->norm_shift = accumulators_registered ? 3 : 1;
    d->norm_bits = d->lane_aligns ? smaller(d->accumulator_bits, 18 + (1u << d->norm_shift)) : d->accumulator_bits;
    d->norm_wait += accumulators_registered ? 1 + d->lane_aligns : 0;
    d->copied_registers = accumulators_registered || d->lane_copies > 1;
    d->registered_links = d->slot_memories && c->mode == SOFA_MODE_KV && smaller(d->key_beats, d->value_beats) >= 4 && beats_fit(c, d);
    /* a single channel takes a request a cycle; with registered links an index must stand before it counts */
    d->fetch_turns = c->mode == SOFA_MODE_KV && c->memory.read_channels == 1 && !d->registered_links;
    d->stored_radii = c->select.policy != SOFA_POLICY_MASS && d->word_memories && d->beats > c->data.query_bits + 1;
}

/* Normalisation keeps the write port busy; query buses load a row's beats as fast as the port brings them. */
static void derive_attention(const struct sofa_config *c, struct sofa_derived *d)
{
    d->beats = ceil_div(c->head_dim, c->attend.width);
    d->lane_groups = ceil_div(c->attend.lanes, d->beats);
    d->group_lanes = ceil_div(c->attend.lanes, d->lane_groups);
    d->lane_rows = ceil_div(c->query_block, c->attend.lanes);
    d->dot_bits = c->data.query_bits + c->data.key_bits + sofa_clog2(c->head_dim);
    d->denominator_bits = 16 + sofa_clog2(c->keys_max);
    d->output_fraction = SOFA_OUTPUT_FRACTION;
    d->accumulator_bits = 18 + d->output_fraction + sofa_clog2(c->keys_max);
    d->raise_bits = sofa_clog2(ceil_div(d->accumulator_bits - 1, 2) + 1);
    d->norm_units = c->memory.port_bits >= 16 * c->attend.width * d->lane_groups ? d->lane_groups : 1;
    d->norm_width = smaller(c->attend.width, at_least_one(c->memory.port_bits / 16));
    d->norm_words = d->beats * ceil_div(c->attend.width, d->norm_width);
    d->norm_wait = d->norm_words == d->beats ? 0 : d->beats > 1 ? d->beats + 1 : 1;
    d->output_words = d->norm_words > 1 && d->norm_units == 1 && d->norm_width * 16 == c->memory.port_bits &&
                      c->head_dim == d->norm_words * d->norm_width;
    d->whole_products = c->target == SOFA_TARGET_FPGA;
    d->encode_width = smaller(c->head_dim, ceil_div(c->memory.port_bits, c->data.query_bits));
    d->encode_steps = ceil_div(c->head_dim, d->encode_width);
    d->query_buses = smaller(c->attend.lanes, at_least_one(ceil_div(d->beats, d->query_beats)));
}

/* Of a tree of `per` inputs a node. */
static unsigned stages_of(unsigned inputs, unsigned per)
{
    unsigned stages = 0;
    for (unsigned reach = 1; reach < inputs; reach *= per)
        stages++;
    return stages;
}

static unsigned tree_stages(const struct sofa_derived *d, unsigned inputs)
{
    return stages_of(inputs, d->tree_inputs);
}

/* Without counters the core is meant to be small, and no board of that kind waits for longer than a second. */
static void derive_registers(const struct sofa_config *c, struct sofa_derived *d)
{
    unsigned row_bytes = c->head_dim * 2, bits = c->memory.address_bits;
    d->rows_bits = smaller(32, c->board.counters ? bits : bits + 1 - sofa_clog2(row_bytes + 1));
    d->watchdog_bits = c->board.counters ? 32 : 16;
    d->radius_bits = smaller(32, c->predict.score_bits + c->data.query_bits - 1);
}

/* Of a tree of `per` inputs a node whose last node has `last`, one of them what comes from elsewhere. */
static unsigned joined_stages(unsigned inputs, unsigned per, unsigned last)
{
    unsigned stages = 1;
    for (; inputs + 1 > last; inputs = ceil_div(inputs, per))
        stages++;
    return stages;
}

/* A comparison of a largest score takes as long as two additions of a tree. */
static void derive_selection(const struct sofa_config *c, struct sofa_derived *d)
{
    d->by_rank = c->select.policy != SOFA_POLICY_MASS;
    d->by_mass = c->select.policy != SOFA_POLICY_RANK;
    d->orders = c->select.orders;
    d->octave_bits = SOFA_OCTAVE_BITS;
    d->octave_fraction = SOFA_OCTAVE_FRACTION;
    d->sum_fraction = SOFA_SUM_FRACTION;
    d->weight_sum_bits = SOFA_SUM_FRACTION + d->key_number_bits;
    d->distance_bits = SOFA_DISTANCE_BITS;
    d->mass_inputs = c->target == SOFA_TARGET_FPGA ? 4 : 16;
    unsigned last = c->target == SOFA_TARGET_FPGA ? 2 : d->mass_inputs; /* there, memories answer late */
    d->mass_largest = larger(2, joined_stages(c->predict.keys, d->mass_inputs, last)); /* the earlier one is read in the cycle before */
    d->mass_summed = d->mass_largest + 1 + joined_stages(c->predict.keys, d->mass_inputs, last);
    d->mass_latency = d->mass_summed + 1;
    d->mass_loop = 3; /* of both: read, join, write */
}

static void derive_latencies(const struct sofa_config *c, struct sofa_derived *d)
{
    unsigned loop = larger(d->by_rank ? sofa_select_loop(c) : 0, d->by_mass ? d->mass_loop : 0), partial = d->slices > 1 || c->mode == SOFA_MODE_TOKENS ? 3 : 1;
    d->tree_inputs = c->target == SOFA_TARGET_FPGA ? 2 : 8; /* a carry chain adds two */
    d->placed_time = 2 + (d->encode_steps > d->beats && !d->word_memories && !d->registered_links ? d->encode_steps - d->beats : 0);
    d->predict_tree = at_least_one(tree_stages(d, c->predict.dims));
    d->khat_time = d->predict_tree + 4;
    d->predict_latency = d->predict_tree + (d->by_rank ? 5 : 4); /* by rank: a score becomes an entry */
    d->select_latency = sofa_select_latency(c);
    d->pass_distance = loop > partial ? loop : partial;
    d->project_tree = tree_stages(d, c->kvgen.inputs);
    d->generate_time = d->project_tree + 6;
    d->dot_tree = tree_stages(d, c->attend.width);
    unsigned sum_time = d->whole_products ? 2 + d->dot_tree : at_least_one(d->dot_tree);
    d->dot_time = 2 + sum_time + (d->beats > 1 ? d->beats : 0);
    d->score_time = d->dot_time + (d->group_lanes > 1 || d->slot_memories); /* through a register */
    d->scale_time = d->word_memories && d->beats >= 16 ? 32 : 4;
    d->weight_time = d->score_time + d->scale_time + 5;
    d->value_late = !d->whole_products;
    /* the address of l is a pipeline stage's, which changes each `beats` cycles */
    d->denominator_stays = d->word_memories && d->norm_wait == 0 && (d->weight_time - 2) % d->beats + 4 <= d->beats;
    /* word memories: a place is requested again when its key enters, while the lane may still be that many keys behind */
    unsigned behind = c->attend.window + ceil_div(d->weight_time + d->value_late, d->beats) + 2;
    d->ring_rooms = d->word_memories ? 1u << sofa_clog2(c->memory.prefetch + behind) : c->memory.prefetch;
    /* those on their way and two, but a row every other cycle is enough at the end of a block */
    unsigned apart = d->norm_words > 1 ? d->norm_words : 2;
    d->retire_rows = 1u << sofa_clog2(ceil_div(d->weight_time + d->norm_wait + 10 + d->norm_words, apart) + 2);
    if (d->word_memories && d->retire_rows > 4)
        d->retire_rows = 4; /* a row of the lane takes long */
}

/* In order of who is most in the way when it waits. */
static void derive_ranks(const struct sofa_config *c, struct sofa_derived *d)
{
    d->value_channel = c->memory.read_channels - 1;
    d->key_rank = 1;
    d->value_rank = 2;
    d->range_rank = 3;
    d->query_rank = 4;
    d->rotary_rank = 5;
    d->turn_rank = 6;
    d->weight_rank = 7;
    d->token_rank = 8;
    d->khat_rank = 9;
    d->job_rank = 10;
}

/* A beat is asked for when the one before has been taken apart, a word a cycle. */
static void derive_jobs(struct sofa_derived *d)
{
    unsigned port = d->port_bytes, word = 4;
    d->job_bytes = larger(SOFA_JOB_BYTES, port);
    d->job_words = smaller(SOFA_JOB_BYTES / word, larger(1, port / word));
    d->word_beats = larger(1, word / port);
    d->job_first = SOFA_JOB_FIRST;
    d->job_first_beat = SOFA_JOB_FIRST / port;
    d->job_beats = larger(1, SOFA_JOB_BYTES / port) - d->job_first_beat;
}

/* What differs between jobs is told apart by the block that it is for, where the parts of a core are close together. */
static unsigned jobs_at_once(const struct sofa_config *c, const struct sofa_derived *d)
{
    return c->jobs.queue && c->mode == SOFA_MODE_KV && !d->registered_links && !d->word_memories && d->scale_time <= 4 ? 2 : 1;
}

/* One a cycle is too slow where a pass has about as few rows as keys: between two loads are some 4 cycles. */
static unsigned load_keys(const struct sofa_config *c, const struct sofa_derived *d)
{
    int may = c->target == SOFA_TARGET_CELLS && c->mode == SOFA_MODE_KV && !d->word_memories && c->predict.keys % 2 == 0;
    return may && c->predict.keys + 4 > c->query_block ? 2 : 1;
}

static int is_power(unsigned n)
{
    return n == 1u << sofa_clog2(n);
}

/* Keys that wait elsewhere are read once and in order, so the matrix may stand in memories: one for each word of a row, twice so that a
 * word of all rows takes half as many cycles as it has keys. */
static void derive_matrix(const struct sofa_config *c, struct sofa_derived *d)
{
    unsigned word = 8, words = c->tile.keys / word, rows = smaller(c->query_block, 2 * words);
    int may = c->attend.queue && c->target == SOFA_TARGET_CELLS && is_power(c->tile.keys) && is_power(c->query_block);
    if (!may || words < 2 || c->query_block < words || c->query_block / rows > word)
        return;
    d->need_word = word;
    d->need_rows = rows;
}

/* What RTL and cycle model share and nothing else follows from. */
static void derive_shared(const struct sofa_config *c, struct sofa_derived *d)
{
    unsigned prefetch_bits = sofa_clog2(c->memory.prefetch);
    d->start_time = 3;
    d->end_time = 1;
    d->blocks_open = 2;
    d->tile_slots = c->attend.queue && c->mode == SOFA_MODE_KV ? 2 : 3;
    d->load_keys = load_keys(c, d);
    d->whole_tiles = c->target == SOFA_TARGET_CELLS && c->query_block >= 8; /* a scan of fewer rows is short */
    d->scan_time = d->registered_links ? 4 : 3;
    derive_matrix(c, d);
    d->need_time = 1;
    d->list_bits = larger(prefetch_bits, d->word_memories ? 1 : 2);
    d->bitmap_words = larger(2, ceil_div(c->keys_max, 32));
    /* word memories: there are enough rooms for the lane to be done with one first */
    d->value_hold = d->word_memories ? 1 : d->weight_time + d->value_late;
    d->slot_hold = d->beats > 2 ? d->beats - 2 : 0;
    d->issue_time = 1;
    d->norm_time = 7;
    d->khat_rows = 8;
    d->queue_time = 2;
    d->gather_time = d->norm_words + 1;
    d->store_time = d->registered_links && d->norm_units == 1 ? 2 : 1;
    d->read_tag_bits = 5;
    d->hidden_time = 1;
    d->key_pass_gap = 2;
    d->turn_time = d->predict_tree + 4;
    d->rotate_time = d->rotary_steps + 1;
    d->slice_gap = 3;
    d->token_parts = smaller(8, c->memory.prefetch);
}

void sofa_config_derive(const struct sofa_config *c, struct sofa_derived *d)
{
    *d = (struct sofa_derived){.burst_beats = 256};
    derive_prediction(c, d);
    derive_tokens(c, d);
    derive_memory(c, d);
    derive_attention(c, d);
    derive_rooms(c, d);
    derive_registers(c, d);
    derive_selection(c, d);
    derive_latencies(c, d);
    derive_rotary(c, d);
    derive_ranks(c, d);
    if (c->jobs.queue)
        derive_jobs(d);
    d->jobs_at_once = jobs_at_once(c, d);
    derive_shared(c, d);
}

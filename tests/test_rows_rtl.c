/* SPDX-License-Identifier: Apache-2.0 */
/* The RTL that asks for K and V rows and keeps them for the window alone, cycle by cycle against plain models, in Icarus Verilog: requests
 * of one and of two channels, rings of rows, of words and of beats. */
#include "tests.h"

#include "../cmodel/config/config.h"
#include "rtl_cycles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CYCLES 1200u
#define ROOMS_MAX 512u
#define WORDS_MAX 64u

enum { K, V };

struct bench {
    struct sofa_config c;
    struct sofa_derived d;
    struct rtl_cycles r;
    uint64_t seed;
    unsigned pace[4]; /* of ten: how often something happens */
    unsigned ring_bits;
};

static void set(struct bench *b, unsigned cycle, const char *port, uint64_t value, unsigned bits)
{
    rtl_set(&b->r, cycle, port, 0, value, bits);
}

/* ---- requests ---- */

struct request {
    unsigned valid, place, job;
    uint64_t addr;
};

struct fetch {
    uint64_t base[2][2], stride[2]; /* of K and V: base for each of two jobs */
    struct request of[2];
    unsigned turn;          /* the K row alone has been asked for */
    unsigned offered, shown; /* an asked key is valid; it stands, and may be */
    unsigned key, place, job;
};

static uint64_t low_bits(uint64_t value, unsigned bits)
{
    return bits < 64 ? value & (((uint64_t)1 << bits) - 1) : value;
}

static void fetch_ports(struct bench *b)
{
    unsigned address = b->c.memory.address_bits, jobs = b->d.jobs_at_once, ask = b->ring_bits + b->d.key_number_bits + jobs - 1;
    b->r = (struct rtl_cycles){.module = b->d.fetch_turns ? "sofa_fetch_turns" : "sofa_fetch_pairs", .clocked = 1};
    rtl_port(&b->r, "i_k_base", jobs * address);
    rtl_port(&b->r, "i_k_stride", address);
    rtl_port(&b->r, "i_v_base", jobs * address);
    rtl_port(&b->r, "i_v_stride", address);
    rtl_port(&b->r, "i_ask_valid", 1);
    rtl_port(&b->r, "o_ask_ready", 1);
    rtl_port(&b->r, "i_ask", ask);
    rtl_port(&b->r, "o_k_valid", 1);
    rtl_port(&b->r, "o_k_job", 1);
    rtl_port(&b->r, "i_k_ready", 1);
    rtl_port(&b->r, "o_k_addr", address);
    rtl_port(&b->r, "o_k_place", b->ring_bits);
    rtl_port(&b->r, "o_v_valid", 1);
    rtl_port(&b->r, "o_v_job", 1);
    rtl_port(&b->r, "i_v_ready", 1);
    rtl_port(&b->r, "o_v_addr", address);
    rtl_port(&b->r, "o_v_place", b->ring_bits);
    rtl_open(&b->r, CYCLES);
}

/* An offer stands until it is taken; with registered links its key stands from the cycle before on. */
static void ask(struct bench *b, struct fetch *f, unsigned cycle)
{
    unsigned key_bits = b->d.key_number_bits;
    if (!f->offered && !f->shown && rtl_chance(&b->seed, b->pace[0])) {
        f->key = test_between(&b->seed, 0, b->c.keys_max - 1);
        f->place = test_between(&b->seed, 0, b->d.ring_rooms - 1);
        f->job = test_between(&b->seed, 0, b->d.jobs_at_once - 1);
        f->shown = 1;
        f->offered = !b->d.registered_links;
    } else if (f->shown) {
        f->offered = 1;
    }
    set(b, cycle, "i_ask_valid", f->offered, 1);
    if (f->shown) {
        rtl_set(&b->r, cycle, "i_ask", 0, f->key, key_bits);
        rtl_set(&b->r, cycle, "i_ask", key_bits, f->place, b->ring_bits);
        if (b->d.jobs_at_once > 1)
            rtl_set(&b->r, cycle, "i_ask", key_bits + b->ring_bits, f->job, 1);
    } else {
        rtl_any(&b->r, cycle, "i_ask", &b->seed);
    }
}

static void request(struct bench *b, struct fetch *f, unsigned which, unsigned key, unsigned place, unsigned job)
{
    f->of[which] = (struct request){1, place, job, low_bits(f->base[which][job] + key * f->stride[which], b->c.memory.address_bits)};
}

/* What is offered, and whether it is taken. */
static void see_requests(struct bench *b, struct fetch *f, unsigned cycle)
{
    static const char *const ports[2][5] = {{"o_k_valid", "i_k_ready", "o_k_addr", "o_k_place", "o_k_job"},
                                            {"o_v_valid", "i_v_ready", "o_v_addr", "o_v_place", "o_v_job"}};
    for (unsigned which = K; which <= V; which++) {
        unsigned ready = (unsigned)rtl_chance(&b->seed, b->pace[1 + which]);
        struct request *q = &f->of[which];
        set(b, cycle, ports[which][0], q->valid, 1);
        set(b, cycle, ports[which][1], ready, 1);
        if (!q->valid)
            continue;
        set(b, cycle, ports[which][2], q->addr, b->c.memory.address_bits);
        set(b, cycle, ports[which][3], q->place, b->ring_bits);
        set(b, cycle, ports[which][4], q->job, 1);
        q->valid = !ready;
    }
}

static void step_fetch(struct bench *b, struct fetch *f, unsigned cycle)
{
    unsigned address = b->c.memory.address_bits;
    ask(b, f, cycle);
    for (unsigned job = 0; job < b->d.jobs_at_once; job++) {
        rtl_set(&b->r, cycle, "i_k_base", job * address, f->base[K][job], address);
        rtl_set(&b->r, cycle, "i_v_base", job * address, f->base[V][job], address);
    }
    set(b, cycle, "i_k_stride", f->stride[K], address);
    set(b, cycle, "i_v_stride", f->stride[V], address);
    see_requests(b, f, cycle);
    int free = !f->of[K].valid && !f->of[V].valid, ready = free && !f->turn;
    set(b, cycle, "o_ask_ready", (uint64_t)ready, 1);
    if (free && f->turn) {
        request(b, f, V, f->turn - 1, f->of[K].place, f->of[K].job);
        f->turn = 0;
    } else if (ready && f->offered) {
        request(b, f, K, f->key, f->place, f->job);
        if (b->d.fetch_turns)
            f->turn = f->key + 1;
        else
            request(b, f, V, f->key, f->place, f->job);
        f->offered = f->shown = 0;
    }
}

static void play_fetch(struct bench *b)
{
    struct fetch f = {.turn = 0};
    for (unsigned which = K; which <= V; which++) {
        f.base[which][0] = test_random(&b->seed);
        f.base[which][1] = test_random(&b->seed);
        f.stride[which] = test_between(&b->seed, 0, 1) ? test_random(&b->seed) : test_between(&b->seed, 1, 256);
    }
    fetch_ports(b);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        rtl_paces(b->pace, 4, cycle, &b->seed);
        step_fetch(b, &f, cycle);
    }
}

/* ---- the ring of rows ---- */

struct place {
    unsigned here, full; /* came and its key has not entered; came and has not been read */
    uint64_t row;
};

struct ring {
    struct place of[2][ROOMS_MAX];
    unsigned loads, reads; /* keys that have entered, V rows that have been read */
};

static void ring_ports(struct bench *b, const char *module)
{
    b->r = (struct rtl_cycles){.module = module, .clocked = 1};
    rtl_port(&b->r, "i_k_valid", 1);
    rtl_port(&b->r, "i_v_valid", 1);
    rtl_port(&b->r, "o_data_here", 1);
    rtl_port(&b->r, "i_load", 1);
}

static void ring_row_ports(struct bench *b)
{
    rtl_port(&b->r, "o_k_row", b->c.head_dim * b->c.data.key_bits);
    rtl_port(&b->r, "i_v_read", 1);
    rtl_port(&b->r, "o_v_row", b->c.head_dim * b->c.data.value_bits);
}

static unsigned row_bits(const struct bench *b, unsigned which)
{
    return b->c.head_dim * (which == K ? b->c.data.key_bits : b->c.data.value_bits);
}

/* A row comes into any free place: of K one whose key has entered, of V one that has been read. */
static void row_comes(struct bench *b, struct ring *g, unsigned which, unsigned cycle)
{
    static const char *const ports[2][3] = {{"i_k_valid", "i_k_place", "i_k"}, {"i_v_valid", "i_v_place", "i_v"}};
    unsigned at = test_between(&b->seed, 0, b->c.memory.prefetch - 1);
    struct place *p = &g->of[which][at];
    if (p->here || p->full || !rtl_chance(&b->seed, b->pace[which])) {
        rtl_any(&b->r, cycle, ports[which][1], &b->seed);
        rtl_any(&b->r, cycle, ports[which][2], &b->seed);
        return;
    }
    *p = (struct place){1, which == V, test_random(&b->seed)};
    set(b, cycle, ports[which][0], 1, 1);
    set(b, cycle, ports[which][1], at, b->ring_bits);
    rtl_set_wide(&b->r, cycle, ports[which][2], 0, p->row, row_bits(b, which));
}

static void step_ring(struct bench *b, struct ring *g, unsigned cycle)
{
    unsigned head = g->loads % b->c.memory.prefetch, v_head = g->reads % b->c.memory.prefetch;
    struct place k = g->of[K][head], v = g->of[V][v_head];
    int here = k.here && g->of[V][head].here, load = here && rtl_chance(&b->seed, b->pace[2]);
    int read = g->reads < g->loads + (unsigned)load && rtl_chance(&b->seed, b->pace[3]);
    row_comes(b, g, K, cycle);
    row_comes(b, g, V, cycle);
    set(b, cycle, "o_data_here", (uint64_t)here, 1);
    set(b, cycle, "i_load", (uint64_t)load, 1);
    set(b, cycle, "i_v_read", (uint64_t)read, 1);
    if (load) {
        rtl_set_wide(&b->r, cycle + 1, "o_k_row", 0, k.row, row_bits(b, K));
        g->of[K][head].here = g->of[V][head].here = 0;
        g->loads++;
    }
    if (read) {
        rtl_set_wide(&b->r, cycle + 1, "o_v_row", 0, v.row, row_bits(b, V));
        g->of[V][v_head].full = 0;
        g->reads++;
    }
}

static void play_ring(struct bench *b)
{
    struct ring *g = calloc(1, sizeof *g);
    ck_assert_ptr_nonnull(g);
    ring_ports(b, "sofa_ring_rows");
    rtl_port(&b->r, "i_k_place", b->ring_bits);
    rtl_port(&b->r, "i_v_place", b->ring_bits);
    rtl_port(&b->r, "i_k", row_bits(b, K));
    rtl_port(&b->r, "i_v", row_bits(b, V));
    ring_row_ports(b);
    rtl_open(&b->r, CYCLES);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        rtl_paces(b->pace, 4, cycle, &b->seed);
        step_ring(b, g, cycle);
    }
    ck_assert_uint_gt(g->reads, 3 * b->c.memory.prefetch);
    free(g);
}

/* ---- rings of words and of beats ---- */

/* Rows come one after the other, each word by word. */
struct arrival {
    unsigned rows, word; /* rows that are whole, words of the next one */
    unsigned landed;     /* rows that were whole a cycle ago */
};

struct words {
    struct arrival of[2];
    uint64_t word[2][ROOMS_MAX][WORDS_MAX];
    unsigned loads, reads;
};

static unsigned row_beats(const struct bench *b, unsigned which)
{
    return which == K ? b->d.key_beats : b->d.value_beats;
}

static unsigned word_bits(const struct bench *b, unsigned which)
{
    return sofa_clog2(row_beats(b, which));
}

static void word_ports(struct bench *b)
{
    rtl_port(&b->r, "i_k_word_valid", 1);
    rtl_port(&b->r, "i_k_word_index", word_bits(b, K));
    rtl_port(&b->r, "i_k_word", b->c.memory.port_bits);
    rtl_port(&b->r, "i_v_word_valid", 1);
    rtl_port(&b->r, "i_v_word_index", word_bits(b, V));
    rtl_port(&b->r, "i_v_word", b->c.memory.port_bits);
}

/* A word comes, or none; the row's end is said with its last word or later. `behind`: rows whose places are free
 * again. */
static void word_comes(struct bench *b, struct words *g, unsigned which, unsigned cycle, unsigned behind)
{
    static const char *const ports[2][4] = {{"i_k_word_valid", "i_k_word_index", "i_k_word", "i_k_valid"},
                                            {"i_v_word_valid", "i_v_word_index", "i_v_word", "i_v_valid"}};
    struct arrival *a = &g->of[which];
    int come = a->word < row_beats(b, which) && a->rows < behind + b->c.memory.prefetch && rtl_chance(&b->seed, b->pace[which]);
    set(b, cycle, ports[which][0], (uint64_t)come, 1);
    if (come) {
        uint64_t *word = &g->word[which][a->rows % b->d.ring_rooms][a->word];
        *word = test_random(&b->seed);
        set(b, cycle, ports[which][1], a->word++, word_bits(b, which));
        rtl_set_wide(&b->r, cycle, ports[which][2], 0, *word, b->c.memory.port_bits);
    } else {
        rtl_any(&b->r, cycle, ports[which][1], &b->seed);
        rtl_any(&b->r, cycle, ports[which][2], &b->seed);
    }
    int end = a->word == row_beats(b, which) && rtl_chance(&b->seed, 6);
    set(b, cycle, ports[which][3], (uint64_t)end, 1);
    if (end) {
        a->rows++;
        a->word = 0;
    }
}

/* Any word of any place is read, but not in the cycle in which it is written. */
static void read_word(struct bench *b, struct words *g, unsigned which, unsigned cycle)
{
    static const char *const ports[2][2] = {{"i_key_addr", "o_key"}, {"i_value_addr", "o_value"}};
    struct arrival *a = &g->of[which];
    unsigned place = test_between(&b->seed, 0, b->d.ring_rooms - 1), word = test_between(&b->seed, 0, row_beats(b, which) - 1);
    rtl_set(&b->r, cycle, ports[which][0], 0, word, word_bits(b, which));
    rtl_set(&b->r, cycle, ports[which][0], word_bits(b, which), place, b->ring_bits);
    if (g->word[which][place][word] && !(place == a->rows % b->d.ring_rooms && word >= a->word))
        rtl_set_wide(&b->r, cycle + 1, ports[which][1], 0, g->word[which][place][word], b->c.memory.port_bits);
}

static void step_words(struct bench *b, struct words *g, unsigned cycle)
{
    int here = g->of[K].rows > g->loads && g->of[V].rows > g->loads, load = here && rtl_chance(&b->seed, b->pace[2]);
    set(b, cycle, "o_data_here", (uint64_t)here, 1);
    set(b, cycle, "i_load", (uint64_t)load, 1);
    for (unsigned which = K; which <= V; which++) {
        read_word(b, g, which, cycle);
        word_comes(b, g, which, cycle, g->loads);
    }
    g->loads += (unsigned)load;
}

static void play_words(struct bench *b)
{
    struct words *g = calloc(1, sizeof *g);
    ck_assert_ptr_nonnull(g);
    ring_ports(b, "sofa_ring_words");
    word_ports(b);
    rtl_port(&b->r, "i_key_addr", b->ring_bits + word_bits(b, K));
    rtl_port(&b->r, "o_key", b->c.memory.port_bits);
    rtl_port(&b->r, "i_value_addr", b->ring_bits + word_bits(b, V));
    rtl_port(&b->r, "o_value", b->c.memory.port_bits);
    rtl_open(&b->r, CYCLES);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        rtl_paces(b->pace, 4, cycle, &b->seed);
        step_words(b, g, cycle);
    }
    ck_assert_uint_gt(g->loads, 2 * b->d.ring_rooms);
    free(g);
}

static void leaves(struct bench *b, struct words *g, unsigned which, unsigned row, unsigned cycle)
{
    unsigned bits = b->c.memory.port_bits;
    for (unsigned w = 0; w < row_beats(b, which); w++)
        rtl_set_wide(&b->r, cycle, which == K ? "o_k_row" : "o_v_row", w * bits, g->word[which][row % b->d.ring_rooms][w], bits);
}

/* A row is there when its last beat is written, a cycle after that came. */
static void step_beats(struct bench *b, struct words *g, unsigned cycle)
{
    int here = g->of[K].landed > g->loads && g->of[V].landed > g->loads, load = here && rtl_chance(&b->seed, b->pace[2]);
    int read = g->reads < g->loads && rtl_chance(&b->seed, b->pace[3]);
    set(b, cycle, "o_data_here", (uint64_t)here, 1);
    set(b, cycle, "i_load", (uint64_t)load, 1);
    set(b, cycle, "i_v_read", (uint64_t)read, 1);
    if (load)
        leaves(b, g, K, g->loads, cycle + 1);
    if (read)
        leaves(b, g, V, g->reads, cycle + 1);
    g->of[K].landed = g->of[K].rows;
    g->of[V].landed = g->of[V].rows;
    word_comes(b, g, K, cycle, g->loads);
    word_comes(b, g, V, cycle, g->reads);
    g->loads += (unsigned)load;
    g->reads += (unsigned)read;
}

static void play_beats(struct bench *b)
{
    struct words *g = calloc(1, sizeof *g);
    ck_assert_ptr_nonnull(g);
    ck_assert_uint_eq(row_bits(b, K), row_beats(b, K) * b->c.memory.port_bits);
    ck_assert_uint_eq(row_bits(b, V), row_beats(b, V) * b->c.memory.port_bits);
    ring_ports(b, "sofa_ring_beats");
    word_ports(b);
    ring_row_ports(b);
    rtl_open(&b->r, CYCLES);
    for (unsigned cycle = 0; cycle < CYCLES; cycle++) {
        rtl_paces(b->pace, 4, cycle, &b->seed);
        step_beats(b, g, cycle);
    }
    ck_assert_uint_gt(g->reads, 2 * b->c.memory.prefetch);
    free(g);
}

/* ---- runs ---- */

enum { ROWS, WORDS, BEATS };

static const char *const kinds[][12] = {
    [ROWS] = {"head_dim=8", "attend.width=8", "predict.dims=8"},
    [WORDS] = {"head_dim=16", "attend.width=2", "attend.lanes=1", "predict.dims=2", "memory.port_bits=64"},
    [BEATS] = {"target=fpga", "head_dim=16", "attend.width=16", "attend.lanes=1", "predict.dims=8", "memory.port_bits=32",
               "data.query_bits=8", "data.key_bits=8", "data.value_bits=8"},
};

static void configure(struct bench *b, unsigned kind, unsigned channels)
{
    static const unsigned addresses[] = {16, 24, 32, 48, 64};
    char text[9][48];
    const char *setting[24];
    struct sofa_error e = {.text = ""};
    unsigned count = 0, i = 0;
    while (kinds[kind][count]) {
        setting[count] = kinds[kind][count];
        count++;
    }
    snprintf(text[i++], 48, "memory.read_channels=%u", channels);
    snprintf(text[i++], 48, "memory.prefetch=%u", test_between(&b->seed, kind == BEATS ? 4 : 2, 20));
    snprintf(text[i++], 48, "memory.address_bits=%u", addresses[test_between(&b->seed, 0, 4)]);
    snprintf(text[i++], 48, "keys_max=%u", test_between(&b->seed, 1, 3000));
    snprintf(text[i++], 48, "tile.keys=%u", test_between(&b->seed, 4, 20));
    snprintf(text[i++], 48, "tile.kept_max=2");
    snprintf(text[i++], 48, "predict.keys=2");
    snprintf(text[i++], 48, "query_block=4");
    snprintf(text[i++], 48, "jobs.queue=%u", test_between(&b->seed, 0, 1));
    for (unsigned k = 0; k < i; k++)
        setting[count++] = text[k];
    ck_assert_msg(sofa_config_load(&b->c, NULL, setting, count, &e) == SOFA_OK, "%s", e.text);
    sofa_config_derive(&b->c, &b->d);
    ck_assert_uint_eq(kind, b->d.word_memories ? WORDS : b->d.registered_links ? BEATS : ROWS);
    b->ring_bits = b->d.ring_rooms > 2 ? sofa_clog2(b->d.ring_rooms) : 1;
}

static void against_module(struct bench *b)
{
    static const char *const modules[] = {"rows/sofa_fetch", "rows/sofa_ring", "memory/sofa_address", "memory/sofa_ram",
                                          "target/sofa_beats", "target/sofa_copy", NULL};
    rtl_against(&b->r, &b->c, modules);
}

START_TEST(requests)
{
    struct bench b = {.seed = test_seed() + (uint64_t)_i};
    configure(&b, (unsigned)_i % 3 == 2 ? BEATS : ROWS, 1 + (unsigned)_i % 2);
    play_fetch(&b);
    against_module(&b);
}
END_TEST

START_TEST(rings_of_rows)
{
    struct bench b = {.seed = test_seed() + 100u + (uint64_t)_i};
    configure(&b, ROWS, 1 + (unsigned)_i % 2);
    play_ring(&b);
    against_module(&b);
}
END_TEST

START_TEST(rings_of_words)
{
    struct bench b = {.seed = test_seed() + 200u + (uint64_t)_i};
    configure(&b, WORDS, 1 + (unsigned)_i % 2);
    play_words(&b);
    against_module(&b);
}
END_TEST

START_TEST(rings_of_beats)
{
    struct bench b = {.seed = test_seed() + 300u + (uint64_t)_i};
    configure(&b, BEATS, 1 + (unsigned)_i % 2);
    play_beats(&b);
    against_module(&b);
}
END_TEST

Suite *rows_rtl_suite(void)
{
    Suite *s = suite_create("rows_rtl");
    TCase *t = tcase_create("against plain models");
    tcase_set_timeout(t, 120);
    if (!test_fast()) {
        tcase_add_loop_test(t, requests, 0, 12);
        tcase_add_loop_test(t, rings_of_rows, 0, 8);
        tcase_add_loop_test(t, rings_of_words, 0, 6);
        tcase_add_loop_test(t, rings_of_beats, 0, 6);
    }
    suite_add_tcase(s, t);
    return s;
}

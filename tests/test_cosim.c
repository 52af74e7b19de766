/* RTL against model on compiled cores: results, errors, abort, watchdog, registers. Each core is compiled once and cached. */
#include "../tb/bench.h"

#include "../tb/cache.h"
#include "../tb/synthetic.h"
#include "tests.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SETTINGS 24

/* Configurations with something odd each. */
static const char *const designs[][SETTINGS] = {
    {"query_block=16"}, /* the default */
    {"query_block=5", "head_dim=19", "tile.keys=11", "tile.kept_max=5", "data.query_bits=8", "data.value_bits=8",
     "predict.keys=3", "predict.dims=4", "attend.lanes=3", "attend.width=4", "attend.window=3", "memory.port_bits=64",
     "memory.read_channels=2", "memory.prefetch=4", "memory.address_bits=48"},
    {"query_block=1", "head_dim=8", "keys_max=33", "tile.keys=4", "tile.kept_max=1", "predict.keys=1", "predict.dims=1",
     "attend.lanes=1", "attend.width=1", "attend.window=1", "memory.port_bits=8", "memory.prefetch=2",
     "memory.address_bits=17"},
    {"query_block=32", "head_dim=64", "tile.keys=64", "tile.kept_max=16", "predict.keys=16", "predict.dims=32",
     "attend.lanes=8", "attend.width=16", "attend.window=8", "memory.port_bits=512", "memory.read_channels=2"},
    /* a single lane of whole rows that come beat by beat (far_reads) */
    {"target=fpga", "query_block=5", "head_dim=24", "tile.keys=12", "tile.kept_max=5", "data.query_bits=8", "data.key_bits=8",
     "data.value_bits=8", "predict.operand_bits=6", "predict.keys=3", "predict.dims=8", "attend.lanes=1", "attend.width=24",
     "attend.window=3", "memory.port_bits=32", "memory.read_channels=2", "memory.prefetch=4", "memory.address_bits=48"},
    /* tokens: rotated keys; a pass of keys for each slice of codes, which come slower than tokens */
    {"mode=tokens", "kvgen.rotary=1", "head_dim=22", "hidden_max=40", "kvgen.slice=20", "predict.dims=5", "kvgen.inputs=2"},
    {"mode=tokens", "head_dim=32", "hidden_max=32", "kvgen.slice=8", "predict.dims=8", "predict.keys=4", "tile.keys=4",
     "tile.kept_max=2", "memory.port_bits=8", "attend.width=4", "memory.prefetch=4"},
    /* mode tokens: resident; streamed, with tails everywhere */
    {"mode=tokens", "query_block=8", "hidden_max=60", "memory.prefetch=5"},
    {"mode=tokens", "query_block=6", "head_dim=19", "tile.keys=11", "tile.kept_max=5", "hidden_max=75", "kvgen.slice=25",
     "kvgen.outputs=4", "kvgen.inputs=3", "predict.keys=3", "predict.dims=4", "predict.weight_rounding=floor",
     "data.value_bits=8", "attend.lanes=3", "attend.width=4", "attend.window=3", "memory.port_bits=64",
     "memory.read_channels=2", "memory.prefetch=3", "memory.address_bits=48", "keys_max=200"},
};
#define DESIGNS (sizeof designs / sizeof designs[0])
#define FAR 4 /* far_reads, the last without tokens */
#define KV_DESIGNS 5

static struct sofa_error error;

#define CHECK_OK(call) ck_assert_msg((call) == SOFA_OK, "%s", error.text)

struct fixture {
    struct sofa_config config;
    struct tb_driver *driver;
    struct tb_random random;
};

static void open_design(struct fixture *f, size_t design)
{
    unsigned count = 0;
    while (count < SETTINGS && designs[design][count])
        count++;
    CHECK_OK(sofa_config_load(&f->config, NULL, designs[design], count, &error));
    CHECK_OK(tb_driver_open(&f->driver, &f->config, &(struct tb_core_options){.seed = test_seed()}, &error));
    f->random.state = test_seed() + design;
}

/* A head and what the model makes of it. */
struct head {
    struct sofa_trace trace;
    struct sofa_job job;
    struct sofa_result result;
};

static void make_head(struct head *h, struct fixture *f, size_t rows, size_t keys, enum tb_content content,
                      enum tb_view view, const struct sofa_options *o)
{
    keys = keys < f->config.keys_max ? keys : f->config.keys_max;
    CHECK_OK(tb_synthetic(&h->trace, &f->config, rows, keys, content, view, &f->random, &error));
    CHECK_OK(sofa_job_make(&h->job, &f->config, &h->trace, o, &error));
    CHECK_OK(sofa_model_run(&h->result, &f->config, &h->trace, &h->job, 1, &error));
}

static void free_head(struct head *h)
{
    sofa_result_free(&h->result);
    sofa_trace_free(&h->trace);
}

/* Mode tokens: shifts that no host would choose, so that K^, K and V saturate. */
static void overdrive(struct fixture *f, struct head *h)
{
    h->job.khat_shift /= 2;
    h->job.k_shift /= 2;
    h->job.v_shift /= 2;
    sofa_result_free(&h->result);
    CHECK_OK(sofa_model_run(&h->result, &f->config, &h->trace, &h->job, 1, &error));
}

static void run_exact(struct fixture *f, const struct head *h, int random, const char *what)
{
    struct tb_run_options o = {.memory = {.random = random, .seed = tb_random_next(&f->random)}};
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    CHECK_OK(tb_bench_run(f->driver, &h->trace, &h->job, &h->result, &o, &outcome, &cmp, &error));
    ck_assert_msg(cmp.mismatches == 0, "%s, %s memory: %s", what, random ? "random" : "ideal", cmp.first);
}

static const struct sofa_options plain = {.radius = -1};

/* Whatever happened before, a job now is bit-exact. */
static void run_good(struct fixture *f)
{
    struct head h;
    make_head(&h, f, f->config.query_block + 1, 40, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    run_exact(f, &h, 0, "the job after it");
    free_head(&h);
}

START_TEST(every_view_and_content)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < TB_CONTENTS * 2; n++) {
        enum tb_content content = (enum tb_content)(n % TB_CONTENTS);
        enum tb_view view = (enum tb_view)(n % TB_VIEWS);
        struct sofa_options o = {.radius = n % 3 == 1 ? 2 : -1, .carry = (int)(n & 1)};
        struct head h;
        char what[80];
        snprintf(what, sizeof what, "%s, %s", tb_content_name(content), tb_view_name(view));
        o.tile = n % 4 == 3 ? f.config.tile.keys - 1 : 0;
        o.kept = n % 5 == 4 ? 1 : 0;
        make_head(&h, &f, tb_random_between(&f.random, 1, 3 * f.config.query_block),
                  tb_random_between(&f.random, 1, 90), content, view, &o);
        if (f.config.mode == SOFA_MODE_TOKENS && n % 4 == 2)
            overdrive(&f, &h);
        run_exact(&f, &h, 0, what);
        run_exact(&f, &h, 1, what);
        free_head(&h);
    }
    tb_driver_close(f.driver);
}
END_TEST

static void run_faulty(struct fixture *f, const struct tb_run_options *o, unsigned want)
{
    struct head h;
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    make_head(&h, f, 2 * f->config.query_block, 40, TB_RANDOM_VALUES, TB_SEE_ALL, &plain);
    CHECK_OK(tb_bench_run(f->driver, &h.trace, &h.job, NULL, o, &outcome, &cmp, &error));
    ck_assert_msg(outcome.finished, "hangs after a fault");
    ck_assert_msg(outcome.error == want, "fault of read beat %u, response %u: error %u, want %u",
                  (unsigned)o->memory.fault_read, (unsigned)o->memory.fault_write, outcome.error, want);
    ck_assert(outcome.idle_after);
    ck_assert_msg(f->driver->memory.violations == 0, "%s", f->driver->memory.violation.text);
    free_head(&h);
}

START_TEST(bus_errors_end_the_job)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 12; n++) {
        struct tb_run_options o = {.memory = {.random = (int)(n & 1), .seed = n}};
        if (n % 3 == 2)
            o.memory.fault_write = tb_random_between(&f.random, 1, 2 * f.config.query_block);
        else
            o.memory.fault_read = tb_random_between(&f.random, 1, n < 6 ? 8 : 40);
        run_faulty(&f, &o, n % 3 == 2 ? SOFA_ERROR_WRITE_BUS : SOFA_ERROR_READ_BUS);
        run_good(&f);
    }
    tb_driver_close(f.driver);
}
END_TEST

START_TEST(abort_works_at_any_cycle)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 16; n++) {
        struct head h;
        struct tb_outcome outcome;
        struct tb_comparison cmp;
        struct tb_run_options o = {.memory = {.random = (int)(n & 1), .seed = n}};
        o.wait.abort_after = tb_random_between(&f.random, 1, n < 8 ? 60 : 600);
        make_head(&h, &f, 3 * f.config.query_block, 90, TB_RANDOM_VALUES, TB_SEE_ALL, &plain);
        CHECK_OK(tb_bench_run(f.driver, &h.trace, &h.job, NULL, &o, &outcome, &cmp, &error));
        ck_assert_msg(outcome.finished, "hangs after an abort in cycle %u", (unsigned)o.wait.abort_after);
        ck_assert(outcome.error == SOFA_ERROR_ABORTED || outcome.error == SOFA_ERROR_NONE);
        ck_assert(outcome.idle_after);
        ck_assert_msg(f.driver->memory.violations == 0, "%s", f.driver->memory.violation.text);
        free_head(&h);
        run_good(&f);
    }
    tb_driver_close(f.driver);
}
END_TEST

struct spoil {
    const char *name;
    uint32_t value;
};

/* Loads a good job, spoils registers, starts: error code, nothing on the bus. */
static void run_spoilt_by(struct fixture *f, const struct spoil *spoil, unsigned count, unsigned want)
{
    const char *name = spoil->name;
    uint32_t value = spoil->value;
    struct head h;
    struct tb_layout layout;
    struct tb_outcome outcome;
    make_head(&h, f, 3, 12, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    CHECK_OK(tb_layout_make(&layout, &f->config, &h.trace, &h.job, 0, &f->random, &error));
    tb_memory_attach(&f->driver->memory, &layout, &(struct tb_memory_options){0});
    CHECK_OK(tb_load_job(f->driver, &h.job, &layout, &error));
    for (unsigned i = 0; i < count; i++)
        CHECK_OK(tb_write(f->driver, spoil[i].name, spoil[i].value, &error));
    CHECK_OK(tb_execute(f->driver, &(struct tb_wait){.max_clocks = 20000}, &outcome, &error));
    ck_assert_msg(outcome.finished && outcome.error == want, "%s = %u: error %u, want %u", name, (unsigned)value,
                  outcome.error, want);
    ck_assert_msg(f->driver->memory.read_beats == 0 && f->driver->memory.written[TB_O] == 0, "%s = %u touches memory",
                  name, (unsigned)value);
    tb_memory_detach(&f->driver->memory);
    tb_layout_free(&layout);
    free_head(&h);
}

static void run_spoilt(struct fixture *f, const char *name, uint32_t value, unsigned want)
{
    run_spoilt_by(f, &(struct spoil){name, value}, 1, want);
}

static void spoil_tokens(struct fixture *f)
{
    const struct sofa_config *c = &f->config;
    unsigned words = (c->hidden_max + c->predict.dims - 1) / c->predict.dims;
    static const char *const aligned[] = {"X_BASE_LO", "CODE_BASE_LO", "WEIGHT_BASE_LO", "X_STRIDE"};
    run_spoilt(f, "HIDDEN", 0, SOFA_ERROR_HIDDEN);
    run_spoilt(f, "HIDDEN", c->hidden_max + 1, SOFA_ERROR_HIDDEN);
    if (c->hidden_max % c->predict.dims != 0) /* fits the words, but not hidden_max */
        run_spoilt_by(f, (struct spoil[]){{"HIDDEN", c->hidden_max + 1}, {"HIDDEN_WORDS", words}}, 2, SOFA_ERROR_HIDDEN);
    run_spoilt(f, "HIDDEN_WORDS", 0, SOFA_ERROR_HIDDEN);
    run_spoilt(f, "HIDDEN_WORDS", words + 1, SOFA_ERROR_HIDDEN);
    for (size_t i = 0; i < sizeof aligned / sizeof aligned[0] && c->memory.port_bits > 8; i++)
        run_spoilt(f, aligned[i], c->memory.port_bits / 16, SOFA_ERROR_ALIGNMENT);
}

START_TEST(bad_descriptors_touch_nothing)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    const struct sofa_config *c = &f.config;
    unsigned port = c->memory.port_bits / 8;
    run_spoilt(&f, "ROWS", 0, SOFA_ERROR_ROWS);
    run_spoilt(&f, "KEYS", 0, SOFA_ERROR_KEYS);
    run_spoilt(&f, "KEYS", c->keys_max + 1, SOFA_ERROR_KEYS);
    run_spoilt(&f, "KEYS", UINT32_MAX, SOFA_ERROR_KEYS);
    run_spoilt(&f, "TILE", 0, SOFA_ERROR_TILE);
    run_spoilt(&f, "TILE", c->tile.keys + 1, SOFA_ERROR_TILE);
    run_spoilt(&f, "TILE", 0xFFFF, SOFA_ERROR_TILE);
    run_spoilt(&f, "KEPT", 0, SOFA_ERROR_KEPT);
    run_spoilt(&f, "KEPT", c->tile.kept_max + 1, SOFA_ERROR_KEPT);
    run_spoilt(&f, "MODE", c->mode != SOFA_MODE_TOKENS, SOFA_ERROR_MODE);
    run_spoilt(&f, "SCORE_SHIFT", 16, SOFA_ERROR_SCALE);
    run_spoilt(&f, "SCALE_MANTISSA", 32767, SOFA_ERROR_SCALE);
    run_spoilt(&f, "SCALE_SHIFT", 64, SOFA_ERROR_SCALE);
    static const char *const aligned[] = {"Q_BASE_LO", "K_BASE_LO", "V_BASE_LO", "O_BASE_LO", "RANGE_BASE_LO",
                                          "Q_STRIDE",  "K_STRIDE",  "V_STRIDE",  "O_STRIDE"};
    for (size_t i = 0; i < sizeof aligned / sizeof aligned[0] && port > 1; i++) {
        run_spoilt(&f, aligned[i], port + 1, SOFA_ERROR_ALIGNMENT);
        run_spoilt(&f, aligned[i], port / 2, SOFA_ERROR_ALIGNMENT);
    }
    if (c->mode == SOFA_MODE_TOKENS)
        spoil_tokens(&f);
    run_good(&f);
    tb_driver_close(f.driver);
}
END_TEST

/* Jobs for the same tokens with FLAGS.keep: nothing is generated twice, unless the core was told to forget. */
START_TEST(kept_pairs_are_used)
{
    struct fixture f;
    struct head h;
    open_design(&f, (size_t)_i);
    make_head(&h, &f, 3 * f.config.query_block, 60, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    run_exact(&f, &h, 0, "the first job");
    for (unsigned n = 0; n < 8; n++) {
        struct sofa_result earlier = h.result;
        int lost = n % 4 == 3;
        if (lost)
            CHECK_OK(tb_write(f.driver, "CONTROL", SOFA_CONTROL_INVALIDATE, &error));
        h.job.keep = 1;
        h.job.valid = lost ? NULL : earlier.valid;
        tb_synthetic_see(&h.trace, (enum tb_view)(n % TB_BLIND), &f.random);
        h.job.has_ranges = h.trace.has_ranges;
        CHECK_OK(sofa_model_run(&h.result, &f.config, &h.trace, &h.job, 1, &error));
        run_exact(&f, &h, (int)(n & 1), lost ? "a job after CONTROL.invalidate" : "a job that keeps");
        sofa_result_free(&earlier);
    }
    free_head(&h);
    tb_driver_close(f.driver);
}
END_TEST

/* Runs the head; CONTROL.invalidate comes while the job is busy. */
static void run_invalidated(struct fixture *f, const struct head *h)
{
    struct tb_layout layout;
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    uint32_t state;
    CHECK_OK(tb_layout_make(&layout, &f->config, &h->trace, &h->job, 0, &f->random, &error));
    tb_memory_attach(&f->driver->memory, &layout, &(struct tb_memory_options){0});
    CHECK_OK(tb_load_job(f->driver, &h->job, &layout, &error));
    CHECK_OK(tb_write(f->driver, "CONTROL", SOFA_CONTROL_START, &error));
    CHECK_OK(tb_write(f->driver, "CONTROL", SOFA_CONTROL_INVALIDATE, &error));
    CHECK_OK(tb_read(f->driver, "STATUS", &state, &error));
    ck_assert_uint_eq(state & SOFA_STATUS_BUSY, SOFA_STATUS_BUSY);
    CHECK_OK(tb_execute(f->driver, &(struct tb_wait){0}, &outcome, &error)); /* its start is ignored */
    CHECK_OK(tb_compare(&cmp, &f->config, &h->job, &h->result, &f->driver->memory, &outcome, &error));
    ck_assert_msg(cmp.mismatches == 0, "%s", cmp.first);
    tb_memory_detach(&f->driver->memory);
    tb_layout_free(&layout);
}

/* A job during which the cache was invalidated is good itself, but leaves nothing to keep. */
START_TEST(invalidate_while_busy)
{
    struct fixture f;
    struct head h;
    open_design(&f, (size_t)_i);
    make_head(&h, &f, 3 * f.config.query_block, 60, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    run_invalidated(&f, &h);
    h.job.keep = 1;
    h.job.valid = NULL;
    sofa_result_free(&h.result);
    CHECK_OK(sofa_model_run(&h.result, &f.config, &h.trace, &h.job, 1, &error));
    run_exact(&f, &h, 0, "a job after one that was invalidated");
    free_head(&h);
    tb_driver_close(f.driver);
}
END_TEST

START_TEST(bad_ranges_end_the_job)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 8; n++) {
        struct head h;
        struct tb_outcome outcome;
        struct tb_comparison cmp;
        struct tb_run_options o = {.memory = {.random = (int)(n & 1), .seed = n}};
        make_head(&h, &f, 2 * f.config.query_block, 30, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
        size_t row = tb_random_below(&f.random, (unsigned)h.trace.q.rows);
        uint32_t *value = n & 2 ? &h.trace.first[row] : &h.trace.visible[row];
        *value = n & 4 ? UINT32_MAX : h.job.keys + 1;
        CHECK_OK(tb_bench_run(f.driver, &h.trace, &h.job, NULL, &o, &outcome, &cmp, &error));
        ck_assert_msg(outcome.finished && outcome.error == SOFA_ERROR_RANGE, "range of row %zu: error %u", row,
                      outcome.error);
        ck_assert_msg(f.driver->memory.violations == 0, "%s", f.driver->memory.violation.text);
        free_head(&h);
        run_good(&f);
    }
    tb_driver_close(f.driver);
}
END_TEST

/* A memory that stops answering: error 11; after a reset all is well. */
START_TEST(watchdog_ends_every_wait)
{
    struct fixture f;
    open_design(&f, (size_t)_i);
    for (unsigned n = 0; n < 4; n++) {
        struct head h;
        struct tb_layout layout;
        struct tb_outcome outcome;
        make_head(&h, &f, 2 * f.config.query_block, 30, TB_RANDOM_VALUES, TB_SEE_ALL, &plain);
        CHECK_OK(tb_layout_make(&layout, &f.config, &h.trace, &h.job, 0, &f.random, &error));
        tb_memory_attach(&f.driver->memory, &layout, &(struct tb_memory_options){.stall_read = 1 + 13 * n});
        CHECK_OK(tb_load_job(f.driver, &h.job, &layout, &error));
        CHECK_OK(tb_write(f.driver, "WATCHDOG", 500, &error));
        CHECK_OK(tb_execute(f.driver, &(struct tb_wait){.max_clocks = 50000}, &outcome, &error));
        ck_assert_msg(outcome.finished && outcome.error == SOFA_ERROR_WATCHDOG,
                      "no read data after beat %u: finished %d, error %u", 1 + 13 * n, outcome.finished, outcome.error);
        tb_memory_detach(&f.driver->memory);
        tb_layout_free(&layout);
        free_head(&h);
        tb_reset(f.driver);
        run_good(&f);
    }
    tb_driver_close(f.driver);
}
END_TEST

START_TEST(busy_core_keeps_its_descriptor)
{
    struct fixture f;
    struct head h;
    struct tb_layout layout;
    struct tb_outcome outcome;
    struct tb_comparison cmp;
    uint32_t state;
    open_design(&f, (size_t)_i);
    make_head(&h, &f, 3 * f.config.query_block, 90, TB_RANDOM_VALUES, TB_CAUSAL, &plain);
    CHECK_OK(tb_layout_make(&layout, &f.config, &h.trace, &h.job, 0, &f.random, &error));
    tb_memory_attach(&f.driver->memory, &layout, &(struct tb_memory_options){0});
    CHECK_OK(tb_load_job(f.driver, &h.job, &layout, &error));
    CHECK_OK(tb_write(f.driver, "CONTROL", SOFA_CONTROL_START, &error));
    CHECK_OK(tb_read(f.driver, "STATUS", &state, &error));
    ck_assert_uint_eq(state & (SOFA_STATUS_BUSY | SOFA_STATUS_DONE), SOFA_STATUS_BUSY);
    CHECK_OK(tb_write(f.driver, "ROWS", 0, &error));
    CHECK_OK(tb_write(f.driver, "KEPT", 0, &error));
    CHECK_OK(tb_execute(f.driver, &(struct tb_wait){0}, &outcome, &error)); /* its start is ignored */
    CHECK_OK(tb_compare(&cmp, &f.config, &h.job, &h.result, &f.driver->memory, &outcome, &error));
    ck_assert_msg(cmp.mismatches == 0, "%s", cmp.first);
    CHECK_OK(tb_read(f.driver, "STATUS", &state, &error));
    ck_assert_uint_eq(state, 0);
    tb_memory_detach(&f.driver->memory);
    tb_layout_free(&layout);
    free_head(&h);
    tb_driver_close(f.driver);
}
END_TEST

static void program(char *path, const char *name)
{
    ssize_t n = readlink("/proc/self/exe", path, TB_PATH_MAX - 32);
    ck_assert_int_gt(n, 0);
    path[n] = '\0';
    for (int up = 0; up < 2; up++)
        *strrchr(path, '/') = '\0';
    strcat(strcat(path, "/bin/"), name);
}

static int status_of(const char *const *argv)
{
    int state;
    pid_t child = fork();
    if (child == 0) {
        ck_assert_ptr_nonnull(freopen("/dev/null", "w", stdout));
        ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
        execv(argv[0], (char *const *)(size_t)argv);
        _exit(126);
    }
    ck_assert_int_eq(waitpid(child, &state, 0), child);
    return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

START_TEST(program_exit_status)
{
    char path[TB_PATH_MAX];
    program(path, "sofacosim");
    const char *const usage[][8] = {
        {path, NULL},
        {path, "configs/small.yaml", "no-such-trace.npz", NULL},
        {path, "configs/small.yaml", "data/demo.npz", "--set", "head_dim=64", "--memory", "slow", NULL},
        {path, "configs/small.yaml", "data/demo.npz", "--set", "head_dim=64", "--seed", "-1", NULL},
        {path, "configs/small.yaml", "data/demo.npz", "--set", "head_dim=64", "--nonsense", NULL},
        {path, "configs/small.yaml", "data/demo.npz", NULL}, /* head_dim is 32 */
    };
    for (size_t i = 0; i < sizeof usage / sizeof usage[0]; i++)
        ck_assert_int_eq(status_of(usage[i]), 2);
    const char *const help[] = {path, "--help", NULL};
    ck_assert_int_eq(status_of(help), 0);
}
END_TEST

/* Two runs that compile the same core at the same time: both get it, nothing is left over. */
START_TEST(cache_stands_concurrent_runs)
{
    char root[TB_PATH_MAX], work[2][TB_PATH_MAX], file[TB_PATH_MAX];
    char dir[256];
    test_directory(dir);
    setenv("SOFA_CACHE", dir, 1);
    CHECK_OK(tb_cache_root(root, &error));
    for (int i = 0; i < 2; i++) {
        CHECK_OK(tb_cache_work(work[i], root, &error));
        CHECK_OK(tb_path(file, &error, "%s/file", work[i]));
        CHECK_OK(tb_write_file(file, "x", 1, &error));
    }
    for (int i = 0; i < 2; i++)
        CHECK_OK(tb_cache_publish(work[i], root, "design", &error));
    DIR *entries = opendir(dir);
    ck_assert_ptr_nonnull(entries);
    for (struct dirent *entry = readdir(entries); entry; entry = readdir(entries))
        ck_assert(entry->d_name[0] == '.' || strcmp(entry->d_name, "design") == 0);
    closedir(entries);
    test_remove_directory(dir);
}
END_TEST

Suite *cosim_suite(void)
{
    Suite *suite = suite_create("co-simulation");
    TCase *tcase = tcase_create("programs");
    tcase_add_test(tcase, program_exit_status);
    tcase_add_test(tcase, cache_stands_concurrent_runs);
    suite_add_tcase(suite, tcase);
    if (test_fast())
        return suite;
    TCase *rtl = tcase_create("RTL");
    tcase_set_timeout(rtl, 400);
    tcase_add_loop_test(rtl, every_view_and_content, 0, DESIGNS);
    tcase_add_loop_test(rtl, bus_errors_end_the_job, 0, 2);
    tcase_add_loop_test(rtl, abort_works_at_any_cycle, 0, 2);
    tcase_add_loop_test(rtl, bad_descriptors_touch_nothing, 0, DESIGNS);
    tcase_add_loop_test(rtl, bad_ranges_end_the_job, 0, 2);
    tcase_add_loop_test(rtl, watchdog_ends_every_wait, 0, 2);
    tcase_add_loop_test(rtl, busy_core_keeps_its_descriptor, 0, 2);
    tcase_add_loop_test(rtl, bad_ranges_end_the_job, FAR, KV_DESIGNS);
    tcase_add_loop_test(rtl, bus_errors_end_the_job, FAR, DESIGNS);
    tcase_add_loop_test(rtl, abort_works_at_any_cycle, FAR, DESIGNS);
    tcase_add_loop_test(rtl, watchdog_ends_every_wait, FAR, DESIGNS);
    tcase_add_loop_test(rtl, kept_pairs_are_used, KV_DESIGNS, DESIGNS);
    tcase_add_loop_test(rtl, invalidate_while_busy, KV_DESIGNS, DESIGNS);
    suite_add_tcase(suite, rtl);
    return suite;
}

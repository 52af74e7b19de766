/* SPDX-License-Identifier: Apache-2.0 */
/* The way to AXI in Icarus: registers alone, then whole jobs over sofa_axi_top, with bus errors and aborts between
 * (tests/axi/jobs/top_bench.v). An independent bus model: make verify-axi. */
#include "tests.h"

#include "../cmodel/bits/model.h"
#include "../cmodel/host/driver.h"
#include "../gen/emit.h"
#include "../tb/layout.h"
#include "../tb/synthetic.h"
#include "rtl_module.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sofa_error error;
#define CHECK_OK(call) ck_assert_msg((call) == SOFA_OK, "%s", error.text)

START_TEST(registers_take_turns)
{
    static const char *const names[] = {"top/sofa_axi_lite.v", NULL};
    struct sofa_config c;
    char directory[256], command[512], line[256];
    test_directory(directory);
    CHECK_OK(sofa_config_load(&c, NULL, NULL, 0, &error));
    test_emit(&c, NULL, names, directory);
    snprintf(command, sizeof command, "cp tests/axi/lite_bench.v '%s'", directory);
    ck_assert_int_eq(system(command), 0);
    test_run_bench(directory, "lite_bench", "", line);
    test_remove_directory(directory);
}
END_TEST

/* What the bench of a job does, step by step. */
enum operation { WRITE, EXPECT, INTERRUPT, PAUSE, FAULT_READ, FAULT_WRITE, PLACE };

struct bench {
    struct sofa_config config;
    struct sofa_trace trace;
    struct sofa_job job;
    struct sofa_result result;
    struct tb_layout layout;
    uint64_t base; /* address of the image */
    uint8_t *image;
    size_t size, ring; /* ring: of descriptors, in the image */
    FILE *script;
    unsigned steps;
};

static void step(struct bench *b, enum operation operation, uint32_t offset, uint32_t value)
{
    fprintf(b->script, "%02x%08" PRIx32 "%08" PRIx32 "\n", operation, offset, value);
    b->steps++;
}

static enum sofa_status record(void *user, unsigned offset, uint32_t value, struct sofa_error *e)
{
    (void)e;
    step(user, WRITE, offset, value);
    return SOFA_OK;
}

static void expect(struct bench *b, const char *name, uint64_t value)
{
    int offset = sofa_register_offset(name);
    ck_assert_int_ge(offset, 0);
    step(b, EXPECT, (uint32_t)offset, (uint32_t)value);
}

static void command(struct bench *b, uint32_t bits)
{
    step(b, WRITE, (uint32_t)sofa_register_offset("CONTROL"), bits);
}

static void find_places(const struct bench *b, struct sofa_place place[SOFA_PLACES])
{
    for (unsigned k = 0; k < SOFA_PLACES; k++)
        place[k] = (struct sofa_place){b->base + b->layout.region[k].base, b->layout.region[k].stride};
}

static void start(struct bench *b)
{
    const struct sofa_bus bus = {.user = b, .put = record};
    struct sofa_place place[SOFA_PLACES];
    find_places(b, place);
    CHECK_OK(sofa_driver_describe(&bus, &b->config, &b->job, place, 20000, &error));
    command(b, SOFA_CONTROL_START);
}

static void finish(struct bench *b, unsigned code)
{
    step(b, INTERRUPT, 0, 0);
    expect(b, "STATUS", SOFA_STATUS_DONE | code << SOFA_STATUS_ERROR_SHIFT);
    if (code == SOFA_ERROR_NONE) {
        const struct sofa_counters *n = &b->result.counters;
        expect(b, "PAIRS_LO", n->pairs);
        expect(b, "KEY_ROWS_LO", n->key_rows);
        expect(b, "NEED_KEYS_LO", n->keys);
        expect(b, "OUTPUT_BYTES_LO", n->bytes_output);
        expect(b, "KEY_BEATS_LO", n->bytes_key / b->layout.port_bytes);
        expect(b, "PAIRS_HI", 0);
    }
    command(b, SOFA_CONTROL_CLEAR);
    expect(b, "STATUS", 0);
}

/* ---- a queue of three jobs, of which the second is refused ---- */

#define RING 4u
static const unsigned reported[RING - 1] = {SOFA_ERROR_NONE, SOFA_ERROR_KEYS, SOFA_ERROR_NONE};

static void put_descriptors(struct bench *b)
{
    struct sofa_place place[SOFA_PLACES];
    find_places(b, place);
    for (unsigned i = 0; i < RING - 1; i++) {
        struct sofa_job job = b->job;
        job.keys = reported[i] == SOFA_ERROR_KEYS ? 0 : job.keys;
        CHECK_OK(sofa_driver_descriptor(b->image + b->ring + i * SOFA_JOB_BYTES, &b->config, &job, place, 20000, 0, &error));
    }
}

static void run_queue(struct bench *b)
{
    const struct sofa_bus bus = {.user = b, .put = record};
    CHECK_OK(sofa_driver_ring(&bus, &b->config, b->base + b->ring, RING, &error));
    CHECK_OK(sofa_driver_put(&bus, "JOBS_TAIL", RING - 1, &error));
    step(b, INTERRUPT, 0, 0);
    expect(b, "STATUS", SOFA_STATUS_DONE | SOFA_ERROR_KEYS << SOFA_STATUS_ERROR_SHIFT);
    expect(b, "JOBS_HEAD", RING - 1);
    expect(b, "PAIRS_LO", 2 * b->result.counters.pairs);
    expect(b, "OUTPUT_BYTES_LO", 2 * b->result.counters.bytes_output);
    command(b, SOFA_CONTROL_CLEAR);
}

/* What the core writes there. */
static void put_reports(struct bench *b)
{
    for (unsigned i = 0; i < RING - 1; i++) {
        uint32_t status = SOFA_STATUS_DONE | reported[i] << SOFA_STATUS_ERROR_SHIFT;
        uint8_t *at = b->image + b->ring + i * SOFA_JOB_BYTES + sofa_register_offset("STATUS");
        for (unsigned n = 0; n < 4; n++)
            at[n] = (uint8_t)(status >> 8 * n);
    }
}

/* O as it was before the first job. */
static void wipe_output(struct bench *b)
{
    const struct tb_region *o = &b->layout.region[TB_O];
    for (size_t i = 0; i < o->size; i++)
        step(b, PLACE, (uint32_t)(o->base + i), o->bytes[i]);
}

static void write_script(struct bench *b, const char *path)
{
    b->script = fopen(path, "w");
    ck_assert_ptr_nonnull(b->script);
    expect(b, "ID", SOFA_ID);
    expect(b, "CONFIG_HASH", sofa_config_hash(&b->config));
    start(b);
    finish(b, SOFA_ERROR_NONE);
    for (unsigned n = 1; n < 30; n += 9) {
        step(b, n & 2 ? FAULT_WRITE : FAULT_READ, 0, n & 2 ? n / 10 + 1 : n);
        start(b);
        finish(b, n & 2 ? SOFA_ERROR_WRITE_BUS : SOFA_ERROR_READ_BUS);
        start(b);
        step(b, PAUSE, 0, 5 + 9 * n);
        command(b, SOFA_CONTROL_ABORT);
        finish(b, SOFA_ERROR_ABORTED);
    }
    wipe_output(b);
    if (b->config.jobs.queue)
        run_queue(b);
    start(b);
    finish(b, SOFA_ERROR_NONE);
    ck_assert_int_eq(fclose(b->script), 0);
}

static void make_image(struct bench *b, const char *path)
{
    struct tb_random random = {test_seed()};
    b->size = 0;
    for (unsigned k = 0; k < TB_X; k++) {
        size_t end = (size_t)b->layout.region[k].base + b->layout.region[k].size;
        b->size = end > b->size ? end : b->size;
    }
    b->ring = (size_t)((b->base + b->size) / SOFA_JOB_BYTES + 1) * SOFA_JOB_BYTES - b->base;
    b->size = b->config.jobs.queue ? b->ring + RING * SOFA_JOB_BYTES : b->size;
    b->size = (b->size / b->layout.port_bytes + 4) * b->layout.port_bytes;
    b->image = malloc(b->size);
    ck_assert_ptr_nonnull(b->image);
    for (size_t i = 0; i < b->size; i++)
        b->image[i] = (uint8_t)(tb_random_next(&random) >> 40);
    for (unsigned k = 0; k < TB_X; k++)
        memcpy(b->image + b->layout.region[k].base, b->layout.region[k].bytes, b->layout.region[k].size);
    if (b->config.jobs.queue)
        put_descriptors(b);
    test_write_hex(path, "memory.hex", b->image, 8, 1, b->size);
}

/* The whole memory: outputs where they belong, everything else as it was. */
static void compare_image(struct bench *b, const char *path)
{
    const struct tb_region *o = &b->layout.region[TB_O];
    char line[256];
    size_t at = 0;
    for (size_t row = 0; row < b->result.rows; row++)
        for (size_t i = 0; i < b->result.dims; i++) {
            uint16_t value = (uint16_t)b->result.o[row * b->result.dims + i];
            b->image[o->base + row * o->stride + 2 * i] = (uint8_t)value;
            b->image[o->base + row * o->stride + 2 * i + 1] = (uint8_t)(value >> 8);
        }
    if (b->config.jobs.queue)
        put_reports(b);
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f)) {
        if (line[0] == '/' || line[0] == '@')
            continue;
        ck_assert_uint_lt(at, b->size);
        ck_assert_msg(strtoul(line, NULL, 16) == b->image[at], "byte 0x%zx of the memory is %.2s, want %02x (O is at 0x%" PRIx64 ")", at,
                      line, b->image[at], o->base);
        at++;
    }
    fclose(f);
    ck_assert_uint_eq(at, b->size);
}

static const struct {
    const char *set[4];
    unsigned second;
    uint64_t base;
    enum tb_kind cut; /* its second row lies on both sides of 4 KB */
} designs[] = {
    {{"memory.port_bits=32", "memory.read_channels=1", "memory.address_bits=32", "jobs.queue=0"}, 0, 0x80000000, TB_O},
    {{"memory.port_bits=64", "memory.read_channels=2", "memory.address_bits=40", "jobs.queue=1"}, 1, 0x5A00000000, TB_V},
};

static void open_bench(struct bench *b, unsigned n)
{
    static const char *const core[] = {"query_block=2", "head_dim=12", "keys_max=64", "tile.keys=4", "tile.kept_max=2", "predict.keys=2",
                                       "predict.dims=4", "attend.lanes=2", "attend.width=4", "attend.window=2", "memory.prefetch=4"};
    enum { CORE = sizeof core / sizeof core[0] };
    const char *set[CORE + 4];
    struct tb_random random = {test_seed()};
    const struct sofa_options plain = {.radius = -1};
    memcpy(set, core, sizeof core);
    memcpy(set + CORE, designs[n].set, sizeof designs[n].set);
    *b = (struct bench){.base = designs[n].base};
    CHECK_OK(sofa_config_load(&b->config, NULL, set, CORE + 4, &error));
    CHECK_OK(tb_synthetic(&b->trace, &b->config, 5, 21, TB_RANDOM_VALUES, TB_CAUSAL, &random, &error));
    CHECK_OK(sofa_job_make(&b->job, &b->config, &b->trace, &plain, &error));
    CHECK_OK(sofa_model_run(&b->result, &b->config, &b->trace, &b->job, 0, &error));
    CHECK_OK(tb_layout_make(&b->layout, &b->config, &b->trace, &b->job, 0, &random, &error));
    const struct tb_region *r = &b->layout.region[designs[n].cut];
    b->base += 4096 - (r->base + r->stride + b->layout.port_bytes) % 4096;
}

static void close_bench(struct bench *b)
{
    free(b->image);
    tb_layout_free(&b->layout);
    sofa_result_free(&b->result);
    sofa_trace_free(&b->trace);
}

START_TEST(jobs_over_axi)
{
    struct bench b;
    char directory[256], path[300], line[4096];
    open_bench(&b, (unsigned)_i);
    test_directory(directory);
    snprintf(path, sizeof path, "%s/out", directory);
    CHECK_OK(gen_emit(&b.config, path, &error));
    make_image(&b, directory);
    snprintf(path, sizeof path, "%s/program.hex", directory);
    write_script(&b, path);
    snprintf(line, sizeof line, "cp tests/axi/jobs/top_bench.v $(find '%s/out' -name 'sofa_*.v') '%s'", directory,
             directory);
    ck_assert_int_eq(system(line), 0);
    snprintf(line, sizeof line, "-Ptop_bench.A=%u -Ptop_bench.P=%u -Ptop_bench.SIZE=%zu -Ptop_bench.BASE=%" PRIu64 " -Ptop_bench.STEPS=%u%s",
             b.config.memory.address_bits, b.config.memory.port_bits, b.size, b.base, b.steps,
             designs[_i].second ? " -DSECOND" : "");
    char answer[256];
    test_run_bench(directory, "top_bench", line, answer);
    snprintf(path, sizeof path, "%s/after.hex", directory);
    compare_image(&b, path);
    test_remove_directory(directory);
    close_bench(&b);
}
END_TEST

Suite *axi_jobs_suite(void)
{
    Suite *suite = suite_create("AXI jobs");
    TCase *tcase = tcase_create("icarus");
    tcase_set_timeout(tcase, 300);
    if (!test_fast()) {
        tcase_add_test(tcase, registers_take_turns);
        tcase_add_loop_test(tcase, jobs_over_axi, 0, sizeof designs / sizeof designs[0]);
    }
    suite_add_tcase(suite, tcase);
    return suite;
}

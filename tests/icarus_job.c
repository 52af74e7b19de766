/* SPDX-License-Identifier: Apache-2.0 */
#include "icarus_job.h"

#include "tests.h"

#include "../cmodel/base/parse.h"
#include "../cmodel/host/driver.h"
#include "../cmodel/host/pack.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WRITES_MAX 64u

static struct sofa_error error;
#define CHECK_OK(call) ck_assert_msg((call) == SOFA_OK, "%s", error.text)

static size_t end_of(const struct tb_layout *l)
{
    size_t end = 0;
    for (unsigned k = 0; k < TB_KINDS; k++)
        end = l->region[k].base + l->region[k].size > end ? l->region[k].base + l->region[k].size : end;
    return end;
}

#define TIMES 2u /* that the job is in the queue */

/* A ring of descriptors behind the images. */
static void make_ring(struct icarus_job *j, struct tb_random *random)
{
    const struct tb_window behind = {(end_of(&j->layout) / 4096 + 1) * 4096, tb_window_whole(&j->config).high};
    CHECK_OK(tb_layout_make_ring(&j->ring, &behind, &j->config, TIMES + 1, random, &error));
    const struct sofa_queued one = {.job = &j->job, .result = &j->result}, jobs[TIMES] = {one, one};
    CHECK_OK(sofa_cycles_queue(&j->cycles.total, &j->config, jobs, TIMES, &error));
}

void icarus_open(struct icarus_job *j, const char *const *set, unsigned count, size_t rows, size_t keys, enum tb_view view,
                 enum tb_content content)
{
    struct tb_random random = {1};
    struct sofa_options options = {.radius = -1};
    *j = (struct icarus_job){0};
    CHECK_OK(sofa_config_load(&j->config, NULL, set, count, &error));
    options.mass = j->config.select.policy == SOFA_POLICY_MASS ? 0.02 : 0;
    CHECK_OK(tb_synthetic(&j->trace, &j->config, rows, keys, content, view, &random, &error));
    CHECK_OK(sofa_job_make(&j->job, &j->config, &j->trace, &options, &error));
    CHECK_OK(sofa_model_run(&j->result, &j->config, &j->trace, &j->job, 1, &error));
    CHECK_OK(sofa_cycles_predict(&j->cycles, &j->config, &j->job, &j->result, &error));
    CHECK_OK(tb_layout_make(&j->layout, &j->config, &j->trace, &j->job, 0, &random, &error));
    if (j->config.jobs.queue)
        make_ring(j, &random);
}

void icarus_close(struct icarus_job *j)
{
    tb_layout_free(&j->layout);
    tb_layout_free(&j->ring);
    sofa_result_free(&j->result);
    sofa_trace_free(&j->trace);
}

struct writes {
    FILE *file;
    unsigned count;
};

static enum sofa_status put(void *user, unsigned offset, uint32_t value, struct sofa_error *e)
{
    struct writes *w = user;
    fprintf(w->file, "%02x%08x\n", offset / 4, (unsigned)value);
    w->count++;
    return ferror(w->file) ? sofa_fail(e, SOFA_BAD_INPUT, "writes.hex") : SOFA_OK;
}

static FILE *create(const char *directory, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    return f;
}

/* The job as the first descriptors of the ring. */
static void put_queue(const struct icarus_job *j, const struct sofa_bus *bus, const struct sofa_place place[SOFA_PLACES])
{
    const struct tb_region *ring = &j->ring.region[TB_JOBS];
    for (unsigned i = 0; i < TIMES; i++)
        CHECK_OK(sofa_driver_descriptor(ring->bytes + i * ring->stride, &j->config, &j->job, place, 100000, 0, &error));
    CHECK_OK(sofa_driver_ring(bus, &j->config, ring->base, TIMES + 1, &error));
    CHECK_OK(sofa_driver_put(bus, "IRQ_ENABLE", 1, &error));
    CHECK_OK(sofa_driver_put(bus, "JOBS_TAIL", TIMES, &error));
}

/* Returns how many register writes there are. */
static unsigned put_writes(const struct icarus_job *j, const char *directory)
{
    struct writes w = {.file = create(directory, "writes.hex")};
    const struct sofa_bus bus = {.user = &w, .put = put};
    struct sofa_place place[SOFA_PLACES];
    for (unsigned k = 0; k < SOFA_PLACES; k++)
        place[k] = (struct sofa_place){j->layout.region[k].base,
                                       k < SOFA_PLACE_CODE || k == SOFA_PLACE_ROTARY ? j->layout.region[k].stride : 0};
    if (j->config.kvgen.rotary)
        place[SOFA_PLACE_TURN].stride = sofa_pack_turns_shape(&j->config, j->job.keys, j->job.tile).stride;
    if (j->config.jobs.queue)
        put_queue(j, &bus, place);
    else {
        CHECK_OK(sofa_driver_describe(&bus, &j->config, &j->job, place, 100000, &error));
        CHECK_OK(sofa_driver_put(&bus, "IRQ_ENABLE", 1, &error));
        CHECK_OK(sofa_driver_put(&bus, "CONTROL", SOFA_CONTROL_START, &error));
    }
    fclose(w.file);
    return w.count;
}

/* Port words up to the end of the last region, and as many that nobody should read. */
static size_t memory_words(const struct icarus_job *j)
{
    size_t end = end_of(&j->layout), ring = end_of(&j->ring);
    end = ring > end ? ring : end;
    return 2 * (end / j->layout.port_bytes + 1);
}

static void put_memory(const struct icarus_job *j, const char *directory, size_t words)
{
    size_t bytes = j->layout.port_bytes;
    uint8_t *image = calloc(words, bytes);
    ck_assert_ptr_nonnull(image);
    for (unsigned k = 0; k < 2 * TB_KINDS; k++) {
        const struct tb_region *r = &(k < TB_KINDS ? &j->layout : &j->ring)->region[k % TB_KINDS];
        if (r->size)
            memcpy(image + r->base, r->bytes, r->size);
    }
    FILE *f = create(directory, "memory.hex");
    for (size_t w = 0; w < words; w++) {
        for (size_t b = bytes; b-- > 0;)
            fprintf(f, "%02x", image[w * bytes + b]);
        fputc('\n', f);
    }
    fclose(f);
    free(image);
}

static unsigned register_at(const char *name)
{
    unsigned count;
    const struct sofa_register *r = sofa_registers(&count);
    for (unsigned i = 0; i < count; i++)
        if (strcmp(r[i].name, name) == 0)
            return r[i].offset / 4;
    ck_abort_msg("no register %s", name);
}

/* The command that makes `job` in the directory. more: options. */
static void put_compiler(char command[2048], const struct icarus_job *j, const char *directory, const char *more)
{
    char here[512];
    unsigned writes = put_writes(j, directory);
    size_t words = memory_words(j);
    put_memory(j, directory, words);
    ck_assert_ptr_nonnull(getcwd(here, sizeof here));
    snprintf(command, 2048,
             "cd '%s' && iverilog -g2005 -DSOFA_ASSERT %s %s -Pjob_bench.P=%u -Pjob_bench.A=%u -Pjob_bench.LOW=%u"
             " -Pjob_bench.WORDS=%zu -Pjob_bench.WRITES=%u -Pjob_bench.LIMIT=%llu -Pjob_bench.STATUS=%u -Pjob_bench.CYCLES=%u"
             " -s job_bench -c sofa.f '%s/tests/job_bench.v' -o job 2>&1",
             directory, more, j->config.memory.read_channels == 2 ? "-DTWO_CHANNELS" : "", j->config.memory.port_bits,
             j->config.memory.address_bits, sofa_clog2(j->layout.port_bytes), words, writes,
             (unsigned long long)j->cycles.total * 2 + 1000, register_at("STATUS"), register_at("CYCLES_LO"), here);
}

void icarus_compile(const struct icarus_job *j, const char *directory, const char *more)
{
    char command[2048], said[160];
    put_compiler(command, j, directory, more);
    FILE *f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    said[fread(said, 1, sizeof said - 1, f)] = '\0';
    ck_assert_msg(pclose(f) == 0 && !said[0], "%s", said);
}

FILE *icarus_start(const struct icarus_job *j, const char *directory)
{
    char command[2048 + 32];
    put_compiler(command, j, directory, "");
    strcat(command, " && vvp -n job 2>&1");
    FILE *run = popen(command, "r");
    ck_assert_ptr_nonnull(run);
    return run;
}

/* Byte `at` of the memory that $writememh wrote: words as the port, the upper digit first. -1: unknown. */
static int byte_after(const char *text, size_t digits, size_t at)
{
    char pair[3] = {0}, *end;
    size_t bytes = digits / 2, word = at / bytes, byte = at % bytes;
    memcpy(pair, text + word * (digits + 1) + 2 * (bytes - 1 - byte), 2);
    long value = strtol(pair, &end, 16);
    return *end ? -1 : (int)value;
}

/* Drops the comments, in place. */
static void strip_comments(char *text)
{
    char *to = text;
    for (char *line = text; *line;) {
        size_t length = strcspn(line, "\n") + 1;
        if (line[0] != '/')
            to = (char *)memmove(to, line, length) + length;
        line += length;
    }
    *to = '\0';
}

static const char *compare_output(const struct icarus_job *j, const char *directory, char text[160])
{
    char path[512], *after;
    size_t length, digits = 2 * j->layout.port_bytes;
    const struct tb_region *r = &j->layout.region[TB_O];
    snprintf(path, sizeof path, "%s/after.hex", directory);
    ck_assert_int_eq(sofa_read_file(&after, &length, path, (size_t)64 << 20, &error), SOFA_OK);
    strip_comments(after);
    const char *differs = NULL;
    for (size_t row = 0; row < r->rows && !differs; row++)
        for (size_t i = 0; i < j->config.head_dim && !differs; i++) {
            size_t at = r->base + row * r->stride + 2 * i;
            int low = byte_after(after, digits, at), high = byte_after(after, digits, at + 1);
            uint16_t want = (uint16_t)j->result.o[row * j->config.head_dim + i];
            if (low < 0 || high < 0 || (low | high << 8) != want) {
                snprintf(text, 160, "row %zu, dim %zu", row, i);
                differs = text;
            }
        }
    free(after);
    return differs;
}

const char *icarus_end(const struct icarus_job *j, const char *directory, FILE *run, char text[160])
{
    char line[160] = "";
    unsigned long long cycles;
    unsigned status;
    int any = fgets(line, sizeof line, run) != NULL;
    while (any && fgetc(run) != EOF) { }
    pclose(run);
    if (!any || sscanf(line, "%llu %x", &cycles, &status) != 2) {
        snprintf(text, 160, "no run: %.140s", line);
        return text;
    }
    if (status != SOFA_STATUS_DONE) {
        snprintf(text, 160, "status %x", status);
        return text;
    }
    if (cycles != j->cycles.total) {
        snprintf(text, 160, "cycles: RTL needs %llu, predicted %llu", cycles, (unsigned long long)j->cycles.total);
        return text;
    }
    return compare_output(j, directory, text);
}

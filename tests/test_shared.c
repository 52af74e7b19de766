/* SPDX-License-Identifier: Apache-2.0 */
/* What RTL and cycle model share (struct sofa_derived): each value changed by one on the RTL's side alone, or to the next one that makes a
 * machine, must be noticed: by the cycles or the bits of a job, or already by the template that is laid out for one value. */
#include "tests.h"

#include "../cmodel/base/parse.h"
#include "../gen/emit.h"
#include "../gen/values.h"
#include "icarus_job.h"

#include <ctype.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS 26u
#define CHANGES 2u

enum { WHOLE, CHANNELS, PASSES, BYTES, VALUES, QUERIES, BEATS, WORDS, MASS, RESIDENT, CLEARED, BATCHES, QUICK, WRITTEN, TALL, JOBS, NEED, DESIGN_COUNT };

#define ROWS "query_block=4", "tile.keys=6", "predict.dims=4", "attend.lanes=2", "attend.window=2", "memory.prefetch=4"
#define TOKENS ROWS, "mode=tokens", "head_dim=12", "predict.keys=2", "attend.width=4", "kvgen.outputs=4", "kvgen.inputs=2", \
               "tile.kept_max=2", "keys_max=64"

struct head {
    size_t rows, keys;
    enum tb_view view;
    enum tb_content content;
};

/* Small machines, each with a head that most changes of it are seen with. */
static const struct {
    struct head head;
    const char *set[SETTINGS];
} designs[DESIGN_COUNT] = {
    [WHOLE] = {{11, 23, TB_CAUSAL, TB_RANDOM_VALUES}, {ROWS, "head_dim=11", "keys_max=64", "tile.kept_max=3", "predict.keys=2",
               "attend.width=3", "memory.port_bits=32"}},
    /* keys come while queries come, which are many */
    [CHANNELS] = {{4, 4, TB_SEE_ALL, TB_SPARSE}, {ROWS, "query_block=8", "head_dim=11", "keys_max=64", "tile.kept_max=3",
                  "predict.keys=2", "attend.width=3", "memory.port_bits=32", "memory.read_channels=2"}},
    /* short passes of few rows */
    [PASSES] = {{3, 24, TB_SEE_ALL, TB_RANDOM_VALUES}, {ROWS, "query_block=1", "head_dim=8", "keys_max=64", "tile.keys=24",
                "tile.kept_max=8", "predict.keys=1", "attend.lanes=1", "attend.width=8", "memory.port_bits=128"}},
    /* more reads than may be under way */
    [BYTES] = {{9, 48, TB_CAUSAL, TB_RANDOM_VALUES}, {"query_block=3", "head_dim=8", "keys_max=64", "tile.keys=48",
               "tile.kept_max=2", "data.query_bits=8", "data.key_bits=8", "predict.keys=4", "predict.dims=8",
               "attend.lanes=1", "attend.width=8", "attend.window=2", "memory.port_bits=8", "memory.prefetch=6"}},
    /* short reads: of V rows while ranges are read, of queries while keys are */
    [VALUES] = {{5, 17, TB_GROUPED, TB_NEGATIVE}, {"target=fpga", "query_block=2", "head_dim=8", "keys_max=64", "tile.keys=9",
                "tile.kept_max=9", "data.value_bits=8", "predict.keys=1", "predict.dims=6", "attend.lanes=2", "attend.width=3",
                "attend.window=3", "memory.port_bits=256", "memory.read_channels=2", "memory.prefetch=2"}},
    [QUERIES] = {{22, 1, TB_SEE_ALL, TB_RANDOM_VALUES}, {"target=fpga", "query_block=8", "head_dim=16", "keys_max=24",
                 "tile.keys=14", "tile.kept_max=13", "predict.keys=1", "predict.dims=1", "attend.lanes=5", "attend.width=2",
                 "attend.window=5", "memory.port_bits=256", "memory.prefetch=2"}},
    [BEATS] = {{11, 23, TB_CAUSAL, TB_RANDOM_VALUES}, {ROWS, "target=fpga", "head_dim=16", "keys_max=64", "tile.kept_max=2",
               "data.query_bits=8", "data.key_bits=8", "data.value_bits=8", "predict.operand_bits=6", "predict.source=rows",
               "predict.keys=2", "attend.lanes=1", "attend.width=16", "memory.port_bits=32", "memory.read_channels=2"}},
    [WORDS] = {{11, 23, TB_CAUSAL, TB_RANDOM_VALUES}, {ROWS, "head_dim=16", "keys_max=64", "tile.kept_max=2", "predict.keys=2",
               "attend.lanes=1", "attend.width=2", "memory.port_bits=64"}},
    /* two lane groups; keys of the plane two at a time, from tiles of more rows than may wait to be taken apart */
    [MASS] = {{8, 37, TB_CAUSAL, TB_RANDOM_VALUES}, {"query_block=5", "head_dim=8", "keys_max=64", "tile.keys=20", "tile.kept_max=4",
              "data.query_bits=8", "data.key_bits=8", "data.value_bits=8", "predict.keys=20", "predict.dims=8",
              "predict.operand_bits=5", "select.policy=mass", "attend.lanes=2", "attend.width=8", "attend.window=4",
              "memory.port_bits=128", "memory.prefetch=16"}},
    /* words without codes */
    [RESIDENT] = {{4, 9, TB_SEE_ALL, TB_SPARSE}, {TOKENS, "hidden_max=34", "predict.keys=1", "memory.port_bits=64"}},
    /* a bitmap that takes long to clear, then everything waits for one key */
    [CLEARED] = {{1, 1, TB_SEE_ALL, TB_RANDOM_VALUES}, {TOKENS, "keys_max=65536", "hidden_max=10", "memory.port_bits=64"}},
    [BATCHES] = {{5, 4, TB_CAUSAL, TB_RANDOM_VALUES}, {TOKENS, "hidden_max=34", "kvgen.slice=8", "kvgen.rotary=1",
                 "memory.port_bits=32"}},
    /* a KV array that waits for reads */
    [QUICK] = {{4, 9, TB_SEE_ALL, TB_RANDOM_VALUES}, {TOKENS, "query_block=2", "hidden_max=10", "kvgen.outputs=12",
               "kvgen.inputs=4", "kvgen.rotary=1", "memory.port_bits=64"}},
    /* generated rows are written when the last row of O has long been */
    [WRITTEN] = {{1, 3, TB_CAUSAL, TB_RANDOM_VALUES}, {TOKENS, "hidden_max=4", "kvgen.outputs=12", "kvgen.inputs=4",
                 "memory.port_bits=8"}},
    /* a scan takes as long as a pass */
    [TALL] = {{96, 96, TB_CAUSAL, TB_RANDOM_VALUES}, {"query_block=32", "head_dim=8", "keys_max=128", "tile.keys=8", "tile.kept_max=2",
              "predict.keys=8", "predict.dims=8", "attend.lanes=4", "attend.width=8", "attend.window=4", "memory.port_bits=128",
              "memory.prefetch=8", "attend.queue=16"}},
    [JOBS] = {{11, 23, TB_CAUSAL, TB_RANDOM_VALUES}, {ROWS, "head_dim=11", "keys_max=64", "tile.kept_max=3", "predict.keys=2",
              "attend.width=3", "memory.port_bits=32", "jobs.queue=1"}},
    /* the need matrix in memories */
    [NEED] = {{24, 48, TB_CAUSAL, TB_RANDOM_VALUES}, {ROWS, "query_block=8", "tile.keys=16", "head_dim=8", "keys_max=64",
              "tile.kept_max=3", "predict.keys=8", "predict.dims=8", "attend.lanes=4", "attend.width=8", "memory.port_bits=128",
              "attend.queue=16"}},
};

#define USUAL {0, 0, TB_SEE_ALL, TB_RANDOM_VALUES} /* the head of the design */

enum { RUN, BUILT }; /* how it is noticed: by a run, or by the template */

static const struct {
    unsigned char design, how;
    struct gen_change change[CHANGES];
    struct head head;
} changes[] = {
    {WHOLE, BUILT, {{"start_time", 1}}, USUAL},
    {WHOLE, BUILT, {{"end_time", 1}}, USUAL},
    {WHOLE, BUILT, {{"scan_time", 1}}, USUAL},
    {BEATS, BUILT, {{"scan_time", -1}}, USUAL},
    {WHOLE, BUILT, {{"issue_time", 1}}, USUAL},
    {WHOLE, BUILT, {{"queue_time", 1}}, USUAL},
    {WHOLE, BUILT, {{"gather_time", 1}}, USUAL},
    {WHOLE, BUILT, {{"store_time", 1}}, USUAL},
    {BEATS, BUILT, {{"store_time", -1}}, USUAL},
    {WORDS, BUILT, {{"value_hold", 1}}, USUAL},
    {BATCHES, BUILT, {{"hidden_time", 1}}, USUAL},
    {BATCHES, BUILT, {{"khat_time", 1}}, USUAL},
    {BATCHES, BUILT, {{"turn_time", 1}}, USUAL},
    {JOBS, RUN, {{"job_beats", -1}}, USUAL},
    {JOBS, RUN, {{"job_words", 1}}, USUAL},
    {JOBS, RUN, {{"word_beats", 1}}, USUAL},
    {JOBS, RUN, {{"job_rank", -9}, {"key_rank", 9}}, USUAL},
    {JOBS, RUN, {{"jobs_at_once", -1}}, {40, 40, TB_SEE_ALL, TB_RANDOM_VALUES}}, /* longer than its descriptor is read */
    {QUERIES, RUN, {{"copied_registers", -1}}, USUAL},
    {WHOLE, RUN, {{"blocks_open", -1}}, USUAL},
    {WHOLE, RUN, {{"tile_slots", -1}}, USUAL},
    {BATCHES, RUN, {{"tile_slots", -1}}, USUAL},
    {WHOLE, RUN, {{"need_time", 1}}, USUAL},
    {WHOLE, RUN, {{"list_bits", -1}}, USUAL},
    {CLEARED, RUN, {{"bitmap_words", 1}}, USUAL},
    {VALUES, RUN, {{"value_hold", 1}}, {8, 40, TB_SEE_ALL, TB_RANDOM_VALUES}},
    {WORDS, RUN, {{"slot_hold", 1}}, {3, 45, TB_SEE_ALL, TB_RANDOM_VALUES}},
    {WHOLE, RUN, {{"norm_time", 1}}, USUAL},
    {MASS, RUN, {{"khat_rows", -8}}, USUAL}, /* a power of two */
    {BYTES, RUN, {{"read_tag_bits", -1}}, USUAL},
    {BATCHES, RUN, {{"burst_beats", 1}}, USUAL},
    {VALUES, RUN, {{"value_rank", 1}, {"range_rank", -1}}, {6, 15, TB_GROUPED, TB_RANDOM_VALUES}},
    {BYTES, RUN, {{"range_rank", 1}, {"query_rank", -1}}, USUAL},
    {QUERIES, RUN, {{"query_rank", 5}, {"khat_rank", -5}}, {22, 24, TB_SEE_ALL, TB_RANDOM_VALUES}},
    {QUICK, RUN, {{"key_rank", 1}, {"value_rank", -1}}, USUAL},
    {BATCHES, RUN, {{"value_rank", 1}, {"range_rank", -1}}, {9, 8, TB_WINDOW, TB_RANDOM_VALUES}},
    {RESIDENT, RUN, {{"range_rank", 1}, {"query_rank", -1}}, {4, 1, TB_CAUSAL, TB_RANDOM_VALUES}},
    {QUICK, RUN, {{"query_rank", 1}, {"rotary_rank", -1}}, {20, 9, TB_CAUSAL, TB_RANDOM_VALUES}},
    {BATCHES, RUN, {{"rotary_rank", 1}, {"turn_rank", -1}}, {9, 8, TB_CAUSAL, TB_RISING}},
    {BATCHES, RUN, {{"turn_rank", 1}, {"weight_rank", -1}}, {9, 9, TB_CAUSAL, TB_FULL_SCALE}},
    {BATCHES, RUN, {{"weight_rank", 1}, {"token_rank", -1}}, USUAL},
    {RESIDENT, RUN, {{"key_pass_gap", 1}}, USUAL},
    {BATCHES, RUN, {{"rotate_time", 1}}, USUAL},
    {BATCHES, RUN, {{"slice_gap", 1}}, USUAL},
    {BATCHES, RUN, {{"token_parts", -1}}, USUAL},
    /* what follows from the shape, and both sides use */
    {CHANNELS, RUN, {{"placed_time", 1}}, USUAL},
    {WHOLE, RUN, {{"predict_latency", 1}}, USUAL},
    {WHOLE, RUN, {{"select_latency", 1}}, USUAL},
    {PASSES, RUN, {{"pass_distance", 1}}, USUAL},
    {WHOLE, RUN, {{"weight_time", 1}}, USUAL},
    {WHOLE, RUN, {{"row_interval", 1}}, USUAL},
    {WHOLE, RUN, {{"retire_rows", -1}}, USUAL},
    {WHOLE, RUN, {{"norm_wait", 1}}, USUAL},
    {WHOLE, RUN, {{"norm_words", 1}}, USUAL},
    {CLEARED, RUN, {{"generate_time", 1}}, USUAL},
    {CLEARED, RUN, {{"write_back_rows", -1}}, {11, 23, TB_CAUSAL, TB_RANDOM_VALUES}},
    {BATCHES, RUN, {{"rotary_steps", 1}}, USUAL},
    {WHOLE, RUN, {{"load_keys", -1}}, USUAL},
    {MASS, RUN, {{"load_keys", -1}}, USUAL},
    {TALL, RUN, {{"whole_tiles", -1}}, USUAL},
    {NEED, RUN, {{"need_word", -8}}, USUAL},
    {NEED, RUN, {{"need_rows", -2}}, USUAL},
    {WHOLE, RUN, {{"key_groups", -1}}, USUAL},
    {WHOLE, RUN, {{"slices", 1}}, USUAL},
    {MASS, RUN, {{"mass_latency", 1}}, USUAL},
    {WHOLE, RUN, {{"beats", -1}}, USUAL},
    {MASS, RUN, {{"lane_groups", 1}}, USUAL},
    {MASS, RUN, {{"group_lanes", 1}}, USUAL},
    {MASS, RUN, {{"lane_rows", -1}}, USUAL},
    {MASS, RUN, {{"norm_units", 1}}, USUAL},
    {QUERIES, RUN, {{"query_buses", -1}}, USUAL},
    {WHOLE, RUN, {{"output_words", 1}}, USUAL},
    {WHOLE, RUN, {{"registered_links", 1}}, USUAL},
    {VALUES, RUN, {{"fetch_turns", 1}}, USUAL},
    {VALUES, RUN, {{"value_channel", -1}}, USUAL},
    {WHOLE, RUN, {{"port_bytes", -1}}, USUAL},
    {WHOLE, RUN, {{"query_beats", 1}}, USUAL},
    {MASS, RUN, {{"key_beats", 1}}, USUAL},
    {MASS, RUN, {{"value_beats", 1}}, USUAL},
    {MASS, RUN, {{"output_beats", 1}}, USUAL},
    {MASS, RUN, {{"khat_beats", 1}}, USUAL},
    {MASS, RUN, {{"khat_keys", -1}}, USUAL},
    {MASS, RUN, {{"khat_unit", 1}}, USUAL},
    {MASS, RUN, {{"range_beats", 1}}, USUAL},
    {MASS, RUN, {{"range_records", -1}}, USUAL},
    {BATCHES, RUN, {{"hidden_slices", -4}}, {4, 1, TB_CAUSAL, TB_RANDOM_VALUES}}, /* to one */
    {BATCHES, RUN, {{"slice_words", 1}}, {4, 1, TB_CAUSAL, TB_RANDOM_VALUES}},
    {BATCHES, RUN, {{"slice_beats", 1}}, {4, 1, TB_CAUSAL, TB_RANDOM_VALUES}},
    {QUICK, RUN, {{"project_blocks", 1}}, USUAL},
    {WRITTEN, RUN, {{"project_steps", 1}}, USUAL},
    {BATCHES, RUN, {{"code_unit", 1}}, USUAL},
    {WRITTEN, RUN, {{"weight_unit", -1}}, USUAL},
    {WRITTEN, RUN, {{"bias_unit", -1}}, USUAL},
    {QUICK, RUN, {{"rotary", -1}}, USUAL},
    {QUICK, RUN, {{"rotary_beats", 1}}, USUAL},
    {QUICK, RUN, {{"turn_unit", 1}}, USUAL},
    {QUICK, RUN, {{"turn_beats", -1}}, USUAL},
};
#define CHANGE_COUNT (sizeof changes / sizeof changes[0])
#define TOGETHER 4 /* runs at a time */

/* A quarter, another one with the next seed; SOFA_WHOLE=1: all of them. SOFA_ONLY: the names of those to try, for a replay. */
static int tried(size_t n)
{
    const char *only = getenv("SOFA_ONLY");
    if (changes[n].how != RUN)
        return 0;
    return only ? strstr(only, changes[n].change[0].field) != NULL : getenv("SOFA_WHOLE") || n % 4 == test_seed() % 4;
}

static void open_design(struct icarus_job *j, unsigned design, const struct head *head)
{
    const struct head *h = head && head->rows ? head : &designs[design].head;
    unsigned count = 0;
    while (count < SETTINGS && designs[design].set[count])
        count++;
    icarus_open(j, designs[design].set, count, h->rows, h->keys, h->view, h->content);
}

START_TEST(unchanged_is_exact)
{
    struct icarus_job j;
    struct sofa_error e;
    char directory[256], out[300], text[160];
    test_directory(directory);
    snprintf(out, sizeof out, "%s/out", directory);
    open_design(&j, (unsigned)_i, NULL);
    ck_assert_msg(gen_emit(&j.config, out, &e) == SOFA_OK, "%s", e.text);
    const char *differs = icarus_end(&j, out, icarus_start(&j, out), text);
    ck_assert_msg(!differs, "%s", text);
    icarus_close(&j);
    test_remove_directory(directory);
}
END_TEST

START_TEST(template_is_laid_out_for_one_value)
{
    unsigned found = 0;
    for (size_t n = 0; n < CHANGE_COUNT; n++) {
        struct icarus_job j;
        struct sofa_error e = {""};
        char directory[256], out[300], want[80];
        if (changes[n].how != BUILT)
            continue;
        found++;
        test_directory(directory);
        snprintf(out, sizeof out, "%s/out", directory);
        open_design(&j, changes[n].design, NULL);
        enum sofa_status status = gen_emit_changed(&j.config, out, changes[n].change, 1, &e);
        snprintf(want, sizeof want, "%s is ", changes[n].change[0].field);
        ck_assert_msg(status == SOFA_BAD_INPUT && strstr(e.text, want) && strstr(e.text, "what is built here takes"),
                      "%s changed by %d: %s", changes[n].change[0].field, changes[n].change[0].by, e.text);
        icarus_close(&j);
        test_remove_directory(directory);
    }
    ck_assert_uint_gt(found, 0);
}
END_TEST

/* The cycle model says d.NAME. */
static int uses(const char *text, const char *name)
{
    char word[64];
    int length = snprintf(word, sizeof word, "->d.%s", name);
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += length)
        if (!isalnum((unsigned char)at[length]) && at[length] != '_')
            return 1;
    return 0;
}

static int is_changed(const char *name)
{
    for (size_t n = 0; n < CHANGE_COUNT; n++)
        for (unsigned i = 0; i < CHANGES; i++)
            if (changes[n].change[i].field && strcmp(changes[n].change[i].field, name) == 0)
                return 1;
    return 0;
}

START_TEST(what_the_cycle_model_uses_is_changed)
{
    glob_t files;
    unsigned fields, found = 0;
    const struct gen_derived_field *field = gen_derived_fields(&fields);
    ck_assert_int_eq(glob("cmodel/cycles/*.[ch]", 0, NULL, &files), 0);
    for (size_t f = 0; f < files.gl_pathc; f++) {
        char *text;
        size_t length;
        struct sofa_error e;
        ck_assert_msg(sofa_read_file(&text, &length, files.gl_pathv[f], (size_t)1 << 20, &e) == SOFA_OK, "%s", e.text);
        for (unsigned i = 0; i < fields; i++)
            if (uses(text, field[i].name)) {
                found++;
                ck_assert_msg(is_changed(field[i].name), "%s uses %s", files.gl_pathv[f], field[i].name);
            }
        free(text);
    }
    globfree(&files);
    ck_assert_uint_gt(found, 0);
}
END_TEST

struct trial {
    struct icarus_job job;
    char directory[256]; /* the core's files, too */
    FILE *run; /* NULL: a template refuses the value */
    struct sofa_error why;
};

static void start(struct trial *t, size_t n)
{
    unsigned count = changes[n].change[1].field ? 2 : 1;
    t->run = NULL;
    test_directory(t->directory);
    open_design(&t->job, changes[n].design, &changes[n].head);
    if (gen_emit_changed(&t->job.config, t->directory, changes[n].change, count, &t->why) == SOFA_OK)
        t->run = icarus_start(&t->job, t->directory);
}

static int end(struct trial *t, size_t n)
{
    char text[160];
    const char *differs = t->run ? icarus_end(&t->job, t->directory, t->run, text) : t->why.text;
    if (getenv("SOFA_ONLY"))
        printf("%s %+d, design %u: %s\n", changes[n].change[0].field, changes[n].change[0].by, changes[n].design,
               differs ? differs : "NOT NOTICED");
    icarus_close(&t->job);
    test_remove_directory(t->directory);
    return differs != NULL;
}

START_TEST(change_is_noticed)
{
    static struct trial trial[TOGETHER];
    size_t number[TOGETHER];
    unsigned missed = 0;
    char missing[1024] = "";
    for (size_t n = 0; n < CHANGE_COUNT;) {
        unsigned running = 0;
        for (; n < CHANGE_COUNT && running < TOGETHER; n++)
            if (tried(n)) {
                number[running] = n;
                start(&trial[running++], n);
            }
        for (unsigned i = 0; i < running; i++)
            if (!end(&trial[i], number[i]) && ++missed) {
                size_t used = strlen(missing);
                snprintf(missing + used, sizeof missing - used, " %s", changes[number[i]].change[0].field);
            }
    }
    ck_assert_msg(missed == 0, "nothing notices a change of%s", missing);
}
END_TEST

Suite *shared_suite(void)
{
    Suite *s = suite_create("values that RTL and cycle model share");
    TCase *t = tcase_create("templates");
    tcase_add_test(t, template_is_laid_out_for_one_value);
    tcase_add_test(t, what_the_cycle_model_uses_is_changed);
    suite_add_tcase(s, t);
    if (test_fast())
        return s;
    TCase *icarus = tcase_create("icarus");
    tcase_set_timeout(icarus, getenv("SOFA_WHOLE") ? 2400 : 600); /* the machine may be busy */
    tcase_add_loop_test(icarus, unchanged_is_exact, 0, DESIGN_COUNT);
    tcase_add_test(icarus, change_is_noticed);
    suite_add_tcase(s, icarus);
    return s;
}

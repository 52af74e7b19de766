/* SPDX-License-Identifier: Apache-2.0 */
/* The timeline of the cycle model: what an engine does in it is what counters say that it did. */
#include "tests.h"

#include "../cmodel/bits/model.h"
#include "../cmodel/cycles/cycles.h"
#include "../cmodel/cycles/timeline.h"
#include "../tb/random_case.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define CASES 60u

struct run {
    struct tb_case c;
    struct sofa_trace trace;
    struct sofa_job job;
    struct sofa_result result;
    struct sofa_derived d;
    struct sofa_cycles cycles;
    struct sofa_timeline timeline;
};

static void open_run(struct run *r, unsigned index)
{
    struct sofa_error e = {""};
    struct tb_case_job job;
    *r = (struct run){.timeline = {.span = NULL}};
    ck_assert_msg(tb_random_config(&r->c, test_seed(), index, &e) == SOFA_OK, "%s", e.text);
    tb_random_job(&job, &r->c);
    ck_assert_msg(tb_synthetic(&r->trace, &r->c.config, job.rows, job.keys, job.content, job.view, &r->c.random, &e) == SOFA_OK, "%s",
                  e.text);
    ck_assert_msg(sofa_job_make(&r->job, &r->c.config, &r->trace, &job.options, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_model_run(&r->result, &r->c.config, &r->trace, &r->job, 1, &e) == SOFA_OK, "%s", e.text);
    sofa_config_derive(&r->c.config, &r->d);
    ck_assert_msg(sofa_cycles_watch(&r->cycles, &r->timeline, &r->c.config, &r->job, &r->result, &e) == SOFA_OK, "%s", e.text);
}

static void close_run(struct run *r)
{
    sofa_timeline_free(&r->timeline);
    sofa_result_free(&r->result);
    sofa_trace_free(&r->trace);
}

/* Cycles of a track's spans of one kind. */
static uint64_t busy(const struct run *r, unsigned first, unsigned last, enum sofa_span_kind kind)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < r->timeline.count; i++) {
        const struct sofa_span *s = &r->timeline.span[i];
        if (s->track >= first && s->track <= last && s->kind == kind)
            sum += s->end - s->begin;
    }
    return sum;
}

static void check_order(const struct run *r)
{
    uint64_t end[SOFA_TRACKS] = {0};
    for (size_t i = 0; i < r->timeline.count; i++) {
        const struct sofa_span *s = &r->timeline.span[i];
        ck_assert_uint_lt(s->track, SOFA_TRACK_LANE + r->timeline.lanes);
        ck_assert_uint_ge(s->begin, end[s->track]);
        ck_assert_uint_gt(s->end, s->begin);
        end[s->track] = s->end;
        ck_assert_uint_le(s->end, r->cycles.total);
    }
}

/* Beats of scores: from the first row of a group to its last one. */
static uint64_t score_beats(const struct run *r)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < r->result.tiles; i++)
        for (unsigned g = 0; g < r->d.key_groups; g++) {
            const struct sofa_tile *tile = &r->result.tile[i];
            if (tile->group_first[g] <= tile->group_last[g])
                sum += (uint64_t)tile->group_last[g] - tile->group_first[g] + 1;
        }
    return sum;
}

static void check_sums(const struct run *r)
{
    const struct sofa_counters *n = &r->result.counters;
    uint64_t read = n->bytes_query + n->bytes_khat + n->bytes_key + n->bytes_value + n->bytes_range + n->bytes_token + n->bytes_weight +
                    n->bytes_rotary + n->bytes_cache_read;
    ck_assert_uint_eq(busy(r, SOFA_TRACK_LANE, SOFA_TRACKS, SOFA_SPAN_PAIRS), n->pairs * r->d.beats);
    ck_assert_uint_eq(busy(r, SOFA_TRACK_LANE, SOFA_TRACKS, SOFA_SPAN_RETIRE), r->result.rows * r->d.beats);
    ck_assert_uint_eq(busy(r, SOFA_TRACK_CHANNEL, SOFA_TRACK_LANE - 1, SOFA_SPAN_READ) * r->d.port_bytes, read);
    ck_assert_uint_eq(busy(r, SOFA_TRACK_SELECT, SOFA_TRACK_SELECT, SOFA_SPAN_TILE), score_beats(r));
    ck_assert_uint_eq(busy(r, SOFA_TRACK_PREDICT, SOFA_TRACK_PREDICT, SOFA_SPAN_KEYS), n->khat_beats);
    ck_assert_uint_ge(busy(r, SOFA_TRACK_PREDICT, SOFA_TRACK_PREDICT, SOFA_SPAN_TILE), score_beats(r) * r->d.slices);
    ck_assert_uint_ge(busy(r, SOFA_TRACK_STORE, SOFA_TRACK_STORE, SOFA_SPAN_ENGINE), r->result.rows * r->d.output_beats);
}

START_TEST(sums_are_those_of_counters)
{
    unsigned tokens = 0;
    for (unsigned i = 0; i < CASES; i++) {
        struct run r;
        struct sofa_cycles alone;
        struct sofa_error e = {""};
        open_run(&r, i);
        check_order(&r);
        check_sums(&r);
        ck_assert_int_eq(sofa_cycles_predict(&alone, &r.c.config, &r.job, &r.result, &e), SOFA_OK);
        ck_assert_uint_eq(alone.total, r.timeline.total);
        tokens += r.c.config.mode == SOFA_MODE_TOKENS;
        close_run(&r);
    }
    ck_assert(tokens > 0 && tokens < CASES);
}
END_TEST

/* Every tile goes through prediction, selection and issue order, in this order. */
START_TEST(tiles_pass_the_engines)
{
    struct run r;
    open_run(&r, 0);
    for (uint32_t tile = 0; tile < r.result.tiles; tile++) {
        uint64_t begin[SOFA_TRACK_SCHEDULE + 1] = {0};
        for (size_t i = r.timeline.count; i-- > 0;) {
            const struct sofa_span *s = &r.timeline.span[i];
            if (s->kind == SOFA_SPAN_TILE && s->tile == tile)
                begin[s->track] = s->begin;
        }
        ck_assert_uint_gt(begin[SOFA_TRACK_PREDICT], 0);
        ck_assert_uint_gt(begin[SOFA_TRACK_SELECT], begin[SOFA_TRACK_PREDICT]);
        ck_assert_uint_gt(begin[SOFA_TRACK_SCHEDULE], begin[SOFA_TRACK_SELECT]);
    }
    close_run(&r);
}
END_TEST

/* The program's file: events of named tracks, of as many cycles as it says. */
START_TEST(file_of_events)
{
    char text[TEST_TEXT], directory[256], path[300];
    json_error_t why;
    json_int_t cycles = 0, last = 0;
    test_directory(directory);
    snprintf(path, sizeof path, "%s/t.json", directory);
    int status = test_shell(text, "$B/sofamodel configs/small.yaml data/demo.npz --fit --rows 448:512 --timeline %s 2>&1", path);
    ck_assert_msg(status == 0, "%s", text);
    json_t *file = json_load_file(path, 0, &why), *events = json_object_get(file, "traceEvents"), *event;
    ck_assert_msg(file != NULL, "%s", why.text);
    ck_assert_int_eq(json_unpack(file, "{s:{s:I}}", "otherData", "cycles", &cycles), 0);
    unsigned named[SOFA_TRACKS] = {0};
    size_t i;
    json_array_foreach(events, i, event) {
        const char *kind = json_string_value(json_object_get(event, "ph")), *name = json_string_value(json_object_get(event, "name"));
        json_int_t track = json_integer_value(json_object_get(event, "tid")), end = json_integer_value(json_object_get(event, "ts")) +
                           json_integer_value(json_object_get(event, "dur"));
        ck_assert(kind && name && track < (json_int_t)SOFA_TRACKS);
        if (*kind == 'M')
            named[track] = 1;
        else
            ck_assert_uint_eq(named[track], 1);
        last = end > last ? end : last;
    }
    ck_assert(json_array_size(events) > 100 && last <= cycles && last > cycles / 2);
    json_decref(file);
    test_remove_directory(directory);
}
END_TEST

START_TEST(refused)
{
    char text[TEST_TEXT];
    ck_assert_int_eq(test_shell(text, "$B/sofamodel configs/small.yaml data/demo.npz data/demo.npz --fit --timeline t.json 2>&1"), 2);
    ck_assert_msg(strstr(text, "one head") && strstr(text, "--head"), "%s", text);
    ck_assert_int_eq(test_shell(text, "$B/sofamodel configs/small.yaml data/demo.npz --fit --timeline /no/such/t.json 2>&1"), 2);
    ck_assert_msg(strstr(text, "/no/such/t.json") != NULL, "%s", text);
}
END_TEST

Suite *timeline_suite(void)
{
    Suite *suite = suite_create("timeline");
    TCase *t = tcase_create("timeline");
    tcase_add_test(t, sums_are_those_of_counters);
    tcase_add_test(t, tiles_pass_the_engines);
    tcase_add_test(t, file_of_events);
    tcase_add_test(t, refused);
    suite_add_tcase(suite, t);
    return suite;
}

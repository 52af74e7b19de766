/* SPDX-License-Identifier: Apache-2.0 */
/* The storeys of cmodel/: an include may stay on its floor or go down, and no file includes itself by way of others. A header and the
 * source of its name are one file. The graph is drawn from the sources. */
#include "tests.h"

#include "../cmodel/base/parse.h"

#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILES 200u
#define TEXT_LIMIT ((size_t)1 << 20)

/* Folders that share a number do not know each other. */
static const struct {
    const char *folder;
    int floor;
} floors[] = {{"base", 0}, {"config", 1}, {"trace", 2}, {"bits", 3}, {"cycles", 4}, {"host", 4}, {"front", 5}, {"", 6}};

struct unit {
    char name[64]; /* "bits/model"; "" has no folder: programs */
    int to[FILES];
    int state; /* of the walk: 0 not seen, 1 on the way, 2 done */
};

struct house {
    struct unit unit[FILES];
    unsigned units, arrows;
};

static int floor_of(const char *name)
{
    size_t length = strchr(name, '/') ? (size_t)(strchr(name, '/') - name) : 0;
    for (size_t i = 0; i < sizeof floors / sizeof floors[0]; i++)
        if (strlen(floors[i].folder) == length && strncmp(floors[i].folder, name, length) == 0)
            return floors[i].floor;
    return -1;
}

static int same_folder(const char *a, const char *b)
{
    size_t length = strcspn(a, "/");
    return length == strcspn(b, "/") && strncmp(a, b, length) == 0;
}

/* The unit of a path without "cmodel/" and extension, made if it is new. */
static unsigned find_unit(struct house *h, const char *path)
{
    size_t length = strcspn(path, ".");
    for (unsigned i = 0; i < h->units; i++)
        if (strlen(h->unit[i].name) == length && strncmp(h->unit[i].name, path, length) == 0)
            return i;
    ck_assert_uint_lt(h->units, FILES);
    ck_assert_uint_lt(length, sizeof h->unit[0].name);
    memcpy(h->unit[h->units].name, path, length);
    return h->units++;
}

/* "../trace/job.h" or "model.h", as a file of `from`'s folder includes it. */
static unsigned find_included(struct house *h, const char *from, const char *text)
{
    char path[128];
    size_t folder = strchr(from, '/') ? strcspn(from, "/") + 1 : 0, length = strcspn(text, "\"");
    if (strncmp(text, "../", 3) == 0)
        snprintf(path, sizeof path, "%.*s", (int)length - 3, text + 3);
    else
        snprintf(path, sizeof path, "%.*s%.*s", (int)folder, from, (int)length, text);
    return find_unit(h, path);
}

static void read_includes(struct house *h, const char *path)
{
    char *text;
    size_t length;
    struct sofa_error e;
    unsigned from = find_unit(h, path + strlen("cmodel/"));
    ck_assert_msg(sofa_read_file(&text, &length, path, TEXT_LIMIT, &e) == SOFA_OK, "%s", e.text);
    for (const char *at = text; (at = strstr(at, "#include \"")) != NULL;) {
        at += strlen("#include \"");
        unsigned to = find_included(h, h->unit[from].name, at);
        h->arrows += to != from && !h->unit[from].to[to];
        h->unit[from].to[to] |= to != from;
    }
    free(text);
}

static void read_house(struct house *h)
{
    glob_t found;
    ck_assert_int_eq(glob("cmodel/*.[ch]", 0, NULL, &found), 0);
    ck_assert_int_eq(glob("cmodel/*/*.[ch]", GLOB_APPEND, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        read_includes(h, found.gl_pathv[i]);
    globfree(&found);
}

/* Arrows that go up, or across to another folder of the same floor; the first is named. */
static unsigned count_upward(const struct house *h, char first[160])
{
    unsigned count = 0;
    for (unsigned i = 0; i < h->units; i++)
        for (unsigned k = 0; k < h->units; k++) {
            const char *from = h->unit[i].name, *to = h->unit[k].name;
            int down = floor_of(to) < floor_of(from) || (floor_of(to) == floor_of(from) && same_folder(from, to));
            if (h->unit[i].to[k] && !down && count++ == 0)
                snprintf(first, 160, "cmodel/%s includes cmodel/%s", from, to);
        }
    return count;
}

/* 1 if a circle goes through unit i; names one of its files. */
static int finds_circle(struct house *h, unsigned i, char first[160])
{
    if (h->unit[i].state == 1)
        snprintf(first, 160, "cmodel/%s includes itself by way of others", h->unit[i].name);
    if (h->unit[i].state > 0)
        return h->unit[i].state == 1;
    h->unit[i].state = 1;
    for (unsigned k = 0; k < h->units; k++)
        if (h->unit[i].to[k] && finds_circle(h, k, first))
            return 1;
    h->unit[i].state = 2;
    return 0;
}

static int has_circle(struct house *h, char first[160])
{
    int found = 0;
    for (unsigned i = 0; i < h->units; i++)
        h->unit[i].state = 0;
    for (unsigned i = 0; i < h->units && !found; i++)
        found = finds_circle(h, i, first);
    return found;
}

START_TEST(includes_go_down)
{
    struct house *h = calloc(1, sizeof *h);
    char first[160] = "";
    ck_assert_ptr_nonnull(h);
    read_house(h);
    ck_assert_uint_gt(h->units, 40);
    ck_assert_uint_gt(h->arrows, 80);
    for (unsigned i = 0; i < h->units; i++)
        ck_assert_msg(floor_of(h->unit[i].name) >= 0, "cmodel/%s: its folder has no floor", h->unit[i].name);
    ck_assert_msg(count_upward(h, first) == 0, "%s", first);
    ck_assert_msg(!has_circle(h, first), "%s", first);
    free(h);
}
END_TEST

/* What the test itself must see. */
START_TEST(faults_are_seen)
{
    struct house *h = calloc(1, sizeof *h);
    char first[160] = "";
    ck_assert_ptr_nonnull(h);
    unsigned model = find_unit(h, "bits/model.c"), job = find_included(h, "bits/model", "../trace/job.h\"");
    unsigned keys = find_included(h, "bits/model", "keys.h\"");
    ck_assert_str_eq(h->unit[job].name, "trace/job");
    ck_assert_str_eq(h->unit[keys].name, "bits/keys");
    h->unit[model].to[job] = h->unit[model].to[keys] = 1;
    ck_assert(count_upward(h, first) == 0 && !has_circle(h, first));
    h->unit[keys].to[model] = 1;
    ck_assert(has_circle(h, first));
    h->unit[job].to[model] = 1;
    ck_assert_uint_eq(count_upward(h, first), 1);
    ck_assert_str_eq(first, "cmodel/trace/job includes cmodel/bits/model");
    unsigned run = find_unit(h, "host/run.c"), cycles = find_unit(h, "cycles/cycles.c");
    h->unit[run].to[cycles] = 1;
    ck_assert_uint_eq(count_upward(h, first), 2);
    free(h);
}
END_TEST

Suite *storeys_suite(void)
{
    Suite *suite = suite_create("storeys");
    TCase *house = tcase_create("house");
    tcase_add_test(house, includes_go_down);
    tcase_add_test(house, faults_are_seen);
    suite_add_tcase(suite, house);
    return suite;
}

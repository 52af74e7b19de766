/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures of docs/architecture.md: each is there as its source says, names templates that exist, and stands in the page. Nothing is
 * rendered here. */
#include "tests.h"

#include "../cmodel/base/parse.h"

#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define FOLDER "docs/pictures/"
#define PAGE "docs/architecture.md"

struct picture {
    const char *path;
    char *source;
    char *words; /* what the SVG shows, a line each, with a line feed before the first */
};

static char *read_text(const char *path)
{
    struct sofa_error error;
    char *text;
    size_t length;
    ck_assert_msg(sofa_read_file(&text, &length, path, 1 << 20, &error) == SOFA_OK, "%s", error.text);
    return text;
}

/* The path of a picture with another ending: caller's buffer. */
static const char *beside(char buffer[200], const char *path, const char *ending)
{
    snprintf(buffer, 200, "%.*s%s", (int)(strrchr(path, '.') - path), path, ending);
    return buffer;
}

/* In place: a tag becomes a line feed, an entity what it stands for. */
static void keep_words(char *svg)
{
    static const struct {
        const char *entity;
        char stands_for;
    } entities[] = {{"&#45;", '-'}, {"&#160;", ' '}, {"&#39;", '\''}, {"&apos;", '\''}, {"&quot;", '"'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&amp;", '&'}};
    char *to = svg;
    for (const char *at = svg; *at; ) {
        size_t used = 1;
        *to = *at;
        if (*at == '<') {
            used = strcspn(at, ">") + 1;
            *to = '\n';
        }
        for (size_t i = 0; *at == '&' && i < sizeof entities / sizeof entities[0]; i++)
            if (strncmp(at, entities[i].entity, strlen(entities[i].entity)) == 0) {
                used = strlen(entities[i].entity);
                *to = entities[i].stands_for;
                break;
            }
        to++;
        at += used;
    }
    *to = '\0';
}

static void expect_line(const struct picture *p, const char *line, size_t length)
{
    char wanted[200];
    ck_assert_uint_lt(length, sizeof wanted - 3);
    snprintf(wanted, sizeof wanted, "\n%.*s\n", (int)length, line);
    ck_assert_msg(strstr(p->words, wanted) != NULL, "%s says '%.*s', its SVG does not: make pictures", p->path, (int)length, line);
}

/* A label, whose lines are parted by \n. */
static void expect_label(const struct picture *p, const char *label, size_t length)
{
    const char *end = label + length;
    for (const char *at = label; at < end; ) {
        const char *parted = strstr(at, "\\n");
        const char *stop = parted && parted < end ? parted : end;
        expect_line(p, at, (size_t)(stop - at));
        at = stop + 2;
    }
}

/* The value behind NAME= : in quotes or a word. */
static const char *value_of(const char *at, size_t *length)
{
    if (*at == '"') {
        *length = strcspn(++at, "\"");
        return at;
    }
    *length = strspn(at, "abcdefghijklmnopqrstuvwxyz_*0123456789");
    return at;
}

static void check_graph(const struct picture *p)
{
    static const char *const labels[] = {"does=", "label=", "of="};
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++)
        for (const char *at = p->source; (at = strstr(at, labels[i])) != NULL; at++) {
            size_t length;
            const char *value = value_of(at + strlen(labels[i]), &length);
            if (at[-1] == ' ' || at[-1] == '[')
                expect_label(p, value, length);
        }
}

static void check_strings(const struct picture *p, const json_t *value, const char *key)
{
    const json_t *member;
    const char *name;
    size_t index;
    if (json_is_string(value) && strcmp(key, "wave") != 0 && strcmp(key, "node") != 0 && strcmp(key, "//") != 0 && strcmp(key, "edge") != 0)
        expect_line(p, json_string_value(value), json_string_length(value));
    json_array_foreach(value, index, member)
        check_strings(p, member, key);
    json_object_foreach((json_t *)value, name, member)
        check_strings(p, member, name);
}

static void check_waves(const struct picture *p)
{
    json_error_t error;
    json_t *root = json_loads(p->source, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(root != NULL, "%s, line %d: %s", p->path, error.line, error.text);
    check_strings(p, root, "");
    json_decref(root);
}

/* Comments of a graph are no part of the picture. */
static void blank_comments(char *source)
{
    for (char *at = source; (at = strstr(at, "//")) != NULL; )
        while (*at && *at != '\n')
            *at++ = ' ';
}

static void for_each_picture(void (*check)(const struct picture *p))
{
    static const char *const endings[] = {".dot", ".json"};
    unsigned found = 0;
    for (size_t i = 0; i < 2; i++) {
        glob_t list;
        char pattern[64], svg[200];
        snprintf(pattern, sizeof pattern, FOLDER "*%s", endings[i]);
        ck_assert_int_eq(glob(pattern, 0, NULL, &list), 0);
        for (size_t n = 0; n < list.gl_pathc; n++, found++) {
            struct picture p = {list.gl_pathv[n], read_text(list.gl_pathv[n]), read_text(beside(svg, list.gl_pathv[n], ".svg"))};
            if (i == 0)
                blank_comments(p.source);
            keep_words(p.words);
            check(&p);
            free(p.source);
            free(p.words);
        }
        globfree(&list);
    }
    ck_assert_uint_ge(found, 15);
}

static void check_labels(const struct picture *p)
{
    (strcmp(strrchr(p->path, '.'), ".dot") == 0 ? check_graph : check_waves)(p);
}

/* Every label of a source is in its SVG. */
START_TEST(labels)
{
    for_each_picture(check_labels);
}
END_TEST

/* sofa_word, or sofa_word_* for several. */
static void check_names(const struct picture *p)
{
    for (const char *at = p->source; (at = strstr(at, "sofa_")) != NULL; ) {
        size_t length = strspn(at, "abcdefghijklmnopqrstuvwxyz_*0123456789");
        char pattern[200], name[100];
        glob_t list;
        ck_assert_uint_lt(length, sizeof name);
        snprintf(name, sizeof name, "%.*s", (int)length, at);
        snprintf(pattern, sizeof pattern, "rtl_templates/*/%s.v", name);
        ck_assert_msg(glob(pattern, 0, NULL, &list) == 0, "%s names %s, which is no template", p->path, name);
        globfree(&list);
        ck_assert_msg(strstr(p->words, name) != NULL, "%s names %s, its SVG does not: make pictures", p->path, name);
        at += length;
    }
}

START_TEST(names)
{
    for_each_picture(check_names);
}
END_TEST

static uLong add_file(uLong crc, const char *path)
{
    char *text = read_text(path);
    crc = crc32(crc, (const Bytef *)text, (uInt)strlen(text));
    free(text);
    return crc;
}

/* The SVG was made of what its source, the looks and the program are now. */
static void check_mark(const struct picture *p)
{
    char path[200], mark[64];
    snprintf(mark, sizeof mark, "<!-- made of %08lx -->\n", add_file(add_file(add_file(crc32(0, NULL, 0), p->path), FOLDER "style.gvpr"),
                                                                     FOLDER "render.py"));
    char *svg = read_text(beside(path, p->path, ".svg"));
    ck_assert_msg(strlen(svg) > strlen(mark) && strcmp(svg + strlen(svg) - strlen(mark), mark) == 0, "%s was not made of what there is now: "
                  "make pictures", path);
    free(svg);
}

START_TEST(marks)
{
    for_each_picture(check_mark);
}
END_TEST

/* Every SVG has a source and stands in the page. */
START_TEST(places)
{
    char *page = read_text(PAGE);
    glob_t list;
    ck_assert_int_eq(glob(FOLDER "*.svg", 0, NULL, &list), 0);
    for (size_t n = 0; n < list.gl_pathc; n++) {
        char path[200], link[200];
        ck_assert_msg(access(beside(path, list.gl_pathv[n], ".dot"), F_OK) == 0 || access(beside(path, list.gl_pathv[n], ".json"), F_OK) == 0,
                      "%s has no source", list.gl_pathv[n]);
        snprintf(link, sizeof link, "](%s)", list.gl_pathv[n] + strlen("docs/"));
        ck_assert_msg(strstr(page, link) != NULL, "%s is not in " PAGE, list.gl_pathv[n]);
    }
    globfree(&list);
    free(page);
}
END_TEST

/* Files that the page names without "rtl_templates/": `ENGINE/sofa_name.v`. */
START_TEST(steps)
{
    char *page = read_text(PAGE);
    unsigned found = 0;
    for (const char *at = page; (at = strstr(at, "/sofa_")) != NULL; at++) {
        const char *begin = at, *end = at + strcspn(at, "` \n)");
        char path[200];
        while (begin > page && begin[-1] >= 'a' && begin[-1] <= 'z')
            begin--;
        if (begin == page || begin[-1] != '`' || strncmp(end - 2, ".v", 2) != 0)
            continue;
        snprintf(path, sizeof path, "rtl_templates/%.*s", (int)(end - begin), begin);
        ck_assert_msg(access(path, F_OK) == 0, PAGE " names %s", path);
        found++;
    }
    ck_assert_uint_gt(found, 50);
    free(page);
}
END_TEST

Suite *pictures_suite(void)
{
    Suite *suite = suite_create("pictures");
    TCase *t = tcase_create("pictures");
    tcase_add_test(t, labels);
    tcase_add_test(t, names);
    tcase_add_test(t, marks);
    tcase_add_test(t, places);
    tcase_add_test(t, steps);
    suite_add_tcase(suite, t);
    return suite;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Text for eyes: length of lines and files, conditionals and names of Lua in templates; length of emitted lines. */
#include "tests.h"

#include "../cmodel/base/parse.h"
#include "../gen/emit.h"

#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_LIMIT ((size_t)1 << 24)
#define COLUMNS 140u
#define FILE_LINES 350u
#define CONDITIONALS 200

/* The first line of the text that is too long, from 1; 0: none. Counts lines. */
static unsigned find_long_line(const char *text, unsigned *lines)
{
    unsigned line = 0, found = 0;
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, "\n");
        line++;
        if (length > COLUMNS && !found)
            found = line;
        at += length + (at[length] == '\n');
    }
    *lines = line;
    return found;
}

/* 1 if a line of Lua in a template begins a branch under a condition. */
static int is_conditional(const char *line)
{
    if (strncmp(line, "//%", 3) != 0)
        return 0;
    line += 3 + strspn(line + 3, " ");
    return strncmp(line, "if ", 3) == 0 || strncmp(line, "elseif ", 7) == 0;
}

/* Of a list of names ("one, other"), whether one has less than three letters; `_` is nobody's name. */
static int has_short_name(const char *names)
{
    for (;;) {
        names += strspn(names, " ");
        size_t length = 0;
        while (isalnum((unsigned char)names[length]) || names[length] == '_')
            length++;
        if (length > 0 && length < 3 && !(length == 1 && names[0] == '_'))
            return 1;
        names += length;
        names += strspn(names, " ");
        if (*names != ',')
            return 0;
        names++;
    }
}

/* 1 if the line of Lua names a local, loop counter or parameter with one or two letters. */
static int names_briefly(const char *line)
{
    static const char *const openings[] = {"local ", "for ", "function("};
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++)
        for (const char *at = line; (at = strstr(at, openings[i])) != NULL;) {
            int within = at > line && (isalnum((unsigned char)at[-1]) || at[-1] == '_');
            at += strlen(openings[i]);
            if (!within && strncmp(at, "function ", 9) != 0 && has_short_name(at))
                return 1;
        }
    const char *named = strstr(line, "function ");
    const char *parameters = named ? strchr(named, '(') : NULL;
    return parameters && has_short_name(parameters + 1);
}

static int is_comment(const char *line)
{
    return strncmp(line, "--", 2) == 0 || strncmp(line, "//% --", 6) == 0;
}

static char *read_text(const char *path)
{
    char *text;
    size_t length;
    struct sofa_error e;
    ck_assert_msg(sofa_read_file(&text, &length, path, TEXT_LIMIT, &e) == SOFA_OK, "%s", e.text);
    return text;
}

/* Adds to the conditionals; judges names of Lua. */
static void read_template(const char *path, unsigned *conditionals)
{
    int lua = strstr(path, ".lua") != NULL;
    unsigned lines, number = 0;
    char *text = read_text(path);
    unsigned found = find_long_line(text, &lines);
    ck_assert_msg(!found, "%s:%u: more than %u columns", path, found, COLUMNS);
    ck_assert_msg(lines <= FILE_LINES, "%s: %u lines, more than %u", path, lines, FILE_LINES);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        number++;
        *conditionals += !lua && is_conditional(line);
        if ((lua || strncmp(line, "//%", 3) == 0) && !is_comment(line))
            ck_assert_msg(!names_briefly(line), "%s: a local name of one or two letters: %s", path, line);
    }
    free(text);
}

START_TEST(templates_are_short)
{
    glob_t found;
    unsigned conditionals = 0;
    ck_assert_int_eq(glob("rtl_templates/*/*.v", 0, NULL, &found), 0);
    ck_assert_int_eq(glob("rtl_templates/*/*.lua", GLOB_APPEND, NULL, &found), 0);
    ck_assert_uint_gt(found.gl_pathc, 50);
    for (size_t i = 0; i < found.gl_pathc; i++)
        read_template(found.gl_pathv[i], &conditionals);
    globfree(&found);
    ck_assert_uint_gt(conditionals, 50);
    ck_assert_msg(conditionals <= CONDITIONALS, "%u conditionals in templates, more than %u", conditionals, CONDITIONALS);
}
END_TEST

START_TEST(emitted_lines_are_short)
{
    static const char *const modes[] = {"mode=kv", "mode=tokens"};
    glob_t found;
    size_t emitted = 0;
    ck_assert_int_eq(glob("configs/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < 2 * found.gl_pathc; i++) {
        struct sofa_config c;
        struct sofa_error e;
        struct gen_files files = {0};
        if (sofa_config_load(&c, found.gl_pathv[i / 2], modes + i % 2, 1, &e) != SOFA_OK)
            continue; /* has no room for the other mode */
        ck_assert_msg(gen_emit_files(&files, &c, NULL, &e) == SOFA_OK, "%s", e.text);
        for (unsigned k = 0; k < files.count; k++) {
            unsigned lines, line = strstr(files.file[k].path, ".v") ? find_long_line(files.file[k].text.data, &lines) : 0;
            ck_assert_msg(!line, "%s, %s: %s:%u: more than %u columns", found.gl_pathv[i / 2], modes[i % 2], files.file[k].path, line,
                          COLUMNS);
        }
        gen_files_free(&files);
        emitted++;
    }
    ck_assert_uint_gt(emitted, found.gl_pathc);
    globfree(&found);
}
END_TEST

/* What the test itself must see. */
START_TEST(faults_are_seen)
{
    char line[COLUMNS + 3];
    unsigned lines;
    memset(line, 'x', sizeof line);
    line[COLUMNS] = '\n';
    line[COLUMNS + 1] = '\0';
    ck_assert_uint_eq(find_long_line(line, &lines), 0);
    line[COLUMNS] = 'x';
    ck_assert_uint_eq(find_long_line(line, &lines), 1);
    ck_assert_uint_eq(find_long_line("a\n\nb", &lines), 0);
    ck_assert_uint_eq(lines, 3);
    ck_assert(is_conditional("//% if TOKENS then") && is_conditional("//%   elseif RANK then"));
    ck_assert(!is_conditional("//% else") && !is_conditional("    if (rst)"));
    ck_assert(names_briefly("//% local ab, name = 1, 2") && names_briefly("//% for i = 0, 3 do"));
    ck_assert(names_briefly("//% for _, x in pairs(all) do"));
    ck_assert(names_briefly("//% local function term(i)") && names_briefly("sort(keys, function(a, b)"));
    ck_assert(!names_briefly("//% for _, name in ipairs(names) do") && !names_briefly("//% local function part(level)"));
    ck_assert(!names_briefly("//% local name = i and 3"));
}
END_TEST

Suite *templates_suite(void)
{
    Suite *suite = suite_create("templates");
    TCase *text = tcase_create("text");
    tcase_set_timeout(text, 60);
    tcase_add_test(text, templates_are_short);
    tcase_add_test(text, emitted_lines_are_short);
    tcase_add_test(text, faults_are_seen);
    suite_add_tcase(suite, text);
    return suite;
}

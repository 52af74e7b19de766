/* SPDX-License-Identifier: Apache-2.0 */
/* Pages that tell contributors and readers where things are: the files, functions and pages that they name exist. */
#include "tests.h"

#include "../cmodel/base/parse.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct sofa_error error;

static char *read_page(const char *path)
{
    char *text;
    size_t length;
    ck_assert_msg(sofa_read_file(&text, &length, path, 1 << 20, &error) == SOFA_OK, "%s", error.text);
    return text;
}

/* A function of the sources: sofa_name(). */
static void expect_function(const char *word, size_t length)
{
    char command[200];
    snprintf(command, sizeof command, "grep -rqw '%.*s' cmodel gen tb tests --include=*.h --include=*.c", (int)length - 2, word);
    ck_assert_msg(system(command) == 0, "%.*s is nowhere", (int)length, word);
}

/* A path without a placeholder: FOLDER/..., no blank, no wildcard, no word in capitals. */
static int is_path(const char *word, size_t length)
{
    static const char *const folders[] = {"cmodel/", "gen/", "tb/", "tests/", "docs/", "rtl_templates/", "configs/", "fpga/", "python/", "data/", ".ci/"};
    for (size_t i = 0; i < length; i++)
        if (!(isalnum((unsigned char)word[i]) || strchr("/._-", word[i])) || (i > 0 && isupper((unsigned char)word[i]) && isupper((unsigned char)word[i - 1])))
            return 0;
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (strncmp(word, folders[i], strlen(folders[i])) == 0)
            return 1;
    return 0;
}

static const char *const pages[] = {"CONTRIBUTING.md", "README.md", "docs/glossary.md", "docs/integration.md", "docs/verification.md",
                                    "docs/architecture.md", "docs/accuracy.md", "docs/exploration.md", "docs/cost.md",
                                    "docs/evidence.md", "docs/tutorial.md"};
#define PAGES (sizeof pages / sizeof pages[0])

/* Everything between two ` on one line. */
START_TEST(named_things_exist)
{
    char *text = read_page(pages[_i]);
    for (char *line = text, *rest; line && *line; line = rest) {
        rest = strchr(line, '\n');
        if (rest)
            *rest++ = '\0';
        for (char *open = strchr(line, '`'), *close; open && (close = strchr(open + 1, '`')) != NULL; open = strchr(close + 1, '`')) {
            char *word = open + 1, path[200];
            size_t length = (size_t)(close - word);
            if (length > 2 && *word != '_' && strncmp(close - 2, "()", 2) == 0 && strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_") == length - 2) {
                expect_function(word, length);
            } else if (is_path(word, length)) {
                snprintf(path, sizeof path, "%.*s", (int)length, word);
                ck_assert_msg(access(path, F_OK) == 0, "%s names %s", pages[_i], path);
            }
        }
    }
    free(text);
}
END_TEST

/* Links to pages of the repository: [words](docs/page.md#place). */
START_TEST(links_lead_somewhere)
{
    char *text = read_page(pages[_i]);
    for (const char *at = text; (at = strstr(at, "](")) != NULL; at++) {
        size_t length = strcspn(at + 2, ")#\n");
        char path[300];
        if (length == 0 || strncmp(at + 2, "http", 4) == 0)
            continue;
        snprintf(path, sizeof path, "%s%.*s", strncmp(pages[_i], "docs/", 5) == 0 ? "docs/" : "", (int)length, at + 2);
        ck_assert_msg(access(path, F_OK) == 0, "%s links %s", pages[_i], path);
    }
    free(text);
}
END_TEST

Suite *documents_suite(void)
{
    Suite *suite = suite_create("documents");
    TCase *t = tcase_create("pages");
    tcase_set_timeout(t, 30);
    tcase_add_loop_test(t, named_things_exist, 0, (int)PAGES);
    tcase_add_loop_test(t, links_lead_somewhere, 0, (int)PAGES);
    suite_add_tcase(suite, t);
    return suite;
}

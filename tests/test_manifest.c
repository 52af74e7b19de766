/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest's memories against those that Yosys finds in the emitted Verilog: nothing more, nothing less. */
#include "tests.h"

#include "../gen/emit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MEMORIES 2000
#define SETTINGS 20

static struct sofa_error error;

static const struct {
    const char *top, *set[SETTINGS];
} cases[] = {
    /* lanes that are not there, two channels, AXI */
    {"axi_top", {"query_block=5", "head_dim=19", "tile.keys=11", "tile.kept_max=5", "predict.keys=3", "predict.dims=4", "attend.lanes=3",
                 "attend.width=10", "attend.window=3", "memory.port_bits=32", "memory.read_channels=2", "memory.prefetch=4"}},
    /* rows stay in port words; a board around it */
    {"soc", {"target=fpga", "query_block=4", "head_dim=16", "tile.keys=8", "attend.lanes=1", "attend.width=2", "predict.dims=4",
             "memory.port_bits=64", "memory.read_channels=2", "board.memory_kib=64"}},
    /* memories in parts, rows beat by beat */
    {"core", {"target=fpga", "query_block=5", "head_dim=24", "tile.keys=12", "data.query_bits=8", "data.key_bits=8", "data.value_bits=8",
              "predict.operand_bits=6", "predict.source=rows", "predict.keys=3", "predict.dims=8", "attend.lanes=1", "attend.width=24", "attend.window=3",
              "memory.port_bits=32", "memory.read_channels=2", "memory.prefetch=4", "prefix=q_"}},
    /* memories in parts of unequal width, rows moved whole */
    {"core", {"target=fpga", "query_block=4", "head_dim=12", "tile.keys=8", "attend.lanes=1", "attend.width=12", "predict.dims=4",
              "memory.port_bits=128"}},
    /* mode tokens: all on chip; in slices, rotated, a board around it */
    {"core", {"mode=tokens", "query_block=4", "head_dim=12", "tile.keys=8", "hidden_max=24", "predict.dims=4", "kvgen.outputs=4",
              "memory.port_bits=32"}},
    {"soc", {"mode=tokens", "query_block=4", "head_dim=12", "tile.keys=8", "hidden_max=40", "predict.dims=4", "kvgen.slice=8",
             "kvgen.rotary=1", "kvgen.outputs=4", "memory.port_bits=64", "board.memory_kib=16"}},
};

struct found {
    char name[512];
    unsigned words, bits;
    int taken;
};
static struct found found[MEMORIES];
static unsigned founds;

/* The cells of Yosys' dump: "cell $mem_v2 NAME", "parameter \SIZE N", "parameter \WIDTH N". */
static void read_dump(const char *path)
{
    char line[8192];
    FILE *f = fopen(path, "r");
    ck_assert_ptr_nonnull(f);
    founds = 0;
    while (fgets(line, sizeof line, f)) {
        unsigned n;
        if (strncmp(line, "  cell $mem", 11) == 0) {
            ck_assert_uint_lt(founds, MEMORIES);
            found[founds] = (struct found){.words = 0};
            ck_assert_int_eq(sscanf(line, "  cell %*s %511s", found[founds++].name), 1);
        } else if (sscanf(line, " parameter \\SIZE %u", &n) == 1) {
            found[founds - 1].words = n;
        } else if (sscanf(line, " parameter \\WIDTH %u", &n) == 1) {
            found[founds - 1].bits = n;
        }
    }
    fclose(f);
}

static void run_yosys(const char *directory, const struct sofa_config *c, const char *top)
{
    char command[1200], line[512];
    snprintf(command, sizeof command,
             "cd '%s/out' && yosys -q -p \"read_verilog $(find rtl -name '*.v' | tr '\\n' ' '); hierarchy -check -top %s%s; proc; flatten;"
             " memory_collect; tee -q -o ../dump dump t:\\$mem*\" 2>&1", directory, c->prefix, top);
    FILE *f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    if (!fgets(line, sizeof line, f))
        line[0] = '\0';
    ck_assert_msg(pclose(f) == 0 && line[0] == '\0', "yosys: %s", line);
    snprintf(line, sizeof line, "%s/dump", directory);
    read_dump(line);
}

static unsigned number(const json_t *memory, const char *key)
{
    const json_t *n = json_object_get(memory, key);
    ck_assert_msg(json_is_integer(n) && json_integer_value(n) > 0, "%s", key);
    return (unsigned)json_integer_value(n);
}

static const char *text(const json_t *memory, const char *key)
{
    const char *s = json_string_value(json_object_get(memory, key));
    ck_assert_msg(s != NULL, "%s", key);
    return s;
}

/* Yosys names it INSTANCE.word, INSTANCE.PART.word and so on; tables have names of its own. */
static int is_one(const struct found *m, const json_t *memory)
{
    char name[160];
    if (m->words != number(memory, "words"))
        return 0;
    if (strcmp(text(memory, "kind"), "table") == 0)
        return strstr(m->name, "proc_rom") != NULL;
    snprintf(name, sizeof name, "%s.", text(memory, "instance"));
    const char *at = strstr(m->name, name);
    return at && (at[-1] == '.' || at[-1] == '\\');
}

static void take(const json_t *memory)
{
    unsigned parts = number(memory, "parts") * number(memory, "count"), bits = number(memory, "bits") * number(memory, "count");
    for (unsigned i = 0; i < founds && parts > 0; i++) {
        if (found[i].taken || found[i].bits > number(memory, "bits") || !is_one(&found[i], memory) ||
            (number(memory, "parts") == 1 && found[i].bits != number(memory, "bits")))
            continue;
        found[i].taken = 1;
        bits -= found[i].bits;
        parts--;
    }
    char *all = json_dumps(memory, 0);
    ck_assert_msg(parts == 0 && bits == 0, "%s: %u parts and %u bits are not there", all, parts, bits);
    free(all);
}

START_TEST(memories)
{
    char directory[256], out[300];
    struct sofa_config c;
    struct gen_files files;
    size_t i;
    unsigned count = 0;
    json_t *memory;
    while (count < SETTINGS && cases[_i].set[count])
        count++;
    test_directory(directory);
    snprintf(out, sizeof out, "%s/out", directory);
    ck_assert_msg(sofa_config_load(&c, NULL, cases[_i].set, count, &error) == SOFA_OK, "%s", error.text);
    ck_assert_msg(gen_emit_files(&files, &c, NULL, &error) == SOFA_OK, "%s", error.text);
    ck_assert_msg(gen_write_files(&files, out, &error) == SOFA_OK, "%s", error.text);
    run_yosys(directory, &c, cases[_i].top);
    json_t *root = json_loads(gen_files_find(&files, "manifest.json")->text.data, 0, NULL);
    json_array_foreach(json_object_get(root, "memories"), i, memory) {
        const char *top = text(memory, "top") + strlen(c.prefix);
        if (strcmp(top, "core") == 0 || strcmp(top, cases[_i].top) == 0)
            take(memory);
    }
    ck_assert_uint_gt(i, 12);
    for (unsigned n = 0; n < founds; n++)
        ck_assert_msg(found[n].taken, "%s (%u x %u) is not in the manifest", found[n].name, found[n].words, found[n].bits);
    json_decref(root);
    gen_files_free(&files);
    test_remove_directory(directory);
}
END_TEST

Suite *manifest_suite(void)
{
    Suite *suite = suite_create("manifest");
    TCase *t = tcase_create("yosys");
    tcase_set_timeout(t, 240);
    if (!test_fast())
        tcase_add_loop_test(t, memories, 0, sizeof cases / sizeof cases[0]);
    suite_add_tcase(suite, t);
    return suite;
}

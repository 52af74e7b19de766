/* SPDX-License-Identifier: Apache-2.0 */
/* The assertions of the RTL: each notices a fault that is its own (tests/assertions/faults.txt), none says anything without one. The faults
 * are switches in one compilation for each bench: a job on a small core in Icarus with a memory that makes it wait, or the bench of a
 * module. */
#include "tests.h"

#include "../cmodel/base/parse.h"
#include "../cmodel/host/driver.h"
#include "../gen/emit.h"
#include "icarus_job.h"
#include "rtl_module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETTINGS 24u
#define MODULES 4u
#define FAULTS 200u
#define TOGETHER 2u /* runs at a time */

static struct sofa_error error;
#define CHECK_OK(call) ck_assert_msg((call) == SOFA_OK, "%s", error.text)

#define ROWS "query_block=4", "tile.keys=6", "predict.dims=4", "attend.lanes=2", "attend.window=2", "memory.prefetch=4", "keys_max=64"

/* A job of so many rows and keys, or the bench `top` of some modules. */
static const struct bench {
    const char *name, *set[SETTINGS];
    size_t rows, keys;
    const char *top, *modules[MODULES], *source, *parameters;
} benches[] = {
    {.name = "kv", .rows = 11, .keys = 23,
     .set = {ROWS, "head_dim=11", "tile.kept_max=3", "predict.keys=2", "attend.width=3", "memory.port_bits=32"}},
    {.name = "queue", .rows = 11, .keys = 40,
     .set = {ROWS, "head_dim=11", "tile.kept_max=3", "predict.keys=2", "attend.width=3", "memory.port_bits=32", "attend.queue=4"}},
    {.name = "need_words", .rows = 35, .keys = 60,
     .set = {ROWS, "query_block=16", "tile.keys=16", "head_dim=11", "tile.kept_max=3", "predict.keys=2", "attend.width=3",
             "memory.port_bits=32", "attend.queue=16"}},
    {.name = "mass", .rows = 11, .keys = 23,
     .set = {ROWS, "head_dim=8", "select.policy=mass", "predict.keys=6", "attend.width=4", "memory.port_bits=64"}},
    {.name = "links", .rows = 11, .keys = 23,
     .set = {ROWS, "target=fpga", "head_dim=16", "tile.kept_max=2", "data.query_bits=8", "data.key_bits=8", "data.value_bits=8",
             "predict.operand_bits=6", "predict.source=rows", "predict.keys=2", "attend.lanes=1", "attend.width=16", "memory.port_bits=32",
             "memory.read_channels=2"}},
    {.name = "words", .rows = 11, .keys = 23,
     .set = {ROWS, "head_dim=16", "tile.kept_max=3", "data.query_bits=8", "data.key_bits=8", "data.value_bits=8", "predict.operand_bits=8",
             "predict.keys=2", "predict.dims=2", "attend.lanes=1", "attend.width=2", "memory.port_bits=16"}},
    {.name = "tokens", .rows = 9, .keys = 17,
     .set = {ROWS, "mode=tokens", "head_dim=12", "predict.keys=2", "attend.width=4", "kvgen.outputs=4", "kvgen.inputs=2",
             "tile.kept_max=2", "hidden_max=34", "kvgen.slice=8", "kvgen.rotary=1", "memory.port_bits=32"}},
    /* rows that are generated faster than they are written */
    {.name = "written", .rows = 4, .keys = 24,
     .set = {ROWS, "mode=tokens", "head_dim=12", "predict.keys=2", "attend.width=4", "kvgen.outputs=12", "kvgen.inputs=4",
             "tile.kept_max=6", "hidden_max=4", "kvgen.rotary=1", "memory.port_bits=8"}},
    /* keys come while queries come, which the lanes take slowly */
    {.name = "channels", .rows = 8, .keys = 6,
     .set = {ROWS, "query_block=8", "head_dim=11", "tile.kept_max=3", "predict.keys=2", "attend.width=1", "memory.port_bits=256",
             "memory.read_channels=2"}},
    /* several groups of lanes, and more reads than may be under way */
    {.name = "groups", .rows = 20, .keys = 48,
     .set = {"query_block=16", "head_dim=8", "keys_max=64", "tile.keys=48", "tile.kept_max=2", "data.query_bits=8", "data.key_bits=8",
             "predict.keys=4", "predict.dims=8", "attend.lanes=4", "attend.width=8", "attend.window=2", "memory.port_bits=8",
             "memory.prefetch=6"}},
    /* several normalisation units */
    {.name = "units", .rows = 9, .keys = 12,
     .set = {"query_block=4", "head_dim=8", "keys_max=64", "tile.keys=6", "tile.kept_max=2", "predict.keys=2", "predict.dims=4",
             "attend.lanes=4", "attend.width=4", "attend.window=2", "memory.port_bits=128", "memory.prefetch=4"}},
    /* a job that comes from the queue, where requests wait for their grants */
    {.name = "jobs", .rows = 11, .keys = 23,
     .set = {ROWS, "target=fpga", "head_dim=16", "tile.kept_max=2", "data.query_bits=8", "data.key_bits=8", "data.value_bits=8",
             "predict.operand_bits=6", "predict.source=rows", "predict.keys=2", "attend.lanes=1", "attend.width=16", "memory.port_bits=32",
             "memory.read_channels=2", "jobs.queue=1"}},
    {.name = "adapters", .set = {"memory.port_bits=64", "memory.address_bits=40"}, .top = "adapter_bench",
     .modules = {"memory/sofa_axi_", "memory/sofa_fifo.v"}, .source = "tests/axi/adapter_bench.v",
     .parameters = "-Padapter_bench.P=64 -Padapter_bench.LOW=3 -Padapter_bench.A=40"},
    {.name = "lite", .top = "lite_bench", .modules = {"top/sofa_axi_lite.v"}, .source = "tests/axi/lite_bench.v", .parameters = ""},
    {.name = "soc", .set = {"target=fpga", "memory.port_bits=32", "board.memory_kib=16"}, .top = "soc_bench",
     .modules = {"memory/sofa_soc_read.v", "memory/sofa_soc_write.v", "memory/sofa_fifo.v"}, .source = "tests/line/soc_bench.v",
     .parameters = "-Psoc_bench.A=32 -Psoc_bench.P=32 -Psoc_bench.LOW=2 -Psoc_bench.WB=12 -Psoc_bench.LAG=3"},
};
enum { BENCHES = sizeof benches / sizeof benches[0] };

struct fault {
    unsigned number;
    char name[64], bench[32];
};

/* Writes the templates with their switches into a new directory below `root`; returns how many faults there are. */
static unsigned edit(const char *root, struct fault faults[FAULTS])
{
    char text[TEST_TEXT], *list, path[512];
    size_t length;
    unsigned count = 0;
    int n;
    int code = test_shell(text, "python3 -B tests/assertions/edit.py '%s/templates' 2>&1 >'%s/list'", root, root);
    ck_assert_msg(code == 0 && text[0] == '\0', "%s", text);
    snprintf(path, sizeof path, "%s/list", root);
    CHECK_OK(sofa_read_file(&list, &length, path, TEST_TEXT * 8, &error));
    for (const char *at = list; count < FAULTS; at += n, count++)
        if (sscanf(at, "%u %63s %31s%n", &faults[count].number, faults[count].name, faults[count].bench, &n) != 3)
            break;
    free(list);
    return count;
}

static unsigned settings(const struct bench *b)
{
    unsigned count = 0;
    while (count < SETTINGS && b->set[count])
        count++;
    return count;
}

/* Makes the program `job` in root/out. */
static void compile_job(const struct bench *b, const char *root)
{
    struct icarus_job j;
    struct gen_files files = {0};
    char out[300], templates[300];
    snprintf(out, sizeof out, "%s/out", root);
    snprintf(templates, sizeof templates, "%s/templates", root);
    icarus_open(&j, b->set, settings(b), b->rows, b->keys, TB_CAUSAL, TB_RANDOM_VALUES);
    CHECK_OK(gen_emit_files(&files, &j.config, templates, &error));
    CHECK_OK(gen_write_files(&files, out, &error));
    icarus_compile(&j, out, "-Pjob_bench.STALL=1");
    gen_files_free(&files);
    icarus_close(&j);
}

static void compile_module(const struct bench *b, const char *root)
{
    struct sofa_config c;
    char out[300], templates[300], text[TEST_TEXT];
    snprintf(out, sizeof out, "%s/out", root);
    snprintf(templates, sizeof templates, "%s/templates", root);
    CHECK_OK(sofa_config_load(&c, NULL, b->set, settings(b), &error));
    ck_assert_int_eq(test_shell(text, "mkdir '%s'", out), 0);
    test_emit(&c, templates, b->modules, out);
    int code = test_shell(text, "iverilog -g2005 -DSOFA_ASSERT -o '%s/job' -s %s %s %s '%s'/*.v", out, b->top, b->parameters, b->source,
                          out);
    ck_assert_msg(code == 0, "%s", text);
}

static FILE *run(const char *root, unsigned number)
{
    char command[512];
    snprintf(command, sizeof command, "cd '%s/out' && vvp -n job +sofa_mutant=%u 2>&1", root, number);
    FILE *f = popen(command, "r");
    ck_assert_ptr_nonnull(f);
    return f;
}

/* What the run says first. */
static void first_line(FILE *f, char line[256])
{
    if (!fgets(line, 256, f))
        line[0] = '\0';
    while (fgetc(f) != EOF) { }
    pclose(f);
    line[strcspn(line, "\n")] = '\0';
}

/* "assertion fails: PATH.NAME", or of a part of it: "PATH.NAME.word". */
static int says(const char *line, const char *name)
{
    static const char begin[] = "assertion fails: ";
    size_t length = strlen(name);
    if (strncmp(line, begin, sizeof begin - 1) != 0)
        return 0;
    for (const char *at = line; (at = strstr(at, name)) != NULL; at++)
        if (at[-1] == '.' && (at[length] == '\0' || at[length] == '.'))
            return 1;
    return 0;
}

static void expect_silence(const struct bench *b, const char *root)
{
    char line[256];
    unsigned long long cycles;
    unsigned status;
    first_line(run(root, 0), line);
    if (b->top)
        ck_assert_str_eq(line, "pass");
    else
        ck_assert_msg(sscanf(line, "%llu %x", &cycles, &status) == 2 && status == SOFA_STATUS_DONE, "without a fault: %s", line);
}

START_TEST(faults_are_noticed)
{
    const struct bench *b = &benches[_i];
    struct fault all[FAULTS];
    char root[256], line[256], missed[2048] = "";
    unsigned tried = 0;
    test_directory(root);
    unsigned count = edit(root, all);
    if (b->top)
        compile_module(b, root);
    else
        compile_job(b, root);
    expect_silence(b, root);
    for (unsigned next = 0; next < count;) {
        FILE *running[TOGETHER];
        const struct fault *fault[TOGETHER];
        unsigned started = 0;
        for (; next < count && started < TOGETHER; next++)
            if (strcmp(all[next].bench, b->name) == 0) {
                fault[started] = &all[next];
                running[started++] = run(root, all[next].number);
            }
        for (unsigned i = 0; i < started; i++, tried++) {
            size_t used = strlen(missed);
            first_line(running[i], line);
            if (!says(line, fault[i]->name))
                snprintf(missed + used, sizeof missed - used, "\n  %s: %.100s", fault[i]->name, line);
        }
    }
    ck_assert_uint_gt(tried, 0);
    ck_assert_msg(!missed[0], "%s does not notice:%s", b->name, missed);
    test_remove_directory(root);
}
END_TEST

START_TEST(faults_have_benches)
{
    struct fault all[FAULTS];
    char root[256];
    test_directory(root);
    unsigned count = edit(root, all);
    ck_assert_uint_gt(count, 50);
    for (unsigned i = 0; i < count; i++) {
        unsigned found = 0;
        for (unsigned k = 0; k < BENCHES; k++)
            found += strcmp(all[i].bench, benches[k].name) == 0;
        ck_assert_msg(found == 1, "fault %s: no bench %s", all[i].name, all[i].bench);
    }
    test_remove_directory(root);
}
END_TEST

/* A co-simulation ends with the assertion as its error. */
START_TEST(cosim_ends)
{
    static const char command[] =
        "SOFA_TEMPLATES='%s/templates' $B/sofacosim configs/small.yaml data/demo.npz --set head_dim=64 --set query_block=4"
        " --set tile.keys=8 --set tile.kept_max=3 --set predict.keys=4 --set predict.dims=16 --set attend.lanes=2"
        " --set attend.width=8 --set attend.window=2 --set select.policy=rank --set memory.port_bits=64 --rows 0:8 2>&1";
    char root[256], text[TEST_TEXT];
    test_directory(root);
    ck_assert_int_eq(test_shell(text, "python3 -B tests/assertions/edit.py '%s/templates' entries_put_one >'%s/list'", root, root), 0);
    int code = test_shell(text, command, root);
    ck_assert_msg(code == 1, "exit status %d: %s", code, text);
    ck_assert_msg(strstr(text, "sofacosim: assertion fails: TOP.sofa_core.u_window.u_entries.entries_put_one\n"), "%s", text);
    test_remove_directory(root);
}
END_TEST

/* The same text is of assert cells for a prover. */
START_TEST(cells)
{
    static const char command[] =
        "cd '%s' && yosys -q -p \"read_verilog -formal -DSOFA_ASSERT $(grep -v // sofa.f | tr '\\n' ' ');"
        " hierarchy -check -top sofa_core; proc; select -assert-min 40 t:sofa_holds; select -assert-count 1 sofa_holds/t:\\$assert\" 2>&1";
    struct sofa_config c;
    char root[256], out[300], text[TEST_TEXT];
    test_directory(root);
    snprintf(out, sizeof out, "%s/out", root);
    CHECK_OK(sofa_config_load(&c, NULL, benches[0].set, settings(&benches[0]), &error));
    CHECK_OK(gen_emit(&c, out, &error));
    int code = test_shell(text, command, out);
    ck_assert_msg(code == 0 && !text[0], "%s", text);
    test_remove_directory(root);
}
END_TEST

Suite *assertions_suite(void)
{
    Suite *suite = suite_create("assertions");
    TCase *list = tcase_create("list");
    tcase_set_timeout(list, 60);
    tcase_add_test(list, faults_have_benches);
    suite_add_tcase(suite, list);
    if (test_fast())
        return suite;
    TCase *tools = tcase_create("tools");
    tcase_set_timeout(tools, 300);
    tcase_add_loop_test(tools, faults_are_noticed, 0, BENCHES);
    tcase_add_test(tools, cells);
    tcase_add_test(tools, cosim_ends);
    suite_add_tcase(suite, tools);
    return suite;
}

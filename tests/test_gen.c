/* SPDX-License-Identifier: Apache-2.0 */
#include "tests.h"

#include "../gen/emit.h"
#include "../gen/environment.h"
#include "../gen/instances.h"
#include "../gen/layout.h"
#include "../gen/manifest.h"
#include "../gen/ports.h"
#include "../gen/template.h"
#include "../gen/values.h"
#include "../tb/random_case.h"

#include <lauxlib.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void load(struct sofa_config *c, const char *const *overrides, unsigned count)
{
    struct sofa_error e;
    ck_assert_msg(sofa_config_load(c, NULL, overrides, count, &e) == SOFA_OK, "%s", e.text);
}

/* ---- templates ---- */

/* Renders text for the default configuration as template "t.v". */
static enum sofa_status render(const char *text, struct gen_buffer *out, struct sofa_error *e)
{
    struct sofa_config c;
    struct gen_values v;
    struct gen_facts *facts = calloc(1, sizeof *facts);
    ck_assert_ptr_nonnull(facts);
    load(&c, NULL, 0);
    gen_values_init(&v, &c);
    lua_State *L = luaL_newstate();
    ck_assert_ptr_nonnull(L);
    struct gen_library library;
    ck_assert_int_eq(gen_library_open(&library, NULL, e), SOFA_OK);
    gen_environment_push(L, &v, facts, &library);
    enum sofa_status status = gen_template_render(L, "t.v", text, strlen(text), out, e);
    lua_close(L);
    free(facts);
    return status;
}

static void expect_text(const char *text, const char *want)
{
    struct gen_buffer out = {0};
    struct sofa_error e = {{0}};
    ck_assert_msg(render(text, &out, &e) == SOFA_OK, "%s", e.text);
    ck_assert_str_eq(out.data ? out.data : "", want);
    gen_buffer_free(&out);
}

static void expect_error(const char *text, const char *place, const char *what)
{
    struct gen_buffer out = {0};
    struct sofa_error e = {{0}};
    ck_assert_int_eq(render(text, &out, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strncmp(e.text, place, strlen(place)) == 0, "%s", e.text);
    ck_assert_msg(strstr(e.text, what) != NULL, "%s", e.text);
    ck_assert_ptr_null(strchr(e.text, '\n'));
    gen_buffer_free(&out);
}

START_TEST(template_text)
{
    expect_text("", "");
    expect_text("a\n", "a\n");
    expect_text("a \t\n  b", "a\n  b\n");
    expect_text("q\"\\%d $x ()\r\n", "q\"\\%d $x ()\n");
    expect_text("[$(1 + 2):0] $(lit(5, 3)) $((\")\")) $(true)\n", "[3:0] 5'd3 ) 1\n");
    expect_text("//% for i = 0, 2 do\n  w$(i)\n//% end\nz\n", "  w0\n  w1\n  w2\nz\n");
    expect_text("$(4 / 2)\n", "2\n");
    expect_text("//% for k, v in pairs{b=2, a=1, 7} do\n$(k)=$(v)\n//% end\n", "1=7\na=1\nb=2\n");
}
END_TEST

START_TEST(template_values)
{
    expect_text("$(cfg.name) $(cfg.mode) $(cfg.tile.keys) $(d.beats) $(clog2(9)) $(version)\n", "small kv 16 4 4 0.2.0\n");
    expect_text("$(#exp2_table()) $(exp2_table()[1]) $(#recip_table()) $(recip_table()[129])\n", "65 262144 129 131072\n");
    expect_text("$(registers()[1].name) $(registers()[1].lower) $(errors()[3].code)\n", "ID id 2\n");
    expect_text("$(latency(\"x\", 3)) $(memory(\"y\", 4, 5))\n", "3 5\n");
    expect_text("$((\"abc\"):upper())\n", "ABC\n");
}
END_TEST

START_TEST(template_extension)
{
    expect_text("$(ext('a', 2, 4)) $(ext('a', 4, 4)) $(ext('a', 4, 2))\n", "{{2{1'b0}}, a} a a[1:0]\n");
    expect_text("$(sext('a', 2, 4)) $(sext('a', 4, 4)) $(sext('a', 4, 1))\n", "{{2{a[1]}}, a} a a[0:0]\n");
}
END_TEST

START_TEST(template_errors)
{
    expect_error("a\nb $(1\n", "t.v:2:", "$( without its )");
    expect_error("a\n\n$(nothing)\n", "t.v:3:", "nothing");
    expect_error("$(cfg.tile.kyes)\n", "t.v:1:", "kyes");
    expect_error("$(d.no)\n", "t.v:1:", "no");
    expect_error("\n$(7 / 2)\n", "t.v:2:", "not an integer");
    expect_error("\n$(cfg)\n", "t.v:2:", "table");
    expect_error("\n$(lit(2, 4))\n", "t.v:2:", "does not fit");
    expect_error("//% for i = 1, 2 do\nx\n", "t.v:", "end");
    expect_error("//% error('odd width')\n", "t.v:1:", "odd width");
    expect_error("//% error({})\n", "t.v", "message");
    expect_error("$(os.exit(0))\n", "t.v:1:", "os");
    expect_error("//% latency('', 1)\n", "t.v:1:", "1 to 63");
    expect_error("//% memory('m', -1, 1)\n", "t.v:1:", "count");
    expect_error("//% for i = 1, 1000 do latency('m' .. i, 1) end\n", "t.v:1:", "latencies");
}
END_TEST

static int is_template(const struct gen_library *library, const char *module, size_t length)
{
    for (unsigned i = 0; i < library->count; i++) {
        const char *file = strrchr(library->template[i].name, '/') + 1;
        if (strncmp(file, module, length) == 0 && strcmp(file + length, ".v") == 0)
            return 1;
    }
    return 0;
}

/* Rooms leave out modules that exist, and of each room at least one. */
START_TEST(rooms_name_templates)
{
    struct gen_buffer out = {0};
    struct gen_library library;
    struct sofa_error e;
    unsigned count = 0;
    ck_assert_int_eq(gen_library_open(&library, NULL, &e), SOFA_OK);
    ck_assert_int_eq(render("//% for _, module in ipairs(modules_left_out()) do\n$(module)\n//% end\n", &out, &e), SOFA_OK);
    for (const char *module = out.data; *module; count++) {
        size_t length = strcspn(module, "\n");
        ck_assert_msg(is_template(&library, module, length), "%.*s", (int)length, module);
        module += length + 1;
    }
    ck_assert_uint_gt(count, 40);
    ck_assert(!is_template(&library, "sofa_cor", 8) && is_template(&library, "sofa_core", 9));
    gen_buffer_free(&out);
}
END_TEST

/* A template's globals are its own. */
START_TEST(template_isolation)
{
    expect_text("//% mine = 1\n$(mine)\n", "1\n");
    expect_error("$(mine)\n", "t.v:1:", "mine");
}
END_TEST

START_TEST(port_list)
{
    static const char text[] = "// module m (\nmodule other; endmodule\n"
                               "module m #(parameter A = (1 + 2)) ( // ports (all)\n  input wire clk,\n"
                               "  input wire [7:0] i_a, i_b, /* ] */\n  output reg signed [15 : 0] o_c\n);";
    struct gen_port *port;
    struct sofa_error e;
    unsigned count;
    ck_assert_msg(gen_ports_read(&port, &count, text, "m", &e) == SOFA_OK, "%s", e.text);
    ck_assert_uint_eq(count, 4);
    ck_assert_str_eq(port[2].name, "i_b");
    ck_assert_uint_eq(port[0].bits, 1);
    ck_assert_uint_eq(port[2].bits, 8);
    ck_assert_str_eq(port[3].direction, "output");
    ck_assert_uint_eq(port[3].bits, 16);
    free(port);
    static const char *const bad[] = {"", "module m;", "module m (input a", "module m (input [A-1:0] a);",
                                      "module m /*", "module m #("};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        ck_assert_int_eq(gen_ports_read(&port, &count, bad[i], "m", &e), SOFA_BAD_INPUT);
        free(port);
    }
}
END_TEST

#define GOLDEN_MAP 0x0949fb62u

/* ---- emission ---- */

static const char *const configurations[][6] = {
    {NULL},
    {"query_block=128", "tile.keys=128", "head_dim=64", "predict.keys=64", "predict.dims=64", "attend.lanes=8"},
    {"query_block=1", "tile.keys=4", "head_dim=8", "predict.keys=1", "predict.dims=1", "attend.width=1"},
    {"memory.port_bits=8", "memory.address_bits=16", "attend.window=1", "memory.read_channels=2", "tile.kept_max=1",
     "head_dim=9"},
    {"mode=tokens", "kvgen.rotary=1", "kvgen.slice=64", "memory.port_bits=64", "board.memory_kib=64", "hidden_max=300"},
    {"target=fpga", "head_dim=64", "attend.lanes=1", "attend.width=64", "memory.port_bits=128", "board.memory_kib=64"},
};
#define CONFIGURATIONS (sizeof configurations / sizeof configurations[0])

static void emit_numbered(struct gen_files *files, int i)
{
    struct sofa_config c;
    struct sofa_error e;
    load(&c, configurations[i], configurations[i][0] ? 6 : 0);
    ck_assert_msg(gen_emit_files(files, &c, NULL, &e) == SOFA_OK, "%s", e.text);
}

START_TEST(deterministic)
{
    struct gen_files a, b;
    emit_numbered(&a, _i);
    emit_numbered(&b, _i);
    ck_assert_uint_eq(a.count, b.count);
    for (unsigned i = 0; i < a.count; i++) {
        ck_assert_str_eq(a.file[i].path, b.file[i].path);
        ck_assert_str_eq(a.file[i].text.data, b.file[i].text.data);
    }
    ck_assert_uint_eq(gen_files_crc(&a), gen_files_crc(&b));
    b.file[0].text.data[0] ^= 1;
    ck_assert_uint_ne(gen_files_crc(&a), gen_files_crc(&b));
    gen_files_free(&a);
    gen_files_free(&b);
}
END_TEST

/* Library search finds a module by its file's name, so one file holds one module of that name. */
START_TEST(one_module_a_file)
{
    struct gen_files files;
    emit_numbered(&files, _i);
    for (unsigned i = 0; i < files.count; i++) {
        const char *name = strrchr(files.file[i].path, '/'), *text = files.file[i].text.data;
        if (!name || strncmp(files.file[i].path, "rtl/", 4) != 0)
            continue;
        char want[128];
        snprintf(want, sizeof want, "\nmodule %.*s", (int)(strlen(name) - 3), name + 1);
        const char *module = strstr(text, "\nmodule ");
        ck_assert_msg(module && strncmp(module, want, strlen(want)) == 0, "%s", files.file[i].path);
        ck_assert_msg(strchr(" ;(\n", module[strlen(want)]) != NULL, "%s", files.file[i].path);
        ck_assert_msg(!strstr(module + 1, "\nmodule "), "%s", files.file[i].path);
        ck_assert_msg(strstr(text, "`default_nettype none\n") != NULL, "%s", files.file[i].path);
    }
    gen_files_free(&files);
}
END_TEST

static int is_module(const struct gen_file *file)
{
    return strncmp(file->path, "rtl/", 4) == 0;
}

/* Cores and what stands around them are at the top. */
static void check_modules_used(const struct gen_files *files, const char *configuration)
{
    unsigned char *used = calloc(files->count, 1);
    ck_assert_ptr_nonnull(used);
    for (unsigned i = 0; i < files->count; i++) {
        struct gen_instance *list;
        unsigned count;
        struct sofa_error e;
        if (!is_module(&files->file[i]))
            continue;
        ck_assert_msg(gen_instances_read(&list, &count, &files->file[i], files, &e) == SOFA_OK, "%s", e.text);
        for (unsigned k = 0; k < count; k++)
            used[list[k].module - files->file] = 1;
        free(list);
    }
    for (unsigned i = 0; i < files->count; i++)
        ck_assert_msg(used[i] || !is_module(&files->file[i]) || strncmp(files->file[i].path, "rtl/top/", 8) == 0,
                      "%s is part of no other module in%s", files->file[i].path, configuration);
    free(used);
}

/* Of whatever configuration: what is emitted is used. */
START_TEST(every_module_is_used)
{
    for (unsigned i = 0; i < 5; i++) {
        struct tb_case c;
        struct sofa_error e;
        struct gen_files files;
        ck_assert_msg(tb_random_config(&c, test_seed(), 5 * (unsigned)_i + i, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(gen_emit_files(&files, &c.config, NULL, &e) == SOFA_OK, "%s", e.text);
        char set[TB_CASE_KEYS * 49] = "";
        for (unsigned k = 0; k < c.overrides; k++)
            snprintf(set + strlen(set), sizeof set - strlen(set), " %s", c.override[k]);
        check_modules_used(&files, set);
        gen_files_free(&files);
    }
}
END_TEST

START_TEST(manifest_lists_files)
{
    struct gen_files files;
    size_t i;
    json_t *entry;
    emit_numbered(&files, _i);
    const struct gen_file *manifest = gen_files_find(&files, GEN_MANIFEST);
    ck_assert_ptr_nonnull(manifest);
    json_t *root = json_loads(manifest->text.data, 0, NULL);
    ck_assert_ptr_nonnull(root);
    ck_assert_uint_eq(json_array_size(json_object_get(root, "files")), files.count - 1);
    json_array_foreach(json_object_get(root, "files"), i, entry) {
        const struct gen_file *file = gen_files_find(&files, json_string_value(json_object_get(entry, "path")));
        ck_assert_ptr_nonnull(file);
        ck_assert_int_eq(json_integer_value(json_object_get(entry, "bytes")), (json_int_t)file->text.length);
    }
    ck_assert_ptr_nonnull(json_object_get(json_object_get(root, "configuration"), "tile"));
    ck_assert_ptr_nonnull(json_object_get(json_object_get(root, "derived"), "full_bits"));
    json_decref(root);
    gen_files_free(&files);
}
END_TEST

/* "// Latency: 3 cycles" or "... Latency of a read: 1 cycle": the number, or -1. */
static int stated_latency(const char *text)
{
    static const char *const begins[] = {"Latency ", "Latency: ", "Latency of a read: ", "Latency of reads: ", "Latency of a column: "};
    for (const char *at = text; (at = strstr(at, "Latency")) != NULL; at++)
        for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
            size_t n = strlen(begins[i]);
            if (strncmp(at, begins[i], n) == 0 && at[n] >= '0' && at[n] <= '9')
                return atoi(at + n);
        }
    return -1;
}

/* What a module's head states as its latency stands in the manifest under the module's name. */
START_TEST(manifest_lists_latencies)
{
    struct gen_files files;
    emit_numbered(&files, _i);
    json_t *root = json_loads(gen_files_find(&files, GEN_MANIFEST)->text.data, 0, NULL), *cycles;
    const char *key;
    unsigned stated = 0;
    for (unsigned i = 0; i < files.count; i++) {
        const char *base = strrchr(files.file[i].path, '/');
        int latency = base ? stated_latency(files.file[i].text.data) : -1, listed = 0;
        if (latency < 0)
            continue;
        size_t n = strlen(base) - strlen("/sofa_.v");
        json_object_foreach(json_object_get(root, "latencies"), key, cycles)
            listed |= strncmp(key, base + strlen("/sofa_"), n) == 0 && (key[n] == '\0' || key[n] == '.') &&
                      json_integer_value(cycles) == latency;
        ck_assert_msg(listed, "%s: %d cycles", files.file[i].path, latency);
        stated++;
    }
    ck_assert_uint_gt(stated, 12);
    json_object_foreach(json_object_get(root, "latencies"), key, cycles) {
        char path[80];
        unsigned found = 0;
        snprintf(path, sizeof path, "/sofa_%.*s.v", (int)strcspn(key, "."), key);
        for (unsigned i = 0; i < files.count; i++)
            found += strstr(files.file[i].path, path) != NULL;
        ck_assert_msg(found == 1, "%s is not emitted", key);
    }
    json_decref(root);
    gen_files_free(&files);
}
END_TEST

/* Each policy of selection without what only the other one needs. */
START_TEST(policies_apart)
{
    static const char *const set[] = {"select.policy=mass", "select.policy=rank", "select.policy=both"};
    static const char *const of_rank[] = {"sofa_select", "sofa_sort", "sofa_clip", "radius", "REG_KEPT", "REG_RADIUS", "REG_SCORE_SHIFT", "REG_CLIPPED_LO"};
    static const char *const of_mass[] = {"sofa_mass", "octaves_2", "REG_MASS", "REG_OCTAVE_SHIFT"};
    for (unsigned policy = 0; policy < 3; policy++) {
        struct sofa_config c;
        struct sofa_error e;
        struct gen_files files;
        unsigned rank[sizeof of_rank / sizeof of_rank[0]] = {0}, mass[sizeof of_mass / sizeof of_mass[0]] = {0};
        load(&c, &set[policy], 1);
        ck_assert_msg(gen_emit_files(&files, &c, NULL, &e) == SOFA_OK, "%s", e.text);
        for (unsigned i = 0; i < files.count; i++) {
            const char *path = files.file[i].path;
            int rtl = strncmp(path, "rtl/", 4) == 0, header = strcmp(path, "sofa_regs.h") == 0;
            for (size_t w = 0; (rtl || header) && w < sizeof of_rank / sizeof of_rank[0]; w++)
                rank[w] |= strstr(files.file[i].text.data, of_rank[w]) != NULL;
            for (size_t w = 0; (rtl || header) && w < sizeof of_mass / sizeof of_mass[0]; w++)
                mass[w] |= strstr(files.file[i].text.data, of_mass[w]) != NULL;
        }
        for (size_t w = 0; w < sizeof of_rank / sizeof of_rank[0]; w++)
            ck_assert_msg(rank[w] == (policy != 0), "%s: %s is %sthere", set[policy], of_rank[w], rank[w] ? "" : "not ");
        for (size_t w = 0; w < sizeof of_mass / sizeof of_mass[0]; w++)
            ck_assert_msg(mass[w] == (policy != 1), "%s: %s is %sthere", set[policy], of_mass[w], mass[w] ? "" : "not ");
        gen_files_free(&files);
    }
}
END_TEST

/* Offsets and names are a contract with programs: a change of this value is a change of the interface. */
START_TEST(golden_register_header)
{
    struct gen_files files;
    emit_numbered(&files, 0);
    const struct gen_file *header = gen_files_find(&files, "sofa_regs.h");
    ck_assert_ptr_nonnull(header);
    uint32_t crc = 0;
    for (const char *line = header->text.data; *line;) {
        size_t length = strcspn(line, "\n") + 1;
        const char *value = strstr(line, "_VALUE "); /* version and hash may change */
        if (strncmp(line, "#define", 7) == 0 && (!value || value > line + length))
            crc = gen_crc32(crc, line, length);
        line += length;
    }
    ck_assert_msg(crc == GOLDEN_MAP, "%08x", crc);
    ck_assert_uint_eq(gen_crc32(0, "123456789", 9), 0xCBF43926u);
    gen_files_free(&files);
}
END_TEST

/* ---- layout ---- */

static void expect_layout(const char *text, const char *want)
{
    struct gen_buffer out = {0};
    gen_layout(&out, text);
    ck_assert_str_eq(out.data ? out.data : "", want);
    gen_buffer_free(&out);
}

START_TEST(connections_stand_in_lines)
{
    expect_layout("    sofa_a #(.W(3)) u_a (.clk(clk), .i_long(f(x, y)),\n        .o({a, b}));\n    wire c;\n",
                  "    sofa_a #(.W(3)) u_a (\n        .clk    (clk),\n        .i_long (f(x, y)),\n        .o      ({a, b})\n    );\n"
                  "    wire c;\n");
    expect_layout("    sofa_a u_a (\n        .clk(clk));\n", "    sofa_a u_a (\n        .clk (clk)\n    );\n");
    expect_layout("    sofa_a u_a (.clk(clk), // a comment\n        .b(b));\n", "    sofa_a u_a (.clk(clk), // a comment\n        .b(b));\n");
    expect_layout("    assign a = f (.b);\n", "    assign a = f (.b);\n");
}
END_TEST

/* A long line of each kind: code breaks in as few brackets as can be, a comment goes before it. */
START_TEST(long_lines_break)
{
    char a[71], text[400], want[400];
    memset(a, 'a', 70);
    a[70] = '\0';
    snprintf(text, sizeof text, "    assign x = (%s && b) || (%s && c);\n", a, a);
    snprintf(want, sizeof want, "    assign x = (%s && b) ||\n        (%s && c);\n", a, a);
    expect_layout(text, want);
    snprintf(text, sizeof text, "    wire x; // %s %s\n    wire y;\n", a, a);
    snprintf(want, sizeof want, "    // %s\n    // %s\n    wire x;\n    wire y;\n", a, a);
    expect_layout(text, want);
    snprintf(text, sizeof text, "    assign x = {%s,%s};\n", a, a);
    snprintf(want, sizeof want, "    assign x = {%s,\n        %s};\n", a, a);
    expect_layout(text, want);
}
END_TEST

static void check_columns(const struct gen_files *files)
{
    for (unsigned i = 0; i < files->count; i++) {
        const char *at = files->file[i].text.data;
        if (strncmp(files->file[i].path, "rtl/", 4) != 0)
            continue;
        for (; *at; at += strcspn(at, "\n") + (strchr(at, '\n') != NULL))
            ck_assert_msg(strcspn(at, "\n") <= GEN_COLUMNS, "%s: %.200s", files->file[i].path, at);
    }
}

START_TEST(lines_fit)
{
    static const char *const sets[][2] = {{"mode=kv", "target=0"}, {"mode=tokens", "target=0"}, {"mode=kv", "target=1"}};
    static const char *const names[] = {"small", "wide", "paper", "board", "ice40up5k"};
    for (unsigned i = 0; i < 15; i++) {
        char path[64];
        struct sofa_config c;
        struct gen_files files;
        struct sofa_error e;
        snprintf(path, sizeof path, "configs/%s.yaml", names[i / 3]);
        ck_assert_msg(sofa_config_load(&c, path, sets[i % 3], 2, &e) == SOFA_OK, "%s", e.text);
        ck_assert_msg(gen_emit_files(&files, &c, NULL, &e) == SOFA_OK, "%s", e.text);
        check_columns(&files);
        gen_files_free(&files);
    }
}
END_TEST

/* Only what stands around the core may differ. */
START_TEST(baud_changes_no_file_of_the_core)
{
    static const char *const slow[] = {"board.memory_kib=64", "board.baud=9600"}, *const fast[] = {"board.memory_kib=64"};
    struct sofa_config a, b;
    struct gen_files first, second;
    struct sofa_error e;
    unsigned differ = 0;
    load(&a, slow, 2);
    load(&b, fast, 1);
    ck_assert_msg(gen_emit_files(&first, &a, NULL, &e) == SOFA_OK && gen_emit_files(&second, &b, NULL, &e) == SOFA_OK, "%s", e.text);
    ck_assert_uint_eq(first.count, second.count);
    for (unsigned i = 0; i < first.count; i++) {
        if (strcmp(first.file[i].text.data, second.file[i].text.data) == 0)
            continue;
        differ++;
        ck_assert_msg(strcmp(first.file[i].path, "rtl/top/sofa_soc.v") == 0 || strcmp(first.file[i].path, "manifest.json") == 0,
                      "%s", first.file[i].path);
    }
    ck_assert_uint_eq(differ, 2);
    gen_files_free(&first);
    gen_files_free(&second);
}
END_TEST

/* The head names what the template reads, by way of functions and names of the library, too. */
START_TEST(heads_name_what_matters)
{
    struct sofa_config c;
    struct gen_files files;
    struct sofa_error e;
    load(&c, NULL, 0);
    ck_assert_msg(gen_emit_files(&files, &c, NULL, &e) == SOFA_OK, "%s", e.text);
    for (unsigned i = 0; i < files.count; i++) {
        if (strcmp(files.file[i].path, "rtl/memory/sofa_address.v") != 0)
            continue;
        char *text = files.file[i].text.data, *end = strstr(text, "//\n");
        ck_assert_ptr_nonnull(end);
        *end = '\0';
        ck_assert_ptr_nonnull(strstr(text, "memory.address_bits=32"));
        ck_assert_ptr_null(strstr(text, "tile.keys"));
        ck_assert_ptr_null(strstr(text, "baud"));
    }
    gen_files_free(&files);
}
END_TEST

Suite *gen_suite(void)
{
    Suite *suite = suite_create("gen");
    TCase *templates = tcase_create("templates");
    tcase_add_test(templates, template_text);
    tcase_add_test(templates, template_values);
    tcase_add_test(templates, template_extension);
    tcase_add_test(templates, template_errors);
    tcase_add_test(templates, rooms_name_templates);
    tcase_add_test(templates, template_isolation);
    tcase_add_test(templates, port_list);
    suite_add_tcase(suite, templates);
    TCase *emission = tcase_create("emission");
    tcase_set_timeout(emission, 30);
    tcase_add_loop_test(emission, deterministic, 0, (int)CONFIGURATIONS);
    tcase_add_loop_test(emission, one_module_a_file, 0, (int)CONFIGURATIONS);
    tcase_add_loop_test(emission, manifest_lists_files, 0, (int)CONFIGURATIONS);
    tcase_add_loop_test(emission, manifest_lists_latencies, 0, (int)CONFIGURATIONS);
    tcase_add_loop_test(emission, every_module_is_used, 0, getenv("SOFA_WHOLE") ? 400 : 8);
    tcase_add_test(emission, policies_apart);
    tcase_add_test(emission, golden_register_header);
    suite_add_tcase(suite, emission);
    TCase *layout = tcase_create("layout");
    tcase_add_test(layout, connections_stand_in_lines);
    tcase_add_test(layout, long_lines_break);
    tcase_add_test(layout, lines_fit);
    tcase_add_test(layout, baud_changes_no_file_of_the_core);
    tcase_add_test(layout, heads_name_what_matters);
    suite_add_tcase(suite, layout);
    return suite;
}

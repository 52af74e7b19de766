/* SPDX-License-Identifier: Apache-2.0 */
#include "registers.h"

#include "../cmodel/config/prefix.h"
#include "../cmodel/config/regs.h"
#include "layout.h"
#include "render.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---- C and Verilog: one list of names and numbers, two ways of writing them ---- */

struct language {
    const char *define;
    int verilog;
    const struct sofa_config *config; /* its prefix begins every name */
};

static void put_define(struct gen_buffer *b, const struct language *l, const char *name, uint32_t value)
{
    char macro[SOFA_NAME_ROOM];
    sofa_prefix_macro(macro, l->config, name);
    gen_buffer_printf(b, l->verilog ? "%s %-42s 32'h%08X\n" : "%s %-42s 0x%08Xu\n", l->define, macro, value);
}

static void put_field(struct gen_buffer *b, const struct language *l, const char *reg, const struct sofa_field *f)
{
    char name[128], upper[64];
    size_t n = 0;
    for (; f->name[n] && n < sizeof upper - 1; n++)
        upper[n] = (char)toupper((unsigned char)f->name[n]);
    upper[n] = '\0';
    snprintf(name, sizeof name, "REG_%s_%s_LOW", reg, upper);
    put_define(b, l, name, f->low);
    snprintf(name, sizeof name, "REG_%s_%s_BITS", reg, upper);
    put_define(b, l, name, f->bits);
}

/* A remark on as many lines as it needs. */
static void put_remark(struct gen_buffer *b, const char *text)
{
    size_t column = 2;
    gen_buffer_puts(b, "//");
    while (*text) {
        size_t length = strcspn(text, " ");
        if (column + 1 + length > GEN_COLUMNS) {
            gen_buffer_puts(b, "\n//");
            column = 2;
        }
        gen_buffer_puts(b, " ");
        gen_buffer_append(b, text, length);
        column += 1 + length;
        text += length + strspn(text + length, " ");
    }
    gen_buffer_puts(b, "\n");
}

static void put_registers(struct gen_buffer *b, const struct language *l, const struct gen_values *v)
{
    unsigned count;
    const struct sofa_register *table = sofa_registers(&count);
    char name[128];
    for (unsigned i = 0; i < count; i++) {
        struct sofa_register r;
        if (!sofa_register_for(&r, &table[i], &v->config))
            continue;
        char remark[512];
        snprintf(remark, sizeof remark, "%s, %s: %s", r.name, r.access, r.description);
        gen_buffer_puts(b, "\n");
        put_remark(b, remark);
        snprintf(name, sizeof name, "REG_%s", r.name);
        put_define(b, l, name, r.offset);
        if (r.kind == SOFA_REG_CONSTANT) {
            snprintf(name, sizeof name, "REG_%s_VALUE", r.name);
            put_define(b, l, name, r.reset);
        }
        for (unsigned f = 0; f < SOFA_FIELDS_MAX && r.field[f].name; f++)
            put_field(b, l, r.name, &r.field[f]);
    }
}

static void put_errors(struct gen_buffer *b, const struct language *l)
{
    gen_buffer_puts(b, "\n// STATUS.error\n");
    for (unsigned code = 0; code < SOFA_ERROR_COUNT; code++) {
        char name[128] = "REG_ERROR_";
        size_t n = strlen(name);
        for (const char *s = sofa_error_code_name(code); *s && n < sizeof name - 1; s++)
            name[n++] = (char)toupper((unsigned char)*s);
        name[n] = '\0';
        put_define(b, l, name, code);
    }
}

static void put_map(struct gen_buffer *b, const struct language *l, const struct gen_values *v)
{
    gen_buffer_puts(b, "//\n// Offsets in bytes; of a field its lowest bit and its width.\n");
    char guard[SOFA_NAME_ROOM];
    sofa_prefix_macro(guard, l->config, l->verilog ? "REGS_VH" : "REGS_MAP_H");
    gen_buffer_printf(b, l->verilog ? "`ifndef %s\n`define %s\n" : "#ifndef %s\n#define %s\n", guard, guard);
    put_registers(b, l, v);
    put_errors(b, l);
    gen_buffer_puts(b, l->verilog ? "\n`endif\n" : "\n#endif\n");
}

void gen_registers_c(struct gen_buffer *b, const struct gen_values *v)
{
    const struct language c = {"#define", 0, &v->config};
    char name[SOFA_NAME_ROOM];
    gen_put_header(b, v, "// ", sofa_prefix_name(name, &v->config, "regs.h"));
    put_map(b, &c, v);
}

void gen_registers_verilog(struct gen_buffer *b, const struct gen_values *v)
{
    const struct language verilog = {"`define", 1, &v->config};
    char name[SOFA_NAME_ROOM];
    gen_put_header(b, v, "// ", sofa_prefix_name(name, &v->config, "regs.vh"));
    put_map(b, &verilog, v);
}

/* ---- Markdown ---- */

static void put_row(struct gen_buffer *b, const struct sofa_register *r)
{
    gen_buffer_printf(b, "| 0x%03X | `%s` | %s | %u | 0x%X | %s", r->offset, r->name, r->access, r->bits,
                      r->reset, r->description);
    for (unsigned f = 0; f < SOFA_FIELDS_MAX && r->field[f].name; f++) {
        const struct sofa_field *field = &r->field[f];
        gen_buffer_puts(b, f ? "; " : ". ");
        if (field->bits == 1)
            gen_buffer_printf(b, "bit %u", field->low);
        else
            gen_buffer_printf(b, "bits %u:%u", field->low + field->bits - 1, field->low);
        gen_buffer_printf(b, " `%s`: %s", field->name, field->description);
    }
    gen_buffer_puts(b, " |\n");
}

static const char *heading(enum sofa_register_kind kind)
{
    switch (kind) {
    case SOFA_REG_DESCRIPTOR:
        return "Job descriptor";
    case SOFA_REG_COUNTER:
        return "Counters";
    case SOFA_REG_JOBS:
        return "Queue of jobs";
    default:
        return "Identity, control and status";
    }
}

static void put_intro(struct gen_buffer *b, const struct gen_values *v)
{
    gen_buffer_puts(b, "# Registers\n\n");
    if (v)
        gen_put_header(b, v, "    ", "registers.md");
    else
        gen_buffer_puts(b, "Written by `sofagen --registers` from the table in `cmodel/config/regs.c`; every emitted file set holds its own\n"
                           "copy, with the widths of its configuration.\n");
    gen_buffer_puts(b,
        "\nRegisters are 32 bits wide, at the byte offsets below; bits beyond the given width read as 0 and ignore writes. RO:\n"
        "read only, RW: read and write, WO: write only, reads as 0. Other offsets read as 0 and ignore writes, as do the `_HI`\n"
        "of bases where addresses have no more than 32 bits. An access is answered two cycles later.\n\n"
        "A job: write the descriptor, write `CONTROL.start`, wait for `STATUS.done` or the interrupt, read `STATUS.error`.\n"
        "Starting clears done, error and the counters. The descriptor keeps its values over jobs.\n\n"
        "The queue of jobs (`jobs.queue`): a ring of descriptors in memory. A descriptor is an image of the registers below\n"
        "0x100; the next one stands 256 bytes further, or a port beat where that is more. The core reads it from 0x018 on, runs\n"
        "the job as if its registers had been written and `CONTROL.start`, then writes STATUS into it, at 0x010, with done and\n"
        "the job's error. Write `JOBS_BASE` and `JOBS_COUNT` once, then `JOBS_TAIL` behind the last descriptor that is ready;\n"
        "`JOBS_HEAD` follows it. STATUS says busy until the queue is empty, then done and the error of the last job that failed.\n"
        "A job that fails ends alone, unless its flag `stop` is set; an abort ends the oldest job and stops the queue, as do an\n"
        "error of the bus while STATUS is written and a bus that does not answer. A queue that has stopped goes on when\n"
        "`JOBS_TAIL` is written. Jobs may overlap: descriptor and tensors of a job stand still until its STATUS is there, and what\n"
        "one job reads must not be what the one before it writes. Counters are those of all jobs since the queue began; what is run\n"
        "again behind a job that failed counts again. Behind a job with flag `stop` none begins before its STATUS is there. The\n"
        "descriptor's registers hold one of the jobs in the end.\n\n"
        "A counter has 64 bits. Reading its `_LO` takes hold of the upper half, which `_HI` then returns: read `_LO` first,\n"
        "then `_HI`, with no other counter in between.\n");
}

static void put_error_table(struct gen_buffer *b)
{
    gen_buffer_puts(b, "\n## Error codes\n\n| code | name | meaning |\n|---|---|---|\n");
    for (unsigned code = 0; code < SOFA_ERROR_COUNT; code++)
        gen_buffer_printf(b, "| %u | `%s` | %s |\n", code, sofa_error_code_name(code), sofa_error_code_text(code));
}

void gen_registers_markdown(struct gen_buffer *b, const struct gen_values *v)
{
    unsigned count;
    const struct sofa_register *table = sofa_registers(&count);
    const char *open = NULL;
    put_intro(b, v);
    for (unsigned i = 0; i < count; i++) {
        struct sofa_register r = table[i];
        if (v && !sofa_register_for(&r, &table[i], &v->config))
            continue;
        /* WATCHDOG belongs to the descriptor but stands among the control registers. */
        const char *title = r.offset < 0x020 ? heading(SOFA_REG_CONTROL) : heading(r.kind);
        if (title != open)
            gen_buffer_printf(b, "\n## %s\n\n| offset | name | access | bits | reset | meaning |\n|---|---|---|---|---|---|\n",
                              title);
        open = title;
        put_row(b, &r);
    }
    put_error_table(b);
}

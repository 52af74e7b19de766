/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include "../base/parse.h"
#include "../base/program.h"
#include "../base/version.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define EXTRA_MAX 16
enum { OPTION_SET = 256, OPTION_KEPT, OPTION_TILE, OPTION_RADIUS, OPTION_CARRY, OPTION_ORDER, OPTION_MASS, OPTION_BALANCE, OPTION_PAIR,
       OPTION_ROWS, OPTION_HEAD, OPTION_FIT, OPTION_ALL_VISIBLE, OPTION_JSON, OPTION_VERSION, OPTION_EXTRA };

/* First those of a run. */
static const struct option shared_options[] = {
    {"kept", required_argument, NULL, OPTION_KEPT},     {"tile", required_argument, NULL, OPTION_TILE},
    {"radius", required_argument, NULL, OPTION_RADIUS}, {"carry", no_argument, NULL, OPTION_CARRY},
    {"rows", required_argument, NULL, OPTION_ROWS},     {"head", required_argument, NULL, OPTION_HEAD},
    {"order", required_argument, NULL, OPTION_ORDER},   {"mass", required_argument, NULL, OPTION_MASS},
    {"balance", required_argument, NULL, OPTION_BALANCE}, {"pair-blocks", required_argument, NULL, OPTION_PAIR},
    {"all-visible", no_argument, NULL, OPTION_ALL_VISIBLE},
    {"set", required_argument, NULL, OPTION_SET},       {"fit", no_argument, NULL, OPTION_FIT},
    {"json", no_argument, NULL, OPTION_JSON},           {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPTION_VERSION},     {"output", required_argument, NULL, 'o'},
};
#define SHARED (sizeof shared_options / sizeof shared_options[0])
#define RUN 11u

static void print_help(const struct sofa_program *program)
{
    printf("usage: %s CONFIG.yaml TRACE.npz%s [options]\n%s\n\n"
           "  --set KEY=VALUE   override a key of the configuration, e.g. tile.keys=128\n"
           "  --fit             set head_dim, mode and kvgen.rotary, and larger keys_max and hidden_max, as the trace needs\n"
           "  --kept N          keys kept per row and tile (default: as many as the hardware keeps)\n"
           "  --mass SHARE      keep keys that seem to have this share of the row's weight so far, instead of --kept (0 < SHARE < 1)\n"
           "  --tile KEYS       keys of a tile (default: tile.keys)\n"
           "  --radius R        drop kept keys more than R (natural logarithm) below the best (default: inf)\n"
           "  --carry           the best is that of this and all earlier tiles of the row\n"
           "  --order ORDER     of a block's tiles: ascending; nearest: from its last visible key down; own[:OFFSET]: from the\n"
           "                    position of its last row down, then from the last visible key down; row r of the trace is at key\n"
           "                    r + OFFSET modulo all keys (default: ascending; with --mass, or with --radius and --carry, nearest\n"
           "                    where rows see different keys, own where all see the same and rows are a multiple of the keys)\n"
           "  --balance WHEN    scale the channels of floats alike before they are quantised: on, off, or auto, where prediction\n"
           "                    then loses clearly less of the softmax weight (default: auto)\n"
           "  --pair-blocks WHEN  the last block of rows, the first, the last but one, ... in turn: on, off, or auto, in mode kv\n"
           "                    where the core has attend.queue and the order is nearest; on: not in mode tokens, nor with order\n"
           "                    own; no output bit depends on it (default: auto)\n"
           "  --rows A:B        only rows A to B-1 of the trace\n"
           "  --head N          of a trace that holds several heads, from 0 on%s\n"
           "  --all-visible     every row sees every key, whatever the trace's first and visible say\n"
           "  -o OUT.npz        write o, o_int, o_scale and selected%s\n"
           "  --json            print one JSON object\n",
           program->name, program->several ? "..." : "", program->summary, program->several ? " (default: all of them)" : "",
           program->several ? "; of several heads into OUT-TRACE[-hN].npz" : "");
    for (const struct sofa_extra_option *x = program->extra; x && x->name; x++) {
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", x->name, x->argument ? " " : "", x->argument ? x->argument : "");
        printf("  %-17s %s\n", left, x->help);
    }
    printf("  -h, --help        this text\n"
           "  --version         the version\n\n"
           "Exit status: 0 good, 1 the result is bad, 2 usage or input error.\n");
}

static void build_table(struct option *table, const struct sofa_program *program)
{
    unsigned n = SHARED;
    memcpy(table, shared_options, sizeof shared_options);
    for (const struct sofa_extra_option *x = program->extra; x && x->name && n < SHARED + EXTRA_MAX; x++, n++)
        table[n] = (struct option){x->name, x->argument ? required_argument : no_argument, NULL,
                                   OPTION_EXTRA + (int)(n - SHARED)};
    table[n] = (struct option){0};
}

static enum sofa_status take_count(unsigned *value, const char *name, const char *text, unsigned most,
                                   struct sofa_error *e)
{
    uint64_t n;
    if (!sofa_parse_unsigned(text, most, &n) || n == 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s '%.80s': must be a whole number, 1 to %u", name, text, most);
    *value = (unsigned)n;
    return SOFA_OK;
}

enum sofa_status sofa_options_mass(struct sofa_options *o, const char *text, struct sofa_error *e)
{
    if (!sofa_parse_real(text, &o->mass) || !(o->mass > 0 && o->mass < 1))
        return sofa_fail(e, SOFA_BAD_INPUT, "--mass '%.80s': must be a number between 0 and 1", text);
    return SOFA_OK;
}

enum sofa_status sofa_options_order(struct sofa_options *o, const char *text, struct sofa_error *e)
{
    static const char *const names[SOFA_ORDERS] = {"ascending", "nearest", "own"};
    uint64_t offset;
    o->order_given = 1;
    for (unsigned order = 0; order < SOFA_ORDERS; order++)
        if (strcmp(text, names[order]) == 0) {
            o->order = (enum sofa_order)order;
            return SOFA_OK;
        }
    if (strncmp(text, "own:", 4) != 0 || !sofa_parse_unsigned(text + 4, UINT32_MAX, &offset))
        return sofa_fail(e, SOFA_BAD_INPUT, "--order '%.80s': must be ascending, nearest, own or own:OFFSET", text);
    o->order = SOFA_ORDER_OWN;
    o->own_offset = (size_t)offset;
    return SOFA_OK;
}

enum sofa_status sofa_options_balance(struct sofa_options *o, const char *text, struct sofa_error *e)
{
    static const char *const names[] = {[SOFA_BALANCE_OFF] = "off", [SOFA_BALANCE_ON] = "on", [SOFA_BALANCE_AUTO] = "auto"};
    for (unsigned wish = 0; wish < sizeof names / sizeof names[0]; wish++)
        if (strcmp(text, names[wish]) == 0) {
            o->balance = (enum sofa_balance_wish)wish;
            return SOFA_OK;
        }
    return sofa_fail(e, SOFA_BAD_INPUT, "--balance '%.80s': must be auto, on or off", text);
}

static enum sofa_status take_pairing(struct sofa_options *o, const char *text, struct sofa_error *e)
{
    static const char *const names[] = {[SOFA_PAIR_AUTO] = "auto", [SOFA_PAIR_OFF] = "off", [SOFA_PAIR_ON] = "on"};
    for (unsigned wish = 0; wish < sizeof names / sizeof names[0]; wish++)
        if (strcmp(text, names[wish]) == 0) {
            o->pairing = (enum sofa_pairing)wish;
            return SOFA_OK;
        }
    return sofa_fail(e, SOFA_BAD_INPUT, "--pair-blocks '%.80s': must be auto, on or off", text);
}

/* How a head is run. */
static enum sofa_status take_run(struct sofa_run_options *o, int option, const char *text, struct sofa_error *e)
{
    switch (option) {
    case OPTION_KEPT: return take_count(&o->run.kept, "--kept", text, SOFA_KEPT_MAX, e);
    case OPTION_TILE: return take_count(&o->run.tile, "--tile", text, SOFA_TILE_KEYS_MAX, e);
    case OPTION_RADIUS:
        if (!sofa_parse_real(text, &o->run.radius))
            return sofa_fail(e, SOFA_BAD_INPUT, "--radius '%.80s': must be a number >= 0, or inf", text);
        return SOFA_OK;
    case OPTION_CARRY: o->run.carry = 1; return SOFA_OK;
    case OPTION_MASS: return sofa_options_mass(&o->run, text, e);
    case OPTION_ORDER: return sofa_options_order(&o->run, text, e);
    case OPTION_BALANCE: return sofa_options_balance(&o->run, text, e);
    case OPTION_PAIR: return take_pairing(&o->run, text, e);
    case OPTION_ROWS:
        if (!sofa_parse_range(text, &o->row_first, &o->row_end))
            return sofa_fail(e, SOFA_BAD_INPUT, "--rows '%.80s': must be A:B with 0 <= A < B", text);
        return SOFA_OK;
    case OPTION_HEAD: return sofa_parse_head(&o->head, text, e);
    default: o->all_visible = 1; return SOFA_OK;
    }
}

enum sofa_status sofa_options_set(struct sofa_run_options *o, const char *name, const char *text, struct sofa_error *e)
{
    for (unsigned i = 0; i < RUN; i++)
        if (strcmp(shared_options[i].name, name) == 0)
            return take_run(o, shared_options[i].val, text, e);
    return sofa_fail(e, SOFA_BAD_INPUT, "unknown option '%.80s'", name);
}

static enum sofa_status take_shared(struct sofa_run_options *o, int option, const char *text, struct sofa_error *e)
{
    switch (option) {
    case OPTION_SET:
        if (o->overrides == SOFA_OVERRIDES_MAX)
            return sofa_fail(e, SOFA_BAD_INPUT, "--set: given more than %u times", SOFA_OVERRIDES_MAX);
        o->override[o->overrides++] = text;
        return SOFA_OK;
    case OPTION_FIT: o->fit = 1; return SOFA_OK;
    case OPTION_JSON: o->json = 1; return SOFA_OK;
    case 'o': o->out_path = text; return SOFA_OK;
    default: return take_run(o, option, text, e);
    }
}

static enum sofa_status take_option(struct sofa_run_options *o, const struct sofa_program *program, int option,
                                    const char *word, struct sofa_error *e)
{
    switch (option) {
    case 'h': print_help(program); o->finished = 1; return SOFA_OK;
    case OPTION_VERSION:
        printf("%s %s\n", program->name, SOFA_VERSION);
        o->finished = 1;
        return SOFA_OK;
    case ':': return sofa_fail(e, SOFA_BAD_INPUT, "option '%.80s' needs an argument; see --help", word);
    case '?': return sofa_fail(e, SOFA_BAD_INPUT, "unknown or ambiguous option '%.80s'; see --help", word);
    default: break;
    }
    if (option >= OPTION_EXTRA)
        return program->set(program->user, program->extra[option - OPTION_EXTRA].name, optarg, e);
    return take_shared(o, option, optarg, e);
}

static enum sofa_status take_positionals(struct sofa_run_options *o, const struct sofa_program *program, int argc,
                                         char **argv, struct sofa_error *e)
{
    int trace_only = program->trace_only && *program->trace_only;
    if (argc - optind == 1 && trace_only) {
        o->trace_path = argv[optind];
        return SOFA_OK;
    }
    if (argc - optind < 2)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s is missing; see --help",
                         optind < argc ? "TRACE.npz" : "CONFIG.yaml");
    if (argc - optind > 2 && (!program->several || trace_only))
        return sofa_fail(e, SOFA_BAD_INPUT, "unexpected argument '%.80s'; see --help", argv[optind + 2]);
    o->config_path = argv[optind];
    o->trace = argv + optind + 1;
    o->traces = (unsigned)(argc - optind - 1);
    o->trace_path = o->trace[0];
    return SOFA_OK;
}

enum sofa_status sofa_options_parse(struct sofa_run_options *o, const struct sofa_program *program, int argc,
                                    char **argv, struct sofa_error *e)
{
    struct option table[SHARED + EXTRA_MAX + 1];
    *o = (struct sofa_run_options)SOFA_RUN_OPTIONS_DEFAULT;
    build_table(table, program);
    optind = 0; /* start over: getopt keeps its state between calls */
    opterr = 0;
    for (;;) {
        int option = getopt_long(argc, argv, ":ho:", table, NULL);
        if (option == -1)
            return take_positionals(o, program, argc, argv, e);
        enum sofa_status status = take_option(o, program, option, argv[optind - 1], e);
        if (status != SOFA_OK || o->finished)
            return status;
    }
}

int sofa_exit(const struct sofa_program *program, enum sofa_status status, const struct sofa_error *e)
{
    return sofa_program_end(program->name, status, e);
}

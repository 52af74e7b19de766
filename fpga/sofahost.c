/* SPDX-License-Identifier: Apache-2.0 */
/* sofahost: runs attention on a board and checks it against the model. */
#include "../cmodel/base/parse.h"
#include "../cmodel/base/program.h"
#include "../cmodel/base/version.h"
#include "../cmodel/front/options.h"
#include "host.h"

#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: sofahost --port DEV COMMAND [options]\n"
    "Drives a board: a serial port (/dev/ttyUSB1), a UIO device (/dev/uio0), or FILE:REGISTERS:MEMORY:BYTES.\n"
    "\n"
    "  selftest            line, registers, memory, small jobs; the first failure is told\n"
    "  run TRACE.npz...    runs a head, compares every bit with the model, prints times and counters; several heads as a queue of\n"
    "                      jobs (jobs.queue: 1)\n"
    "  bench               the same with random data of a size that fits the board\n"
    "  info                version, status and configuration\n"
    "  read ADDR           a 32-bit word of memory, or a register by name or from 0x80000000 on\n"
    "  write ADDR VALUE\n"
    "\n"
    "  --port DEV          the board\n"
    "  --baud N            of a serial port (115200)\n"
    "  --config FILE       configuration; a board with a serial line tells its own\n"
    "  --set KEY=VALUE     overrides a key of the configuration\n"
    "  --timeout S         seconds that a job may take (60)\n"
    "  --rows A:B          only rows A to B-1 of the trace\n"
    "  --head N            of a trace that holds several heads, from 0 on\n"
    "  --kept N, --tile KEYS, --radius R, --carry, --mass SHARE, --order ORDER, --balance WHEN\n"
    "                      as sofamodel takes them\n"
    "  --json              prints one JSON object\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0 good, 1 no answer or a bad one, 2 usage or input error.\n";

enum { OPTION_PORT = 256, OPTION_BAUD, OPTION_CONFIG, OPTION_SET, OPTION_TIMEOUT, OPTION_ROWS, OPTION_HEAD, OPTION_KEPT, OPTION_TILE,
       OPTION_RADIUS, OPTION_CARRY, OPTION_ORDER, OPTION_MASS, OPTION_BALANCE, OPTION_JSON, OPTION_VERSION };

static const struct option known[] = {
    {"port", required_argument, NULL, OPTION_PORT},     {"baud", required_argument, NULL, OPTION_BAUD},
    {"config", required_argument, NULL, OPTION_CONFIG}, {"set", required_argument, NULL, OPTION_SET},
    {"timeout", required_argument, NULL, OPTION_TIMEOUT}, {"rows", required_argument, NULL, OPTION_ROWS},
    {"kept", required_argument, NULL, OPTION_KEPT},     {"tile", required_argument, NULL, OPTION_TILE},
    {"radius", required_argument, NULL, OPTION_RADIUS}, {"carry", no_argument, NULL, OPTION_CARRY},
    {"order", required_argument, NULL, OPTION_ORDER},   {"mass", required_argument, NULL, OPTION_MASS},
    {"balance", required_argument, NULL, OPTION_BALANCE},
    {"head", required_argument, NULL, OPTION_HEAD},     {"json", no_argument, NULL, OPTION_JSON},
    {"help", no_argument, NULL, 'h'},                   {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

static enum sofa_status take_number(unsigned *value, const char *name, const char *text, unsigned most,
                                    struct sofa_error *e)
{
    uint64_t n;
    if (!sofa_parse_unsigned(text, most, &n) || n == 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s '%.80s': must be a whole number, 1 to %u", name, text, most);
    *value = (unsigned)n;
    return SOFA_OK;
}

static enum sofa_status take(struct host_options *o, int option, const char *text, struct sofa_error *e)
{
    switch (option) {
    case OPTION_PORT: o->port = text; break;
    case OPTION_BAUD: return take_number(&o->baud, "--baud", text, 4000000, e);
    case OPTION_CONFIG: o->config = text; break;
    case OPTION_SET:
        if (o->overrides == HOST_OVERRIDES_MAX)
            return sofa_fail(e, SOFA_BAD_INPUT, "--set: given more than %u times", HOST_OVERRIDES_MAX);
        o->override[o->overrides++] = text;
        break;
    case OPTION_TIMEOUT:
        if (!sofa_parse_real(text, &o->timeout) || !(o->timeout > 0))
            return sofa_fail(e, SOFA_BAD_INPUT, "--timeout '%.80s': must be a number of seconds > 0", text);
        break;
    case OPTION_ROWS:
        if (!sofa_parse_range(text, &o->row_first, &o->row_end))
            return sofa_fail(e, SOFA_BAD_INPUT, "--rows '%.80s': must be A:B with 0 <= A < B", text);
        break;
    case OPTION_HEAD: return sofa_parse_head(&o->head, text, e);
    case OPTION_KEPT: return take_number(&o->run.kept, "--kept", text, SOFA_KEPT_MAX, e);
    case OPTION_TILE: return take_number(&o->run.tile, "--tile", text, SOFA_TILE_KEYS_MAX, e);
    case OPTION_RADIUS:
        if (!sofa_parse_real(text, &o->run.radius))
            return sofa_fail(e, SOFA_BAD_INPUT, "--radius '%.80s': must be a number >= 0, or inf", text);
        break;
    case OPTION_CARRY: o->run.carry = 1; break;
    case OPTION_MASS: return sofa_options_mass(&o->run, text, e);
    case OPTION_ORDER: return sofa_options_order(&o->run, text, e);
    case OPTION_BALANCE: return sofa_options_balance(&o->run, text, e);
    default: o->json = 1; break;
    }
    return SOFA_OK;
}

static enum sofa_status parse(struct host_options *o, int argc, char **argv, int *finished, struct sofa_error *e)
{
    *o = (struct host_options){.baud = 115200, .timeout = 60, .row_end = SIZE_MAX, .head = SIZE_MAX, .run = SOFA_OPTIONS_DEFAULT};
    *finished = 0;
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":h", known, NULL)) != -1;) {
        if (c == 'h' || c == OPTION_VERSION) {
            fputs(c == 'h' ? usage : "sofahost " SOFA_VERSION "\n", stdout);
            *finished = 1;
            return SOFA_OK;
        }
        if (c == ':' || c == '?')
            return sofa_fail(e, SOFA_BAD_INPUT, "option '%.80s' is unknown or lacks its value; see --help", argv[optind - 1]);
        if (take(o, c, optarg, e) != SOFA_OK)
            return SOFA_BAD_INPUT;
    }
    if (optind == argc)
        return sofa_fail(e, SOFA_BAD_INPUT, "no command (selftest, run, bench, info, read, write); see --help");
    o->command = argv[optind++];
    o->argument = argv + optind;
    o->arguments = argc - optind;
    if (o->arguments > 2 && strcmp(o->command, "run") != 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "unexpected argument '%.80s'; see --help", o->argument[2]);
    if (!o->port)
        return sofa_fail(e, SOFA_BAD_INPUT, "--port is missing; see --help");
    return SOFA_OK;
}

static enum sofa_status run(const struct host_options *o, struct sofa_error *e)
{
    static const struct {
        const char *name;
        enum sofa_status (*act)(struct host *h, struct sofa_error *e);
    } commands[] = {{"selftest", host_selftest}, {"run", host_run},   {"bench", host_bench},
                    {"info", host_info},         {"read", host_read}, {"write", host_write}};
    size_t i = 0, count = sizeof commands / sizeof commands[0];
    while (i < count && strcmp(commands[i].name, o->command) != 0)
        i++;
    if (i == count)
        return sofa_fail(e, SOFA_BAD_INPUT, "unknown command '%.80s'; see --help", o->command);
    struct host *h = calloc(1, sizeof *h);
    if (!h)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory");
    enum sofa_status status = host_open(h, o, e);
    if (status == SOFA_OK) {
        status = commands[i].act(h, e);
        host_close(h);
    }
    free(h);
    return status;
}

int main(int argc, char **argv)
{
    struct host_options options;
    struct sofa_error error = {""};
    int finished;
    sofa_program_begin();
    enum sofa_status status = parse(&options, argc, argv, &finished, &error);
    if (status == SOFA_OK && !finished)
        status = run(&options, &error);
    return sofa_program_end("sofahost", status, &error);
}

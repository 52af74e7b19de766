/* SPDX-License-Identifier: Apache-2.0 */
/* sofaboard: a board in simulation behind a pseudo-terminal, for sofahost and whatever talks to a serial port. */
#include "../../cmodel/base/program.h"
#include "../../cmodel/base/version.h"
#include "../ending.h"
#include "board.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define OVERRIDES_MAX 128u
#define SLICE_CLOCKS 2000u
#define IDLE_SLICES 2000u /* without a byte: from then on the clock stands still between looks at the line */
#define IDLE_MS 5

static const char usage[] =
    "usage: sofaboard CONFIG.yaml [--set KEY=VALUE]...\n"
    "Simulates the UART board of a configuration (board.memory_kib > 0) behind a pseudo-terminal, whose name is the first\n"
    "line of the output; sofahost --port NAME talks to it. Ends with the terminal's signals.\n"
    "\n"
    "  --set KEY=VALUE   overrides a key of the configuration; board.baud = board.clock_hz / 4 simulates fastest\n"
    "  --seed N          what registers hold at power-up (default: zeros)\n"
    "  --help, --version\n"
    "\n"
    "Exit status: 0, or 2 if usage or configuration is at fault.\n";

struct settings {
    const char *config, *override[OVERRIDES_MAX];
    unsigned overrides;
    uint64_t seed;
    int finished;
};

static enum sofa_status parse(struct settings *s, int argc, char **argv, struct sofa_error *e)
{
    static const struct option known[] = {{"set", required_argument, NULL, 's'}, {"seed", required_argument, NULL, 'r'},
                                          {"help", no_argument, NULL, 'h'},      {"version", no_argument, NULL, 'v'},
                                          {NULL, 0, NULL, 0}};
    *s = (struct settings){0};
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":h", known, NULL)) != -1;) {
        if (c == 's' && s->overrides < OVERRIDES_MAX)
            s->override[s->overrides++] = optarg;
        else if (c == 'r')
            s->seed = strtoull(optarg, NULL, 0);
        else if (c == 'h' || c == 'v') {
            fputs(c == 'h' ? usage : "sofaboard " SOFA_VERSION "\n", stdout);
            s->finished = 1;
            return SOFA_OK;
        } else
            return sofa_fail(e, SOFA_BAD_INPUT, "option '%.80s' is unknown or lacks its value; see --help", argv[optind - 1]);
    }
    if (argc - optind != 1)
        return sofa_fail(e, SOFA_BAD_INPUT, "give one CONFIG.yaml; see --help");
    s->config = argv[optind];
    return SOFA_OK;
}

static enum sofa_status open_terminal(int *master, struct sofa_error *e)
{
    struct termios t;
    const char *name = NULL;
    *master = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (*master >= 0 && grantpt(*master) == 0 && unlockpt(*master) == 0)
        name = ptsname(*master);
    int slave = name ? open(name, O_RDWR | O_NOCTTY) : -1;
    if (slave < 0 || tcgetattr(slave, &t) != 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "no pseudo-terminal: %s", strerror(errno));
    cfmakeraw(&t);
    tcsetattr(slave, TCSANOW, &t);
    close(slave);
    printf("%s\n", name);
    return sofa_program_flush(e);
}

/* Moves bytes both ways; 1 if there was one. Bytes that nobody reads are lost, as on a real line. */
static int exchange(struct tb_board *b, int master)
{
    uint8_t bytes[256];
    ssize_t n = read(master, bytes, sizeof bytes);
    for (ssize_t i = 0; i < n; i++)
        while (!tb_board_send(b, bytes[i]))
            tb_board_run(b, SLICE_CLOCKS);
    size_t count = 0;
    while (count < sizeof bytes && tb_board_receive(b, &bytes[count]))
        count++;
    if (count > 0 && write(master, bytes, count) < 0)
        return 1;
    return n > 0 || count > 0;
}

/* Until a signal, or an assertion of the RTL. */
static enum sofa_status serve(struct tb_board *b, int master, struct sofa_error *e)
{
    const struct timespec nap = {0, IDLE_MS * 1000000};
    unsigned idle = 0;
    while (!tb_board_failure(b)) {
        idle = exchange(b, master) ? 0 : idle + 1;
        tb_board_run(b, SLICE_CLOCKS);
        if (idle > IDLE_SLICES) {
            struct pollfd f = {.fd = master, .events = POLLIN};
            if (poll(&f, 1, IDLE_MS) > 0 && !(f.revents & POLLIN))
                nanosleep(&nap, NULL); /* nobody has the other end open */
        }
    }
    return sofa_fail(e, SOFA_BAD_RESULT, "%s", tb_board_failure(b));
}

int main(int argc, char **argv)
{
    struct settings s;
    struct sofa_config c;
    struct tb_board *board = NULL;
    struct sofa_error e = {""};
    int master = -1;
    sofa_program_begin();
    tb_ending_begin();
    enum sofa_status status = parse(&s, argc, argv, &e);
    if (status == SOFA_OK && s.finished)
        return sofa_program_end("sofaboard", status, &e);
    if (status == SOFA_OK)
        status = sofa_config_load(&c, s.config, s.override, s.overrides, &e);
    const struct tb_core_options options = {.seed = s.seed, .verbose = 1};
    if (status == SOFA_OK)
        status = tb_board_open(&board, &c, &options, &e);
    if (status == SOFA_OK)
        status = open_terminal(&master, &e);
    if (status == SOFA_OK)
        status = serve(board, master, &e);
    tb_board_close(board);
    return sofa_program_end("sofaboard", status, &e);
}

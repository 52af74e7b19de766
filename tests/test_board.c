/* SPDX-License-Identifier: Apache-2.0 */
/* The serial link and the board behind it: codec, faults, and sofahost on a simulated board. */
#include "tests.h"

#include "../cmodel/bits/model.h"
#include "../cmodel/host/driver.h"
#include "../cmodel/host/link_bus.h"
#include "../cmodel/host/serial.h"
#include "../tb/board/board.h"
#include "../tb/synthetic.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define CONFIG "configs/board.yaml"
#define SHORT_FRAMES 400u /* SOFA_FRAMES asks for more */

/* An answer as the board sends it. */
static size_t encode_answer(uint8_t *out, unsigned command, unsigned sequence, const uint8_t *data, unsigned count)
{
    struct sofa_link_frame f = {.command = SOFA_LINK_WRITE, .count = (uint8_t)count};
    uint8_t request[SOFA_LINK_FRAME_MAX], head[4] = {SOFA_LINK_SYNC, (uint8_t)command, (uint8_t)sequence, (uint8_t)count};
    uint32_t crc = 0xFFFFFFFFu;
    memcpy(f.data, data, count);
    sofa_link_encode(request, &f);
    memcpy(out, head, 4);
    memcpy(out + 4, data, count);
    for (size_t i = 1; i < 4 + count; i++) {
        crc ^= out[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? SOFA_LINK_CRC_POLYNOMIAL : 0);
    }
    for (unsigned i = 0; i < 4; i++)
        out[4 + count + i] = (uint8_t)(~crc >> 8 * i);
    return 8 + count;
}

START_TEST(parser_finds_answers_in_garbage)
{
    uint64_t random = test_seed();
    struct sofa_link_parser parser = {.count = 0};
    struct sofa_link_frame answer;
    unsigned found = 0;
    for (unsigned n = 0; n < 2000; n++) {
        uint8_t bytes[SOFA_LINK_FRAME_MAX], data[255];
        unsigned count = test_between(&random, 0, 255);
        for (unsigned i = 0; i < count; i++)
            data[i] = (uint8_t)(test_between(&random, 0, 3) ? test_random(&random) : SOFA_LINK_SYNC);
        for (unsigned i = test_between(&random, 0, 20); i > 0; i--) {
            uint8_t noise = (uint8_t)(test_between(&random, 0, 3) ? test_random(&random) : SOFA_LINK_SYNC);
            ck_assert(!sofa_link_take(&parser, noise, &answer));
        }
        size_t length = encode_answer(bytes, SOFA_LINK_ANSWER | SOFA_LINK_READ, n & 0xFF, data, count);
        int got = 0;
        for (size_t i = 0; i < length; i++)
            got |= sofa_link_take(&parser, bytes[i], &answer);
        /* noise that looks like the begin of a frame may hold the answer back until more bytes come */
        for (unsigned i = 0; i < SOFA_LINK_FRAME_MAX && !got; i++)
            got = sofa_link_take(&parser, 0, &answer);
        ck_assert(got);
        ck_assert_uint_eq(answer.sequence, n & 0xFF);
        ck_assert_uint_eq(answer.count, count);
        ck_assert_mem_eq(answer.data, data, count);
        parser.count = 0;
        found++;
    }
    ck_assert_uint_eq(found, 2000);
}
END_TEST

static enum sofa_status one_job(const struct sofa_bus *bus, const struct sofa_config *c, struct tb_random *random,
                                struct sofa_error *e)
{
    struct sofa_trace t;
    struct sofa_job job;
    struct sofa_result result;
    struct sofa_ran ran;
    const struct sofa_options options = {.radius = INFINITY};
    const struct sofa_run how = {.timeout = 120};
    size_t rows = tb_random_between(random, 1, 9), keys = tb_random_between(random, 1, 40);
    enum sofa_status made = tb_synthetic(&t, c, rows, keys, TB_RANDOM_VALUES, TB_ANY_RANGE, random, e);
    ck_assert_int_eq(made, SOFA_OK);
    ck_assert_int_eq(sofa_job_make(&job, c, &t, &options, e), SOFA_OK);
    ck_assert_int_eq(sofa_model_run(&result, c, &t, &job, 0, e), SOFA_OK);
    int16_t *output = calloc(rows * c->head_dim, sizeof *output);
    ck_assert_ptr_nonnull(output);
    enum sofa_status status = sofa_driver_run(bus, c, &t, &job, &how, output, &ran, e);
    if (status == SOFA_OK)
        ck_assert_mem_eq(output, result.o, rows * c->head_dim * sizeof *output);
    free(output);
    sofa_result_free(&result);
    sofa_trace_free(&t);
    return status;
}

START_TEST(faults_on_the_line)
{
    const char *asked = getenv("SOFA_FRAMES");
    uint64_t frames = asked ? strtoull(asked, NULL, 0) : SHORT_FRAMES, done = 0;
    struct sofa_error e = {""};
    struct sofa_config c, told;
    struct tb_board *board;
    struct tb_faults faults = {.per_million = 0, .random = {test_seed()}};
    struct tb_random random = {test_seed() + 1};
    struct sofa_stream stream;
    struct sofa_bus bus;
    struct sofa_link link;
    unsigned jobs = 0, reported = 0;
    static const unsigned rate[] = {200, 1000, 4000, 30000};
    const struct tb_core_options options = {.seed = test_seed()};
    ck_assert_int_eq(sofa_config_load(&c, CONFIG, NULL, 0, &e), SOFA_OK);
    ck_assert_msg(tb_board_open(&board, &c, &options, &e) == SOFA_OK, "%s", e.text);
    tb_board_stream(&faults.inner, board);
    tb_faults_stream(&stream, &faults);
    ck_assert_msg(sofa_link_open(&bus, &link, &stream, c.board.baud, 2, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_link_config(&link, &told, &e) == SOFA_OK, "%s", e.text);
    ck_assert_uint_eq(sofa_config_hash(&told), sofa_config_hash(&c));
    bus.size = (uint64_t)c.board.memory_kib * 1024;
    while (done < frames) {
        faults.per_million = rate[jobs++ % (sizeof rate / sizeof rate[0])];
        if (one_job(&bus, &c, &random, &e) != SOFA_OK) {
            ck_assert(e.text[0] != '\0');
            reported++;
        }
        done = link.requests + link.repeats;
    }
    faults.per_million = 0; /* after all that the board works as before */
    ck_assert_msg(one_job(&bus, &c, &random, &e) == SOFA_OK, "%s", e.text);
    printf("link: %llu frames, %llu repeated, %u jobs, %u of them reported; %llu bytes damaged, %llu lost, garbage %llu times\n",
           (unsigned long long)done, (unsigned long long)link.repeats, jobs, reported, (unsigned long long)faults.damaged,
           (unsigned long long)faults.lost, (unsigned long long)faults.added);
    ck_assert_uint_gt(link.repeats, 0);
    ck_assert_uint_lt(reported, jobs);
    bus.close(bus.user);
    tb_board_close(board);
}
END_TEST

/* A program of the build tree that this test belongs to. */
static void program(char path[600], const char *name)
{
    char programs[512];
    test_programs(programs);
    snprintf(path, 600, "%s/%s", programs, name);
}

/* Starts argv[0]; its output (and messages) can be read from *out. */
static pid_t start(char *const argv[], int *out)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        dup2(ends[1], 1);
        dup2(ends[1], 2);
        close(ends[0]);
        execv(argv[0], argv);
        _exit(127);
    }
    close(ends[1]);
    *out = ends[0];
    return child;
}

/* Runs sofahost; returns its exit status and what it said. */
static int sofahost(char text[4096], const char *port, const char *command, const char *more)
{
    char path[600];
    int out, state;
    program(path, "sofahost");
    char *const argv[] = {path, (char *)(size_t)"--port", (char *)(size_t)port, (char *)(size_t)command,
                          (char *)(size_t)more, NULL};
    pid_t child = start(argv, &out);
    size_t n = 0;
    for (ssize_t got; n < 4095 && (got = read(out, text + n, 4095 - n)) > 0;)
        n += (size_t)got;
    text[n] = '\0';
    close(out);
    ck_assert_int_eq(waitpid(child, &state, 0), child);
    return WIFEXITED(state) ? WEXITSTATUS(state) : -1;
}

static pid_t start_board(char name[64])
{
    char path[600], line[256];
    int out;
    program(path, "sofaboard");
    char *const argv[] = {path, (char *)(size_t)CONFIG, (char *)(size_t)"--seed", (char *)(size_t)"7", NULL};
    pid_t child = start(argv, &out);
    FILE *f = fdopen(out, "r");
    ck_assert_ptr_nonnull(f);
    do
        ck_assert_msg(fgets(line, sizeof line, f) != NULL, "sofaboard gives no name");
    while (strncmp(line, "/dev/", 5) != 0);
    fclose(f);
    snprintf(name, 64, "%.60s", line);
    name[strcspn(name, "\n")] = '\0';
    return child;
}

static void end_board(pid_t board)
{
    int state;
    kill(board, SIGTERM);
    waitpid(board, &state, 0);
}

/* 1 if the board answers these bytes within a while. */
static int is_answered(struct sofa_stream *stream, const uint8_t *request, size_t length)
{
    struct sofa_link_parser parser = {.count = 0};
    struct sofa_link_frame answer;
    struct sofa_error e;
    uint8_t bytes[64];
    size_t got = 1;
    int answered = 0;
    ck_assert_msg(stream->send(stream->user, request, length, &e) == SOFA_OK, "%s", e.text);
    while (!answered && got > 0) {
        ck_assert_msg(stream->receive(stream->user, bytes, sizeof bytes, &got, 2, &e) == SOFA_OK, "%s", e.text);
        for (size_t i = 0; i < got && !answered; i++)
            answered = sofa_link_take(&parser, bytes[i], &answer);
    }
    return answered;
}

/* What must be added to the four bytes of a CRC so that a receiver that also takes these ends with `wrong` added to its register. */
static uint32_t crc_error(uint32_t wrong)
{
    for (unsigned step = 0; step < 32; step++)
        wrong = wrong & 0x80000000u ? (wrong ^ SOFA_LINK_CRC_POLYNOMIAL) << 1 | 1u : wrong << 1;
    return wrong;
}

/* A request that leaves any one bit of the receiver's CRC register wrong is ignored. */
START_TEST(every_bit_of_the_crc)
{
    struct sofa_error e = {""};
    struct sofa_config c;
    struct tb_board *board;
    struct sofa_stream stream;
    const struct tb_core_options options = {.seed = test_seed()};
    ck_assert_int_eq(sofa_config_load(&c, CONFIG, NULL, 0, &e), SOFA_OK);
    ck_assert_msg(tb_board_open(&board, &c, &options, &e) == SOFA_OK, "%s", e.text);
    tb_board_stream(&stream, board);
    for (unsigned bit = 0; bit <= 32; bit++) {
        struct sofa_link_frame f = {.command = SOFA_LINK_READ, .sequence = (uint8_t)bit, .count = 4, .address = SOFA_LINK_REGISTERS};
        uint8_t request[SOFA_LINK_FRAME_MAX];
        size_t length = sofa_link_encode(request, &f);
        for (unsigned i = 0; i < 4 && bit < 32; i++)
            request[length - 4 + i] ^= (uint8_t)(crc_error(1u << bit) >> 8 * i);
        ck_assert_msg(is_answered(&stream, request, length) == (bit == 32), "bit %u of the CRC", bit);
    }
    stream.close(stream.user);
}
END_TEST

START_TEST(sofahost_on_a_simulated_board)
{
    char port[64], text[4096];
    pid_t board = start_board(port);
    ck_assert_msg(sofahost(text, port, "selftest", NULL) == 0, "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "selftest passed"));
    ck_assert_ptr_nonnull(strstr(text, "a queue of jobs              ok"));
    ck_assert_msg(sofahost(text, port, "info", NULL) == 0, "%s", text);
    ck_assert_ptr_nonnull(strstr(text, "head_dim"));
    ck_assert_msg(sofahost(text, port, "read", "ID") == 0, "%s", text);
    ck_assert_str_eq(text, "0x50fa0001\n");
    ck_assert_int_eq(sofahost(text, port, "read", "0x7000000"), 1);
    ck_assert_ptr_nonnull(strstr(text, "nothing to read at 0x07000000"));
    ck_assert_int_eq(sofahost(text, port, "info", "--set=head_dim=9"), 1);
    ck_assert_ptr_nonnull(strstr(text, "CONFIG_HASH"));
    ck_assert_int_eq(sofahost(text, port, "run", "/nowhere.npz"), 2);
    end_board(board);
    ck_assert_int_eq(sofahost(text, port, "info", NULL), 2);
    ck_assert_ptr_nonnull(strstr(text, "cannot open the port"));
}
END_TEST

/* A line with nobody, or with somebody who talks nonsense, at its end; then the end goes away. */
START_TEST(nobody_answers)
{
    struct sofa_error e = {""};
    struct sofa_stream stream;
    struct sofa_bus bus;
    struct sofa_link link;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert_int_ge(master, 0);
    ck_assert_int_eq(grantpt(master) | unlockpt(master), 0);
    ck_assert_int_eq(sofa_serial_open(&stream, ptsname(master), 4000000, &e), SOFA_OK);
    ck_assert_int_eq(sofa_link_open(&bus, &link, &stream, 4000000, 1, &e), SOFA_BAD_RESULT);
    ck_assert_ptr_nonnull(strstr(e.text, "no answer in"));
    ck_assert_int_eq(sofa_serial_open(&stream, ptsname(master), 4000000, &e), SOFA_OK);
    ck_assert_int_eq(write(master, "nonsense", 8), 8);
    ck_assert_int_eq(sofa_link_open(&bus, &link, &stream, 4000000, 1, &e), SOFA_BAD_RESULT);
    ck_assert_ptr_nonnull(strstr(e.text, "baud rate"));
    ck_assert_int_eq(sofa_serial_open(&stream, ptsname(master), 4000000, &e), SOFA_OK);
    close(master);
    ck_assert_int_eq(sofa_link_open(&bus, &link, &stream, 4000000, 1, &e), SOFA_BAD_RESULT);
    ck_assert_ptr_nonnull(strstr(e.text, "went away"));
    ck_assert_int_eq(sofa_serial_open(&stream, "/dev/null", 115200, &e), SOFA_BAD_INPUT);
    ck_assert_ptr_nonnull(strstr(e.text, "not a serial port"));
}
END_TEST

/* Two programs on one port, whichever way the first one holds it; a program that was killed holds nothing. */
START_TEST(port_in_use)
{
    struct sofa_error e = {""};
    struct sofa_stream first, second;
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert_int_ge(master, 0);
    ck_assert_int_eq(grantpt(master) | unlockpt(master), 0);
    const char *name = ptsname(master);
    ck_assert_msg(sofa_serial_open(&first, name, 115200, &e) == SOFA_OK, "%s", e.text);
    ck_assert_int_eq(sofa_serial_open(&second, name, 115200, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, name) && strstr(e.text, "in use by another program"), "%s", e.text);
    first.close(first.user);
    int other = open(name, O_RDWR | O_NOCTTY);
    ck_assert_int_eq(ioctl(other, TIOCEXCL), 0);
    ck_assert_int_eq(sofa_serial_open(&second, name, 115200, &e), SOFA_BAD_INPUT);
    ck_assert_msg(strstr(e.text, "in use by another program") != NULL, "%s", e.text);
    ck_assert_int_eq(ioctl(other, TIOCNXCL), 0);
    close(other);
    pid_t killed = fork();
    if (killed == 0) {
        if (sofa_serial_open(&first, name, 115200, &e) == SOFA_OK)
            raise(SIGKILL);
        _exit(0);
    }
    int state;
    ck_assert_int_eq(waitpid(killed, &state, 0), killed);
    ck_assert(WIFSIGNALED(state));
    ck_assert_msg(sofa_serial_open(&second, name, 115200, &e) == SOFA_OK, "%s", e.text);
    second.close(second.user);
    close(master);
}
END_TEST

/* The smallest memory that holds a block, and so takes a part for each. */
static void run_in_parts(struct sofa_bus *bus, const struct sofa_config *c, const struct sofa_trace *t,
                         const struct sofa_job *job, int16_t *output, struct sofa_ran *ran)
{
    const struct sofa_run how = {.timeout = 120};
    struct sofa_error e;
    uint64_t all = bus->size;
    for (bus->size = 256; sofa_driver_run(bus, c, t, job, &how, output, ran, &e) != SOFA_OK; bus->size += 2)
        ck_assert_msg(bus->size < all && strstr(e.text, "one block of rows") != NULL, "%s", e.text);
    bus->size = all;
}

static void open_bus(struct tb_board **board, struct sofa_config *c, struct sofa_bus *bus, struct sofa_link *link,
                     const char *const *set, unsigned count)
{
    struct sofa_config told;
    struct sofa_stream stream;
    struct sofa_error e;
    const struct tb_core_options options = {.seed = test_seed()};
    ck_assert_msg(sofa_config_load(c, CONFIG, set, count, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(tb_board_open(board, c, &options, &e) == SOFA_OK, "%s", e.text);
    tb_board_stream(&stream, *board);
    ck_assert_msg(sofa_link_open(bus, link, &stream, c->board.baud, 2, &e) == SOFA_OK, "%s", e.text);
    ck_assert_msg(sofa_link_config(link, &told, &e) == SOFA_OK, "%s", e.text);
    ck_assert_uint_eq(sofa_config_hash(&told), sofa_config_hash(c));
    bus->size = (uint64_t)c->board.memory_kib * 1024;
}

/* Mode tokens in a memory that does not hold all rows at once: later parts use what the earlier ones have generated. */
START_TEST(tokens_in_parts)
{
    enum { ROWS = 40, KEYS = 20, DIMS = 8 };
    static const char *const set[] = {"mode=tokens", "hidden_max=40", "kvgen.outputs=4", "kvgen.inputs=2", "kvgen.slice=24"};
    struct sofa_error e = {""};
    struct sofa_config c;
    struct tb_board *board;
    struct sofa_bus bus;
    struct sofa_link link;
    struct tb_random random = {test_seed()};
    open_bus(&board, &c, &bus, &link, set, sizeof set / sizeof set[0]);
    for (unsigned n = 0; n < 2; n++) {
        struct sofa_trace t;
        struct sofa_job job;
        struct sofa_result result;
        struct sofa_ran ran;
        const struct sofa_options options = {.radius = INFINITY};
        int16_t output[ROWS * DIMS] = {0};
        ck_assert_int_eq(tb_synthetic(&t, &c, ROWS, KEYS, TB_RANDOM_VALUES, n ? TB_CAUSAL : TB_SEE_ALL, &random, &e), SOFA_OK);
        ck_assert_int_eq(sofa_job_make(&job, &c, &t, &options, &e), SOFA_OK);
        ck_assert_int_eq(sofa_model_run(&result, &c, &t, &job, 0, &e), SOFA_OK);
        run_in_parts(&bus, &c, &t, &job, output, &ran);
        ck_assert_mem_eq(output, result.o, sizeof output);
        ck_assert_uint_eq(ran.parts, ROWS / c.query_block);
        ck_assert_uint_eq(sofa_count_of(&ran.counts, "GENERATED"), result.counters.generated);
        ck_assert_uint_eq(sofa_count_of(&ran.counts, "FETCHED"), result.counters.fetched);
        sofa_result_free(&result);
        sofa_trace_free(&t);
    }
    bus.close(bus.user);
    tb_board_close(board);
}
END_TEST

/* A memory that does not hold all heads: as many queues as it takes; one that does not hold a head: refused. */
START_TEST(heads_in_queues)
{
    enum { HEADS = 3, ROWS = 9, KEYS = 20, DIMS = 8 };
    const struct sofa_options options = {.radius = INFINITY};
    const struct sofa_run how = {.timeout = 120};
    struct sofa_error e = {""};
    struct sofa_config c;
    struct tb_board *board;
    struct sofa_bus bus;
    struct sofa_link link;
    struct sofa_trace t[HEADS];
    struct sofa_job job[HEADS];
    struct sofa_result result[HEADS];
    struct sofa_driver_head head[HEADS];
    struct sofa_ran ran;
    static int16_t output[HEADS][ROWS * DIMS];
    struct tb_random random = {test_seed()};
    open_bus(&board, &c, &bus, &link, NULL, 0);
    ck_assert_uint_eq(c.head_dim, DIMS);
    for (unsigned i = 0; i < HEADS; i++) {
        ck_assert_int_eq(tb_synthetic(&t[i], &c, ROWS, KEYS, TB_RANDOM_VALUES, i ? TB_CAUSAL : TB_SEE_ALL, &random, &e), SOFA_OK);
        ck_assert_int_eq(sofa_job_make(&job[i], &c, &t[i], &options, &e), SOFA_OK);
        ck_assert_int_eq(sofa_model_run(&result[i], &c, &t[i], &job[i], 0, &e), SOFA_OK);
        head[i] = (struct sofa_driver_head){&t[i], &job[i], output[i]};
    }
    uint64_t all = bus.size, least = 256;
    for (bus.size = least; sofa_driver_run_queue(&bus, &c, head, HEADS, &how, &ran, &e) != SOFA_OK; bus.size += 64)
        ck_assert_msg(bus.size < all && strstr(e.text, "run it alone") != NULL, "%s", e.text);
    ck_assert_uint_ge(ran.parts, 2);
    for (unsigned n = 0; n < 2; n++) {
        uint64_t pairs = 0;
        for (unsigned i = 0; i < HEADS; i++) {
            ck_assert_mem_eq(output[i], result[i].o, sizeof output[i]);
            pairs += result[i].counters.pairs;
        }
        ck_assert_uint_eq(sofa_count_of(&ran.counts, "PAIRS"), pairs);
        memset(output, 0, sizeof output);
        bus.size = all;
        if (n == 0)
            ck_assert_msg(sofa_driver_run_queue(&bus, &c, head, HEADS, &how, &ran, &e) == SOFA_OK, "%s", e.text);
        ck_assert_uint_eq(ran.parts, 1);
    }
    job[1].keys = 0;
    ck_assert_int_eq(sofa_driver_run_queue(&bus, &c, head, HEADS, &how, &ran, &e), SOFA_BAD_RESULT);
    ck_assert_ptr_nonnull(strstr(e.text, "head 1 ended with error 2"));
    for (unsigned i = 0; i < HEADS; i++) {
        sofa_result_free(&result[i]);
        sofa_trace_free(&t[i]);
    }
    bus.close(bus.user);
    tb_board_close(board);
}
END_TEST

Suite *board_suite(void)
{
    Suite *s = suite_create("board");
    TCase *line = tcase_create("line");
    tcase_set_timeout(line, 60);
    tcase_add_test(line, parser_finds_answers_in_garbage);
    tcase_add_test(line, nobody_answers);
    tcase_add_test(line, port_in_use);
    suite_add_tcase(s, line);
    if (test_fast())
        return s;
    TCase *hardware = tcase_create("hardware");
    tcase_set_timeout(hardware, 1800);
    tcase_add_test(hardware, faults_on_the_line);
    tcase_add_test(hardware, every_bit_of_the_crc);
    tcase_add_test(hardware, sofahost_on_a_simulated_board);
    tcase_add_test(hardware, heads_in_queues);
    tcase_add_test(hardware, tokens_in_parts);
    suite_add_tcase(s, hardware);
    return s;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "serial.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

#define SEND_MS 5000 /* until the port takes another byte */
#define PSEUDO_FIRST 136u /* device numbers of pseudo-terminals */
#define PSEUDO_LAST 143u

struct port {
    int file;
    int exclusive; /* the kernel lets nobody else open it */
    char name[96];
};

static const struct {
    unsigned baud;
    speed_t code;
} speeds[] = {
    {300, B300},         {1200, B1200},       {2400, B2400},       {4800, B4800},       {9600, B9600},
    {19200, B19200},     {38400, B38400},     {57600, B57600},     {115200, B115200},   {230400, B230400},
    {460800, B460800},   {500000, B500000},   {576000, B576000},   {921600, B921600},   {1000000, B1000000},
    {1152000, B1152000}, {1500000, B1500000}, {2000000, B2000000}, {2500000, B2500000}, {3000000, B3000000},
    {3500000, B3500000}, {4000000, B4000000},
};

static enum sofa_status gone(const struct port *p, const char *why, struct sofa_error *e)
{
    return sofa_fail(e, SOFA_BAD_RESULT, "%s: the port went away (%s); was the cable pulled or the board switched off?",
                     p->name, why);
}

/* 1: ready, 0: time-out, -1: gone (e is filled). */
static int wait_for(const struct port *p, short events, int ms, struct sofa_error *e)
{
    struct pollfd f = {.fd = p->file, .events = events};
    int n;
    do
        n = poll(&f, 1, ms);
    while (n < 0 && errno == EINTR);
    if (n < 0) {
        gone(p, strerror(errno), e);
        return -1;
    }
    if (n > 0 && !(f.revents & events)) {
        gone(p, "hang-up", e);
        return -1;
    }
    return n;
}

static enum sofa_status serial_send(void *user, const uint8_t *data, size_t count, struct sofa_error *e)
{
    const struct port *p = user;
    while (count > 0) {
        ssize_t n = write(p->file, data, count);
        if (n > 0) {
            data += n;
            count -= (size_t)n;
        } else if (n < 0 && errno != EAGAIN && errno != EINTR)
            return gone(p, strerror(errno), e);
        if (count == 0)
            break;
        int ready = wait_for(p, POLLOUT, SEND_MS, e);
        if (ready < 0)
            return SOFA_BAD_RESULT;
        if (ready == 0)
            return sofa_fail(e, SOFA_BAD_RESULT, "%s: takes no bytes for %d s", p->name, SEND_MS / 1000);
    }
    return SOFA_OK;
}

static enum sofa_status serial_receive(void *user, uint8_t *data, size_t room, size_t *got, unsigned ms,
                                       struct sofa_error *e)
{
    const struct port *p = user;
    *got = 0;
    int ready = wait_for(p, POLLIN, (int)ms, e);
    if (ready <= 0)
        return ready < 0 ? SOFA_BAD_RESULT : SOFA_OK;
    ssize_t n = read(p->file, data, room);
    if (n == 0)
        return gone(p, "end of file", e);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? SOFA_OK : gone(p, strerror(errno), e);
    *got = (size_t)n;
    return SOFA_OK;
}

static void serial_close(void *user)
{
    struct port *p = user;
    if (p->exclusive)
        ioctl(p->file, TIOCNXCL);
    close(p->file);
    free(p);
}

static enum sofa_status in_use(const char *name, struct sofa_error *e)
{
    return sofa_fail(e, SOFA_BAD_INPUT, "%.80s: the port is in use by another program; end that first", name);
}

/* A lock for programs that ask for one; the kernel's own exclusion against the others. A pseudo-terminal would stay excluded after a
 * program that was killed. */
static enum sofa_status claim(struct port *p, struct sofa_error *e)
{
    struct stat s;
    int excluded = 0;
    if (flock(p->file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return in_use(p->name, e);
    if (ioctl(p->file, TIOCGEXCL, &excluded) == 0 && excluded)
        return in_use(p->name, e);
    int pseudo = fstat(p->file, &s) == 0 && major(s.st_rdev) >= PSEUDO_FIRST && major(s.st_rdev) <= PSEUDO_LAST;
    p->exclusive = !pseudo && ioctl(p->file, TIOCEXCL) == 0;
    return SOFA_OK;
}

static enum sofa_status configure(struct port *p, unsigned baud, struct sofa_error *e)
{
    struct termios t;
    size_t i = 0, count = sizeof speeds / sizeof speeds[0];
    while (i < count && speeds[i].baud != baud)
        i++;
    if (i == count)
        return sofa_fail(e, SOFA_BAD_INPUT, "--baud is %u, must be a standard rate, 300 to 4000000", baud);
    if (tcgetattr(p->file, &t) != 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: not a serial port: %s", p->name, strerror(errno));
    enum sofa_status status = claim(p, e);
    if (status != SOFA_OK)
        return status;
    cfmakeraw(&t);
    t.c_cflag = (t.c_cflag & ~(tcflag_t)(CSTOPB | CRTSCTS)) | CLOCAL | CREAD;
    t.c_cc[VMIN] = 0;
    t.c_cc[VTIME] = 0;
    if (cfsetspeed(&t, speeds[i].code) != 0 || tcsetattr(p->file, TCSANOW, &t) != 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: does not take %u baud: %s", p->name, baud, strerror(errno));
    tcflush(p->file, TCIOFLUSH);
    return SOFA_OK;
}

enum sofa_status sofa_serial_open(struct sofa_stream *stream, const char *path, unsigned baud, struct sofa_error *e)
{
    struct port *p = calloc(1, sizeof *p);
    if (!p)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.80s: out of memory", path);
    snprintf(p->name, sizeof p->name, "%s", path);
    p->file = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (p->file < 0) {
        enum sofa_status status = errno == EBUSY ? in_use(path, e)
                                                 : sofa_fail(e, SOFA_BAD_INPUT, "%.80s: cannot open the port: %s", path, strerror(errno));
        free(p);
        return status;
    }
    *stream = (struct sofa_stream){.user = p, .send = serial_send, .receive = serial_receive, .close = serial_close};
    memcpy(stream->name, p->name, sizeof stream->name);
    enum sofa_status status = configure(p, baud, e);
    if (status != SOFA_OK)
        serial_close(p);
    return status;
}

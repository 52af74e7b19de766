/* SPDX-License-Identifier: Apache-2.0 */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void sofa_program_begin(void)
{
    static const int how[] = {O_RDONLY, O_RDONLY, O_WRONLY}; /* output: reading only, so that writing fails */
    for (int stream = 0; stream < 3; stream++)
        if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", how[stream]) != stream)
            _exit(SOFA_BAD_INPUT);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error of its writer */
}

static enum sofa_status not_written(int code, struct sofa_error *e)
{
    return sofa_fail(e, SOFA_BAD_INPUT, "standard output: cannot be written%s%s", code ? ": " : "", code ? strerror(code) : "");
}

enum sofa_status sofa_program_flush(struct sofa_error *e)
{
    errno = 0;
    int earlier = ferror(stdout);
    return fflush(stdout) == 0 && !earlier ? SOFA_OK : not_written(errno, e);
}

int sofa_program_end(const char *name, enum sofa_status status, const struct sofa_error *e)
{
    struct sofa_error output = {""};
    enum sofa_status printed = sofa_program_flush(&output);
    errno = 0;
    if (fclose(stdout) != 0 && printed == SOFA_OK)
        printed = not_written(errno, &output);
    if (status == SOFA_OK) {
        status = printed;
        e = &output;
    }
    if (status != SOFA_OK)
        fprintf(stderr, "%s: %s\n", name, e->text);
    return (int)status;
}

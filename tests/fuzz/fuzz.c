/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void fuzz_require(int condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "finding: %s\n", what);
    abort();
}

void fuzz_check(enum sofa_status status, const struct sofa_error *e)
{
    if (status == SOFA_OK)
        return;
    fuzz_require(status == SOFA_BAD_INPUT || status == SOFA_BAD_RESULT, "a status that does not exist");
    fuzz_require(memchr(e->text, '\0', sizeof e->text) != NULL, "a message without end");
    fuzz_require(e->text[0] != '\0', "an error without a message");
    fuzz_require(strchr(e->text, '\n') == NULL, "a message of several lines");
}

const char *fuzz_file(const void *data, size_t size)
{
    static int fd = -1;
    static char path[64];
    if (fd < 0) {
        fd = memfd_create("input", 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    fuzz_require(fd >= 0 && ftruncate(fd, 0) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size, "no file in memory");
    return path;
}

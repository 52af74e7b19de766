/* SPDX-License-Identifier: Apache-2.0 */
#include "parse.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int digits(const char **text, uint64_t limit, uint64_t *value)
{
    const char *p = *text;
    *value = 0;
    if (*p < '0' || *p > '9')
        return 0;
    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t digit = (uint64_t)(*p - '0');
        if (digit > limit || *value > (limit - digit) / 10)
            return 0;
        *value = *value * 10 + digit;
    }
    *text = p;
    return 1;
}

int sofa_parse_unsigned(const char *text, uint64_t limit, uint64_t *value)
{
    return digits(&text, limit, value) && *text == '\0';
}

int sofa_parse_real(const char *text, double *value)
{
    char *end;
    if (strcmp(text, "inf") == 0) {
        *value = INFINITY;
        return 1;
    }
    if (strspn(text, "0123456789.eE+-") != strlen(text))
        return 0;
    *value = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*value) && !signbit(*value);
}

int sofa_parse_range(const char *text, size_t *first, size_t *end)
{
    uint64_t a = 0, b = SIZE_MAX;
    if (*text != ':' && !digits(&text, SIZE_MAX, &a))
        return 0;
    if (*text++ != ':')
        return 0;
    if (*text != '\0' && !digits(&text, SIZE_MAX, &b))
        return 0;
    *first = (size_t)a;
    *end = (size_t)b;
    return *text == '\0' && a < b;
}

enum sofa_status sofa_parse_head(size_t *head, const char *text, struct sofa_error *e)
{
    uint64_t n;
    if (!sofa_parse_unsigned(text, UINT32_MAX, &n))
        return sofa_fail(e, SOFA_BAD_INPUT, "--head '%.80s': must be a whole number, 0 or more", text);
    *head = (size_t)n;
    return SOFA_OK;
}

static enum sofa_status read_stream(char **data, size_t *length, FILE *f, const char *path, size_t limit,
                                    struct sofa_error *e)
{
    size_t room = 4096, used = 0;
    char *buffer = NULL;
    for (;;) {
        char *more = realloc(buffer, room + 1);
        if (!more) {
            free(buffer);
            return sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", path);
        }
        buffer = more;
        used += fread(buffer + used, 1, room - used, f);
        if (used < room || used > limit)
            break;
        room *= 2;
    }
    if (ferror(f) || used > limit) {
        int code = errno;
        free(buffer);
        return used > limit ? sofa_fail(e, SOFA_BAD_INPUT, "%s: larger than %zu bytes", path, limit)
                            : sofa_fail(e, SOFA_BAD_INPUT, "%s: %s", path, strerror(code));
    }
    buffer[used] = '\0';
    *data = buffer;
    *length = used;
    return SOFA_OK;
}

enum sofa_status sofa_read_file(char **data, size_t *length, const char *path, size_t limit, struct sofa_error *e)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: %s", path, strerror(errno));
    errno = 0;
    enum sofa_status status = read_stream(data, length, f, path, limit, e);
    fclose(f);
    return status;
}

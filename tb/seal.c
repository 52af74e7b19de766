/* SPDX-License-Identifier: Apache-2.0 */
#include "seal.h"

#include "../cmodel/base/parse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define SUMS "sums"
#define SUMS_LIMIT ((size_t)4096)
#define FILE_LIMIT ((size_t)2 << 30)
#define LINE "%08lx %zu %s\n"

static unsigned long sum_of(const char *data, size_t length)
{
    return crc32_z(crc32_z(0, NULL, 0), (const Bytef *)data, length);
}

static enum sofa_status read_in(const char *dir, const char *name, size_t limit, char **data, size_t *length,
                                struct sofa_error *e)
{
    char path[TB_PATH_MAX];
    enum sofa_status status = tb_path(path, e, "%s/%s", dir, name);
    return status == SOFA_OK ? sofa_read_file(data, length, path, limit, e) : status;
}

enum sofa_status tb_seal(const char *dir, const char *const *names, size_t count, struct sofa_error *e)
{
    char text[SUMS_LIMIT], path[TB_PATH_MAX];
    size_t used = 0;
    enum sofa_status status = tb_path(path, e, "%s/" SUMS, dir);
    for (size_t i = 0; i < count && status == SOFA_OK; i++) {
        char *data = NULL;
        size_t length;
        status = read_in(dir, names[i], FILE_LIMIT, &data, &length, e);
        if (status == SOFA_OK)
            used += (size_t)snprintf(text + used, sizeof text - used, LINE, sum_of(data, length), length, names[i]);
        free(data);
    }
    return status == SOFA_OK ? tb_write_file(path, text, used, e) : status;
}

static int listed(const char *sums, const char *name, const char *data, size_t length)
{
    char want[256];
    snprintf(want, sizeof want, LINE, sum_of(data, length), length, name);
    const char *at = strstr(sums, want);
    return at && (at == sums || at[-1] == '\n');
}

enum tb_seal_state tb_sealed(const char *dir, const char *name, char **data, size_t *length, struct sofa_error *e)
{
    char *sums = NULL, *content = NULL;
    size_t sums_length, content_length = 0;
    enum tb_seal_state state = TB_SEAL_GOOD;
    if (access(dir, F_OK) != 0 && errno == ENOENT)
        return TB_SEAL_NONE;
    errno = 0;
    if (read_in(dir, SUMS, SUMS_LIMIT, &sums, &sums_length, e) != SOFA_OK ||
        read_in(dir, name, FILE_LIMIT, &content, &content_length, e) != SOFA_OK)
        state = errno == EACCES ? TB_SEAL_FORBIDDEN : TB_SEAL_DAMAGED;
    else if (!listed(sums, name, content, content_length))
        state = TB_SEAL_DAMAGED;
    if (state == TB_SEAL_GOOD && data) {
        *data = content;
        *length = content_length;
        content = NULL;
    }
    free(content);
    free(sums);
    return state;
}

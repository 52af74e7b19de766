/* SPDX-License-Identifier: Apache-2.0 */
#include "files.h"

#include <stdlib.h>
#include <string.h>

struct gen_buffer *gen_files_add(struct gen_files *files, const char *path)
{
    if (files->count == files->capacity) {
        unsigned capacity = files->capacity ? 2 * files->capacity : 64;
        struct gen_file *file = realloc(files->file, capacity * sizeof *file);
        if (!file)
            return NULL;
        files->file = file;
        files->capacity = capacity;
    }
    struct gen_file *file = &files->file[files->count];
    *file = (struct gen_file){.path = strdup(path)};
    if (!file->path)
        return NULL;
    files->count++;
    return &file->text;
}

void gen_files_drop_last(struct gen_files *files)
{
    struct gen_file *file = &files->file[--files->count];
    free(file->path);
    gen_buffer_free(&file->text);
}

const struct gen_file *gen_files_find(const struct gen_files *files, const char *path)
{
    for (unsigned i = 0; i < files->count; i++)
        if (strcmp(files->file[i].path, path) == 0)
            return &files->file[i];
    return NULL;
}

void gen_files_free(struct gen_files *files)
{
    while (files->count)
        gen_files_drop_last(files);
    free(files->file);
    *files = (struct gen_files){0};
}

uint32_t gen_crc32(uint32_t crc, const char *data, size_t length)
{
    uint32_t table[256];
    for (uint32_t i = 0; i < 256; i++) {
        table[i] = i;
        for (int bit = 0; bit < 8; bit++)
            table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xEDB88320u : 0);
    }
    crc = ~crc;
    for (size_t i = 0; i < length; i++)
        crc = crc >> 8 ^ table[(crc ^ (uint8_t)data[i]) & 0xFF];
    return ~crc;
}

uint32_t gen_files_crc(const struct gen_files *files)
{
    uint32_t crc = 0;
    for (unsigned i = 0; i < files->count; i++) {
        const struct gen_file *file = &files->file[i];
        crc = gen_crc32(crc, file->path, strlen(file->path) + 1);
        crc = gen_crc32(crc, file->text.data, file->text.length);
    }
    return crc;
}

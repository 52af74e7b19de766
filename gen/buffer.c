/* SPDX-License-Identifier: Apache-2.0 */
#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Room for `more` bytes and a NUL; 0 if there is none. */
static int reserve(struct gen_buffer *b, size_t more)
{
    if (b->failed)
        return 0;
    if (b->data && more < b->capacity - b->length)
        return 1;
    size_t capacity = b->capacity ? b->capacity : 1024;
    while (capacity - b->length <= more) {
        if (capacity > (size_t)-1 / 2) {
            b->failed = 1;
            return 0;
        }
        capacity *= 2;
    }
    char *data = realloc(b->data, capacity);
    if (!data) {
        b->failed = 1;
        return 0;
    }
    b->data = data;
    b->capacity = capacity;
    return 1;
}

void gen_buffer_append(struct gen_buffer *b, const char *data, size_t length)
{
    if (!reserve(b, length))
        return;
    if (length)
        memcpy(b->data + b->length, data, length);
    b->length += length;
    b->data[b->length] = '\0';
}

void gen_buffer_puts(struct gen_buffer *b, const char *text)
{
    gen_buffer_append(b, text, strlen(text));
}

void gen_buffer_printf(struct gen_buffer *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0)
        b->failed = 1;
    else if (reserve(b, (size_t)length)) {
        vsnprintf(b->data + b->length, (size_t)length + 1, format, again);
        b->length += (size_t)length;
    }
    va_end(again);
    va_end(args);
}

void gen_buffer_free(struct gen_buffer *b)
{
    free(b->data);
    memset(b, 0, sizeof *b);
}

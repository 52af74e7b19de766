/* SPDX-License-Identifier: Apache-2.0 */
/* A byte buffer that grows. A failed allocation is remembered: append freely, ask once at the end. */
#ifndef GEN_BUFFER_H
#define GEN_BUFFER_H

#include <stddef.h>

struct gen_buffer {
    char *data; /* NUL after length bytes, NULL while empty */
    size_t length, capacity;
    int failed; /* an allocation failed: content is incomplete */
};

void gen_buffer_append(struct gen_buffer *b, const char *data, size_t length);
void gen_buffer_puts(struct gen_buffer *b, const char *text);
void gen_buffer_printf(struct gen_buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Frees the bytes and empties the buffer. */
void gen_buffer_free(struct gen_buffer *b);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#include "rename.h"

#include "../cmodel/config/prefix.h"

#include <ctype.h>
#include <string.h>

#define OWN "sofa_"
#define OWN_LENGTH (sizeof OWN - 1)

static int is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* "sofa_core" of "top/sofa_core.v". */
static int is_module(const char *word, size_t length, const struct gen_library *library)
{
    for (unsigned i = 0; i < library->count; i++) {
        const char *slash = strrchr(library->template[i].name, '/'), *name = slash ? slash + 1 : library->template[i].name;
        if (strncmp(name, word, length) == 0 && strcmp(name + length, ".v") == 0)
            return 1;
    }
    return 0;
}

void gen_rename(struct gen_buffer *out, const char *text, const struct sofa_config *c, const struct gen_library *library)
{
    while (*text) {
        size_t other = 0, length = 0;
        while (text[other] && !is_word(text[other]))
            other++;
        gen_buffer_append(out, text, other);
        text += other;
        while (is_word(text[length]))
            length++;
        if (strncmp(text, OWN, OWN_LENGTH) == 0 && strncmp(text + length, "()", 2) != 0 && is_module(text, length, library)) {
            gen_buffer_puts(out, c->prefix);
            text += OWN_LENGTH;
            length -= OWN_LENGTH;
        }
        gen_buffer_append(out, text, length);
        text += length;
    }
}

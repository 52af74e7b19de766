/* SPDX-License-Identifier: Apache-2.0 */
#include "token.h"

#include <ctype.h>
#include <string.h>

/* Start of the next token: blanks and comments are skipped. */
static const char *skip_blanks(const char *s)
{
    for (;;) {
        while (isspace((unsigned char)*s))
            s++;
        if (s[0] == '/' && s[1] == '/') {
            s += strcspn(s, "\n");
        } else if (s[0] == '/' && s[1] == '*') {
            const char *end = strstr(s + 2, "*/");
            s = end ? end + 2 : s + strlen(s);
        } else {
            return s;
        }
    }
}

const char *gen_token(const char *s, char word[GEN_TOKEN_ROOM])
{
    size_t n = 0;
    s = skip_blanks(s);
    while (n < GEN_TOKEN_ROOM - 1 && (isalnum((unsigned char)s[n]) || s[n] == '_'))
        n++;
    if (n == 0 && *s)
        n = 1;
    memcpy(word, s, n);
    word[n] = '\0';
    return s + n;
}

int gen_token_is_word(const char *token)
{
    return isalpha((unsigned char)token[0]) || token[0] == '_';
}

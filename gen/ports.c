/* SPDX-License-Identifier: Apache-2.0 */
#include "ports.h"

#include "token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORTS_MAX 1024u

/* After "[": the bits of "number:0]" or "number-1:0]"; NULL if it reads otherwise. */
static const char *read_range(const char *s, unsigned *bits)
{
    unsigned number;
    int n = 0;
    if (sscanf(s, "%7u : 0 ]%n", &number, &n) == 1 && n) {
        *bits = number + 1;
        return s + n;
    }
    if (sscanf(s, "%7u - 1 : 0 ]%n", &number, &n) != 1 || n == 0 || number == 0)
        return NULL;
    *bits = number;
    return s + n;
}

/* What stands before the port list: "module NAME #( ... ) (". NULL if the module is not there. */
static const char *find_list(const char *s, const char *module)
{
    char word[GEN_TOKEN_ROOM], last[GEN_TOKEN_ROOM] = "";
    for (; *s; strcpy(last, word)) {
        s = gen_token(s, word);
        if (strcmp(last, "module") == 0 && strcmp(word, module) == 0)
            break;
    }
    unsigned depth = 0;
    for (int parameters = 0; *s;) {
        s = gen_token(s, word);
        if (word[0] == '#')
            parameters = 1;
        else if (word[0] == '(' && !parameters)
            return s;
        else if (word[0] == '(')
            depth++;
        else if (word[0] == ')' && --depth == 0)
            parameters = 0;
        else if (word[0] == ';')
            return NULL;
    }
    return NULL;
}

static int is_direction(const char *word)
{
    return strcmp(word, "input") == 0 || strcmp(word, "output") == 0 || strcmp(word, "inout") == 0;
}

static int is_kind(const char *word)
{
    return strcmp(word, "wire") == 0 || strcmp(word, "reg") == 0 || strcmp(word, "signed") == 0;
}

static enum sofa_status read_list(struct gen_port *ports, unsigned *count, const char *s, const char *module,
                                  struct sofa_error *e)
{
    char word[GEN_TOKEN_ROOM];
    struct gen_port port = {.bits = 1};
    while (*s) {
        s = gen_token(s, word);
        if (word[0] == ')')
            return SOFA_OK;
        if (is_direction(word)) {
            port.bits = 1;
            strcpy(port.direction, word);
        } else if (word[0] == '[') {
            s = read_range(s, &port.bits);
            if (!s)
                return sofa_fail(e, SOFA_BAD_INPUT, "%s: the range of a port is not [number:0] or [number-1:0]", module);
        } else if (gen_token_is_word(word) && !is_kind(word)) {
            if (*count == PORTS_MAX)
                return sofa_fail(e, SOFA_BAD_INPUT, "%s: more than %u ports", module, PORTS_MAX);
            strcpy(port.name, word);
            ports[(*count)++] = port;
        }
    }
    return sofa_fail(e, SOFA_BAD_INPUT, "%s: the port list does not end", module);
}

enum sofa_status gen_ports_read(struct gen_port **ports, unsigned *count, const char *text, const char *module,
                                struct sofa_error *e)
{
    *count = 0;
    *ports = NULL;
    const char *list = find_list(text, module);
    if (!list)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: no port list", module);
    *ports = calloc(PORTS_MAX, sizeof **ports);
    if (!*ports)
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: out of memory", module);
    return read_list(*ports, count, list, module, e);
}

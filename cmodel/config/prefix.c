/* SPDX-License-Identifier: Apache-2.0 */
#include "prefix.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* With one of these a module's name would be a keyword of Verilog, SystemVerilog or Verilog-AMS: endgroup, wait_order, defparam... */
static const char *const keyword_begins[] = {"end", "cover", "wait_", "defpa", "localpa", "specpa", "aliaspa", "prog", "endprog"};

enum sofa_status sofa_prefix_check(const char *prefix, struct sofa_error *e)
{
    size_t length = strlen(prefix), word = 0;
    while (isalnum((unsigned char)prefix[word]) || prefix[word] == '_')
        word++;
    if (length == 0 || length > SOFA_PREFIX_MAX || word != length || !isalpha((unsigned char)prefix[0]))
        return sofa_fail(e, SOFA_BAD_INPUT, "prefix is '%.80s', must be 1 to %u letters, digits or '_', the first a letter, such as 'sofa_'",
                         prefix, SOFA_PREFIX_MAX);
    for (size_t i = 0; i < sizeof keyword_begins / sizeof keyword_begins[0]; i++)
        if (strcmp(prefix, keyword_begins[i]) == 0)
            return sofa_fail(e, SOFA_BAD_INPUT, "prefix is '%s', which makes a keyword of a module's name: choose another, such as '%s_'",
                             prefix, prefix);
    return SOFA_OK;
}

const char *sofa_prefix_name(char out[SOFA_NAME_ROOM], const struct sofa_config *c, const char *name)
{
    snprintf(out, SOFA_NAME_ROOM, "%s%s", c->prefix, name);
    return out;
}

const char *sofa_prefix_macro(char out[SOFA_NAME_ROOM], const struct sofa_config *c, const char *name)
{
    sofa_prefix_name(out, c, name);
    for (size_t i = 0; c->prefix[i]; i++)
        out[i] = (char)toupper((unsigned char)out[i]);
    return out;
}

const char *sofa_prefix_file(char out[SOFA_NAME_ROOM], const struct sofa_config *c, const char *extension)
{
    size_t length = strlen(c->prefix);
    while (length > 0 && c->prefix[length - 1] == '_')
        length--;
    snprintf(out, SOFA_NAME_ROOM, "%.*s%s", (int)length, c->prefix, extension);
    return out;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "draft.h"

#include "../base/parse.h"
#include "prefix.h"

#include <stdio.h>
#include <string.h>

static const char *const text_keys[] = {"name", "prefix", "mode"};

int sofa_is_key(const char *path)
{
    for (size_t i = 0; i < sizeof text_keys / sizeof text_keys[0]; i++)
        if (strcmp(path, text_keys[i]) == 0)
            return 1;
    for (unsigned key = 0; key < SOFA_KEY_COUNT; key++)
        if (strcmp(path, sofa_key_rules[key].path) == 0)
            return 1;
    return 0;
}

int sofa_is_section(const char *path)
{
    size_t length = strlen(path);
    for (unsigned key = 0; key < SOFA_KEY_COUNT; key++)
        if (strncmp(sofa_key_rules[key].path, path, length) == 0 && sofa_key_rules[key].path[length] == '.')
            return 1;
    return 0;
}

void sofa_draft_note(struct sofa_draft *draft, const char *path, unsigned line)
{
    if (draft->noteds == sizeof draft->noted / sizeof draft->noted[0])
        return;
    struct sofa_noted *n = &draft->noted[draft->noteds++];
    snprintf(n->path, sizeof n->path, "%s", path);
    n->line = line;
}

unsigned sofa_draft_line(const struct sofa_draft *draft, const char *path)
{
    for (unsigned i = 0; i < draft->noteds; i++)
        if (strcmp(draft->noted[i].path, path) == 0)
            return draft->noted[i].line;
    return 0;
}

static enum sofa_status set_name(struct sofa_config *c, const char *text, struct sofa_error *e)
{
    static const char legal[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    size_t length = strlen(text);
    if (length == 0 || length >= sizeof c->name || strspn(text, legal) != length)
        return sofa_fail(e, SOFA_BAD_INPUT, "name is '%.80s', must be 1 to %zu letters, digits, '_', '.' or '-'", text,
                         sizeof c->name - 1);
    memcpy(c->name, text, length + 1);
    return SOFA_OK;
}

static enum sofa_status set_prefix(struct sofa_config *c, const char *text, struct sofa_error *e)
{
    enum sofa_status status = sofa_prefix_check(text, e);
    if (status == SOFA_OK)
        strcpy(c->prefix, text);
    return status;
}

static enum sofa_status set_mode(struct sofa_config *c, const char *text, struct sofa_error *e)
{
    if (strcmp(text, "kv") != 0 && strcmp(text, "tokens") != 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "mode is '%.80s', must be kv or tokens", text);
    c->mode = strcmp(text, "kv") == 0 ? SOFA_MODE_KV : SOFA_MODE_TOKENS;
    return SOFA_OK;
}

static const char *const target_names[] = {[SOFA_TARGET_CELLS] = "cells", [SOFA_TARGET_FPGA] = "fpga", NULL};

const char *sofa_target_name(unsigned target)
{
    return target_names[target == SOFA_TARGET_FPGA ? SOFA_TARGET_FPGA : SOFA_TARGET_CELLS];
}

/* The names of 0, 1, ..., for keys that have them; NULL at the end. */
static const char *const *value_names(unsigned key)
{
    static const char *const rounding[] = {[SOFA_ROUND_FLOOR] = "floor", [SOFA_ROUND_NEAREST] = "nearest", NULL};
    static const char *const policy[] = {[SOFA_POLICY_RANK] = "rank", [SOFA_POLICY_MASS] = "mass", [SOFA_POLICY_BOTH] = "both", NULL};
    static const char *const source[] = {[SOFA_SOURCE_PLANE] = "plane", [SOFA_SOURCE_ROWS] = "rows", NULL};
    static const char *const none[] = {NULL};
    switch (key) {
    case SOFA_KEY_WEIGHT_ROUNDING: return rounding;
    case SOFA_KEY_TARGET: return target_names;
    case SOFA_KEY_POLICY: return policy;
    case SOFA_KEY_SOURCE: return source;
    default: return none;
    }
}

const char *sofa_config_value_name(const char *path, unsigned value)
{
    for (unsigned key = 0; key < SOFA_KEY_COUNT; key++) {
        const char *const *names = value_names(key);
        if (strcmp(path, sofa_key_rules[key].path) != 0)
            continue;
        for (unsigned i = 0; names[i]; i++)
            if (i == value)
                return names[i];
    }
    return NULL;
}

/* "floor (0) or nearest (1)" */
static void list_names(char *text, size_t room, const char *const *names)
{
    size_t used = 0;
    for (unsigned i = 0; names[i] && used < room; i++)
        used += (size_t)snprintf(text + used, room - used, "%s%s (%u)", i == 0 ? "" : names[i + 1] ? ", " : " or ", names[i], i);
}

/* A whole number, or the name of one. */
static int parse_value(unsigned key, const char *text, uint64_t *value)
{
    const char *const *names = value_names(key);
    for (unsigned i = 0; names[i]; i++)
        if (strcmp(text, names[i]) == 0) {
            *value = i;
            return 1;
        }
    return sofa_parse_unsigned(text, UINT32_MAX, value);
}

enum sofa_status sofa_draft_set(struct sofa_draft *draft, const char *path, const char *text, enum sofa_level level,
                                struct sofa_error *e)
{
    if (strcmp(path, "name") == 0)
        return set_name(&draft->config, text, e);
    if (strcmp(path, "prefix") == 0)
        return set_prefix(&draft->config, text, e);
    if (strcmp(path, "mode") == 0)
        return set_mode(&draft->config, text, e);
    for (unsigned key = 0; key < SOFA_KEY_COUNT; key++) {
        const struct sofa_key_rule *rule = &sofa_key_rules[key];
        uint64_t value;
        if (strcmp(path, rule->path) != 0)
            continue;
        char names[64] = "";
        list_names(names, sizeof names, value_names(key));
        if (!parse_value(key, text, &value) && names[0])
            return sofa_fail(e, SOFA_BAD_INPUT, "%s is '%.80s', must be %s", path, text, names);
        if (!parse_value(key, text, &value))
            return sofa_fail(e, SOFA_BAD_INPUT, "%s is '%.80s', must be a whole number, %u to %u", path, text, rule->low,
                             rule->high);
        *sofa_key_value(&draft->config, key) = (unsigned)value;
        draft->level[key] = (unsigned char)level;
        return SOFA_OK;
    }
    return sofa_fail(e, SOFA_BAD_INPUT, "unknown key '%.80s'", path);
}

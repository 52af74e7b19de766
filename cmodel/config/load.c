/* SPDX-License-Identifier: Apache-2.0 */
/* From file and overrides to a complete configuration: --set beats file beats default. */
#include "draft.h"
#include "yaml.h"

#include <string.h>

static enum sofa_status apply_override(struct sofa_draft *draft, const char *text, struct sofa_error *e)
{
    char path[64];
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return sofa_fail(e, SOFA_BAD_INPUT, "--set %.80s: must be KEY=VALUE", text);
    if ((size_t)(equals - text) >= sizeof path)
        return sofa_fail(e, SOFA_BAD_INPUT, "--set %.80s: unknown key", text);
    memcpy(path, text, (size_t)(equals - text));
    path[equals - text] = '\0';
    struct sofa_error why;
    if (sofa_draft_set(draft, path, equals + 1, SOFA_LEVEL_SET, &why) != SOFA_OK)
        return sofa_fail(e, SOFA_BAD_INPUT, "--set %.80s: %s", text, why.text);
    return SOFA_OK;
}

/* The smaller key of a bound is made to fit; what the file says about it is not forgotten silently. Others give way to it in
 * turn, as they would to the key that it followed. */
static void give_way(struct sofa_draft *draft, unsigned small, unsigned big, const char *path, struct sofa_warnings *warnings)
{
    unsigned value = sofa_key_get(&draft->config, small), limit = sofa_key_get(&draft->config, big);
    if (draft->level[small] == SOFA_LEVEL_FILE)
        sofa_warn(warnings, "%.200s: line %u: %s is %u, taken as %u because %s is %u", path ? path : "--set",
                  sofa_draft_line(draft, sofa_key_rules[small].path), sofa_key_rules[small].path, value, limit,
                  sofa_key_rules[big].path, limit);
    *sofa_key_value(&draft->config, small) = limit;
    if (draft->level[small] == SOFA_LEVEL_FILE)
        draft->level[small] = SOFA_LEVEL_SET;
}

/* Omitted keys follow the given ones; a value of the file gives way to a bound of the command line. */
static void complete(struct sofa_draft *draft, const char *path, struct sofa_warnings *warnings)
{
    struct sofa_config *c = &draft->config;
    for (unsigned i = 0; i < sofa_key_bound_count; i++) {
        unsigned small = sofa_key_bounds[i].small, big = sofa_key_bounds[i].big;
        if (draft->level[big] == SOFA_LEVEL_DEFAULT && draft->level[small] != SOFA_LEVEL_DEFAULT &&
            sofa_key_get(c, small) > sofa_key_get(c, big))
            *sofa_key_value(c, big) = sofa_key_get(c, small);
    }
    for (unsigned i = 0; i < sofa_key_bound_count; i++) {
        unsigned small = sofa_key_bounds[i].small, big = sofa_key_bounds[i].big;
        int yields = draft->level[small] == SOFA_LEVEL_DEFAULT ||
                     (draft->level[small] == SOFA_LEVEL_FILE && draft->level[big] == SOFA_LEVEL_SET);
        if (yields && sofa_key_get(c, small) > sofa_key_get(c, big))
            give_way(draft, small, big, path, warnings);
    }
}

/* Selection by mass sees a whole tile at once. predict.keys follows the tile, unless it counts more than the policy: then rows are ranked. */
static void complete_selection(struct sofa_draft *draft, const char *path, struct sofa_warnings *warnings)
{
    struct sofa_config *c = &draft->config;
    unsigned char policy = draft->level[SOFA_KEY_POLICY], keys = draft->level[SOFA_KEY_PREDICT_KEYS];
    if (c->select.policy == SOFA_POLICY_RANK || c->predict.keys == c->tile.keys)
        return;
    if (policy < keys) {
        if (policy == SOFA_LEVEL_FILE)
            sofa_warn(warnings, "%.200s: line %u: select.policy is not rank, taken as rank because predict.keys is %u and tile.keys is %u",
                      path ? path : "--set", sofa_draft_line(draft, "select.policy"), c->predict.keys, c->tile.keys);
        c->select.policy = SOFA_POLICY_RANK;
    } else if (keys == SOFA_LEVEL_DEFAULT || keys < policy || keys < draft->level[SOFA_KEY_TILE_KEYS]) {
        give_way(draft, SOFA_KEY_PREDICT_KEYS, SOFA_KEY_TILE_KEYS, path, warnings);
    }
}

/* A complaint that begins with a key ("tile.keys is 3, ...") is put before its line in the file, or after --set. */
static enum sofa_status blame(const struct sofa_draft *draft, const char *path, const char *text, struct sofa_error *e)
{
    unsigned line = 0;
    for (unsigned key = 0; key < SOFA_KEY_COUNT; key++) {
        size_t length = strlen(sofa_key_rules[key].path);
        if (strncmp(text, sofa_key_rules[key].path, length) != 0 || text[length] != ' ')
            continue;
        if (draft->level[key] == SOFA_LEVEL_SET)
            path = NULL;
        else
            line = sofa_draft_line(draft, sofa_key_rules[key].path);
    }
    if (path && line > 0)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: line %u: %.200s", path, line, text);
    return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: %.200s", path ? path : "--set", text);
}

/* Before a value can be made to fit another. */
static enum sofa_status check_given(const struct sofa_draft *draft, const char *path, struct sofa_error *e)
{
    for (unsigned key = 0; key < SOFA_KEY_COUNT; key++) {
        const struct sofa_key_rule *rule = &sofa_key_rules[key];
        unsigned value = sofa_key_get(&draft->config, key);
        struct sofa_error why;
        if (value >= rule->low && value <= rule->high)
            continue;
        sofa_fail(&why, SOFA_BAD_INPUT, "%s is %u, must be %u to %u", rule->path, value, rule->low, rule->high);
        return blame(draft, path, why.text, e);
    }
    return SOFA_OK;
}

enum sofa_status sofa_config_load(struct sofa_config *c, const char *path, const char *const *overrides,
                                  unsigned count, struct sofa_error *e)
{
    return sofa_config_load_warned(c, path, overrides, count, NULL, e);
}

enum sofa_status sofa_config_load_warned(struct sofa_config *c, const char *path, const char *const *overrides,
                                         unsigned count, struct sofa_warnings *warnings, struct sofa_error *e)
{
    struct sofa_draft draft = {.level = {SOFA_LEVEL_DEFAULT}};
    struct sofa_error why;
    sofa_config_default(&draft.config);
    if (path || count > 0)
        strcpy(draft.config.name, "custom");
    if (path) {
        enum sofa_status status = sofa_draft_read(&draft, path, e);
        if (status != SOFA_OK)
            return status;
    }
    for (unsigned i = 0; i < count; i++) {
        enum sofa_status status = apply_override(&draft, overrides[i], e);
        if (status != SOFA_OK)
            return status;
    }
    enum sofa_status status = check_given(&draft, path, e);
    if (status != SOFA_OK)
        return status;
    complete(&draft, path, warnings);
    complete_selection(&draft, path, warnings);
    status = sofa_config_check(&draft.config, &why);
    *c = draft.config;
    return status == SOFA_OK ? SOFA_OK : blame(&draft, path, why.text, e);
}

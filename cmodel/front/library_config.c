/* SPDX-License-Identifier: Apache-2.0 */
#include "library_config.h"

#include "../base/version.h"
#include "report.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

const char *sofa_library_version(void)
{
    return SOFA_VERSION;
}

static json_t *keys_json(const struct sofa_config *c)
{
    unsigned count;
    const struct sofa_config_key *key = sofa_config_keys(&count);
    json_t *object = json_pack("{s:s, s:s, s:s}", "name", c->name, "prefix", c->prefix, "mode", sofa_mode_name(c->mode));
    for (unsigned i = 0; i < count; i++) {
        unsigned value = key[i].get(c);
        const char *name = sofa_config_value_name(key[i].path, value);
        json_object_set_new(object, key[i].path, name ? json_string(name) : json_integer(value));
    }
    return object;
}

/* As text; NULL when out of memory. */
static char *describe(const struct sofa_setup *setup)
{
    char hash[16];
    snprintf(hash, sizeof hash, "%08" PRIx32, sofa_config_hash(&setup->config));
    json_t *object = json_pack("{s:s, s:o, s:o, s:o}", "hash", hash, "keys", keys_json(&setup->config), "fitted",
                               sofa_fitted_json(setup), "warnings", sofa_warnings_json(&setup->warnings));
    char *text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    return text;
}

/* Returns 0 when out of memory. */
static int copy_origin(struct sofa_library_config *l, const char *path, const char *const *overrides, unsigned count)
{
    if (path && !(l->path = strdup(path)))
        return 0;
    for (unsigned i = 0; i < count; i++, l->overrides++)
        if (!(l->override[i] = strdup(overrides[i])))
            return 0;
    return 1;
}

static enum sofa_status load(struct sofa_library_config *l, const struct sofa_fit *fit)
{
    struct sofa_run_options o = SOFA_RUN_OPTIONS_DEFAULT;
    o.config_path = l->path;
    o.overrides = l->overrides;
    for (unsigned i = 0; i < l->overrides; i++)
        o.override[i] = l->override[i];
    return sofa_setup_fit(&l->setup, &o, fit, &l->error);
}

struct sofa_library_config *sofa_library_config_make(const char *path, const char *const *overrides, unsigned count,
                                                     const struct sofa_fit *fit)
{
    struct sofa_library_config *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    if (count > SOFA_OVERRIDES_MAX) {
        l->status = sofa_fail(&l->error, SOFA_BAD_INPUT, "--set: given more than %u times", SOFA_OVERRIDES_MAX);
        return l;
    }
    int whole = copy_origin(l, path, overrides, count);
    l->status = whole ? load(l, fit) : SOFA_BAD_INPUT;
    l->json = whole && l->status == SOFA_OK ? describe(&l->setup) : NULL;
    if (whole && (l->status != SOFA_OK || l->json))
        return l;
    sofa_library_config_free(l);
    return NULL;
}

struct sofa_library_config *sofa_library_config_new(const char *path, const char *const *overrides, unsigned count)
{
    return sofa_library_config_make(path, overrides, count, NULL);
}

const char *sofa_library_config_error(const struct sofa_library_config *l)
{
    return l->status == SOFA_OK ? NULL : l->error.text;
}

const char *sofa_library_config_json(const struct sofa_library_config *l)
{
    return l->json;
}

void sofa_library_config_free(struct sofa_library_config *l)
{
    if (!l)
        return;
    for (unsigned i = 0; i < l->overrides; i++)
        free(l->override[i]);
    free(l->path);
    free(l->json);
    free(l);
}

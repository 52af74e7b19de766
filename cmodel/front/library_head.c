/* SPDX-License-Identifier: Apache-2.0 */
#include "library_config.h"
#include "report.h"

#include <stdlib.h>
#include <string.h>

#define ARRAYS_MAX 32u

struct sofa_library_head {
    char name[160];
    struct sofa_member member[ARRAYS_MAX];
    char member_name[ARRAYS_MAX][SOFA_ARRAY_NAME_ROOM];
    unsigned members;
    struct sofa_run_options options;
    struct sofa_error error;
    int ran;
    struct sofa_report report;
    struct sofa_result result; /* ran: filled */
    float *real;
    char *json;
};

struct sofa_library_head *sofa_library_head_new(const char *name)
{
    struct sofa_library_head *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    snprintf(h->name, sizeof h->name, "%s", name);
    h->options = (struct sofa_run_options)SOFA_RUN_OPTIONS_DEFAULT;
    return h;
}

void sofa_library_head_free(struct sofa_library_head *h)
{
    if (!h)
        return;
    if (h->ran)
        sofa_result_free(&h->result);
    free(h->real);
    free(h->json);
    free(h);
}

const char *sofa_library_head_error(const struct sofa_library_head *h)
{
    return h->error.text;
}

/* A place for an array: the one that has its name, or a new one; ARRAYS_MAX: there is none. */
static unsigned find_place(struct sofa_library_head *h, const char *name)
{
    for (unsigned i = 0; i < h->members; i++)
        if (strcmp(h->member_name[i], name) == 0)
            return i;
    return h->members < ARRAYS_MAX ? h->members++ : ARRAYS_MAX;
}

static int refuse(struct sofa_library_head *h, const char *name, const char *why)
{
    sofa_fail(&h->error, SOFA_BAD_INPUT, "%s: array '%.60s': %s", h->name, name, why);
    return 0;
}

static int refuse_type(struct sofa_library_head *h, const char *name, const char *type)
{
    sofa_fail(&h->error, SOFA_BAD_INPUT, "%s: array '%.60s': dtype is %.40s, " SOFA_TYPES_TAKEN, h->name, name, type);
    return 0;
}

int sofa_library_head_give(struct sofa_library_head *h, const char *name, const char *type, unsigned dims, const size_t *shape,
                           const void *data)
{
    struct sofa_array a = {.dims = dims, .count = 1, .data = (void *)(size_t)data};
    if (strlen(name) >= SOFA_ARRAY_NAME_ROOM)
        return refuse(h, name, "its name is too long");
    if (!sofa_type_find(&a.type, type))
        return refuse_type(h, name, type);
    if (dims > SOFA_ARRAY_DIMS)
        return refuse(h, name, "has more than 8 axes");
    for (unsigned i = 0; i < dims; i++) {
        a.shape[i] = shape[i];
        if (shape[i] > 0 && a.count > SOFA_ARRAY_BYTES / sofa_type_size(a.type) / shape[i])
            return refuse(h, name, "is larger than 4 GiB");
        a.count *= shape[i];
    }
    unsigned place = find_place(h, name);
    if (place == ARRAYS_MAX)
        return refuse(h, name, "there are too many arrays");
    strcpy(h->member_name[place], name);
    h->member[place] = (struct sofa_member){h->member_name[place], a};
    return 1;
}

int sofa_library_head_set(struct sofa_library_head *h, const char *name, const char *value)
{
    return sofa_options_set(&h->options, name, value, &h->error) == SOFA_OK;
}

struct sofa_library_config *sofa_library_head_fit(const struct sofa_library_head *h, const struct sofa_library_config *l)
{
    struct sofa_npz *z;
    struct sofa_fit fit = {.begun = 0};
    if (sofa_npz_of_members(&z, h->name, h->member, h->members, NULL) != SOFA_OK)
        return NULL;
    sofa_fit_add_arrays(&fit, z);
    sofa_npz_close(z);
    return sofa_library_config_make(l->path, (const char *const *)l->override, l->overrides, &fit);
}

static enum sofa_status run(struct sofa_library_head *h, const struct sofa_input *input, int report, struct sofa_error *e)
{
    const struct sofa_config *c = &input->config;
    if (report == SOFA_LIBRARY_BITS)
        return sofa_model_run(&h->result, c, &input->trace, &input->job, 0, e);
    return (report == SOFA_LIBRARY_JUDGED ? sofa_report_run : sofa_report_run_unjudged)(&h->report, &h->result, c, &input->trace,
                                                                                        &input->job, e);
}

/* What runs on the arrays. */
static enum sofa_status run_arrays(struct sofa_library_head *h, const struct sofa_library_config *l, struct sofa_npz *z, int report)
{
    struct sofa_input input;
    enum sofa_status status = sofa_input_take_arrays(&input, &l->setup, &h->options, z, h->options.head,
                                                     report == SOFA_LIBRARY_JUDGED, &h->error);
    if (status != SOFA_OK)
        return status;
    status = run(h, &input, report, &h->error);
    h->ran = status == SOFA_OK;
    if (status == SOFA_OK)
        status = sofa_result_unpair(&h->result, input.trace.paired, &h->error);
    sofa_warn_first(&h->report.warnings, &input.warnings);
    sofa_input_free(&input);
    return status;
}

/* Text of the report. */
static enum sofa_status describe(struct sofa_library_head *h, int report)
{
    h->report.trace = h->name;
    json_t *object = report == SOFA_LIBRARY_BITS ? json_object() : sofa_report_json(&h->report);
    h->json = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(object);
    return h->json ? SOFA_OK : sofa_fail(&h->error, SOFA_BAD_INPUT, "%s: out of memory", h->name);
}

int sofa_library_head_run(struct sofa_library_head *h, const struct sofa_library_config *l, int report)
{
    struct sofa_npz *z;
    if (h->ran) {
        sofa_fail(&h->error, SOFA_BAD_INPUT, "%s: has run already", h->name);
        return 0;
    }
    if (l->status != SOFA_OK) {
        h->error = l->error;
        return 0;
    }
    enum sofa_status status = sofa_npz_of_members(&z, h->name, h->member, h->members, &h->error);
    if (status == SOFA_OK)
        status = run_arrays(h, l, z, report);
    sofa_npz_close(z);
    if (status == SOFA_OK)
        status = describe(h, report);
    return status == SOFA_OK;
}

const void *sofa_library_head_take(struct sofa_library_head *h, const char *name, const char **type, unsigned *dims, size_t shape[2])
{
    const struct sofa_result *r = &h->result;
    if (!h->ran)
        return NULL;
    if (strcmp(name, "o") == 0 && !h->real)
        h->real = sofa_result_real(r);
    const struct {
        const char *name;
        enum sofa_type type;
        unsigned dims;
        size_t shape[2];
        const void *data;
    } arrays[] = {
        {"o", SOFA_F32, 2, {r->rows, r->dims}, h->real},
        {"o_int", SOFA_I16, 2, {r->rows, r->dims}, r->o},
        {"o_scale", SOFA_F64, 1, {r->dims}, r->o_step},
        {"selected", SOFA_U8, 2, {r->rows, r->keys}, r->selected},
    };
    for (size_t i = 0; i < sizeof arrays / sizeof arrays[0]; i++)
        if (strcmp(arrays[i].name, name) == 0) {
            *type = sofa_type_name(arrays[i].type);
            *dims = arrays[i].dims;
            memcpy(shape, arrays[i].shape, sizeof arrays[i].shape);
            return arrays[i].data;
        }
    return NULL;
}

const char *sofa_library_head_json(struct sofa_library_head *h)
{
    return h->json;
}

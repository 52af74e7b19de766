/* SPDX-License-Identifier: Apache-2.0 */
/* A head from arrays of any names, types, shapes and values, in both modes: it loads and gives a job, or one line says why not. */
#include "fuzz.h"

#include "../../cmodel/bits/load.h"
#include "../../cmodel/trace/job.h"

#include <stdlib.h>
#include <string.h>

#define MEMBERS 8u
#define ELEMENTS 4096u

static const char *const names[] = {"q",  "k",  "v",   "x",   "wk",    "wv",      "bk",    "bv",      "cos",     "sin",      "first",
                                    "visible", "scale", "q_scale", "k_scale", "v_scale", "x_scale", "wk_scale", "wv_scale", "bk_scale"};

struct reader {
    const uint8_t *at;
    size_t left;
};

static unsigned take(struct reader *r)
{
    if (r->left == 0)
        return 0;
    r->left--;
    return *r->at++;
}

/* The bytes of the input, again and again. */
static void fill(struct sofa_array *a, const uint8_t *data, size_t size, size_t from)
{
    uint8_t *bytes = a->data;
    for (size_t i = 0; i < a->count * sofa_type_size(a->type); i++)
        bytes[i] = size ? data[(from + i) % size] : 0;
}

static int member(struct sofa_member *m, struct reader *r, const uint8_t *data, size_t size)
{
    m->name = names[take(r) % (sizeof names / sizeof names[0])];
    m->array = (struct sofa_array){.type = (enum sofa_type)(take(r) % (SOFA_U64 + 1)), .dims = take(r) % 4, .count = 1};
    for (unsigned i = 0; i < m->array.dims; i++) {
        unsigned shape = take(r);
        m->array.shape[i] = shape < 200 ? shape % 17 : 8; /* 8: head_dim */
        m->array.count *= m->array.shape[i];
    }
    if (m->array.count > ELEMENTS)
        return 0;
    m->array.data = malloc(m->array.count * sofa_type_size(m->array.type) + 1);
    fuzz_require(m->array.data != NULL, "out of memory");
    fill(&m->array, data, size, take(r));
    return 1;
}

static void load(struct sofa_npz *z, unsigned mode, unsigned head)
{
    static const char *const sets[2][3] = {{"head_dim=8", "keys_max=64", "mode=kv"}, {"head_dim=8", "hidden_max=16", "mode=tokens"}};
    struct sofa_error e = {.text = ""};
    struct sofa_config c;
    struct sofa_trace t = {.paired = 0};
    struct sofa_job j;
    struct sofa_warnings w = {0};
    const struct sofa_options options = {.radius = -1};
    const struct sofa_trace_choice choice = {.head = head ? head - 1 : SIZE_MAX, .balance = (enum sofa_balance_wish)(head % 3),
                                             .given = 1, .warnings = &w};
    fuzz_require(sofa_config_load(&c, NULL, sets[mode], 3, &e) == SOFA_OK, "the configuration");
    enum sofa_status status = sofa_trace_load_arrays(&t, z, &choice, &c, &e);
    fuzz_check(status, &e);
    if (status == SOFA_OK)
        fuzz_check(sofa_job_make(&j, &c, &t, &options, &e), &e);
    sofa_trace_free(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct reader r = {data, size};
    struct sofa_member m[MEMBERS];
    struct sofa_npz *z;
    struct sofa_error e = {.text = ""};
    unsigned mode = take(&r) % 2, head = take(&r) % 4, wanted = take(&r) % MEMBERS + 1, count = 0;
    while (count < wanted && member(&m[count], &r, data, size))
        count++;
    enum sofa_status status = sofa_npz_of_members(&z, "input", m, count, &e);
    fuzz_check(status, &e);
    if (status == SOFA_OK) {
        load(z, mode, head);
        sofa_npz_close(z);
    }
    for (unsigned i = 0; i < count; i++)
        free(m[i].array.data);
    return 0;
}

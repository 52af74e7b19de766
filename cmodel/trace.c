#include "trace.h"

#include "npz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Where a tensor comes from, for messages. */
struct place {
    struct sofa_npz *z;
    const char *path, *name;
};

static enum sofa_status bad(const struct place *p, struct sofa_error *e, const char *text)
{
    return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': %s", p->path, p->name, text);
}

/* A finite positive real number. */
static enum sofa_status read_scalar(struct sofa_npz *z, const char *path, const char *name, double *value,
                                    struct sofa_error *e)
{
    struct place place = {z, path, name};
    struct sofa_array a;
    enum sofa_status status = sofa_npz_read(z, name, &a, e);
    if (status != SOFA_OK)
        return status;
    if (a.count != 1 || (a.type != SOFA_F16 && a.type != SOFA_F32 && a.type != SOFA_F64)) {
        status = bad(&place, e, "must be one float32 number");
    } else {
        *value = sofa_array_get(&a, 0);
        if (!isfinite(*value) || *value <= 0)
            status = bad(&place, e, "must be finite and larger than 0");
    }
    sofa_array_free(&a);
    return status;
}

static enum sofa_status quantise(struct sofa_tensor *t, const struct sofa_array *a, unsigned bits,
                                 const struct place *place, struct sofa_error *e)
{
    double largest = 0, top = (double)((1 << (bits - 1)) - 1);
    for (size_t i = 0; i < a->count; i++) {
        double x = fabs(sofa_array_get(a, i));
        if (!isfinite(x))
            return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': element %zu is not finite", place->path,
                             place->name, i);
        largest = x > largest ? x : largest;
    }
    t->step = largest > 0 ? largest / top : 1;
    for (size_t i = 0; i < a->count; i++) {
        double x = rint(sofa_array_get(a, i) / t->step);
        t->value[i] = (int16_t)(x > top ? top : x < -top ? -top : x);
    }
    return SOFA_OK;
}

static enum sofa_status copy_integers(struct sofa_tensor *t, const struct sofa_array *a, unsigned bits,
                                      const struct place *place, struct sofa_error *e)
{
    char scale[32];
    int low = -(1 << (bits - 1)), high = -low - 1;
    strcpy(scale, place->name);
    strcat(scale, "_scale");
    enum sofa_status status = read_scalar(place->z, place->path, scale, &t->step, e);
    for (size_t i = 0; i < a->count && status == SOFA_OK; i++) {
        double x = sofa_array_get(a, i);
        if (x < low || x > high)
            status = sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': element %zu is %.0f, must be %d to %d",
                               place->path, place->name, i, x, low, high);
        else
            t->value[i] = (int16_t)x;
    }
    return status;
}

static enum sofa_status fill_tensor(struct sofa_tensor *t, const struct sofa_array *a, unsigned dim, unsigned bits,
                                    const struct place *place, struct sofa_error *e)
{
    if (a->dims != 2)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': has %u dimensions, must have 2", place->path,
                         place->name, a->dims);
    if (a->shape[1] != dim)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': has %zu columns, must have head_dim = %u", place->path,
                         place->name, a->shape[1], dim);
    if (a->shape[0] == 0)
        return bad(place, e, "has no rows");
    t->rows = a->shape[0];
    t->cols = a->shape[1];
    t->value = malloc(a->count * sizeof *t->value);
    if (!t->value)
        return bad(place, e, "out of memory");
    switch (a->type) {
    case SOFA_F16:
    case SOFA_F32: return quantise(t, a, bits, place, e);
    case SOFA_I8:
    case SOFA_I16: return copy_integers(t, a, bits, place, e);
    default:
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': dtype is %s, must be float32, float16, int8 or int16",
                         place->path, place->name, sofa_type_name(a->type));
    }
}

static enum sofa_status read_tensor(struct sofa_tensor *t, const struct place *place, unsigned dim, unsigned bits,
                                    struct sofa_error *e)
{
    struct sofa_array a;
    if (!sofa_npz_has(place->z, place->name) && sofa_npz_has(place->z, "x"))
        return bad(place, e, "is missing; token traces are not supported by this version");
    enum sofa_status status = sofa_npz_read(place->z, place->name, &a, e);
    if (status != SOFA_OK)
        return status;
    status = fill_tensor(t, &a, dim, bits, place, e);
    sofa_array_free(&a);
    return status;
}

/* One bound per row; `absent` when the array is not there. */
static enum sofa_status read_bounds(uint32_t **out, size_t rows, size_t keys, uint32_t absent,
                                    const struct place *place, struct sofa_error *e)
{
    struct sofa_array a = {0};
    int given = sofa_npz_has(place->z, place->name);
    enum sofa_status status = given ? sofa_npz_read(place->z, place->name, &a, e) : SOFA_OK;
    if (status != SOFA_OK)
        return status;
    uint32_t *bound = malloc(rows * sizeof *bound);
    *out = bound;
    if (!bound)
        status = bad(place, e, "out of memory");
    else if (given && (a.dims != 1 || a.shape[0] != rows))
        status = sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': must have shape (%zu,), one for each row of q",
                           place->path, place->name, rows);
    else if (given && a.type != SOFA_I32 && a.type != SOFA_I64)
        status = sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': dtype is %s, must be int32", place->path, place->name,
                           sofa_type_name(a.type));
    for (size_t r = 0; r < rows && status == SOFA_OK; r++) {
        double x = given ? sofa_array_get(&a, r) : absent;
        if (x < 0 || x > (double)keys)
            status = sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array '%s': row %zu is %.0f, must be 0 to %zu", place->path,
                               place->name, r, x, keys);
        else
            bound[r] = (uint32_t)x;
    }
    sofa_array_free(&a);
    return status;
}

static enum sofa_status check_sizes(const struct sofa_trace *t, const char *path, const struct sofa_config *c,
                                    struct sofa_error *e)
{
    if (t->k.rows > c->keys_max)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array 'k': has %zu rows, must have 1 to keys_max = %u", path,
                         t->k.rows, c->keys_max);
    if (t->v.rows != t->k.rows)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array 'v': has %zu rows, must have as many as k, %zu", path,
                         t->v.rows, t->k.rows);
    if (t->q.rows > UINT32_MAX)
        return sofa_fail(e, SOFA_BAD_INPUT, "%.300s: array 'q': has %zu rows, must have 1 to %u", path, t->q.rows,
                         UINT32_MAX);
    return SOFA_OK;
}

static void note_ranges(struct sofa_trace *t)
{
    t->has_ranges = 0;
    for (size_t r = 0; r < t->q.rows; r++)
        if (t->first[r] != 0 || t->visible[r] != t->k.rows)
            t->has_ranges = 1;
}

static enum sofa_status read_trace(struct sofa_trace *t, struct sofa_npz *z, const char *path,
                                   const struct sofa_config *c, struct sofa_error *e)
{
    struct place q = {z, path, "q"}, k = {z, path, "k"}, v = {z, path, "v"};
    struct place first = {z, path, "first"}, visible = {z, path, "visible"};
    enum sofa_status status = read_tensor(&t->q, &q, c->head_dim, c->data.query_bits, e);
    if (status == SOFA_OK)
        status = read_tensor(&t->k, &k, c->head_dim, c->data.key_bits, e);
    if (status == SOFA_OK)
        status = read_tensor(&t->v, &v, c->head_dim, c->data.value_bits, e);
    if (status == SOFA_OK)
        status = check_sizes(t, path, c, e);
    if (status == SOFA_OK)
        status = read_bounds(&t->first, t->q.rows, t->k.rows, 0, &first, e);
    if (status == SOFA_OK)
        status = read_bounds(&t->visible, t->q.rows, t->k.rows, (uint32_t)t->k.rows, &visible, e);
    t->scale = 1 / sqrt(c->head_dim);
    if (status == SOFA_OK && sofa_npz_has(z, "scale"))
        status = read_scalar(z, path, "scale", &t->scale, e);
    if (status == SOFA_OK)
        note_ranges(t);
    return status;
}

enum sofa_status sofa_trace_load(struct sofa_trace *t, const char *path, const struct sofa_config *c,
                                 struct sofa_error *e)
{
    struct sofa_npz *z;
    *t = (struct sofa_trace){0};
    enum sofa_status status = sofa_npz_open(&z, path, e);
    if (status != SOFA_OK)
        return status;
    status = read_trace(t, z, path, c, e);
    sofa_npz_close(z);
    if (status != SOFA_OK)
        sofa_trace_free(t);
    return status;
}

enum sofa_status sofa_trace_rows(struct sofa_trace *t, size_t a, size_t b, struct sofa_error *e)
{
    size_t rows = t->q.rows, end = b == SIZE_MAX ? rows : b;
    if (a >= end || end > rows)
        return sofa_fail(e, SOFA_BAD_INPUT, "--rows: must be A:B with 0 <= A < B <= %zu", rows);
    size_t n = end - a;
    memmove(t->q.value, t->q.value + a * t->q.cols, n * t->q.cols * sizeof *t->q.value);
    memmove(t->first, t->first + a, n * sizeof *t->first);
    memmove(t->visible, t->visible + a, n * sizeof *t->visible);
    t->q.rows = n;
    note_ranges(t);
    return SOFA_OK;
}

void sofa_trace_see_all(struct sofa_trace *t)
{
    for (size_t r = 0; r < t->q.rows; r++) {
        t->first[r] = 0;
        t->visible[r] = (uint32_t)t->k.rows;
    }
    t->has_ranges = 0;
}

void sofa_trace_free(struct sofa_trace *t)
{
    free(t->q.value);
    free(t->k.value);
    free(t->v.value);
    free(t->first);
    free(t->visible);
    *t = (struct sofa_trace){0};
}

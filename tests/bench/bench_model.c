/* SPDX-License-Identifier: Apache-2.0 */
/* Speed of the bit-exact model on `wide` against dense float32 attention in plain C, same rows, same compiler flags, one
 * core. Exit 1 when the model is slower. */
#include "../../cmodel/bits/model.h"
#include "../../cmodel/bits/load.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define RUNS 7

struct dense {
    size_t rows, keys, d;
    float *q, *k, *v, *o, *weight;
    const struct sofa_trace *t;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Four partial sums, so that the comparison does not rest on a serial chain of additions. */
static float dot(const float *a, const float *b, size_t d)
{
    float sum[4] = {0};
    for (size_t i = 0; i + 4 <= d; i += 4)
        for (size_t j = 0; j < 4; j++)
            sum[j] += a[i + j] * b[i + j];
    return sum[0] + sum[1] + (sum[2] + sum[3]);
}

static void dense_row(const struct dense *x, size_t row)
{
    const float *q = x->q + row * x->d;
    float *o = x->o + row * x->d, most = -INFINITY, sum = 0, scale = (float)x->t->scale;
    size_t first = x->t->first[row], end = x->t->visible[row];
    for (size_t key = first; key < end; key++) {
        x->weight[key] = dot(q, x->k + key * x->d, x->d) * scale;
        most = x->weight[key] > most ? x->weight[key] : most;
    }
    for (size_t i = 0; i < x->d; i++)
        o[i] = 0;
    for (size_t key = first; key < end; key++) {
        const float *v = x->v + key * x->d;
        float w = expf(x->weight[key] - most);
        sum += w;
        for (size_t i = 0; i < x->d; i++)
            o[i] += w * v[i];
    }
    for (size_t i = 0; i < x->d && sum > 0; i++)
        o[i] /= sum;
}

static float *to_float(const struct sofa_tensor *t)
{
    size_t n = t->rows * t->cols;
    float *x = malloc(n * sizeof *x);
    for (size_t i = 0; x && i < n; i++)
        x[i] = (float)(t->value[i] * t->step);
    return x;
}

static int open_dense(struct dense *x, const struct sofa_trace *t)
{
    *x = (struct dense){.rows = t->q.rows, .keys = t->k.rows, .d = t->q.cols, .t = t};
    x->q = to_float(&t->q);
    x->k = to_float(&t->k);
    x->v = to_float(&t->v);
    x->o = malloc(x->rows * x->d * sizeof *x->o);
    x->weight = malloc(x->keys * sizeof *x->weight);
    return x->q && x->k && x->v && x->o && x->weight;
}

static void close_dense(struct dense *x)
{
    free(x->q);
    free(x->k);
    free(x->v);
    free(x->o);
    free(x->weight);
}

/* Best of several runs: the machine may be busy. */
static double time_dense(struct dense *x)
{
    double best = INFINITY;
    for (int run = 0; run < RUNS; run++) {
        double start = now();
        for (size_t row = 0; row < x->rows; row++)
            dense_row(x, row);
        best = fmin(best, now() - start);
    }
    return best;
}

static enum sofa_status time_model(double *best, const struct sofa_config *c, const struct sofa_trace *t,
                                   const struct sofa_job *j, struct sofa_error *e)
{
    *best = INFINITY;
    for (int run = 0; run < RUNS; run++) {
        struct sofa_result result;
        double start = now();
        enum sofa_status status = sofa_model_run(&result, c, t, j, 0, e);
        if (status != SOFA_OK)
            return status;
        *best = fmin(*best, now() - start);
        sofa_result_free(&result);
    }
    return SOFA_OK;
}

static enum sofa_status measure(const struct sofa_config *c, const struct sofa_trace *t, unsigned kept, double dense,
                                struct sofa_error *e)
{
    struct sofa_options options = {.kept = kept, .radius = INFINITY};
    struct sofa_job job;
    double model;
    enum sofa_status status = sofa_job_make(&job, c, t, &options, e);
    if (status == SOFA_OK)
        status = time_model(&model, c, t, &job, e);
    if (status != SOFA_OK)
        return status;
    printf("  kept %2u of %u: model %6.2f ms, dense float32 %6.2f ms, %.2f times as fast\n", kept, c->tile.keys,
           model * 1e3, dense * 1e3, dense / model);
    return model <= dense ? SOFA_OK : sofa_fail(e, SOFA_BAD_RESULT, "the model is slower than dense attention");
}

static enum sofa_status bench(const struct sofa_config *c, struct sofa_trace *t, const char *what, struct sofa_error *e)
{
    struct dense dense;
    enum sofa_status status = SOFA_BAD_INPUT;
    if (open_dense(&dense, t)) {
        double seconds = time_dense(&dense);
        printf("%s: %zu rows x %zu keys\n", what, t->q.rows, t->k.rows);
        status = measure(c, t, 16, seconds, e);
        if (status == SOFA_OK)
            status = measure(c, t, 24, seconds, e);
    } else {
        sofa_fail(e, SOFA_BAD_INPUT, "out of memory");
    }
    close_dense(&dense);
    return status;
}

int main(int argc, char **argv)
{
    struct sofa_error e = {""};
    struct sofa_config c;
    struct sofa_trace t = {.has_ranges = 0};
    enum sofa_status status = sofa_config_load(&c, "configs/wide.yaml", NULL, 0, &e);
    if (status == SOFA_OK)
        status = sofa_trace_load(&t, argc > 1 ? argv[1] : "data/demo.npz", &c, &e);
    if (status == SOFA_OK)
        status = bench(&c, &t, "causal", &e);
    for (size_t row = 0; status == SOFA_OK && row < t.q.rows; row++) {
        t.first[row] = 0;
        t.visible[row] = (uint32_t)t.k.rows;
    }
    if (status == SOFA_OK)
        status = bench(&c, &t, "every row sees every key", &e);
    sofa_trace_free(&t);
    if (status != SOFA_OK)
        fprintf(stderr, "bench_model: %s\n", e.text);
    return (int)status;
}

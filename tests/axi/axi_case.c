/* SPDX-License-Identifier: Apache-2.0 */
/* axi_case: a job for tests/axi/test_axi.py. Writes the integer tensors, ranges and expected output of a head, and prints
 * the register map, the descriptor and the expected counters as JSON: all that the bench needs to know of the core. */
#include "../../cmodel/bits/model.h"
#include "../../cmodel/trace/npz.h"
#include "../../cmodel/front/input.h"
#include "../../cmodel/host/plane.h"
#include "../../cmodel/config/regs.h"
#include "../../cmodel/front/report.h"

#include <stdlib.h>

static json_t *number(uint64_t n)
{
    return json_integer((json_int_t)n);
}

static json_t *offsets(void)
{
    unsigned count;
    const struct sofa_register *r = sofa_registers(&count);
    json_t *o = json_object();
    for (unsigned i = 0; i < count; i++)
        json_object_set_new(o, r[i].name, number(r[i].offset));
    return o;
}

static json_t *error_codes(void)
{
    json_t *o = json_object();
    for (unsigned i = 0; i < SOFA_ERROR_COUNT; i++)
        json_object_set_new(o, sofa_error_code_name(i), number(i));
    return o;
}

static json_t *configuration(const struct sofa_config *c)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "hash", number(sofa_config_hash(c)), "port_bits",
                     number(c->memory.port_bits), "read_channels", number(c->memory.read_channels), "address_bits",
                     number(c->memory.address_bits), "query_bits", number(c->data.query_bits), "key_bits",
                     number(c->data.key_bits), "value_bits", number(c->data.value_bits));
}

static json_t *descriptor(const struct sofa_job *j)
{
    unsigned flags = (j->carry ? SOFA_FLAG_CARRY : 0) | (j->has_ranges ? SOFA_FLAG_RANGES : 0);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "ROWS", number(j->rows), "KEYS",
                     number(j->keys), "TILE", number(j->tile), "KEPT", number(j->kept), "FLAGS", number(flags), "MODE",
                     number(0), "RADIUS", number(j->radius), "SCORE_SHIFT", number(j->score_shift), "SCALE_MANTISSA",
                     number(j->scale_mantissa), "SCALE_SHIFT", number(j->scale_shift));
}

static json_t *counters(const struct sofa_counters *n)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "PAIRS", number(n->pairs), "NEED_KEYS",
                     number(n->keys), "KEY_ROWS", number(n->key_rows), "RAISES", number(n->raises), "CLIPPED",
                     number(n->clipped), "EMPTY_ROWS", number(n->empty_rows), "BLOCKS", number(n->blocks), "TILES",
                     number(n->tiles), "OUTPUT_BYTES", number(n->bytes_output));
}

static enum sofa_status save(const char *path, const struct sofa_trace *t, const struct sofa_result *r, int32_t *ranges,
                             const struct sofa_plane *plane, uint8_t *khat, struct sofa_error *e)
{
    size_t rows = r->rows, keys = r->keys, d = r->dims;
    for (size_t i = 0; i < rows; i++) {
        ranges[2 * i] = (int32_t)t->first[i];
        ranges[2 * i + 1] = (int32_t)t->visible[i];
    }
    const struct sofa_member members[] = {
        {"q", {SOFA_I16, 2, {rows, d}, rows * d, t->q.value}},
        {"k", {SOFA_I16, 2, {keys, d}, keys * d, t->k.value}},
        {"v", {SOFA_I16, 2, {keys, d}, keys * d, t->v.value}},
        {"range", {SOFA_I32, 2, {rows, 2}, rows * 2, ranges}},
        {"o", {SOFA_I16, 2, {rows, d}, rows * d, r->o}},
        {"khat", {SOFA_I8, 2, {plane->rows, plane->row_bytes}, plane->rows * plane->row_bytes, khat}},
    };
    return sofa_npz_write(path, members, sizeof members / sizeof members[0], e);
}

static enum sofa_status run(const struct sofa_run_options *o, const struct sofa_input *input, struct sofa_error *e)
{
    struct sofa_result result;
    if (!o->out_path)
        return sofa_fail(e, SOFA_BAD_INPUT, "no file given (-o CASE.npz)");
    enum sofa_status status = sofa_model_run(&result, &input->config, &input->trace, &input->job, 0, e);
    if (status != SOFA_OK)
        return status;
    struct sofa_plane plane = sofa_plane_shape(&input->config, result.keys);
    int32_t *ranges = malloc(2 * result.rows * sizeof *ranges);
    uint8_t *khat = calloc(plane.rows, plane.row_bytes);
    if (ranges && khat) {
        sofa_plane_pack(khat, plane.row_bytes, &input->config, &input->trace.k, result.keys);
        status = save(o->out_path, &input->trace, &result, ranges, &plane, khat, e);
    } else {
        status = sofa_fail(e, SOFA_BAD_INPUT, "out of memory for %zu rows", result.rows);
    }
    free(ranges);
    free(khat);
    if (status == SOFA_OK)
        status = sofa_report_print_json(json_pack("{s:o, s:o, s:o, s:o, s:o}", "config", configuration(&input->config),
                                                  "offsets", offsets(), "errors", error_codes(), "job",
                                                  descriptor(&input->job), "counters", counters(&result.counters)), e);
    sofa_result_free(&result);
    return status;
}

int main(int argc, char **argv)
{
    static const struct sofa_program program = {.name = "axi_case",
                                                .summary = "Writes a job with its expected results for the AXI bench."};
    struct sofa_run_options options;
    struct sofa_input input;
    struct sofa_error error = {""};
    enum sofa_status status = sofa_options_parse(&options, &program, argc, argv, &error);
    if (status != SOFA_OK || options.finished)
        return sofa_exit(&program, status, &error);
    status = sofa_input_load(&input, &options, &error);
    if (status == SOFA_OK) {
        status = run(&options, &input, &error);
        sofa_input_free(&input);
    }
    return sofa_exit(&program, status, &error);
}

/* The YAML form of a configuration. Values are read as text, so that a file and --set share one parser. */
#include "config_keys.h"
#include "parse.h"

#include <cyaml/cyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT ((size_t)1 << 20)
#define VALUE_LIMIT 256

struct tile_text {
    char *keys, *kept_max;
};
struct data_text {
    char *query_bits, *key_bits, *value_bits, *output_bits, *token_bits, *weight_bits;
};
struct predict_text {
    char *keys, *dims, *score_bits, *operand_bits, *weight_rounding;
};
struct attend_text {
    char *lanes, *width, *window;
};
struct kvgen_text {
    char *outputs, *inputs, *slice, *rotary;
};
struct memory_text {
    char *port_bits, *read_channels, *prefetch, *address_bits;
};
struct board_text {
    char *clock_hz, *baud, *memory_kib, *counters;
};
struct file_text {
    char *name, *mode, *target, *query_block, *head_dim, *keys_max, *hidden_max;
    struct tile_text tile;
    struct data_text data;
    struct predict_text predict;
    struct attend_text attend;
    struct kvgen_text kvgen;
    struct memory_text memory;
    struct board_text board;
};

#define TEXT(of, key) CYAML_FIELD_STRING_PTR(#key, CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL, struct of, key, 0, VALUE_LIMIT)
#define PART(key, fields) CYAML_FIELD_MAPPING(#key, CYAML_FLAG_OPTIONAL, struct file_text, key, fields)

static const cyaml_schema_field_t tile_fields[] = {TEXT(tile_text, keys), TEXT(tile_text, kept_max), CYAML_FIELD_END};
static const cyaml_schema_field_t data_fields[] = {TEXT(data_text, query_bits), TEXT(data_text, key_bits),
                                                   TEXT(data_text, value_bits), TEXT(data_text, output_bits),
                                                   TEXT(data_text, token_bits), TEXT(data_text, weight_bits),
                                                   CYAML_FIELD_END};
static const cyaml_schema_field_t predict_fields[] = {TEXT(predict_text, keys), TEXT(predict_text, dims),
                                                      TEXT(predict_text, score_bits), TEXT(predict_text, operand_bits),
                                                      TEXT(predict_text, weight_rounding),
                                                      CYAML_FIELD_END};
static const cyaml_schema_field_t attend_fields[] = {TEXT(attend_text, lanes), TEXT(attend_text, width),
                                                     TEXT(attend_text, window), CYAML_FIELD_END};
static const cyaml_schema_field_t kvgen_fields[] = {TEXT(kvgen_text, outputs), TEXT(kvgen_text, inputs),
                                                    TEXT(kvgen_text, slice), TEXT(kvgen_text, rotary), CYAML_FIELD_END};
static const cyaml_schema_field_t memory_fields[] = {TEXT(memory_text, port_bits), TEXT(memory_text, read_channels),
                                                     TEXT(memory_text, prefetch), TEXT(memory_text, address_bits),
                                                     CYAML_FIELD_END};
static const cyaml_schema_field_t board_fields[] = {TEXT(board_text, clock_hz), TEXT(board_text, baud),
                                                    TEXT(board_text, memory_kib), TEXT(board_text, counters), CYAML_FIELD_END};
static const cyaml_schema_field_t file_fields[] = {
    TEXT(file_text, name),     TEXT(file_text, mode),         TEXT(file_text, target), TEXT(file_text, query_block),
    TEXT(file_text, head_dim), TEXT(file_text, keys_max),     TEXT(file_text, hidden_max),
    PART(tile, tile_fields),
    PART(data, data_fields),   PART(predict, predict_fields), PART(attend, attend_fields),
    PART(kvgen, kvgen_fields),
    PART(memory, memory_fields), PART(board, board_fields), CYAML_FIELD_END};
static const cyaml_schema_value_t file_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file_text, file_fields)};

/* What libcyaml says on an error: the reason first, then a backtrace from the innermost key outwards. */
struct complaint {
    char reason[160], key[80], line[32];
};

static void copy_until(char *to, size_t room, const char *from, const char *stop)
{
    size_t n = strcspn(from, stop);
    n = n < room - 1 ? n : room - 1;
    memcpy(to, from, n);
    to[n] = '\0';
}

static void note_backtrace(struct complaint *c, const char *text)
{
    const char *field = strstr(text, "field '"), *line = strstr(text, "line: ");
    if (line && c->line[0] == '\0')
        copy_until(c->line, sizeof c->line, line + strlen("line: "), ",)");
    if (!field)
        return;
    char inner[sizeof c->key], outer[sizeof c->key];
    copy_until(outer, sizeof outer, field + strlen("field '"), "'");
    memcpy(inner, c->key, sizeof inner);
    snprintf(c->key, sizeof c->key, "%.38s%s%.38s", outer, inner[0] ? "." : "", inner);
}

static void listen(cyaml_log_t level, void *context, const char *format, va_list args)
{
    struct complaint *c = context;
    char text[256];
    if (level < CYAML_LOG_ERROR)
        return;
    vsnprintf(text, sizeof text, format, args);
    const char *body = strncmp(text, "Load: ", 6) == 0 ? text + 6 : text;
    if (c->reason[0] == '\0')
        copy_until(c->reason, sizeof c->reason, body, "\n");
    else
        note_backtrace(c, body);
}

static enum sofa_status refuse(const char *path, cyaml_err_t code, const struct complaint *c, struct sofa_error *e)
{
    const char *reason = c->reason[0] ? c->reason : cyaml_strerror(code);
    if (c->line[0] == '\0')
        return sofa_fail(e, SOFA_BAD_INPUT, "%s: not a configuration: %s", path, reason);
    return sofa_fail(e, SOFA_BAD_INPUT, "%s: line %s%s%s: %s", path, c->line, c->key[0] ? ", key " : "", c->key, reason);
}

static enum sofa_status take(struct sofa_draft *draft, const struct file_text *f, struct sofa_error *e)
{
    const struct {
        const char *path, *text;
    } given[] = {
        {"name", f->name},
        {"mode", f->mode},
        {"target", f->target},
        {"query_block", f->query_block},
        {"head_dim", f->head_dim},
        {"keys_max", f->keys_max},
        {"hidden_max", f->hidden_max},
        {"tile.keys", f->tile.keys},
        {"tile.kept_max", f->tile.kept_max},
        {"data.query_bits", f->data.query_bits},
        {"data.key_bits", f->data.key_bits},
        {"data.value_bits", f->data.value_bits},
        {"data.output_bits", f->data.output_bits},
        {"data.token_bits", f->data.token_bits},
        {"data.weight_bits", f->data.weight_bits},
        {"predict.keys", f->predict.keys},
        {"predict.dims", f->predict.dims},
        {"predict.score_bits", f->predict.score_bits},
        {"predict.operand_bits", f->predict.operand_bits},
        {"predict.weight_rounding", f->predict.weight_rounding},
        {"attend.lanes", f->attend.lanes},
        {"attend.width", f->attend.width},
        {"attend.window", f->attend.window},
        {"kvgen.outputs", f->kvgen.outputs},
        {"kvgen.inputs", f->kvgen.inputs},
        {"kvgen.slice", f->kvgen.slice},
        {"kvgen.rotary", f->kvgen.rotary},
        {"memory.port_bits", f->memory.port_bits},
        {"memory.read_channels", f->memory.read_channels},
        {"memory.prefetch", f->memory.prefetch},
        {"memory.address_bits", f->memory.address_bits},
        {"board.clock_hz", f->board.clock_hz},
        {"board.baud", f->board.baud},
        {"board.memory_kib", f->board.memory_kib},
        {"board.counters", f->board.counters},
    };
    enum sofa_status status = SOFA_OK;
    for (size_t i = 0; i < sizeof given / sizeof given[0] && status == SOFA_OK; i++)
        if (given[i].text)
            status = sofa_draft_set(draft, given[i].path, given[i].text, SOFA_LEVEL_FILE, e);
    return status;
}

enum sofa_status sofa_draft_read(struct sofa_draft *draft, const char *path, struct sofa_error *e)
{
    char *text;
    size_t length;
    enum sofa_status status = sofa_read_file(&text, &length, path, FILE_LIMIT, e);
    if (status != SOFA_OK)
        return status;
    struct complaint complaint = {.reason = ""};
    const cyaml_config_t config = {.log_fn = listen,
                                   .log_ctx = &complaint,
                                   .mem_fn = cyaml_mem,
                                   .log_level = CYAML_LOG_ERROR};
    cyaml_data_t *data = NULL;
    cyaml_err_t code = length == 0 ? CYAML_OK
                                   : cyaml_load_data((const uint8_t *)text, length, &config, &file_schema, &data, NULL);
    struct sofa_error why;
    if (code != CYAML_OK) {
        status = refuse(path, code, &complaint, e);
    } else if (data && take(draft, data, &why) != SOFA_OK) {
        status = sofa_fail(e, SOFA_BAD_INPUT, "%s: %.400s", path, why.text);
    }
    if (data)
        cyaml_free(&config, &file_schema, data, 0);
    free(text);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* The YAML form of a configuration: keys with a value, or with keys of their own. Values are read as text, so that a file
 * and --set share one parser. Errors name the line that libyaml marks. */
#include "yaml.h"

#include "../base/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#define FILE_LIMIT ((size_t)1 << 20)
#define NAME_ROOM 64
#define VALUE_ROOM 256

struct reader {
    yaml_parser_t parser;
    yaml_event_t event;
    struct sofa_draft *draft;
    const char *path; /* of the file */
    struct sofa_error *e;
};

static enum sofa_status refuse(const struct reader *r, size_t line, const char *text)
{
    return sofa_fail(r->e, SOFA_BAD_INPUT, "%.250s: line %zu: %.200s", r->path, line + 1, text);
}

static enum sofa_status refuse_parse(const struct reader *r)
{
    const yaml_parser_t *p = &r->parser;
    const char *problem = p->problem ? p->problem : "out of memory";
    if (p->error == YAML_READER_ERROR || p->error == YAML_MEMORY_ERROR) /* they have no mark */
        return sofa_fail(r->e, SOFA_BAD_INPUT, "%.250s: not a configuration: %.100s", r->path, problem);
    return refuse(r, p->problem_mark.line, problem);
}

/* Each event releases the one before. */
static enum sofa_status next(struct reader *r)
{
    yaml_event_delete(&r->event);
    return yaml_parser_parse(&r->parser, &r->event) ? SOFA_OK : refuse_parse(r);
}

static size_t line_of(const struct reader *r)
{
    return r->event.start_mark.line;
}

/* The text of a scalar; 0 when the event is none, or its text is too long or holds a NUL. */
static int take_text(const struct reader *r, char *out, size_t room)
{
    if (r->event.type != YAML_SCALAR_EVENT || r->event.data.scalar.length >= room)
        return 0;
    memcpy(out, r->event.data.scalar.value, r->event.data.scalar.length + 1);
    return strlen(out) == r->event.data.scalar.length;
}

static enum sofa_status take_value(struct reader *r, const char *path, size_t line)
{
    char text[VALUE_ROOM];
    struct sofa_error why;
    unsigned earlier = sofa_draft_line(r->draft, path);
    if (!take_text(r, text, sizeof text))
        return sofa_fail(r->e, SOFA_BAD_INPUT, "%.250s: line %zu: %.80s must have one plain value", r->path, line + 1, path);
    if (earlier > 0)
        return sofa_fail(r->e, SOFA_BAD_INPUT, "%.250s: line %zu: %.80s is given a second time, first in line %u", r->path,
                         line + 1, path, earlier);
    if (sofa_draft_set(r->draft, path, text, SOFA_LEVEL_FILE, &why) != SOFA_OK)
        return refuse(r, line, why.text);
    sofa_draft_note(r->draft, path, (unsigned)line + 1);
    return SOFA_OK;
}

static enum sofa_status take_mapping(struct reader *r, const char *section);

static enum sofa_status take_pair(struct reader *r, const char *section)
{
    char name[NAME_ROOM], path[2 * NAME_ROOM];
    size_t line = line_of(r);
    if (!take_text(r, name, sizeof name))
        return refuse(r, line, "a key must be a name");
    snprintf(path, sizeof path, "%s%s%s", section, *section ? "." : "", name);
    enum sofa_status status = next(r);
    if (status != SOFA_OK)
        return status;
    if (r->event.type == YAML_MAPPING_START_EVENT && !*section && sofa_is_section(name))
        return take_mapping(r, name);
    if (sofa_is_section(path))
        return sofa_fail(r->e, SOFA_BAD_INPUT, "%.250s: line %zu: %s must have keys of its own, %s: {KEY: VALUE}", r->path,
                         line + 1, path, path);
    if (!sofa_is_key(path) || strchr(name, '.'))
        return sofa_fail(r->e, SOFA_BAD_INPUT, "%.250s: line %zu: unknown key '%.80s'", r->path, line + 1, path);
    return take_value(r, path, line);
}

/* The event that begins it has come; section: "" or the key whose keys follow. */
static enum sofa_status take_mapping(struct reader *r, const char *section)
{
    for (;;) {
        enum sofa_status status = next(r);
        if (status != SOFA_OK || r->event.type == YAML_MAPPING_END_EVENT)
            return status;
        status = take_pair(r, section);
        if (status != SOFA_OK)
            return status;
    }
}

/* At most one document; an empty one leaves the draft as it is. */
static enum sofa_status take_file(struct reader *r)
{
    unsigned documents = 0;
    for (;;) {
        enum sofa_status status = next(r);
        if (status != SOFA_OK || r->event.type == YAML_STREAM_END_EVENT)
            return status;
        if (r->event.type == YAML_DOCUMENT_START_EVENT && documents++ > 0)
            return refuse(r, line_of(r), "a second document; a configuration is one");
        if (r->event.type == YAML_MAPPING_START_EVENT) {
            status = take_mapping(r, "");
            if (status != SOFA_OK)
                return status;
            continue;
        }
        int empty = r->event.type == YAML_SCALAR_EVENT && r->event.data.scalar.length == 0;
        if (!empty && r->event.type != YAML_STREAM_START_EVENT && r->event.type != YAML_DOCUMENT_START_EVENT &&
            r->event.type != YAML_DOCUMENT_END_EVENT)
            return refuse(r, line_of(r), "not a configuration: must hold KEY: VALUE");
    }
}

enum sofa_status sofa_draft_read(struct sofa_draft *draft, const char *path, struct sofa_error *e)
{
    char *text;
    size_t length;
    struct reader r = {.draft = draft, .path = path, .e = e};
    enum sofa_status status = sofa_read_file(&text, &length, path, FILE_LIMIT, e);
    if (status != SOFA_OK)
        return status;
    if (!yaml_parser_initialize(&r.parser)) {
        free(text);
        return sofa_fail(e, SOFA_BAD_INPUT, "%.250s: out of memory", path);
    }
    yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, length);
    status = take_file(&r);
    yaml_event_delete(&r.event);
    yaml_parser_delete(&r.parser);
    free(text);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include "../base/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

void sofa_events_track(unsigned track, char name[24])
{
    static const char *const engine[] = {"source", "predict", "select", "schedule", "kvgen", "normalise", "store"};
    if (track < SOFA_TRACK_CHANNEL)
        snprintf(name, 24, "%s", engine[track]);
    else if (track < SOFA_TRACK_LANE)
        snprintf(name, 24, "read channel %u", track - SOFA_TRACK_CHANNEL);
    else
        snprintf(name, 24, "lane %u", track - SOFA_TRACK_LANE);
}

/* In the order of enum sofa_client. */
static const char *read_name(unsigned client)
{
    static const char *const name[] = {"ranges", "key", "value", "query", "packed keys", "tokens", "weights", "cosines", "cosines"};
    return client < sizeof name / sizeof name[0] ? name[client] : "nothing";
}

static void name_span(const struct sofa_span *s, char name[32])
{
    switch ((enum sofa_span_kind)s->kind) {
    case SOFA_SPAN_ENGINE: snprintf(name, 32, "busy"); break;
    case SOFA_SPAN_BLOCK: snprintf(name, 32, "block %" PRIu32, s->block); break;
    case SOFA_SPAN_TILE:
    case SOFA_SPAN_KEYS:
        if (s->tile == UINT32_MAX)
            snprintf(name, 32, "no keys");
        else
            snprintf(name, 32, "%s %" PRIu32, s->kind == SOFA_SPAN_TILE ? "tile" : "keys of tile", s->tile);
        break;
    case SOFA_SPAN_READ: snprintf(name, 32, "%s", read_name(s->what)); break;
    case SOFA_SPAN_PAIRS: snprintf(name, 32, "pairs"); break;
    case SOFA_SPAN_RETIRE: snprintf(name, 32, "rows leave"); break;
    }
}

static void write_tracks(FILE *out, const struct sofa_timeline *t, const struct sofa_config *c)
{
    char name[24];
    fprintf(out, "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":1,\"args\":{\"name\":\"%s\"}}", c->name);
    for (unsigned track = 0; track < SOFA_TRACK_LANE + t->lanes; track++) {
        int there = track == SOFA_TRACK_KVGEN      ? c->mode == SOFA_MODE_TOKENS
                    : track < SOFA_TRACK_CHANNEL   ? 1
                    : track < SOFA_TRACK_LANE      ? track - SOFA_TRACK_CHANNEL < t->channels
                                                   : 1;
        if (!there)
            continue;
        sofa_events_track(track, name);
        fprintf(out, ",\n{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":1,\"tid\":%u,\"args\":{\"name\":\"%s\"}}", track, name);
        fprintf(out, ",\n{\"ph\":\"M\",\"name\":\"thread_sort_index\",\"pid\":1,\"tid\":%u,\"args\":{\"sort_index\":%u}}", track, track);
    }
}

static void write_span(FILE *out, const struct sofa_span *s, const struct sofa_result *result)
{
    char name[32];
    name_span(s, name);
    fprintf(out, ",\n{\"ph\":\"X\",\"pid\":1,\"tid\":%u,\"ts\":%" PRIu64 ",\"dur\":%" PRIu64 ",\"name\":\"%s\"", s->track, s->begin,
            s->end - s->begin, name);
    if (s->kind == SOFA_SPAN_TILE || s->kind == SOFA_SPAN_KEYS) {
        fprintf(out, ",\"args\":{\"block\":%" PRIu32, s->block);
        if (s->tile != UINT32_MAX)
            fprintf(out, ",\"first key\":%" PRIu32, result->tile[s->tile].base);
        fputc('}', out);
    }
    fputc('}', out);
}

enum sofa_status sofa_events_save(const char *path, const struct sofa_timeline *t, const struct sofa_config *c,
                                  const struct sofa_result *result, struct sofa_error *e)
{
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    if (!out)
        return sofa_fail(e, SOFA_BAD_INPUT, "out of memory for the timeline");
    fprintf(out, "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"time\":\"1 us is 1 cycle\",\"cycles\":%" PRIu64 "},\"traceEvents\":[\n",
            t->total);
    write_tracks(out, t, c);
    for (size_t i = 0; i < t->count; i++)
        write_span(out, &t->span[i], result);
    fputs("\n]}\n", out);
    int bad = ferror(out), closed = fclose(out);
    enum sofa_status status = bad || closed != 0 ? sofa_fail(e, SOFA_BAD_INPUT, "out of memory for the timeline")
                                                 : sofa_output_save(path, text, length, e);
    free(text);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A timeline of the cycle model as a file of trace events (JSON), which Perfetto and chrome://tracing show. */
#ifndef SOFA_EVENTS_H
#define SOFA_EVENTS_H

#include "../bits/result.h"
#include "../cycles/timeline.h"

/* A microsecond of the file is a cycle. Tracks are threads of one process, the configuration; every span is an event "X". */
enum sofa_status sofa_events_save(const char *path, const struct sofa_timeline *t, const struct sofa_config *c,
                                  const struct sofa_result *result, struct sofa_error *e);
/* Of a track: "predict", "read channel 0", "lane 3". */
void sofa_events_track(unsigned track, char name[24]);

#endif

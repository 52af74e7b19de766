/* SPDX-License-Identifier: Apache-2.0 */
/* Mirrors what mode tokens adds to rtl_templates/predict/: key passes. */
#include "predict.h"
#include "wires.h"

static void note_tokens(struct sofa_machine *m)
{
    const struct sofa_loader_state *now = &m->now.loader;
    struct sofa_loader_state *next = &m->next.loader;
    int key = m->wire.end_of_key && !m->now.cut.generate;
    if (m->now.tiles.filled)
        next->tiles++;
    if (sofa_streamed(m) ? m->now.tiles.chunk : m->now.tiles.filled) {
        next->filled = sofa_next_slot(m, now->filled);
        next->complete &= ~(1u << now->filled);
        if (!key && now->arrived_slot == now->filled)
            next->some = 0;
    }
    if (key) {
        next->some = 1;
        next->arrived_slot = m->now.cut.slot;
        next->arrived = m->now.cut.key;
        next->complete |= (unsigned)m->now.cut.last << m->now.cut.slot;
    }
}

static int tokens_here(const struct sofa_machine *m)
{
    const struct sofa_loader_state *now = &m->now.loader;
    unsigned slot = sofa_streamed(m) ? m->now.keys.ring : now->slot;
    return now->complete >> slot & 1 ||
           (now->some && now->arrived_slot == slot && now->arrived >= (now->group + 1) * m->c->predict.keys);
}

static int has_begun(const struct sofa_machine *m)
{
    return sofa_bit(m->now.keys.begun, m->now.loader.group) != 0;
}

/* The word that is loaded, or its key pass goes by: what comes after it? */
static void after_word(struct sofa_machine *m, const struct sofa_tile *tile, int last_word)
{
    const struct sofa_loader_state *now = &m->now.loader;
    struct sofa_loader_state *next = &m->next.loader;
    struct sofa_key_pass_state *keys = &m->next.keys;
    int last_group = sofa_seen_group(m, tile, now->group + 1) == m->d.key_groups;
    next->state = last_word ? LOADER_GROUP : LOADER_WAIT;
    keys->word = last_word ? 0 : m->now.keys.word + 1;
    if (!last_word)
        return;
    next->group = last_group ? 0 : now->group + 1;
    if (!last_group)
        return;
    keys->chunk = m->now.keys.chunk + 1;
    keys->scores = keys->chunk == m->slices;
    if (sofa_streamed(m)) {
        m->wire.token_free = 1;
        keys->ring = sofa_next_slot(m, m->now.keys.ring);
        keys->codes--;
    }
}

static void post_keys(struct sofa_machine *m, const struct sofa_tile *tile, int vacant)
{
    const struct sofa_loader_state *now = &m->now.loader;
    const struct sofa_key_pass_state *keys = &m->now.keys;
    struct sofa_key_pass_state *next = &m->next.keys;
    int last_chunk = keys->chunk + 1 == m->slices;
    int last_word = keys->word + 1 == (last_chunk ? m->words_last : m->d.slice_words);
    unsigned word = keys->chunk * m->d.slice_words + keys->word;
    unsigned beats = tile->khat_beats[now->group * m->words + word];
    if (beats == 0) {
        after_word(m, tile, last_word);
        return;
    }
    if (!vacant)
        return;
    m->next.loader.pass_valid = 1;
    m->next.loader.pass_none = m->next.loader.pass_first = m->next.loader.pass_last = 0;
    m->next.loader.pass_tile = m->now.tiles.info[now->slot];
    m->next.loader.pass_group = now->group;
    next->keys = 1;
    next->beats = beats;
    next->all = !has_begun(m) || last_word;
    next->final = last_word && last_chunk;
    next->turns -= (unsigned)next->final;
    next->release = last_word && sofa_seen_group(m, tile, now->group + 1) == m->d.key_groups;
    sofa_set_bit(next->begun, now->group);
    after_word(m, tile, last_word);
}

static void post_scores(struct sofa_machine *m, const struct sofa_tile *tile)
{
    m->next.keys.keys = 0;
    m->next.keys.turn += m->now.loader.slice + 1 == m->d.slices;
    sofa_post_scores(m, tile);
}

static void begin_loader_tile(struct sofa_machine *m, const struct sofa_tile *tile)
{
    struct sofa_key_pass_state *keys = &m->next.keys;
    struct sofa_loader_state *next = &m->next.loader;
    next->first = 1;
    next->slice = next->group = 0;
    keys->scores = 0;
    keys->word = keys->chunk = keys->done = keys->turn = 0;
    for (unsigned w = 0; w < sizeof keys->begun / sizeof keys->begun[0]; w++)
        keys->begun[w] = 0;
    if (m->now.loader.tiles > 0)
        next->state = tile ? LOADER_GROUP : LOADER_POST;
}

static int code_landed(const struct sofa_machine *m)
{
    return (m->now.codes.loaded & ~m->now.keys.codes_before) != 0;
}

static int codes_here(const struct sofa_machine *m)
{
    return sofa_streamed(m) ? m->now.keys.codes > 0 || code_landed(m) : (int)(m->now.codes.loaded & 1);
}

/* Cosines and sines of the group are asked for where its keys begin for the last time; 0: not yet. */
static int ask_for_turns(struct sofa_machine *m)
{
    const struct sofa_slices_state *turns = &m->now.turns;
    const struct sofa_key_pass_state *keys = &m->now.keys;
    if (!m->d.rotary || keys->scores || keys->chunk + 1 != m->slices)
        return 1;
    m->wire.turn_demand = turns->runs == 0 && !turns->request;
    return m->wire.turn_demand;
}

static int turns_here(const struct sofa_machine *m)
{
    const struct sofa_key_pass_state *keys = &m->now.keys;
    int final = keys->chunk + 1 == m->slices && keys->word + 1 == m->words_last;
    return !m->d.rotary || !final || keys->turns > 0;
}

static void step_loader(struct sofa_machine *m, int taken)
{
    const struct sofa_loader_state *now = &m->now.loader;
    const struct sofa_key_pass_state *keys = &m->now.keys;
    struct sofa_loader_state *next = &m->next.loader;
    const struct sofa_tile *tile = sofa_slot_tile(m, now->slot);
    int vacant = !now->pass_valid || taken;
    uint32_t ignored;
    note_tokens(m);
    if (sofa_underway_due(&m->khat_done, m->cycle, &ignored))
        m->next.keys.done++;
    m->next.keys.codes += (unsigned)code_landed(m);
    m->next.keys.codes_before = m->now.codes.loaded;
    m->next.keys.turns += (m->now.turns.loaded & ~keys->turns_before) != 0;
    m->next.keys.turns_before = m->now.turns.loaded;
    if (taken)
        next->pass_valid = 0;
    switch (now->state) {
    case LOADER_TILE:
        begin_loader_tile(m, tile);
        break;
    case LOADER_GROUP:
        next->group = sofa_seen_group(m, tile, now->group);
        next->column = 0;
        if (ask_for_turns(m))
            next->state = LOADER_WAIT;
        break;
    case LOADER_WAIT:
        if (vacant && (keys->scores ? keys->done > keys->turn
                                    : tokens_here(m) && codes_here(m) && turns_here(m)))
            next->state = LOADER_KEYS;
        break;
    case LOADER_KEYS:
        next->column = now->column + 1;
        if (next->column == (keys->scores ? m->c->predict.dims : m->c->predict.keys)) {
            next->column = 0;
            next->state = LOADER_POST;
        }
        break;
    case LOADER_POST:
        if (tile && !keys->scores)
            post_keys(m, tile, vacant);
        else if (vacant)
            post_scores(m, tile);
        break;
    }
}

/* ---- sofa_predict ---- */

static int may_start(const struct sofa_machine *m, unsigned from)
{
    const struct sofa_loader_state *pass = &m->now.loader;
    const struct sofa_predict_state *now = &m->now.predict;
    const struct sofa_key_pass_state *keys = &m->now.keys;
    if (!pass->pass_valid || (now->active && (keys->of_keys ? keys->columns > 0 : now->row != now->last_row)))
        return 0;
    if (keys->keys)
        return now->age >= m->d.pass_distance &&
               ((keys->all && keys->all_columns) || (keys->gap >= m->d.key_pass_gap && !(now->active && keys->of_keys)));
    return sofa_scores_may_start(m, from);
}

/* The last beat of the pass that is issued leaves. */
static void end_pass(struct sofa_machine *m)
{
    const struct sofa_key_pass_state *keys = &m->now.keys;
    if (!keys->of_keys) {
        if (m->now.predict.ends)
            sofa_underway_add(&m->complete, m->cycle + m->d.predict_latency + sofa_selection_time(m) + m->d.need_time, 0);
        return;
    }
    if (keys->final_keys)
        sofa_underway_add(&m->khat_done, m->cycle + m->d.khat_time, 0);
    if (keys->final_keys && m->d.rotary)
        sofa_underway_add(&m->turn_release, m->cycle + m->d.turn_time, 0);
    m->next.keys.code_release = keys->release_keys && sofa_streamed(m);
}

static void start_pass(struct sofa_machine *m, const struct sofa_tile *tile, unsigned from)
{
    const struct sofa_loader_state *pass = &m->now.loader;
    const struct sofa_key_pass_state *now = &m->now.keys;
    struct sofa_predict_state *next = &m->next.predict;
    struct sofa_key_pass_state *keys = &m->next.keys;
    keys->of_keys = now->keys;
    keys->all_columns = now->all;
    keys->final_keys = now->final;
    keys->release_keys = now->release;
    keys->columns = now->beats - 1;
    next->row = from;
    next->last_row = tile && !now->keys ? tile->group_last[pass->pass_group] : from;
    next->from = now->keys ? 0 : from;
    next->none = pass->pass_none;
    next->ends = pass->pass_last;
    if (!pass->pass_none)
        next->age = 1;
    if (pass->pass_first) {
        next->parity_taken |= 1u << m->now.predict.next_parity;
        next->next_parity ^= 1;
    }
}

void sofa_step_token_predict(struct sofa_machine *m)
{
    const struct sofa_loader_state *pass = &m->now.loader;
    const struct sofa_predict_state *now = &m->now.predict;
    const struct sofa_key_pass_state *keys = &m->now.keys;
    struct sofa_predict_state *next = &m->next.predict;
    const struct sofa_tile *tile = pass->pass_valid ? sofa_tile_of(m, &pass->pass_tile) : NULL;
    unsigned from = tile ? tile->group_first[pass->pass_group] : 0;
    int start = may_start(m, from);
    int more = now->active && (keys->of_keys ? keys->columns > 0 : now->row != now->last_row);
    m->next.keys.code_release = 0;
    if (now->active && !more)
        end_pass(m);
    next->age = now->age + 1;
    m->next.keys.gap = now->active && keys->of_keys ? 1 : keys->gap < 3 ? keys->gap + 1 : 3;
    if (start)
        start_pass(m, tile, from);
    else if (more && keys->of_keys)
        m->next.keys.columns = keys->columns - 1;
    else if (more)
        next->row = now->row + 1;
    next->active = start || more;
    next->parity_taken &= ~m->now.order.parity_free;
    step_loader(m, start);
}

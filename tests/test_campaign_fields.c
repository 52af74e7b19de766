/* SPDX-License-Identifier: Apache-2.0 */
/* Campaign of the descriptor's fields, through registers: each bad value is refused with its error and touches no memory; the job is then as good
 * as before. */
#include "tests.h"

#include "campaign.h"
#include "spoils.h"

#include <stdlib.h>

static struct sofa_error error;

#define REFUSAL 32u /* cycles */

static void read_descriptor(struct descriptor *d, struct fixture *f)
{
    struct sofa_register r;
    *d = (struct descriptor){{0}};
    for (unsigned i = 0; find_field(&r, &f->config, i); i++)
        CHECK_OK(tb_read(f->driver, r.name, &d->word[r.offset / 4], &error));
}

static void refuse(void *user, const struct sofa_register *field, uint32_t value, unsigned want)
{
    struct campaign *c = user;
    struct tb_driver *d = c->f.driver;
    uint32_t state;
    CHECK_OK(tb_write(d, field->name, value, &error));
    CHECK_OK(tb_write(d, "CONTROL", SOFA_CONTROL_START, &error));
    for (unsigned i = 0; i < REFUSAL && !d->out.irq; i++)
        tb_step(d);
    CHECK_OK(tb_read(d, "STATUS", &state, &error));
    ck_assert_msg(state == (SOFA_STATUS_DONE | want << SOFA_STATUS_ERROR_SHIFT), "%s = 0x%X: STATUS is 0x%X, want error %u", field->name,
                  (unsigned)value, (unsigned)state, want);
    CHECK_OK(tb_write(d, "CONTROL", SOFA_CONTROL_CLEAR, &error));
    campaign_count(c, sofa_error_code_name(want));
}

static void spoil_register(struct campaign *c, const struct sofa_register *field)
{
    struct fixture *f = &c->f;
    struct tb_memory *m = &f->driver->memory;
    struct tb_layout layout;
    struct descriptor d;
    load_job(f, &layout, &c->victim[0], &(struct tb_memory_options){0});
    read_descriptor(&d, f);
    ck_assert_uint_eq(judge_descriptor(&f->config, &d), SOFA_ERROR_NONE);
    spoil_field(&f->config, &d, field, campaign_whole(), refuse, c);
    ck_assert_msg(m->done[TB_STOP_ASKED] == 0 && m->done[TB_STOP_ROWS] == 0 && m->violations == 0, "%s: bad values touch memory", field->name);
    expect_idle(f, field->name);
    CHECK_OK(tb_write(f->driver, field->name, d.word[field->offset / 4], &error));
    finish_exact(f, &c->victim[0], "the job with a good value");
    unload_job(f, &layout);
}

START_TEST(registers)
{
    struct campaign c;
    struct sofa_register field;
    unsigned fields = 0;
    campaign_open(&c, "registers", (size_t)_i);
    campaign_heads(&c);
    while (find_field(&field, &c.f.config, fields))
        fields++;
    for (unsigned i = 0; i < fields; i++)
        if (find_field(&field, &c.f.config, i) && campaign_tries(&c, i, fields))
            spoil_register(&c, &field);
    campaign_free_heads(&c);
    campaign_close(&c);
}
END_TEST

Suite *campaign_fields_suite(void)
{
    Suite *suite = campaign_suite("campaign_fields");
    if (!test_fast())
        campaign_add(suite, "registers", registers, 0, DESIGNS);
    return suite;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "select.h"

int64_t sofa_radius_row(uint32_t radius, unsigned e_row, unsigned score_bits)
{
    if (radius == UINT32_MAX)
        return -1;
    int64_t top = ((int64_t)1 << score_bits) - 1, value = radius >> e_row;
    return value > top ? top : value;
}

static unsigned count_from(const int32_t *score, unsigned low, unsigned high, int32_t cut)
{
    unsigned count = 0;
    for (unsigned k = low; k < high; k++)
        count += score[k] >= cut;
    return count;
}

static void extremes(const int32_t *score, unsigned low, unsigned high, int32_t *least, int32_t *most)
{
    int32_t a = score[low], b = score[low];
    for (unsigned k = low; k < high; k++) {
        a = score[k] < a ? score[k] : a;
        b = score[k] > b ? score[k] : b;
    }
    *least = a;
    *most = b;
}

/* The largest cut that at least `kept` scores reach, by bisection; ties: how many of those equal to it are candidates.
 * Ends early when exactly `kept` scores reach the cut. */
static int32_t find_cut(const int32_t *score, unsigned low, unsigned high, unsigned kept, int32_t least, int32_t most,
                        unsigned *ties)
{
    *ties = kept;
    if (high - low <= kept)
        return least;
    while (least < most) {
        int32_t middle = least + (most - least + 1) / 2;
        unsigned count = count_from(score, low, high, middle);
        if (count == kept)
            return middle;
        if (count > kept)
            least = middle;
        else
            most = middle - 1;
    }
    *ties = kept - count_from(score, low, high, least + 1);
    return least;
}

void sofa_select_keys(struct sofa_selection *selection, const int32_t *score, unsigned low, unsigned high,
                      unsigned kept, int64_t radius_row, int carry, int32_t *carried)
{
    uint16_t key[SOFA_KEPT_MAX + 1]; /* one more: written before it is known whether it counts */
    unsigned ties, candidates = 0, count = 0;
    int32_t least, most;
    *selection = (struct sofa_selection){.count = 0};
    if (low >= high)
        return;
    extremes(score, low, high, &least, &most);
    int32_t cut = find_cut(score, low, high, kept, least, most, &ties);
    for (unsigned k = low; k < high; k++) {
        unsigned tie = (score[k] == cut) & (ties > 0);
        ties -= tie;
        key[candidates] = (uint16_t)k;
        candidates += (score[k] > cut) | tie;
    }
    *carried = most > *carried ? most : *carried;
    int64_t floor = radius_row >= 0 ? (carry ? *carried : most) - radius_row : INT32_MIN;
    for (unsigned i = 0; i < candidates; i++)
        if (score[key[i]] >= floor)
            selection->key[count++] = key[i];
    selection->count = count;
    selection->clipped = candidates - count;
}
